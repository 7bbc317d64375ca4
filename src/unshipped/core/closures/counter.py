"""Count, for thousands of closures at once, how many sets each of them was in."""

from __future__ import annotations

from unshipped.core.paths import members


class Counter:
    """Adding a set costs a few operations on long ints, whatever its size.

    Bit `i` of plane `k` is bit `k` of the count of member `i`.
    """

    __slots__ = ("_planes",)

    def __init__(self) -> None:
        self._planes: list[int] = []

    def add(self, mask: int) -> None:
        for place, plane in enumerate(self._planes):
            if not mask:
                return
            self._planes[place], mask = plane ^ mask, plane & mask
        if mask:
            self._planes.append(mask)

    def totals(self, size: int) -> list[int]:
        """The count of each member from 0 to `size` - 1."""
        totals = [0] * size
        for place, plane in enumerate(self._planes):
            for member in members(plane):
                totals[member] += 1 << place
        return totals
