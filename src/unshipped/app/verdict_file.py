"""What is known, as a file that programs ask on their own machine: written whole, signed by a key."""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from unshipped.app.documents import verdicts
from unshipped.core.gating import Bypass, Guard
from unshipped.core.logged.observations import Standing
from unshipped.errors import UsageError


def verdict_file(
    standings: Iterable[Standing],
    *,
    now: datetime,
    guards: Sequence[Guard] = (),
    bypasses: Sequence[Bypass] = (),
    key: str = "",
) -> bytes:
    """The text of the file: one line of JSON, and under it the signature of that line. Where nobody says in
    which environment a service is meant, it is the one that comes first: they have the configuration's order.
    """
    found = verdicts(standings, guards, bypasses, now)
    line = json.dumps(found, ensure_ascii=True, separators=(",", ":")).encode()
    signed = f"sha256={hmac.digest(key.encode(), line, 'sha256').hex()}\n" if key else ""
    return line + b"\n" + signed.encode()


def put(path: Path, text: bytes) -> None:
    """Put the file in its place, so that a reader sees the old one or the new one. Raises `UsageError`."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
