"""Answers that need not be computed twice. Losing it costs time and nothing else.

Every entry is one file, written beside its place and renamed, so that a reader sees all of it or nothing.
An entry that cannot be read, belongs to another version, or does not carry its own checksum is not there.
A cache that cannot be written (a full disk, a read-only home) is silently none.

Values are written as the interpreter writes its own compiled files, for that very interpreter: they are read
in half the time, and what reads JSON is not imported.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
from collections.abc import Iterable
from functools import cache
from zlib import adler32, crc32

from unshipped import __version__

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

_MOST_ENTRIES = 64
_PARTS = "parts"
_KEPT_FOR = 7 * 86400
"""So many seconds older than the newest part one has to be that is taken out, where there are many."""
_SUM = 4
_MADE_BY = f"{__version__} {sys.hexversion:x}"


class Cache:
    """A directory of entries, by room and key. `None` as the directory switches it off, and so does one that
    others can write: what an entry says is believed.
    """

    def __init__(self, directory: str | os.PathLike[str] | None) -> None:
        place = None if directory is None else os.fspath(directory)
        self.directory = place if place is None or _is_ours(place) else None

    def part(self, name: str) -> Cache:
        """A cache of its own for one of many things: what is kept of the others takes none of its room."""
        if self.directory is None:
            return self
        parts = os.path.join(self.directory, _PARTS)
        place = os.path.join(parts, _name(self.key(name)))
        if not os.path.isdir(place):
            _forget(parts)
        found = Cache(None)
        found.directory = place
        return found

    def key(self, *parts: str | bytes) -> bytes:
        """What an entry is asked by: all the parts, this version of the program, and the interpreter's."""
        raw = (p.encode("utf-8", "surrogateescape") if isinstance(p, str) else p for p in (_MADE_BY, *parts))
        return b"".join(len(part).to_bytes(8, "big") + part for part in raw)

    def load(self, room: str, key: bytes) -> Any:
        """The value, or None."""
        raw = self.load_bytes(room, key)
        if raw is None:
            return None
        try:
            return marshal.loads(raw)  # noqa: S302 - nobody writes there but who runs this, as in __pycache__
        except (EOFError, TypeError, ValueError):
            return None

    def save(self, room: str, key: bytes, value: Any) -> None:
        """Keep a value of plain data."""
        try:
            raw = marshal.dumps(value)
        except ValueError:  # a named tuple or the member of an enumeration: plain only to JSON
            import json  # noqa: PLC0415 - few entries need it, and most checks write none

            raw = marshal.dumps(json.loads(json.dumps(value)))
        self.save_bytes(room, key, raw)

    def has(self, room: str, key: bytes) -> bool:
        """Whether something is kept there. It may be damaged."""
        return self.directory is not None and os.path.exists(os.path.join(self.directory, room, _name(key)))

    def load_bytes(self, room: str, key: bytes) -> bytes | None:
        """The bytes of an entry, or None where it is missing or damaged."""
        if self.directory is None:
            return None
        try:
            with open(os.path.join(self.directory, room, _name(key)), "rb") as file:
                head, content = file.read(_SUM + len(key)), file.read()
        except OSError:
            return None
        # The whole key stands in the entry: two keys with the same name are told apart, and no
        # cryptographic hash has to be loaded for a file that only its owner can write.
        return content if head == _checksum(key, content) + key else None

    def save_bytes(self, room: str, key: bytes, content: bytes) -> None:
        """Keep bytes. Fails in silence: a cache is a convenience."""
        if self.directory is None:
            return
        with contextlib.suppress(OSError):
            _write(os.path.join(self.directory, room), _name(key), (_checksum(key, content), key, content))


def _write(room: str, name: str, parts: Iterable[bytes]) -> None:
    _make(room)
    temporary = os.path.join(room, f".{name}.{os.getpid()}")
    try:
        with open(temporary, "xb") as file:
            file.writelines(parts)
        os.replace(temporary, os.path.join(room, name))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sweep(room)


def _is_ours(directory: str) -> bool:
    """Whether nobody but this user and root can write there. It is made before that is looked at: somebody
    else could make it afterwards.
    """
    try:
        _make(directory)
        found = os.stat(directory)
    except OSError:
        return False
    return found.st_uid in (0, os.geteuid()) and not found.st_mode & 0o022


def _make(directory: str) -> None:
    """Make a directory and all above it, each of them for this user alone."""
    if not os.path.isdir(directory):
        _make(os.path.dirname(directory) or ".")
        with contextlib.suppress(FileExistsError):
            os.mkdir(directory, 0o700)


def _checksum(key: bytes, content: bytes) -> bytes:
    return crc32(content, crc32(key)).to_bytes(_SUM, "big")


def _name(key: bytes) -> str:
    return f"{crc32(key):08x}{adler32(key):08x}"


def _sweep(room: str) -> None:
    """Keep the newest entries of a room."""
    entries = [entry for entry in os.scandir(room) if entry.is_file()]
    if len(entries) > _MOST_ENTRIES:
        entries.sort(key=lambda entry: entry.stat().st_mtime)
        for entry in entries[: len(entries) - _MOST_ENTRIES]:
            with contextlib.suppress(OSError):
                os.unlink(entry.path)


@cache
def _forget(parts: str) -> None:
    """Take out what belongs to things that nobody asks about any more. Once in a process: it reads all."""
    with contextlib.suppress(OSError):
        used = sorted((_last_used(one.path), one.path) for one in os.scandir(parts))
        for at, one in used[:-_MOST_ENTRIES]:
            if at < used[-1][0] - _KEPT_FOR:
                import shutil  # noqa: PLC0415 - brings three compressions, and most checks forget nothing

                shutil.rmtree(one, ignore_errors=True)


def _last_used(part: str) -> float:
    return max((room.stat().st_mtime for room in os.scandir(part)), default=0.0)


def default_directory() -> str:
    """`UNSHIPPED_CACHE_DIR`, or `unshipped` in the user's cache directory."""
    if chosen := os.environ.get("UNSHIPPED_CACHE_DIR"):
        return chosen
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "unshipped")
