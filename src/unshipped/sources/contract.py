"""What every kind of source keeps to, as something that the tests of any package can run.

assert breaches(make) == []
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Hashable, Iterator
from time import monotonic
from typing import TypeVar

from unshipped.core.model import Code, Revision, Target
from unshipped.errors import SourceError
from unshipped.platforms.trials import SECRET, unlike_settings
from unshipped.ports import Source

__all__ = [
    "ACCEPTED",
    "FULL",
    "HUGE",
    "REFUSED",
    "SECRET",
    "Make",
    "breaches",
]

Make = Callable[[str], Source]
"""Makes a source whose platform answers that text where it says which commit runs."""

FULL = "eb7ce85b6f7b5b3f0a4b3d9f1c2e3d4c5b6a7988"

ACCEPTED = (FULL, FULL[:7], FULL.upper(), "v1.2.3", "release/2026-02-05")
"""What is a revision, and stays as it is."""

REFUSED = (
    *("--upload-pack=x", "-dirty-", "HEAD; rm -rf /", "HEAD", "@", "main~3", "a..b", "v1^{commit}", "@{-1}"),
    *("two words", "a" * 201, "x\x1b[31mred", "abc\u202edef0", "abc\u00a0def0"),
)
"""What is none, and would do harm as one."""

HUGE = "a" * 10_000_000

_TARGET = Target(service="api", environment="production", origins=())
_Answer = TypeVar("_Answer")


class _Alone:
    """A look of which nobody else is part."""

    def once(self, key: Hashable, ask: Callable[[], _Answer]) -> _Answer:
        return ask()


def breaches(make: Make, silent: Source | None = None) -> list[str]:
    """Every rule that is broken, as a sentence; none where all are kept.

    `silent` is a source whose platform takes the question and never answers, with a `timeout` under a second.
    """
    rules = [unlike_settings(type(make(FULL))), _accepts(make), _refuses(make), _keeps_secrets(make)]
    return [said for rule in rules for said in rule] + (list(_ends(silent)) if silent else [])


def _accepts(make: Make) -> Iterator[str]:
    for text in (*ACCEPTED, f"  {FULL} \t", f"{FULL}-dirty"):
        heard, clean = _heard(make(text)), text.strip().removesuffix("-dirty")
        said = [(one.text or one.ref, one.dirty) for one in heard] if isinstance(heard, tuple) else heard
        if not isinstance(said, list) or set(said) != {(clean, text.endswith("-dirty"))}:
            yield f"{text!r} is a revision, and was read as {said!r}"


def _refuses(make: Make) -> Iterator[str]:
    for text in ("", "   "):
        yield from _fails(make(text), Code.NO_REVISION, repr(text))
    for text in REFUSED:
        yield from _fails(make(text), Code.BAD_REVISION, repr(text))
    began = monotonic()
    yield from _fails(make(HUGE), None, "a text of ten megabytes")
    if monotonic() - began > 2:
        yield "a text of ten megabytes takes more than two seconds"


def _keeps_secrets(make: Make) -> Iterator[str]:
    heard = _heard(make(f"{SECRET} {SECRET}"))
    if isinstance(heard, Exception) and SECRET in "".join(traceback.format_exception(heard)):
        yield "an error repeats what was read, which may be a secret"


def _ends(silent: Source) -> Iterator[str]:
    began, most = monotonic(), float(getattr(silent, "timeout", 0))
    yield from _fails(silent, Code.SOURCE_TIMEOUT, "silence")
    if monotonic() - began > most + 1:
        yield f"silence was waited for longer than its timeout of {most:g} s"


def _fails(source: Source, code: Code | None, what: str) -> Iterator[str]:
    error = _heard(source)
    if not isinstance(error, SourceError):
        yield f"{what} is to raise SourceError, and gave {error!r:.200}"
    elif code and error.problem.code is not code:
        yield f"{what} is {code.value}, and was called {error.problem.code.value}"
    elif not error.message.isprintable() or len(error.message) > 500:
        yield f"the message about {what} is not one short line that prints"


def _heard(source: Source) -> tuple[Revision, ...] | Exception:
    try:
        return source.read(_TARGET, _Alone()).revisions
    except Exception as error:  # noqa: BLE001 - what it raises is what is asked
        return error
