"""What an image copies that is not in the repository: made before the build, of nobody knows which files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import normpath

from unshipped.discovery.images.copies import Copy, Taking, readable
from unshipped.discovery.images.rules import covering, literal_base
from unshipped.discovery.images.sources import BUILT
from unshipped.discovery.index import SOURCES, suffix
from unshipped.discovery.snapshot import Snapshot

_OUTPUTS = frozenset(
    {"dist", "build", "target", "out", "output", "bin", "publish", "_build", ".next", ".output", "standalone"}
)
_SO = "is made before the build, of what is not known"


def is_made_before(copy: Copy) -> bool:
    """Whether it stands for what is not in the repository."""
    return copy.text.endswith(_SO)


def made_before(snapshot: Snapshot, context: str, takings: Iterable[Taking]) -> Iterator[Copy]:
    """What counts for it: all that lies beside it. That is for what is called like the output of a build, and
    for anything where the image has no source otherwise; else, what is missing is rather data.
    """
    takings = list(takings)
    has_source = any(_has_source(snapshot, mount.path) for one in takings for mount in one.mounts)
    for one in takings:
        for source in one.missing:
            place = normpath(f"/{source}").strip("/")
            if not has_source or is_output(place):
                around = beside(snapshot, context, literal_base(place))
                text = f"{readable(source)} {_SO}"
                yield Copy(one.copy.place, tuple(covering(around)), text, one.copy.stage)


def _has_source(snapshot: Snapshot, path: str) -> bool:
    real = snapshot.real(path)
    path = real[0] if real else path
    files = [path] if path in snapshot.entries else snapshot.below(path)
    return any(suffix(file) in SOURCES for file in files)


def is_output(place: str) -> bool:
    """Whether something is called like what a build makes."""
    return place.endswith(BUILT) or not _OUTPUTS.isdisjoint(place.split("/"))


def beside(snapshot: Snapshot, context: str, place: str) -> str:
    """The directory that it would lie in, as far as that is there."""
    while place:
        place = place.rpartition("/")[0]
        directory = f"{context}/{place}".strip("/")
        if snapshot.is_directory(directory):
            return directory
    return context
