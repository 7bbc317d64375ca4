"""Where an answer goes."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.errors import UsageError


def emit(text: str | Iterable[str], output: str | os.PathLike[str] | None = None) -> None:
    """Print, also where the file is `-`, or write the file: whole, or not at all. Raises `UsageError` where
    neither can be done.
    """
    pieces = [text] if isinstance(text, str) else text
    if output is None or os.fspath(output) in ("", "-") or _is_stdout(output):
        _print(pieces)
        return
    try:
        _write(os.fspath(output), pieces)
    except OSError as error:
        raise _unwritten(str(output), error.strerror or error) from error


def aside(line: str) -> None:
    """To whoever reads standard error. Where nobody can (it is closed, its reader left, its disk is full),
    what is done goes on all the same, and nothing of it gets into the answer.
    """
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            print(inert(line), file=sys.stderr, flush=True)


def inert(text: str) -> str:
    """The text without commands to a runner of GitHub, which looks for these in all that a step prints: a
    commit's title, or the name of a file, must not be one.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return text
    import re

    return re.sub(r"(?m)^ *:(?=:)|##(?=\[)", "\\g<0>\u200b", text)


def json_text(document: object) -> str:
    """A document for machines. What is no text in UTF-8 is replaced: half a character breaks a reader."""
    import json

    return json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "replace").decode() + "\n"


def _is_stdout(output: str | os.PathLike[str]) -> bool:
    """Whether it is where standard output goes, such as `/dev/stdout`: replaced, it would lose what stands
    in it.
    """
    try:
        return os.path.samestat(os.stat(output), os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError, AttributeError):
        return False


def _print(pieces: Iterable[str]) -> None:
    if sys.stdout is None:
        raise _unwritten("standard output", "it is closed")
    try:
        encoding = sys.stdout.encoding or "utf-8"
        for text in pieces:
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard()
        raise _unwritten("standard output", error.strerror) from error


def _unwritten(what: str, why: object) -> UsageError:
    from unshipped.errors import UsageError

    return UsageError(f"{what} cannot be written: {why}")


def discard() -> None:
    """Let what is still to be written to standard output go nowhere, so that nobody trips over it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(place: str, pieces: Iterable[str]) -> None:
    """A plain file is replaced whole and keeps who may read it; a pipe or a device is written to."""
    try:
        mode = os.stat(place).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        with open(place, "w", encoding="utf-8") as file:
            file.writelines(pieces)
        return
    _replace(os.path.realpath(place), pieces, stat.S_IMODE(mode) if mode is not None else 0o666 & ~_umask())


def _replace(place: str, pieces: Iterable[str], mode: int) -> None:
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(place), prefix=f".{os.path.basename(place)}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(pieces)
        os.chmod(temporary, mode)
        os.replace(temporary, place)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
