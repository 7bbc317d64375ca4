"""What landings changed under some roots: read before, or asked of git."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from unshipped.core.history.difference import Difference
from unshipped.git import changes
from unshipped.git.memory import Memory

_WHOLE = [b""]
_FEW_ROOTS = 16
_NONE = Difference([], [])


class Differences:
    """Differences to the first parent under some roots: those that are at hand or were read before, and those
    that git is asked for.
    """

    def __init__(
        self,
        git_dir: str,
        roots: Sequence[bytes],
        memory: Memory,
        at_hand: Mapping[str, bytes] = MappingProxyType({}),
        wider: Sequence[bytes] = (),
    ) -> None:
        """`wider` are the roots of what was asked before: what was read under them will do, too."""
        self._git_dir, self._memory = git_dir, memory
        self._roots = _WHOLE
        self._raw = memory.differences(_WHOLE)
        for narrow in filter(None, (changes.specs(wider), changes.specs(roots))):
            if not self._raw:
                self._roots, self._raw = narrow, memory.differences(narrow)
        self._before = len(self._raw)
        self._raw |= at_hand

    def read(self, wanted: Iterable[tuple[str, str]], *, jobs: int) -> None:
        """Ask git for those of the (commit, parent) pairs that are not known."""
        missing = [edge for edge in wanted if edge[0] not in self._raw]
        self._raw |= changes.edges(self._git_dir, missing, self._roots, jobs=jobs)

    def keep(self) -> None:
        """Remember them, if there is enough that is new: to ask git for a few again is faster than to write
        all of them again.
        """
        if len(self._raw) - self._before > self._before // 32:
            self._memory.keep_differences(self._roots, self._raw)

    def parsed(self, wanted: Iterable[tuple[str, str]], roots: Sequence[bytes] = ()) -> dict[str, Difference]:
        """The differences of the pairs, by commit. With few roots that are all that counts, a difference in
        which none of them occurs is not taken apart.
        """
        if not 0 < len(roots) <= _FEW_ROOTS:
            return {commit: changes.parse(self._raw[commit]) for commit, _ in wanted}
        return {
            commit: changes.parse(raw) if any(root in raw for root in roots) else _NONE
            for commit, raw in ((commit, self._raw[commit]) for commit, _ in wanted)
        }

    def between(self, old: str, new: str) -> Difference:
        """The difference between any two commits."""
        return changes.parse(changes.between(self._git_dir, old, new, self._roots))
