"""Answers that need not be computed twice. Losing it costs time and nothing else.

Every entry is one file, written beside its place and renamed, so that a reader sees all of it or nothing.
An entry that cannot be read, belongs to another version, or does not carry its own checksum is not there.
A cache that cannot be written (a full disk, a read-only home) is silently none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from unshipped import __version__

_MOST_ENTRIES = 64


class Cache:
    """A directory of entries, by room and key. `None` as the directory switches it off."""

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory

    def key(self, *parts: str | bytes) -> str:
        """The name of an entry that depends on all the parts and on this version of the program."""
        digest = hashlib.sha256(__version__.encode())
        for part in parts:
            raw = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
            digest.update(len(raw).to_bytes(8, "big") + raw)
        return digest.hexdigest()

    def load(self, room: str, key: str) -> Any:
        """The value, or None."""
        raw = self.load_bytes(room, key)
        if raw is None:
            return None
        try:
            return json.loads(raw)
        except ValueError:
            return None

    def save(self, room: str, key: str, value: object) -> None:
        """Keep a value of plain data."""
        self.save_bytes(room, key, json.dumps(value, separators=(",", ":")).encode())

    def load_bytes(self, room: str, key: str) -> bytes | None:
        """The bytes of an entry, or None where it is missing or damaged."""
        if self.directory is None:
            return None
        try:
            raw = (self.directory / room / key).read_bytes()
        except OSError:
            return None
        digest, content = raw[:32], raw[32:]
        return content if hashlib.sha256(content).digest() == digest else None

    def save_bytes(self, room: str, key: str, content: bytes) -> None:
        """Keep bytes. Fails in silence: a cache is a convenience."""
        if self.directory is None:
            return
        with contextlib.suppress(OSError):
            self._write(self.directory / room, key, hashlib.sha256(content).digest() + content)

    def _write(self, room: Path, key: str, content: bytes) -> None:
        room.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = room / f".{key}.{os.getpid()}"
        try:
            with temporary.open("xb") as file:
                file.write(content)
            os.replace(temporary, room / key)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        _sweep(room)


def _sweep(room: Path) -> None:
    """Keep the newest entries of a room."""
    entries = [entry for entry in os.scandir(room) if entry.is_file()]
    if len(entries) > _MOST_ENTRIES:
        entries.sort(key=lambda entry: entry.stat().st_mtime)
        for entry in entries[: len(entries) - _MOST_ENTRIES]:
            with contextlib.suppress(OSError):
                os.unlink(entry.path)


def default_directory() -> Path:
    """`UNSHIPPED_CACHE_DIR`, or `unshipped` in the user's cache directory."""
    if chosen := os.environ.get("UNSHIPPED_CACHE_DIR"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unshipped"
