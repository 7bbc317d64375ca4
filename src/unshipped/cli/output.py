"""Where an answer goes."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from unshipped.errors import UsageError


def emit(text: str, output: Path | None = None) -> None:
    """Print, or write the file: whole, or not at all."""
    if output is None:
        sys.stdout.write(_printable(text))
        return
    try:
        _replace(output, text)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror or error}") from error


def _replace(output: Path, text: str) -> None:
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=output.resolve().parent, prefix=f".{output.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, output)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _printable(text: str) -> str:
    """The text with what the terminal's encoding lacks replaced."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
