"""The `unshipped` command: which sub-command, what an error looks like, and the exit code."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence

from unshipped import __version__

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import FrameType


def program() -> None:
    """What the installed command runs: `main`, and then nothing more.

    The interpreter would take every value apart before it ends, which takes longer than git's answer did;
    there is nothing in this process that has to be closed.
    """
    # Much is made and nothing of it is thrown away: to look for garbage would cost a third of a check. What
    # goes on for weeks (`serve`) looks for it again.
    gc.disable()
    sys.unraisablehook = _once_more
    try:
        main()
    except SystemExit as leaving:
        if started := sys.modules.get("unshipped.platforms.process"):
            started.end_all()
        os._exit(leaving.code if isinstance(leaving.code, int) else 1)


def _once_more(dropped: sys.UnraisableHookArgs) -> None:
    """Where the interpreter takes a value apart, it drops an error: an interrupt that came just then is sent
    again, or what was to be stopped would go on.
    """
    if not issubclass(dropped.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
        return
    _interrupt_soon()


def _interrupt_soon() -> None:
    from signal import ITIMER_REAL, SIGALRM, setitimer, signal

    signal(SIGALRM, _interrupt)
    setitimer(ITIMER_REAL, 0.01)


def _interrupt(_number: int, frame: FrameType | None) -> None:
    """The interrupt, once it is out of what would drop it again."""
    while frame:
        if frame.f_code is _once_more.__code__:
            _interrupt_soon()
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    try:
        code = dispatch(list(sys.argv[1:] if arguments is None else arguments))
    except (Exception, KeyboardInterrupt) as error:  # a bug of ours must not look like the user's mistake
        code = _failed(error)
    _leave(code)


def dispatch(arguments: list[str]) -> int:
    """Do what the arguments say. Raises `UnshippedError` for what a person can mend."""
    first = arguments[0] if arguments else "--help"
    if first in ("-V", "--version"):
        return _answer(f"unshipped {__version__}\n")
    if first == "affected":
        from unshipped.cli.again import said

        if (answer := said(arguments)) is not None:
            return _answer(answer)
    from unshipped.cli.commands import command, grammar_of, overview
    from unshipped.cli.plain import read

    if first in ("-h", "--help", "help"):
        about = next((word for word in arguments[1:] if not word.startswith("-")), "")
        if not about:
            _answer(overview())
            return 0 if arguments else 2
        first, arguments = about, [about, "--help"]
    grammar = grammar_of(first)
    options = read(grammar.arguments, arguments[1:])
    if options is None:
        from unshipped.cli.parser import Parser

        try:
            options = Parser(grammar).read(arguments[1:])
        except SystemExit:  # argparse printed the help of the command
            return 0
    options.typed = arguments
    code: int = command(first).run(options)
    return code


def _answer(text: str) -> int:
    from unshipped.cli.output import emit

    emit(text)
    return 0


def _failed(error: Exception | KeyboardInterrupt) -> int:
    from unshipped.errors import UnshippedError

    if isinstance(error, KeyboardInterrupt):
        return _interrupted()
    if isinstance(error, UnshippedError):
        return _say(error.message, error.hint, error.exit_code)
    if isinstance(error, BrokenPipeError):
        return _pipe_closed()
    if isinstance(error, FileNotFoundError) and _is_nowhere():
        return _say("the current directory is not there any more", 'cd "$PWD", or to another one', 2)
    return _interrupted() if _follows_an_interrupt(error) else _bug(error)


def _interrupted() -> int:
    return _say("interrupted", "", 130)


def _follows_an_interrupt(error: BaseException | None) -> bool:
    """Whether what cleaned up after an interrupt tripped over what was half done, as argparse does."""
    while error and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _is_nowhere() -> bool:
    """Whether one stands in a directory that was removed, as by a checkout of a branch that lacks it."""
    from pathlib import Path

    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def _say(message: str, hint: str, code: int) -> int:
    """Tell standard error, if anybody listens there; the code counts either way."""
    from unshipped.cli.output import inert
    from unshipped.cli.terminal import safe

    lines = [safe(line) if code == 130 else f"error: {safe(line)}" for line in message.splitlines()]
    if hint:
        lines.append(f"hint: {safe(hint)}")
    with contextlib.suppress(OSError, ValueError):
        print(inert("\n".join(lines)), file=sys.stderr, flush=True)
    return code


def _pipe_closed() -> int:
    # The reader (`head`) has what it wanted; the interpreter must not complain when it flushes.
    from unshipped.cli.output import discard

    discard()
    return 141


def _bug(error: Exception) -> int:
    from unshipped.cli.bug import report

    return _say(
        f"this is a bug in unshipped: {type(error).__name__}: {error}",
        f"please report it with the file {report(error)}",
        70,
    )


def _leave(code: int) -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        code = _pipe_closed()
    except OSError as error:
        code = _say(f"standard output cannot be written: {error.strerror}", "", 2)
    sys.exit(code)
