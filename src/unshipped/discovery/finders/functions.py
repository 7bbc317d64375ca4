"""Functions by convention: a directory below `functions/`, `cloud_functions/` or `lambdas/` with a main
program and its requirements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.model import Build
from unshipped.discovery.finders._names import files, slug
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place

_HOME = re.compile(r"(^|/)(cloud[_-]?)?(functions?|lambdas?)/[^/]+/main\.py$")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each such directory."""
    for path in files(snapshot, _HOME):
        directory = path.rpartition("/")[0]
        if "requirements.txt" in snapshot.names(directory):
            build = Build(source=directory)
            yield Found(slug(directory.rpartition("/")[2]), Place(path), build, runs_on="cloud-function")
