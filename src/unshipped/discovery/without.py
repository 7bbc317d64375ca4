"""What an image takes in, without the packages of its workspaces that nothing in it is built of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from unshipped.core.closures.patterns import encode, is_glob
from unshipped.discovery.images.copies import Copy
from unshipped.discovery.images.image import Image
from unshipped.discovery.images.packages import Packages, packages_of
from unshipped.discovery.images.rules import covering
from unshipped.discovery.images.workspace import Texts
from unshipped.discovery.index import children
from unshipped.discovery.reach import Analyses
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.taken import Taken, copied
from unshipped.discovery.values import Doubt, Place

_Gone = Sequence[tuple[tuple[Copy, ...], frozenset[str]]]
"""What stages copy, and the directories in it that none of them needs."""

_COMPUTED = "a path is put together that may lead to several packages, so all of them count"


def without_packages(snapshot: Snapshot, image: Image, analyses: Analyses) -> Taken | None:
    """None where no stage has packages of a workspace."""
    said_in = Texts(analyses.quoted(snapshot), analyses.computed(snapshot))
    made = [(one, packages_of(one.layout, one.runs, one.taken, said_in)) for one in image.built.made]
    if not any(said for _, said in made):
        return None
    used, gone = set(image.built.used), list[tuple[tuple[Copy, ...], frozenset[str]]]()
    doubts, texts = list[Doubt](), set[str]()
    for one, said in made:
        if isinstance(said, Packages):
            texts.update(_read(said))
            without = said.apart.union(said.workspace.units - said.units)
            gone.append((one.copies, frozenset(_directories(said, without))))
            doubts += (Doubt(place, _COMPUTED) for place in said.workspace.computed.values())
            continue
        if said:
            doubts.append(Doubt(Place(image.builds[0], said.line), said.why))
        used.update(one.copies)
    copies = [copy if copy in used else _less(snapshot, copy, gone) for copy in image.copies]
    # Whatever comes or goes may be a package, or name one.
    return Taken(
        copied(copies), tuple(doubts), asked=image.words, widened=frozenset({""}), texts=frozenset(texts)
    )


def _read(packages: Packages) -> Iterator[str]:
    """The files that say which package needs which."""
    yield from (one.path for one in map(packages.layout.find, packages.workspace.read) if one)


def _directories(packages: Packages, units: Iterable[str]) -> Iterator[str]:
    """Where packages lie in the repository."""
    for unit in units:
        yield from packages.layout.directories(unit)


def _less(snapshot: Snapshot, copy: Copy, gone: _Gone) -> Copy:
    """A copy without the packages that nobody needs who uses it."""
    users = [directories for copies, directories in gone if copy in copies]
    left_out = frozenset.intersection(*users) if users else frozenset()
    paths = (path for one in copy.paths for path in _parts(snapshot, one, left_out))
    return copy._replace(paths=tuple(paths))


def _parts(snapshot: Snapshot, pattern: str, left_out: AbstractSet[str]) -> Iterator[str]:
    """What is left of a directory; files that are named, and what has wildcards, count as they are."""
    directory = "" if pattern == "**" else pattern
    prefix = f"{directory}/" if directory else ""
    if directory in left_out:
        return
    is_whole = not any(one.startswith(prefix) for one in left_out)
    if is_whole or directory in snapshot.entries or is_glob(encode(directory)):
        yield pattern
        return
    for name in snapshot.names(directory):
        yield from covering(prefix + name)
    for name in children(snapshot, directory):
        for one in covering(prefix + name):
            yield from _parts(snapshot, one, left_out)
