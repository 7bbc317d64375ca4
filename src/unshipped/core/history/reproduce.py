"""The git commands that show the same as we say, for a person who does not believe us."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from unshipped.core.closures.patterns import encode, is_glob
from unshipped.core.model import Closure


def pathspecs(closure: Closure, led: Iterable[str] = ()) -> list[str]:
    """The closure as pathspecs of git."""
    chosen = [*(_spec(pattern, "") for pattern in closure.paths), *(f":(literal){path}" for path in led)]
    return [*chosen, *(_spec(pattern, "exclude") for pattern in closure.ignore)]


def commands(repository: str, deployed: str, expected: str, specs: list[str]) -> tuple[str, str, str]:
    """What differs; the landings; the count of single commits."""
    git = f"git -C {shlex.quote(repository)}" if repository not in ("", ".") else "git"
    paths = " ".join(shlex.quote(spec) for spec in specs)
    old, new = deployed[:12], expected[:12]
    return (
        f"{git} diff --no-renames --stat {old} {new} -- {paths}",
        f"{git} log --first-parent -m --no-renames --oneline --name-only {old}..{new}",
        f"{git} rev-list --count --full-history --no-merges {old}..{new} -- {paths}",
    )


def _spec(pattern: str, magic: str) -> str:
    if not encode(pattern):
        return ":(top)"
    words = [word for word in (magic, "glob" if is_glob(encode(pattern)) else "literal") if word]
    plain = not magic and not is_glob(encode(pattern)) and not pattern.startswith(":")
    return pattern if plain else f":({','.join(words)}){pattern}"
