"""What is in the files of a closure, at one commit."""

from __future__ import annotations

from unshipped.core.closures.links import followed
from unshipped.core.closures.patterns import encode
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap
from unshipped.git.derived import list_entries
from unshipped.git.trees import read_links

_PLAIN = ("100644", "100755")


def contents(git_dir: str, commit: str, closure: Closure) -> dict[str, str]:
    """The plain files of a closure in a commit, each with the id of its content. What its links lead to
    counts under its own path.
    """
    led = followed([closure], read_links(git_dir, commit)).led
    closures = PathMap([closure]).extended(led)
    return {
        path: blob
        for path, (mode, blob) in list_entries(git_dir, commit).items()
        if mode in _PLAIN and closures.of(encode(path))
    }
