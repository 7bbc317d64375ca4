"""Patterns of other tools as patterns of a map: never narrower than what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from unshipped.core.closures.patterns import encode, is_glob
from unshipped.core.value import Value
from unshipped.discovery.finders._names import is_pipeline
from unshipped.discovery.snapshot import inside

_MOST_ALTERNATIVES = 64
_BRACES = re.compile(r"\{([^{}]*)\}")
# Braces that are left, alternatives of picomatch, variables, and stars that are no part by themselves.
_UNKNOWN = re.compile(r"[{}$\\:]|[@!+*?]\(|[^/*]\*\*|\*\*[^/*]|[\x00-\x1f\x7f]")


class Imported(Value):
    """The patterns of an existing map."""

    paths: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def imported(patterns: Iterable[str], base: str = "", *, repeats: bool = False) -> Imported:
    """Patterns in the way of GitHub, GitLab, Cloud Build and picomatch, seen from a directory; `!` takes
    out. With `repeats`, `?` and `+` speak of the character before them, as in `on.push.paths`. The files of
    the pipeline itself are no part of what it deploys.
    """
    paths: list[str] = []
    ignore: list[str] = []
    for pattern in patterns:
        bare = pattern.strip()
        if bare.startswith("!"):
            # Nothing may be taken out that the other tool does not take out.
            ignore += [one for one, is_exact in _translated(bare[1:], base, repeats) if is_exact]
        elif bare:
            # What comes after a `!` may bring back what that took out.
            ignore.clear()
            paths += [one for one, _ in _translated(bare, base, repeats) if not is_pipeline(one)]
    return Imported(tuple(dict.fromkeys(paths)), tuple(dict.fromkeys(ignore)))


def _translated(pattern: str, base: str, repeats: bool) -> list[tuple[str, bool]]:
    return [one for text in _alternatives(pattern) if (one := _one(text, base, repeats))]


def _one(text: str, base: str, repeats: bool) -> tuple[str, bool] | None:
    unknown = _UNKNOWN.search(text) or (re.search(r"[?+]", text) if repeats else None)
    is_exact = unknown is None
    if unknown:
        text = text[: unknown.start() + 1].rpartition("/")[0]
    joined = inside(base, text.strip("/") or ".")
    if joined is None:
        return None
    # A directory covers what lies below it, a glob that matches one does not.
    bare = joined.removesuffix("/**")
    found = bare if not is_glob(encode(bare)) else f"{bare}/**" if bare != joined or unknown else joined
    return (found or "**", is_exact)


def _alternatives(pattern: str) -> list[str]:
    """`a/{b,c}` as `a/b` and `a/c`, as long as these are few."""
    found = [pattern]
    while len(found) <= _MOST_ALTERNATIVES and any(_BRACES.search(one) for one in found):
        found = [made for one in found for made in _expanded(one)]
        if any(_BRACES.search(one) and "," not in one for one in found):
            break
    return found if len(found) <= _MOST_ALTERNATIVES else [pattern]


def _expanded(text: str) -> list[str]:
    braces = _BRACES.search(text)
    if braces is None or "," not in braces[1]:
        return [text]
    return [text[: braces.start()] + part + text[braces.end() :] for part in braces[1].split(",")]
