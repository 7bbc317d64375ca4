"""What landings changed under some roots: read before, or asked of git."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from unshipped.core.history.difference import Difference
from unshipped.core.paths import PathMap
from unshipped.git import changes
from unshipped.git.history import Listing
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
        listing: Listing | None = None,
        wider: Sequence[bytes] = (),
    ) -> None:
        """`listing` has some at hand. `wider` are the roots of what was asked before: what was read under
        them will do, too.
        """
        self._git_dir, self._memory = git_dir, memory
        self._roots, self._kept = _WHOLE, memory.differences(_WHOLE)
        for narrow in filter(None, (changes.specs(wider), changes.specs(roots))):
            if not self._kept:
                self._roots, self._kept = narrow, memory.differences(narrow)
        at_hand = listing.changes if listing else {}
        self._new = {commit: raw for commit, raw in at_hand.items() if commit not in self._kept}
        self._parsed: Mapping[str, Difference] = listing.parsed if listing else {}

    def read(self, wanted: Iterable[tuple[str, str]], *, jobs: int) -> None:
        """Ask git for those of the (commit, parent) pairs that are not known."""
        missing = [edge for edge in wanted if edge[0] not in self._new and edge[0] not in self._kept]
        self._new |= changes.edges(self._git_dir, missing, self._roots, jobs=jobs)

    def keep(self) -> None:
        """Remember them, if there is enough that is new: to ask git for a few again is faster than to write
        all of them again.
        """
        if len(self._new) > len(self._kept) // 32:
            self._memory.keep_differences(self._roots, {**self._kept, **self._new})

    def parsed(
        self, wanted: Iterable[tuple[str, str]], counts: PathMap | None = None
    ) -> dict[str, Difference]:
        """The differences of the pairs, by commit. Where few paths are all that counts, a difference in which
        none of them occurs is not taken apart.
        """
        asked = [commit for commit, _ in wanted]
        at_hand = all(commit in self._parsed for commit in asked)
        roots = counts.roots() if counts and not at_hand else []
        few = roots if len(roots) <= _FEW_ROOTS else []
        return {commit: self._parsed.get(commit) or self._parse(commit, few) for commit in asked}

    def _parse(self, commit: str, few: Sequence[bytes]) -> Difference:
        raw = self._raw(commit)
        return changes.parse(raw) if not few or any(root in raw for root in few) else _NONE

    def _raw(self, commit: str) -> bytes:
        known = self._new.get(commit)
        return self._kept[commit] if known is None else known

    def between(self, old: str, new: str) -> Difference:
        """The difference between any two commits."""
        return changes.parse(changes.between(self._git_dir, old, new, self._roots))
