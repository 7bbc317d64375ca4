"""What projects of Python take in that lies elsewhere in the same repository, by their manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.discovery.documents import Table, at, table, tables, texts, toml
from unshipped.discovery.finders._builds import beside
from unshipped.discovery.images.rules import literal_base
from unshipped.discovery.snapshot import Snapshot, inside

_LOCAL = re.compile(
    r"""(?mx) ^[ \t]* (?:(?:-e|--editable)[ \t=]*)? (?:[\w.\[\],-]+[ \t]*@[ \t]*)? (?:file:/{0,2})?
        (\.{1,2}/[^\s;\[\#]*)"""
)
"""A line that names a directory or an archive: `-e ../libs/money`, `money @ file:../libs/money`."""
_OTHERS = re.compile(r"(?m)^[^\S\n]*+(?:-r|--requirement|-c|--constraint)[ \t=]*([^\s#-]\S*)")
_REFERENCE = re.compile(r"@\s*[^\s;@]*?(?<![\w.])(\.{1,2}/[^\s;]+)")
"""That of a dependency: `money @ {root:uri}/../libs/money`."""
MANIFESTS = ("pyproject.toml", "requirements.txt", "Pipfile", "setup.py", "setup.cfg", "alembic.ini")
_PACKED = (
    ("tool", "hatch", "build", "force-include"),
    *(("tool", "hatch", "build", "targets", one, "force-include") for one in ("wheel", "sdist")),
)
_TAKEN = re.compile(r"""(?mx) ["'\s=,] (\.\./[^"'\s,=;\#]*)""")
"""A path that leaves the directory, in `setup.py` and `setup.cfg`."""
_MIGRATIONS = re.compile(r"(?m)^(?:script_location|version_locations)\s*=\s*(?:%\(here\)s/)?(\S+)")
_SECTIONS = (
    ("pyproject.toml", ("tool", "uv", "sources")),
    ("pyproject.toml", ("tool", "poetry", "dependencies")),
    ("Pipfile", ("packages",)),
)


def sources(data: Table, *section: str) -> Iterator[tuple[str, Table]]:
    """The dependencies of a section, each with where it is taken from, on whichever condition."""
    for name, source in table(at(data, *section)).items():
        yield from ((name, one) for one in tables(source) or [table(source)])


def local(snapshot: Snapshot, where: str) -> Iterator[str]:
    """The paths that the manifests in a directory name, of what the repository has."""
    named = [(where, text) for text in _named(snapshot, where)]
    for path, text in _files(snapshot, beside(where, "requirements.txt")):
        # What is installed lies seen from where pip runs, another file seen from the one that names it.
        named += [(where, one) for one in _LOCAL.findall(text)]
        named += [(path.rpartition("/")[0], one) for one in _OTHERS.findall(text)]
    for base, text in named:
        found = inside(base, literal_base(text))
        if found is not None and snapshot.has(found):
            yield found


def _named(snapshot: Snapshot, where: str) -> Iterator[str]:
    for name, section in _SECTIONS:
        if (path := beside(where, name)) in snapshot.entries:
            paths = (source.get("path") for _, source in sources(toml(snapshot, path), *section))
            yield from (path for path in paths if isinstance(path, str))
    if (path := beside(where, "pyproject.toml")) in snapshot.entries:
        data = toml(snapshot, path)
        for text in texts(at(data, "project", "dependencies")):
            yield from _REFERENCE.findall(text)
        yield from _packed(data)
    for name, pattern in (("setup.py", _TAKEN), ("setup.cfg", _TAKEN), ("alembic.ini", _MIGRATIONS)):
        yield from pattern.findall(snapshot.text(beside(where, name)) or "")


def _packed(data: Table) -> Iterator[str]:
    """What is put into a package from where it lies."""
    for section in _PACKED:
        yield from table(at(data, *section))
    settings = table(at(data, "tool", "setuptools"))
    for key in ("package-dir", "data-files"):
        yield from (text for value in table(settings.get(key)).values() for text in texts(value))
    yield from texts(at(settings, "packages", "find", "where"))
    for one in tables(at(data, "tool", "poetry", "packages")):
        yield f"{one.get('from', '.')}/{one.get('include', '')}"


def _files(snapshot: Snapshot, path: str) -> Iterator[tuple[str, str]]:
    """A file of requirements, and those that it reads."""
    waiting, seen = [path], set[str]()
    while waiting:
        one = waiting.pop()
        if one in seen or (text := snapshot.text(one)) is None:
            continue
        seen.add(one)
        yield one, text
        others = (inside(one.rpartition("/")[0], other) for other in _OTHERS.findall(text))
        waiting += [other for other in others if other is not None]
