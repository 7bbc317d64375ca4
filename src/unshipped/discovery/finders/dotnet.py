"""Programs of .NET."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.value import Value
from unshipped.discovery.finders._elements import elements
from unshipped.discovery.finders._names import files, is_tool, slug
from unshipped.discovery.further import alive
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


class _Named(Value):
    """What a build file names: other build files, further paths, and projects whose place is not known."""

    built: list[str]
    paths: list[str]
    unknown: list[str]


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each program: the directories of its project and of those that it refers to, whatever lies elsewhere
    and is taken in by name, and what is said of all projects above them.
    """
    read: dict[str, _Named] = {}
    for path in files(snapshot, _PROJECT):
        if not is_tool(path) and _is_program(snapshot, path):
            yield from _found(snapshot, path, read)


def _is_program(snapshot: Snapshot, path: str) -> bool:
    text, root = snapshot.text(path) or "", elements(snapshot, path)
    sdks = (root.get("Sdk", ""), *(one.get("Sdk", "") + one.get("Name", "") for one in root.findall("Sdk")))
    return bool((any(map(_SDK.search, sdks)) or _RUNS.search(text)) and not _TESTS.search(text))


def _found(snapshot: Snapshot, path: str, read: dict[str, _Named]) -> Iterator[Found | Doubt]:
    paths, waiting, seen = set[str](), [path], set[str]()
    while waiting:
        one = waiting.pop()
        if one in seen or one not in snapshot.entries:
            continue
        seen.add(one)
        if one not in read:
            read[one] = _named(snapshot, one)
        is_project = bool(_PROJECT.search(one))
        paths |= {one.rpartition("/")[0] if is_project else one, *read[one].paths}
        waiting += [*read[one].built, *(_said_above(snapshot, one) if is_project else ())]
        for text in read[one].unknown:
            paths.add("")
            why = f"it refers to {text!r}: a property says where, so all of the repository counts"
            yield Doubt(Place(one), why, ("**",))
    name, every = slug(path.rpartition("/")[2].rpartition(".")[0]), ("**",) if "" in paths else sorted(paths)
    yield Found(name, Place(path), paths=tuple(every), also=(path.rpartition("/")[0],), guessed=True)


def _said_above(snapshot: Snapshot, project: str) -> Iterator[str]:
    """What is said of all projects that lie below."""
    for where in ("", *above(project)):
        names = (name for name in snapshot.names(where) if name.lower() in _SHARED)
        yield from (f"{where}/{name}".lstrip("/") for name in names)


def _named(snapshot: Snapshot, path: str) -> _Named:
    built, paths, unknown = list[str](), list[str](), list[str]()
    if not _READ.search(path):
        return _Named(built, paths, unknown)
    where, root, is_project = path.rpartition("/")[0], elements(snapshot, path), _PROJECT.search(path)
    texts = [(one.tag, one.get("Include") or one.get("Project") or "") for one in root.iter()]
    texts += [(one.tag, one.text or "") for one in root.iter("HintPath")]
    for tag, written in texts:
        for text in filter(None, map(str.strip, written.replace("\\", "/").split(";"))):
            place = _place(where, text)
            if place is None:
                unknown += [text] if tag == "ProjectReference" and "$" in text else []
            elif place in snapshot.entries and _READ.search(place):
                built.append(place)
            elif alive(snapshot, place) and not (is_project and f"{place}/".startswith(f"{where}/")):
                paths.append(place)
    return _Named(built, paths, unknown)


def _place(where: str, text: str) -> str | None:
    """Where in the repository that is; None where it hangs on something, or lies outside."""
    text = _PROPERTY.sub(lambda found: "./" if found[1] in _HERE else found[0], text)
    return None if _VARIABLE.search(text) else inside(where, text)
