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
    not count. What both ends hold counts always: a library that was left out and taken in again meanwhile
    is not thereby the one that is deployed.
    """

    def __init__(self, questions: Sequence[Question], chain: Sequence[str]) -> None:
        places = {commit: place for place, commit in enumerate(chain)}
        self.changing = 0
        self._starts: dict[int, list[int]] = {}
        self._firsts: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        closures: list[Closure] = []
        for index, question in enumerate(questions):
            met = [(places[era.since], era.closure) for era in question.eras if era.since in places]
            if len(met) < 2:
                continue
            self.changing |= 1 << index
            self._starts[index] = [place for place, _ in met]
            self._firsts[index] = len(closures)
            closures += [closure for _, closure in met]
            if question.deployed in places:
                self._ends[index] = self._bit(index, 0) | self._bit(index, places[question.deployed])
        self._paths = PathMap(closures)

    def counted(self, place: int, paths: Sequence[bytes], touched: int) -> int:
        """Of the closures that a landing touches as they are at the ends, those that it really touched."""
        asked = touched & self.changing
        if not asked:
            return touched
        hit = self._paths.union(paths)
        for index in members(asked):
            then = self._bit(index, place) | self._bit(index, place + 1)
            if not hit & then and not self._at_both_ends(index, hit, paths):
                touched &= ~(1 << index)
        return touched

    def _at_both_ends(self, index: int, hit: int, paths: Sequence[bytes]) -> bool:
        """Whether any of the paths is in the closure of what serves and in that of the tip."""
        ends = self._ends.get(index, 0)
        if not ends or hit & ends != ends:
            return False
        return any(self._paths.of(path) & ends == ends for path in paths)

    def _bit(self, index: int, place: int) -> int:
        era = max(bisect_right(self._starts[index], place) - 1, 0)
        return 1 << self._firsts[index] + era
