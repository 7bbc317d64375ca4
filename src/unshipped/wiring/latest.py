"""The configuration as it is now, for those who ask so often that it cannot be read each time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from unshipped.config.values import Config
from unshipped.errors import LapsedError, UsageError
from unshipped.wiring import Fleet


class Latest:
    """Reads it anew where its file is another one."""

    def __init__(self, opened: Callable[[], Fleet]) -> None:
        self._opened = opened
        self._fleet: Fleet | None = None
        self._read: object = None
        """Names the file as it was before it was read."""

    def __call__(self) -> Config:
        """The configuration. Raises `UsageError`."""
        found = self._identity(self._fleet) if self._fleet else None
        if self._fleet is None or found != self._read:
            self._fleet, self._read = self._opened(), found
        return self._fleet.config

    @staticmethod
    def _identity(fleet: Fleet) -> object:
        try:
            found = Path(fleet.path).stat() if fleet.path else None
        except OSError:
            return object()  # whoever reads it says what is wrong
        return found and (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def lasting(fleet: Callable[[], Fleet]) -> Callable[[], Fleet]:
    """A fleet for who serves: that it became wrong is no fault of whoever asks. Raises `LapsedError`."""

    def opened() -> Fleet:
        try:
            return fleet()
        except UsageError as error:
            raise LapsedError(error.message, error.hint) from None

    return opened
