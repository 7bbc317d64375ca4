"""Which modules of Go a repository builds together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from unshipped.discovery.finders._builds import beside
from unshipped.discovery.finders._names import is_ours
from unshipped.discovery.finders._packages import nearest
from unshipped.discovery.languages.go.modules import Said, parsed
from unshipped.discovery.needed import needed
from unshipped.discovery.snapshot import Snapshot, above, inside

_WORK = "go.work"


def workspace_of(snapshot: Snapshot, module: str) -> str | None:
    """The directory of the nearest `go.work`, beside a module or above it."""
    places = (module, *reversed(above(module)), "")
    return next((one for one in places if beside(one, _WORK) in snapshot.entries), None)


def modules_needed(snapshot: Snapshot, module: str, work: str | None) -> set[str]:
    """A module, and those that are built with it: those that its `go.mod` has lie in the repository, and of
    those that its workspace has, the ones that it requires or imports; of all these likewise.
    """
    offered = {} if work is None else _offered(snapshot, work)

    def needs(one: str) -> Iterator[str]:
        said = _said(snapshot, one, "go.mod")
        yield from _replaced(snapshot, one, said).values()
        for path in {*said.required, *_imported(snapshot, one, offered)} & offered.keys():
            yield offered[path]

    return needed([module], needs)


def sources_in(snapshot: Snapshot, module: str) -> list[str]:
    """What a module is compiled of that is the repository's own, all of it read; not what lies in a module
    below it.
    """
    below = snapshot.below(module)
    homes = {module, *(path.rpartition("/")[0] for path in below if path.endswith("/go.mod"))}
    found = [path for path in below if path.endswith(".go") and not path.endswith("_test.go")]
    found = [path for path in found if nearest(path.rpartition("/")[0], homes) == module]
    found = [path for path in found if is_ours(path[len(module) :])]
    snapshot.load(found)
    return found


def _offered(snapshot: Snapshot, work: str) -> dict[str, str]:
    """The modules that a workspace has, by their paths: which directory each lies in."""
    said = _said(snapshot, work, _WORK)
    used = [place for one in said.used if (place := _module_at(snapshot, work, one)) is not None]
    named = {_said(snapshot, one, "go.mod").path: one for one in used}
    return {path: one for path, one in (_replaced(snapshot, work, said) | named).items() if path}


def _replaced(snapshot: Snapshot, directory: str, said: Said) -> dict[str, str]:
    """The modules that a file in a directory says to lie in the repository, by their paths."""
    found = ((path, _module_at(snapshot, directory, target)) for path, target in said.replaced)
    return {path: place for path, place in found if place is not None}


def _module_at(snapshot: Snapshot, directory: str, path: str) -> str | None:
    """The module that a path leads to; None where it is the name of one from elsewhere."""
    place = inside(directory, path)
    return place if place is not None and beside(place, "go.mod") in snapshot.entries else None


def _imported(snapshot: Snapshot, module: str, offered: Mapping[str, str]) -> set[str]:
    """Those of the modules whose packages the sources of a module name; of nested ones the inner."""
    if not offered:
        return set()
    either = "|".join(re.escape(path) for path in sorted(offered, key=len, reverse=True))
    names = re.compile(f'["`]({either})["`/]'.encode())
    texts = (snapshot.content(path) or b"" for path in sources_in(snapshot, module))
    return {name.decode() for text in texts for name in names.findall(text)}


def _said(snapshot: Snapshot, directory: str, name: str) -> Said:
    return parsed(snapshot.text(beside(directory, name)) or "")
