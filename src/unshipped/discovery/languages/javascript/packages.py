"""What a `package.json` offers to those who ask for its package, and what its files ask for by `#name`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from unshipped.core.value import Value
from unshipped.discovery.languages.javascript.settings import table

_MAINS = ("main", "module", "source", "types", "typings", "browser", "react-native", "jsnext:main", "esnext")
_TYPES = ("types", "typings")
_DEEPEST = 16


class Target(Value):
    """One file that a package offers, relative to its directory."""

    path: str
    conditions: tuple[str, ...] = ()
    """Under which conditions: which of them hold is decided by whoever loads it."""

    @property
    def is_types(self) -> bool:
        """Whether it says nothing but types."""
        return any(one.startswith(_TYPES) for one in self.conditions) or self.path.endswith(".d.ts")


def offered(package: Mapping[str, Any], subpath: str) -> list[Target]:
    """Everything that `package/subpath` may stand for."""
    exports = package.get("exports")
    if exports is not None:
        keyed = isinstance(exports, dict) and any(key.startswith(".") for key in exports)
        found = matching(exports if keyed else {".": exports}, f"./{subpath}" if subpath else ".")
        if found:
            return found
    if subpath:
        return [Target(subpath)]
    return [Target(package[one], (one,)) for one in _MAINS if isinstance(package.get(one), str)]


def matching(listed: Mapping[str, Any], name: str) -> list[Target]:
    """What a table of `exports` or `imports` says of a name: the longest pattern that fits it."""
    if name in listed:
        return list(_targets(listed[name]))
    for pattern in sorted(listed, key=len, reverse=True):
        before, star, after = pattern.partition("*")
        if not star and not pattern.endswith("/"):
            continue
        if name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after) - 1:
            middle = name[len(before) : len(name) - len(after)]
            return [
                one._replace(path=one.path.replace("*", middle) if star else one.path + middle)
                for one in _targets(listed[pattern])
            ]
    return []


def _targets(value: Any, conditions: tuple[str, ...] = ()) -> Iterator[Target]:
    if len(conditions) > _DEEPEST:
        return
    if isinstance(value, str):
        yield Target(value, conditions)
    elif isinstance(value, list):
        for one in value:
            yield from _targets(one, (*conditions, ""))
    else:
        for condition, one in table(value).items():
            yield from _targets(one, (*conditions, condition))


def replaced(package: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Which file or package stands for which other one in a browser or on a telephone."""
    for key in ("browser", "react-native"):
        for name, other in table(package.get(key)).items():
            if isinstance(other, str):
                yield name, other
