"""What a step says while it runs: masked, bounded, written down, and passed on to whoever watches."""

from __future__ import annotations

import threading
from collections.abc import Callable

from unshipped.app.crew import Crew
from unshipped.core.texts.masking import masked
from unshipped.errors import StoreError

MOST = 256_000
"""So many characters of a step are kept from its beginning, and a quarter as many from its end."""
_PIECE = 8_000
_FLUSH_EVERY = 0.5
_LONGEST_LINE = 4_000


class TurnLostError(BaseException):
    """Somebody else may have the turn by now. What is under way is let go and not ended: whoever has the turn
    finds it. No error of what is done, so it passes by all who catch those.
    """


class Teller:
    """The progress of one step. Output is kept in pieces, so that a line costs no transaction."""

    def __init__(
        self, crew: Crew, rollout: str, number: int, ended: Callable[[], bool], monotonic: Callable[[], float]
    ) -> None:
        self._crew, self._rollout, self._number = crew, rollout, number
        self._ended, self._monotonic = ended, monotonic
        self._lock = threading.Lock()
        self._waiting, self._kept, self._left = "", 0, 0
        self._tail = ""
        self._flushed = monotonic()

    def say(self, line: str) -> None:
        """One line of output."""
        text = masked(line.rstrip("\r\n"), self._crew.secrets)
        if len(text) > _LONGEST_LINE:
            text = f"{text[:_LONGEST_LINE]}… ({len(text)} characters)"
        with self._lock:
            self._crew.echo(self._rollout, self._number, f"{text}\n")
            self._add(f"{text}\n")
            self._keep_what_is_due()

    def cancelled(self) -> bool:
        """Whether it has to end. It is asked all the while: what was said last is kept then, where nothing
        more is said. Raises `TurnLostError`.
        """
        with self._lock:
            self._keep_what_is_due()
        return self._ended()

    def close(self) -> None:
        """Keep what is not kept yet."""
        with self._lock:
            if self._left:
                self._waiting += f"… {self._left:,} characters are left out …\n"
            self._waiting += self._tail
            self._flush()

    def _add(self, text: str) -> None:
        if self._kept + len(text) <= MOST:
            self._kept += len(text)
            self._waiting += text
            return
        self._tail += text
        if len(self._tail) > MOST // 2:
            cut = len(self._tail) - MOST // 4
            self._left += cut
            self._tail = self._tail[cut:]

    def _keep_what_is_due(self) -> None:
        if len(self._waiting) > _PIECE or self._monotonic() - self._flushed > _FLUSH_EVERY:
            self._flush()

    def _flush(self) -> None:
        self._flushed = self._monotonic()
        if not self._waiting:
            return
        text, self._waiting = self._waiting, ""
        try:
            self._crew.book.say(self._rollout, self._number, text, self._crew.clock())
        except StoreError:  # a deploy goes on although its output cannot be kept just now
            self._waiting = text[-MOST:] + self._waiting
