"""What a program prints, or the reason why it is of no use."""

from __future__ import annotations

from unshipped.core.model import Code
from unshipped.core.texts.foreign import shown
from unshipped.errors import SourceError
from unshipped.platforms.orders import masked
from unshipped.platforms.process import Finished, run


class EndedError(SourceError):
    """A program that did not end well. `exit_code` is negative for a signal."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(Code.SOURCE_ERROR, message)
        self.exit_code = exit_code


def output(words: list[str], whose: str, *, timeout: float, limit: int, cwd: str = "") -> bytes:
    """What a program prints that ends well, at most a little more than the limit. Raises `SourceError`."""
    try:
        done = run(words, cwd=cwd, timeout=timeout, limit=limit)
    except TimeoutError:
        message = f"{whose} did not end within {timeout:g} s and was killed"
        raise SourceError(Code.SOURCE_TIMEOUT, message) from None
    except OSError as error:
        raise SourceError(Code.SOURCE_ERROR, _not_started(error, cwd, whose)) from None
    if done.code:
        raise EndedError(f"{whose} {_ending(done)}", done.code)
    return done.output


def _not_started(error: OSError, cwd: str, whose: str) -> str:
    if cwd and error.filename == cwd:
        return f"{whose} cannot run in {shown(cwd)}: {error.strerror}"
    if isinstance(error, FileNotFoundError):
        return f"{whose} was not found: it is not on the PATH, or its interpreter is missing"
    return f"{whose} cannot be started: {error.strerror}"


def _ending(done: Finished) -> str:
    lines = done.errors.decode("utf-8", "replace").strip().splitlines()
    how = f"exited with {done.code}" if (done.code or 0) > 0 else f"was ended by signal {-(done.code or 0)}"
    return f"{how}: {shown(masked(lines[-1].strip()))}" if lines else how
