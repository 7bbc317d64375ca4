"""CODEOWNERS: who looks after a path."""

from __future__ import annotations

from collections.abc import Callable

from unshipped.core.closures.patterns import compile_glob, encode
from unshipped.discovery.snapshot import Snapshot

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


def owners(snapshot: Snapshot) -> Callable[[str], str]:
    """The first owner that the last matching line of CODEOWNERS names for a path; empty where none does."""
    path = next((one for one in _PLACES if one in snapshot.entries), "")
    rules = (
        [rule for line in (snapshot.text(path) or "").splitlines() if (rule := _rule(line))] if path else []
    )

    def owner(asked: str) -> str:
        for match, name in reversed(rules):
            if match(encode(asked)):
                return name
        return ""

    return owner


def _rule(line: str) -> tuple[Callable[[bytes], object], str] | None:
    words = line.partition("#")[0].split()
    if len(words) < 2 or line.startswith("["):
        return None
    pattern, name = words[0], words[1]
    anchored = "/" in pattern.rstrip("/")
    bare = pattern.strip("/")
    base = bare if anchored else f"**/{bare}"
    here, below = compile_glob(encode(base)), compile_glob(encode(f"{base}/**"))
    return (lambda path: here(path) or below(path)), name
