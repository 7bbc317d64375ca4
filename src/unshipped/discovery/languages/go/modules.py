"""Go modules: which directory an import path stands for, by `go.mod`, `go.work` and `vendor`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import normpath

from unshipped.core.value import Value
from unshipped.discovery.layout import Layout

SETTINGS = frozenset({"go.mod", "go.sum", "go.work", "go.work.sum", "modules.txt"})
_FILES = ("go.mod", "go.sum", "go.work", "go.work.sum", "vendor/modules.txt")


class Place(Value):
    """Where an import path leads."""

    directories: tuple[str, ...]
    """The run-time directories that may hold the package."""
    module: str | None
    """The directory of the module that has to have it; None where that is a library from elsewhere."""


class Modules(Value):
    """What the modules that are built say about import paths, all of them together."""

    known: dict[str, list[str]]
    """Where modules lie, by their paths; nowhere, if they are downloaded."""
    above: tuple[str, ...]
    """The directories in which the files lie that say so, and perhaps a `vendor` directory."""

    def place(self, what: str) -> Place:
        """Where an import path leads. Whether `vendor` is used is a matter of flags: it counts as well."""
        vendored = tuple(_joined(one, f"vendor/{what}") for one in self.above)
        path = what
        while path and path not in self.known:
            path = path.rpartition("/")[0]
        homes = self.known.get(path, [])
        rest = what[len(path) :].strip("/")
        return Place((*(_joined(home, rest) for home in homes), *vendored), homes[0] if homes else None)

    def files(self, layout: Layout) -> Iterator[str]:
        """The files that say so."""
        for directory in self.above:
            yield from (one for name in _FILES if layout.find(one := _joined(directory, name)))


def modules(layout: Layout, directories: Sequence[str], at: str) -> Modules | None:
    """The modules that hold for a file in the directory `at`, of a program that is built in `directories`;
    None where no `go.mod` says it.
    """
    built = dict.fromkeys(module_of(layout, one) for one in directories)
    own = module_of(layout, at)
    key = ("go modules", "\n".join(str(one) for one in (own, *built)))
    if key not in layout.memo:
        mains = [one for one in built if one is not None]
        layout.memo[key] = _modules(layout, mains, own) if own is not None else None
    found: Modules | None = layout.memo[key]
    return found


def module_of(layout: Layout, directory: str) -> str | None:
    """The directory of the module that a directory belongs to."""
    return _above(layout, directory, "go.mod")


def _above(layout: Layout, directory: str, name: str) -> str | None:
    """The nearest directory, this one or above, that has a file of a name."""
    key = (name, directory)
    if key not in layout.memo:
        if layout.find(_joined(directory, name)):
            layout.memo[key] = directory
        else:
            layout.memo[key] = _above(layout, directory.rpartition("/")[0], name) if directory else None
    found: str | None = layout.memo[key]
    return found


def _modules(layout: Layout, mains: Sequence[str], own: str) -> Modules | None:
    known: dict[str, list[str]] = {}
    mine = _read(layout, _joined(own, "go.mod"))
    if not mine.path:
        return None
    known[mine.path] = [own]
    above = {own: None}
    for main in mains:
        said = _read(layout, _joined(main, "go.mod"))
        _add(known, said.path, main)
        _replace(known, said, main)
        above[main] = None
        workspace = _above(layout, main, "go.work")
        if workspace is not None:
            united = _read(layout, _joined(workspace, "go.work"))
            _replace(known, united, workspace)
            for used in united.used:
                home = _within(workspace, used)
                _add(known, _read(layout, _joined(home, "go.mod")).path, home)
                above[home] = None
            above[workspace] = None
        for required in said.required:
            known.setdefault(required, [])
    return Modules(known, tuple(above))


def _replace(known: dict[str, list[str]], said: Said, directory: str) -> None:
    for path, target in said.replaced:
        if target.startswith((".", "/")):
            _add(known, path, _within(directory, target))
        else:
            known.setdefault(path, [])


def _add(known: dict[str, list[str]], path: str, home: str) -> None:
    if path and home not in known.setdefault(path, []):
        known[path].append(home)


class Said(Value):
    """What a `go.mod` or `go.work` says."""

    path: str
    required: tuple[str, ...]
    replaced: tuple[tuple[str, str], ...]
    used: tuple[str, ...]


def parsed(text: str) -> Said:
    """What the text of a `go.mod` or `go.work` says."""
    said: dict[str, list[list[str]]] = {}
    for directive, *words in _directives(text):
        said.setdefault(directive, []).append(words)
    replaced = [
        (words[0], words[words.index("=>") + 1]) for words in said.get("replace", ()) if _is_whole(words)
    ]
    return Said(
        next((words[0] for words in said.get("module", ()) if words), ""),
        tuple(words[0] for words in said.get("require", ()) if words),
        tuple(replaced),
        tuple(words[0] for words in said.get("use", ()) if words),
    )


def _read(layout: Layout, path: str) -> Said:
    found = layout.find(path)
    return parsed((layout.snapshot.text(found.path) if found else None) or "")


def _is_whole(words: Sequence[str]) -> bool:
    return "=>" in words[1:-1]


def _directives(text: str) -> Iterator[list[str]]:
    """The words of each line, those in a block with the block's own word before them."""
    block = ""
    for line in text.splitlines():
        words = [word.strip('"`') for word in line.partition("//")[0].split()]
        if words[-1:] == ["("]:
            block = words[0]
        elif words == [")"]:
            block = ""
        elif words:
            yield [block, *words] if block else words


def _within(directory: str, path: str) -> str:
    return normpath(path if path.startswith("/") else f"/{directory}/{path}").strip("/")


def _joined(directory: str, rest: str) -> str:
    return f"{directory}/{rest}" if directory and rest else directory or rest
