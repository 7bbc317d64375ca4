"""A git that works on its own, and whose answer waits until somebody wants it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from unshipped.git.child import Child, unnamed_file


class Aside:
    """Begins at once. Its answer may be of any size: no pipe fills while nobody reads."""

    def __init__(self, arguments: Sequence[str], git_dir: str) -> None:
        self._kept, self._read = unnamed_file(), 0
        self._child = Child(arguments, git_dir=git_dir, stdout=self._kept)

    @property
    def code(self) -> int | None:
        """How it went; None while it is at work."""
        return self._child.code

    def read(self, size: int) -> bytes:
        """What comes next of its answer, while it is being printed; empty at the end. git writes where the
        file ends, and must not notice that somebody reads.
        """
        chunk = os.pread(self._kept.fileno(), size, self._read)
        if not chunk and self.code is None:
            self._child.end()
            chunk = os.pread(self._kept.fileno(), size, self._read)
        self._read += len(chunk)
        return chunk

    def answer(self) -> bytes | None:
        """All that it printed, once; None where it failed, or was stopped."""
        if self._kept.closed:
            return None
        self._child.end()
        with self._kept as kept:
            kept.seek(0)
            return kept.read() if self.code == 0 else None

    def stop(self) -> None:
        """Nobody asks for it."""
        self._child.stop()
        self._kept.close()
