"""What a file holds, or the reason why it cannot be read."""

from __future__ import annotations

import os
from stat import S_ISREG

from unshipped.core.model import Code
from unshipped.errors import SourceError


def content(path: str, whose: str, limit: int) -> bytes:
    """The bytes of a regular file, at most one more than the limit. Raises `SourceError`."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SourceError(Code.SOURCE_ERROR, f"{whose} is no regular file")
            return file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(Code.NOT_FOUND, f"{whose} does not exist") from None
    except PermissionError:
        raise SourceError(Code.SOURCE_DENIED, f"{whose} may not be read") from None
    except OSError as error:
        raise SourceError(Code.SOURCE_ERROR, f"{whose} cannot be read: {error.strerror}") from error


def _without_waiting(path: str, flags: int) -> int:
    """A named pipe without a writer would block the opening for ever."""
    return os.open(path, flags | os.O_NONBLOCK)
