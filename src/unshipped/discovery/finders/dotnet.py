"""Programs of .NET."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from xml.etree.ElementTree import Element

from unshipped.core.value import Value
from unshipped.discovery.finders._builds import beside
from unshipped.discovery.finders._elements import elements
from unshipped.discovery.finders._names import files, is_tool, slug
from unshipped.discovery.further import alive
from unshipped.discovery.needed import needed
from unshipped.discovery.snapshot import Snapshot, above, inside
from unshipped.discovery.values import Doubt, Found, Place

_PROJECT = re.compile(r"\.(?:cs|fs|vb)proj$")
_READ = re.compile(r"\.(?:(?:cs|fs|vb|sh)proj|props|targets|projitems)$")
_SDK = re.compile(r"^Microsoft\.NET\.Sdk\.(?:Web|Worker|BlazorWebAssembly)(?:/|$)")
_RUNS = re.compile(r"<AzureFunctionsVersion>|<AWSProjectType>|Microsoft\.WebApplication\.targets")
_TESTS = re.compile(r"Microsoft\.NET\.Test\.Sdk|<IsTestProject>\s*true", re.IGNORECASE)
_SHARED = frozenset(
    {
        *("directory.build.props", "directory.build.targets", "directory.packages.props"),
        *("global.json", "nuget.config"),
    }
)
_PROPERTY = re.compile(r"\$\((\w+)\)[\\/]?")
_VARIABLE = re.compile(r"[$@%]\(")
_HERE = frozenset({"MSBuildThisFileDirectory", "MSBuildProjectDirectory"})


class _File(Value):
    """A build file: which others it needs, what it takes in, and projects whose place nobody knows."""

    is_program: bool
    needs: list[str]
    paths: list[str]
    unknown: list[str]


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each program: the directories of its project and of those that it refers to, whatever lies elsewhere
    and is taken in by name, and what is said of all projects above them.
    """
    read = cache(partial(_file, snapshot))
    for path in files(snapshot, _PROJECT):
        if not is_tool(path) and read(path).is_program:
            yield from _found(path, read)


def _found(path: str, read: Callable[[str], _File]) -> Iterator[Found | Doubt]:
    every = sorted(needed([path], lambda one: read(one).needs))
    paths = {taken for one in every for taken in read(one).paths}
    unknown = [(one, text) for one in every for text in read(one).unknown]
    for place, text in unknown:
        why = f"it refers to {text!r}: a property says where, so all of the repository counts"
        yield Doubt(Place(place), why, ("**",))
    where, _, name = path.rpartition("/")
    found = ("**",) if unknown or "" in paths else tuple(sorted(paths))
    yield Found(slug(name.rpartition(".")[0]), Place(path), paths=found, also=(where,), guessed=True)


def _file(snapshot: Snapshot, path: str) -> _File:
    if not _READ.search(path):
        return _File(False, [], [path], [])
    where, root, is_project = path.rpartition("/")[0], elements(snapshot, path), _PROJECT.search(path)
    needs, paths, unknown = list[str](), [where if is_project else path], list[str]()
    for tag, text in _named(root):
        place = _place(where, text)
        if place is None:
            unknown += [text] if tag == "ProjectReference" and "$" in text else []
        elif place in snapshot.entries and _READ.search(place):
            needs.append(place)
        elif alive(snapshot, place) and not (is_project and f"{place}/".startswith(f"{where}/")):
            paths.append(place)
    if not is_project:
        return _File(False, needs, paths, unknown)
    needs += _said_above(snapshot, path)
    return _File(_is_program(root, snapshot.text(path) or ""), needs, paths, unknown)


def _is_program(root: Element, text: str) -> bool:
    sdks = (root.get("Sdk", ""), *(one.get("Sdk", "") + one.get("Name", "") for one in root.findall("Sdk")))
    return bool((any(map(_SDK.search, sdks)) or _RUNS.search(text)) and not _TESTS.search(text))


def _named(root: Element) -> Iterator[tuple[str, str]]:
    """What the elements of a file name, each with what kind of element that is."""
    for one in root.iter():
        inner = one.text if one.tag == "HintPath" else None
        written = one.get("Include") or one.get("Project") or inner or ""
        for text in filter(None, map(str.strip, written.replace("\\", "/").split(";"))):
            yield one.tag, text


def _said_above(snapshot: Snapshot, project: str) -> Iterator[str]:
    """What is said of all projects that lie below."""
    for where in ("", *above(project)):
        yield from (beside(where, name) for name in snapshot.names(where) if name.lower() in _SHARED)


def _place(where: str, text: str) -> str | None:
    """Where in the repository that is; None where it hangs on something, or lies outside."""
    text = _PROPERTY.sub(lambda found: "./" if found[1] in _HERE else found[0], text)
    return None if _VARIABLE.search(text) else inside(where, text)
