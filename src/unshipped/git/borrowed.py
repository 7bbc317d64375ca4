"""Objects that a repository borrows from another one, where that is gone."""

from __future__ import annotations

import contextlib
import os

from unshipped.git.process import common_dir

BRING_BACK = "bring it back, or clone anew without --shared and --reference"


def gone(git_dir: str) -> str:
    """A place that objects are borrowed from and that is not there; empty where all are."""
    objects = os.path.join(common_dir(git_dir), "objects")
    with contextlib.suppress(OSError), open(os.path.join(objects, "info", "alternates"), "rb") as file:
        places = [os.fsdecode(line) for line in file.read().splitlines() if line[:1] not in (b"", b"#", b'"')]
        return next((one for one in places if not os.path.isdir(os.path.join(objects, one))), "")
    return ""
