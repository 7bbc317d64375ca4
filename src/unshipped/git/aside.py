"""A git that works on its own, and whose answer waits until somebody wants it."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.git.process import Child, unnamed_file


class Aside:
    """Begins at once. Its answer may be of any size: no pipe fills while nobody reads."""

    def __init__(self, arguments: Sequence[str], git_dir: str) -> None:
        self._kept = unnamed_file()
        self._child = Child(arguments, git_dir=git_dir, stdout=self._kept)

    def answer(self) -> bytes | None:
        """All that it printed, once; None where it failed, or was stopped."""
        if self._kept.closed:
            return None
        self._child.end()
        with self._kept as kept:
            kept.seek(0)
            return kept.read() if self._child.code == 0 else None

    def stop(self) -> None:
        """Nobody asks for it."""
        self._child.stop()
        self._kept.close()
