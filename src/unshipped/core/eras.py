"""Closures that changed on the way: a landing counts by what a closure was when it landed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from unshipped.core.model import Closure, Question
from unshipped.core.paths import PathMap, members


class Eras:
    """The closures of those questions that had several, by their place in the chain (0 is the tip).

    A landing touches a closure where it touches what the closure is with it, or what it was before it: the
    landing that first imports a library brings the library, and one that changed the library earlier does
    not count.
    """

    def __init__(self, questions: Sequence[Question], chain: Sequence[str]) -> None:
        places = {commit: place for place, commit in enumerate(chain)}
        self.changing = 0
        self._starts: dict[int, list[int]] = {}
        self._bits: dict[int, list[int]] = {}
        closures: list[Closure] = []
        for index, question in enumerate(questions):
            met = [(places[era.since], era.closure) for era in question.eras if era.since in places]
            if len(met) < 2:
                continue
            self.changing |= 1 << index
            self._starts[index] = [place for place, _ in met]
            self._bits[index] = list(range(len(closures), len(closures) + len(met)))
            closures += [closure for _, closure in met]
        self._paths = PathMap(closures) if closures else None

    def counted(self, place: int, paths: Sequence[bytes], touched: int) -> int:
        """Of the closures that a landing touches as they are at the ends, those that it really touched."""
        asked = touched & self.changing
        if not asked or self._paths is None:
            return touched
        hit = self._paths.union(paths)
        for index in members(asked):
            if not hit & (self._bit(index, place) | self._bit(index, place + 1)):
                touched &= ~(1 << index)
        return touched

    def _bit(self, index: int, place: int) -> int:
        era = max(bisect_right(self._starts[index], place) - 1, 0)
        return 1 << self._bits[index][era]
