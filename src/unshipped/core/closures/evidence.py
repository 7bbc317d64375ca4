"""Why a path counts for a closure, or why it does not."""

from __future__ import annotations

from collections.abc import Mapping

from unshipped.core.closures.patterns import compile_glob, encode, is_glob
from unshipped.core.model import Closure
from unshipped.core.value import Value


class Why(Value):
    """`pattern` chose the path, by way of `link` where it lies behind one; `ignored_by` took it out again."""

    path: str
    pattern: str = ""
    link: str = ""
    ignored_by: str = ""

    @property
    def counts(self) -> bool:
        return bool(self.pattern) and not self.ignored_by


def why(closure: Closure, path: str, led: Mapping[str, str]) -> Why:
    """The pattern that makes a path count. `led` maps what lies behind links to the link that leads there."""
    ignored_by = _first(closure.ignore, path)
    if pattern := _first(closure.paths, path):
        return Why(path, pattern, ignored_by=ignored_by)
    for behind, link in led.items():
        if _covers(behind, path):
            return Why(path, _first(closure.paths, link) or link, link, ignored_by)
    return Why(path, ignored_by=ignored_by)


def _first(patterns: tuple[str, ...], path: str) -> str:
    return next((pattern or "." for pattern in patterns if _covers(pattern, path)), "")


def _covers(pattern: str, path: str) -> bool:
    plain, whole = encode(pattern), encode(path)
    if not plain or whole == plain or whole.startswith(plain + b"/"):
        return True
    return is_glob(plain) and compile_glob(plain)(whole) is not None
