"""Random maps: patterns that are found in real ones, and pathological ones, for the paths of a tree."""

from __future__ import annotations

import posixpath
import random
import re
from collections.abc import Sequence

DEAD = 0.01


def some_paths(rng: random.Random, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(some_pattern(rng, names) for _ in range(rng.choice([1, 1, 2, 3]))))


def some_ignore(rng: random.Random, names: Sequence[str]) -> tuple[str, ...]:
    """Nothing for most services; one or two patterns, dead ones among them, for the others."""
    return some_paths(rng, names)[:2] if rng.random() < 0.4 else ()


def some_pattern(rng: random.Random, names: Sequence[str]) -> str:
    """A pattern that matches something, but for one in a hundred."""
    if not names or rng.random() < DEAD:
        return rng.choice(["gone/away", "**/*.gone", "API", "[!a]gone"])
    name = rng.choice(names)
    folder, base = posixpath.split(name)
    top, _, _ = name.partition("/")
    end = posixpath.splitext(base)[1]
    below = f"{escaped(folder)}/" if folder else ""
    patterns = [
        *[top, folder or top, folder or top],  # what most maps hold
        name,
        f"{below}*",
        f"{below}**",
        f"{top}/**" if folder else name,
        f"{below}*{end}",
        f"**/*{end}",
        f"**/{base}",
        f"**/{posixpath.basename(folder)}/**" if folder else "**",
        f"{below}?{base[1:]}",
        f"{below}[!.]{base[1:]}",
        f"{below}[{base[0]}-z]*" if base[0].isalpha() and base[0].isascii() else f"{below}*",
        f"{below}[[:alpha:]]*" if base[0].isalpha() and base[0].isascii() else f"{below}*",
        f"*/{base}" if folder.count("/") == 0 and folder else name,
        escaped(name) + "*",
    ]
    return rng.choice(patterns)


def escaped(path: str) -> str:
    """A path as part of a glob. Of `[id]/*` git itself has two opinions: that of `git ls-files`, that the
    folder is `i` or `d`, and that of `git log`, which looks at folders one by one and takes it literally.
    """
    return re.sub(r"([*?\[\]])", r"\\\1", path)
