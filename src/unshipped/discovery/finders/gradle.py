"""Programs of Gradle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from unshipped.core.value import Value
from unshipped.discovery.finders._builds import beside
from unshipped.discovery.finders._java import GRADLE, TESTS, images, is_started, parts, told
from unshipped.discovery.finders._names import files, is_ours, is_run, is_tool, slug
from unshipped.discovery.finders._packages import closed, there
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_SETTINGS = re.compile(r"(^|/)settings\.gradle(\.kts)?$")
_SCRIPT = re.compile(r"\.gradle(\.kts)?$")
_SHARED = re.compile(r"^(gradle\.(properties|lockfile)|lombok\.config)$|\.gradle(\.kts)?$")
_SHARED_DIRECTORIES = ("gradle", "buildSrc")
_INCLUDED = re.compile(r"""\binclude\b\s*+\(?\s*+((?:["'][^"'\n]+["']\s*+,?\s*+)+)""")
_BESIDE = re.compile(r"""\bincludeBuild\b\s*+\(?\s*+["']([^"'\n]+)["']""")
_MOVED = re.compile(r"""\bproject\(\s*["']([^"'\n]+)["']\s*\)\.projectDir\s*=[^"'\n]*["']([^"'\n]+)["']""")
_RENAMED = re.compile(r'\.name\s*=\s*"([\w-]*)\$\{?it\.name\}?([\w-]*)"')
_NAME = re.compile(r"""\brootProject\.name\s*=\s*["']([^"'\n]+)["']""")
_QUOTED = re.compile(r"""["']([^"'\n]+)["']""")
_NOT_SHIPPED = re.compile(r"^[ \t]*+(?://|(?:test|androidTest|integrationTest|jmh)\w*\b).*$", re.MULTILINE)
_APPLIED = re.compile(r"""\bfrom\s*+[:=(]?\s*+["']([^"'$\n]+\.gradle(?:\.kts)?)["']""")
_NEEDED = re.compile(r"""\bproject\(\s*(?:path\s*[:=]\s*)?["']([^"'\n]+)["']""")
_NAMED = re.compile(r"""["']:([\w.:-]+)["']""")
_BY_ACCESSOR = re.compile(r"\bprojects\.([a-z]\w*(?:\.[a-z]\w*)*)")
_OF_ALL = re.compile(r"^[ \t]*+(?:subprojects|allprojects|configure)\b[^{\n]*+\{", re.MULTILINE)
_BRACE = re.compile(r"[{}]")
_OF_ANOTHER = re.compile(r"^.*\bapply\s*+\(?\s*+false\b.*$", re.MULTILINE)
_RUNS = re.compile(
    r"""["'](?:application|war|org\.springframework\.boot|io\.quarkus|com\.google\.cloud\.tools\.jib)["']"""
    r"""|["'](?:io\.micronaut\.application|io\.ktor\.plugin)["']|^[ \t]*+application[ \t]*+(?:\{|$)"""
    r"""|\blibs\.plugins\.(?:spring\.?[bB]oot|quarkus|ktor|jib|micronaut)\b""",
    re.MULTILINE,
)


class _Build(Value):
    """One build: where its projects lie, by their paths, and what says how they are built."""

    top: str
    name: str
    projects: Mapping[str, str]
    accessors: Mapping[str, str]
    """The same by the names that scripts may write, with the colons of paths."""
    deepest: int
    """Of how many parts the longest of these names is."""
    shared: Sequence[str]


class _Needs(Value):
    """The directories of the projects that one needs, and the names of those that nobody knows."""

    known: set[str]
    unknown: set[str]


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each project that is a program: its directory, those of the projects that it needs, and what says how
    all of them are built.
    """
    for path in files(snapshot, _SETTINGS, is_ours):
        build = _build(snapshot, path)
        said = {where: _said(snapshot, where) for where in build.projects.values()}
        every = _needs(_said_of_all(snapshot, build), build)
        own = {where: _needs(text, build) for where, text in said.items()}
        needs = {
            where: _Needs(one.known | every.known, one.unknown | every.unknown) for where, one in own.items()
        }
        for where, text in said.items():
            packs = where != build.top and any(own[where])
            if manifest := _program(snapshot, where, text, packs):
                yield from _found(snapshot, where, manifest, build, needs)


def _build(snapshot: Snapshot, path: str) -> _Build:
    text, top = snapshot.text(path) or "", path.rpartition("/")[0]
    listed = [one for group in _INCLUDED.findall(text) for one in _QUOTED.findall(group)]
    # What hangs on a variable is no project that is known.
    included = [one.strip(":") for one in listed if "$" not in one]
    moved = {name.strip(":"): place for name, place in _MOVED.findall(text)}
    places = {one: inside(top, moved.get(one, one.replace(":", "/"))) for one in included}
    projects = {"": top} | {one: place for one, place in places.items() if place is not None}
    for before, behind in _RENAMED.findall(text):
        projects |= {f"{before}{one}{behind}": place for one, place in projects.items() if one}
    directories = [inside(top, one) for one in (*_SHARED_DIRECTORIES, *_BESIDE.findall(text))]
    shared = [beside(top, name) for name in snapshot.names(top) if _SHARED.search(name)]
    shared += [one for one in directories if one and snapshot.is_directory(one)]
    named = _NAME.search(text)
    return _Build(
        top,
        named[1] if named else top.rpartition("/")[2],
        projects,
        {_accessor(one): place for one, place in projects.items()},
        1 + max(one.count(":") for one in projects),
        sorted(shared),
    )


def _said_of_all(snapshot: Snapshot, build: _Build) -> str:
    """What the top says of all its projects, and what any of them may apply."""
    own = _manifests(snapshot, build.top)
    texts = _texts(snapshot, own)
    blocks = [_block(text[found.end() :]) for text in texts for found in _OF_ALL.finditer(text)]
    applied = {path for one in build.shared for path in (one, *snapshot.below(one)) if _SCRIPT.search(path)}
    return "\n".join([*blocks, *_texts(snapshot, applied.difference(own))])


def _block(text: str) -> str:
    """A text up to the brace that closes what was opened before it."""
    depth = 1
    for brace in _BRACE.finditer(text):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return text[: brace.start()]
    return text


def _manifests(snapshot: Snapshot, where: str) -> list[str]:
    return there(snapshot, (beside(where, name) for name in GRADLE))


def _texts(snapshot: Snapshot, paths: Iterable[str]) -> list[str]:
    return [snapshot.text(path) or "" for path in paths if not _SETTINGS.search(path)]


def _said(snapshot: Snapshot, where: str) -> str:
    """All that the scripts in a project's directory say, with those that they apply."""
    scripts = [beside(where, name) for name in snapshot.names(where) if _SCRIPT.search(name)]
    texts = _texts(snapshot, scripts)
    applied = {inside(where, path) for text in texts for path in _APPLIED.findall(text)} - {None, *scripts}
    return "\n".join([*texts, *_texts(snapshot, filter(None, applied))])


def _program(snapshot: Snapshot, where: str, said: str, packs: bool) -> str:
    """The file that says how a program is built; empty where a project is none. One that packs what others
    have needs no source of its own.
    """
    manifest = next(iter(_manifests(snapshot, where)), "")
    if not manifest or not is_run(manifest) or is_tool(manifest):
        return ""
    runs = _RUNS.search(_OF_ANOTHER.sub("", said))
    has_source = snapshot.is_directory(f"{where}/src/main".lstrip("/"))
    is_run_here = runs or is_started(snapshot, where) or images(snapshot, where)
    return manifest if is_run_here and (has_source or (runs and packs)) else ""


def _found(
    snapshot: Snapshot, where: str, manifest: str, build: _Build, needs: Mapping[str, _Needs]
) -> Iterator[Found | Doubt]:
    needed = closed(where, {one: found.known for one, found in needs.items()})
    paths = [path for one in needed for path in ([one] if one != build.top else parts(snapshot, one, ()))]
    if unknown := sorted({name for one in needed for name in needs[one].unknown}):
        paths = [build.top or "**"]
        why = f"it needs the project {unknown[0]!r}, which is not known: all of the build counts"
        yield Doubt(Place(manifest), why, tuple(paths))
    name, every = slug(where.rpartition("/")[2] or build.name), (*paths, *build.shared)
    program = Found(name, Place(manifest), paths=every, ignore=TESTS, guessed=True)
    yield from told(snapshot, program, where)


def _needs(said: str, build: _Build) -> _Needs:
    text = _NOT_SHIPPED.sub("", said)
    asked = {name.strip(":") for name in _NEEDED.findall(text)} - {""}
    known = {build.projects[name] for name in asked if name in build.projects}
    named = (one.split(":") for one in _NAMED.findall(text))
    accessed = (one.split(".") for one in _BY_ACCESSOR.findall(text))
    known |= {place for parts in named for place in _meant(parts, build.projects, build)}
    known |= {place for parts in accessed for place in _meant(parts, build.accessors, build)}
    return _Needs(known, asked - build.projects.keys())


def _accessor(path: str) -> str:
    """A project's path as scripts may write it: `sharedKit:core`, of `projects.sharedKit.core`, for
    `:shared-kit:core`.
    """
    return re.sub(r"[-_](\w)", lambda found: found[1].upper(), path)


def _meant(parts: Sequence[str], names: Mapping[str, str], build: _Build) -> list[str]:
    """The project that is meant: what follows its name is a task of it, or asked of it."""
    tried = (":".join(parts[:length]) for length in range(min(len(parts), build.deepest), 0, -1))
    return [names[one] for one in tried if one in names][:1]
