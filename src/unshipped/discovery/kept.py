"""Closures that were derived before, by the id of their tree: a tree never changes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from unshipped.cache import Cache
from unshipped.core.model import Closure
from unshipped.discovery.values import Derived, Reason

_ROOM = "extents"
"""Another name wherever the form of an entry changes: one of an older form is then not there."""
_MOST_BYTES = 16_000_000
_SETS = 5
"""How many sets of paths and words stand behind the closure and its reasons."""
_UNTOLD = Reason("", 0, "")
"""Why a path counts is not kept: whoever asks for that derives anew."""


class Kept:
    """Those of all repositories of a cache."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def load(self, tree: str, closures: Sequence[Closure]) -> list[Derived | None] | None:
        """What the closures came to in a tree; None unless all of them are known."""
        known = self._load(tree)
        names = [repr(closure) for closure in closures]
        if known is None or not known["closures"].keys() >= set(names):
            return None
        texts = known["texts"]
        return [_derived(known["closures"][name], texts) for name in names]

    def save(self, tree: str, closures: Sequence[Closure], derived: Sequence[Derived | None]) -> None:
        """Keep what they came to, beside what is known of the tree."""
        known = self._load(tree) or {"texts": [], "closures": {}}
        table = _Table(known["texts"])
        for closure, one in zip(closures, derived, strict=True):
            known["closures"][repr(closure)] = _plain(one, table)
        raw = zlib.compress(json.dumps(known, separators=(",", ":")).encode(), 1)
        if len(raw) <= _MOST_BYTES:
            self._cache.save_bytes(_ROOM, self._cache.key(_ROOM, tree), raw)

    def _load(self, tree: str) -> dict[str, Any] | None:
        raw = self._cache.load_bytes(_ROOM, self._cache.key(_ROOM, tree))
        known: dict[str, Any] | None = json.loads(zlib.decompress(raw)) if raw else None
        return known


class _Table:
    """Texts by their numbers: most closures hold the same ones."""

    def __init__(self, texts: list[str]) -> None:
        self._texts, self._numbers = texts, {text: at for at, text in enumerate(texts)}

    def numbers(self, texts: Iterable[str]) -> list[int]:
        return [self._number(text) for text in texts]

    def _number(self, text: str) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self._texts)
            self._texts.append(text)
        return self._numbers[text]


def _plain(derived: Derived | None, table: _Table) -> list[list[int]] | None:
    if derived is None:
        return None
    closure = derived.closure
    fields: tuple[Iterable[str] | Mapping[str, Reason], ...] = (
        *(closure.paths, closure.ignore, closure.optional, derived.reasons),
        *(sorted(one) for one in (derived.recipe, derived.inputs, derived.asked, derived.widened)),
        sorted(derived.awaited),
        *((derived.outer.paths, derived.outer.ignore) if derived.outer else ()),
    )
    return [table.numbers(one) for one in fields]


def _derived(plain: list[list[int]] | None, texts: Sequence[str]) -> Derived | None:
    if plain is None:
        return None
    paths, ignore, optional, reasons, *more = (tuple(texts[at] for at in one) for one in plain)
    recipe, inputs, asked, widened, awaited = map(frozenset, more[:_SETS])
    closure = Closure(paths, ignore, optional, settled=True)
    outer = Closure(more[_SETS], more[_SETS + 1], settled=True) if len(more) > _SETS else None
    why = dict.fromkeys(reasons, _UNTOLD)
    return Derived(closure, why, (), recipe, inputs, asked, widened, awaited, outer)
