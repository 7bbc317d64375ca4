"""What is worked out once about a whole tree: where names are, and which files are no source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unshipped.discovery.snapshot import Snapshot

SOURCES = frozenset(
    {
        *(".py", ".pyw", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte"),
        *(".go", ".rs", ".java", ".kt", ".kts", ".scala", ".groovy", ".rb", ".php", ".c", ".h", ".cc"),
        *(".cpp", ".hpp", ".cs", ".fs", ".vb", ".swift", ".m", ".ex", ".exs", ".erl", ".clj", ".hs", ".ml"),
        *(".astro", ".dart", ".lua", ".pl", ".pm", ".r", ".jl"),
    }
)
"""Suffixes of what programs are written in. Everything else may be data that a program reads."""

WORD = re.compile(r"[./@]+")
"""What stands between the words of what is asked for and of the names of files: both are cut alike, so that
a file that comes or goes can be held against what was asked for."""
_QUOTED = re.compile(rb"""["'`]([^\s"'`]{2,300})["'`]|url\(\s*([^\s"'`)]{2,300})""")


def quoted(content: bytes) -> tuple[str, ...]:
    """The texts in quotes that may be a name or a path, each once."""
    found = (one[1] or one[2] for one in _QUOTED.finditer(content))
    return tuple(dict.fromkeys(one.decode("utf-8", "replace") for one in found))


def suffix(path: str) -> str:
    """The suffix of a file's name, with its dot; empty where it has none."""
    dot = path.rfind(".")
    return path[dot:].lower() if dot > path.rfind("/") else ""


def named(snapshot: Snapshot, name: str) -> Sequence[str]:
    """The Python modules and packages of a name, wherever they lie."""
    if "named" not in snapshot.memo:
        found: dict[str, list[str]] = {}
        for path in snapshot.entries:
            if path.endswith(".py"):
                directory, _, file = path.rpartition("/")
                if file == "__init__.py":
                    found.setdefault(directory.rpartition("/")[2], []).append(directory)
                else:
                    found.setdefault(file[:-3], []).append(path)
        snapshot.memo["named"] = found
    known: dict[str, list[str]] = snapshot.memo["named"]
    return known.get(name, ())


def data_beside(snapshot: Snapshot, directory: str, own: tuple[str, ...]) -> Sequence[str]:
    """The files straight in a directory, and in those below it without any source, that are no source of one
    language, whose suffixes these are: what others are written in, such as scripts of a page, it may serve.
    """
    known: dict[tuple[str, tuple[str, ...]], list[str]] = snapshot.memo.setdefault("data", {})
    if (directory, own) not in known:
        prefix = f"{directory}/" if directory else ""
        found = [prefix + name for name in snapshot.names(directory) if suffix(name) not in own]
        for name in children(snapshot, directory):
            if prefix + name not in _with_source(snapshot, own):
                found += snapshot.below(prefix + name)
        known[directory, own] = sorted(found)
    return known[directory, own]


def children(snapshot: Snapshot, directory: str) -> Sequence[str]:
    """The names of the directories straight in a directory."""
    if "children" not in snapshot.memo:
        found: dict[str, set[str]] = {}
        for parent in {path.rpartition("/")[0] for path in snapshot.entries}:
            here = parent
            while here:
                above, _, name = here.rpartition("/")
                found.setdefault(above, set()).add(name)
                here = above
        snapshot.memo["children"] = found
    children: dict[str, set[str]] = snapshot.memo["children"]
    return sorted(children.get(directory, ()))


def _with_source(snapshot: Snapshot, own: tuple[str, ...]) -> set[str]:
    """The directories that have source of one language anywhere below them."""
    if ("with source", own) not in snapshot.memo:
        found: set[str] = set()
        for parent in {path.rpartition("/")[0] for path in snapshot.entries if suffix(path) in own}:
            here = parent
            while here and here not in found:
                found.add(here)
                here = here.rpartition("/")[0]
        snapshot.memo["with source", own] = found
    known: set[str] = snapshot.memo["with source", own]
    return known
