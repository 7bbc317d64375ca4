"""The question to the program `unshipped` itself, where it is installed: a process of its own that looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from unshipped.gate.values import Bypassing, Question

_LONGEST = 60.0
_ANSWERS = (0, 1, 3)


def there() -> bool:
    """Whether it is installed beside this library."""
    from importlib.util import find_spec

    return find_spec("unshipped.__main__") is not None


def ask(config: str, question: Question, bypassing: Bypassing | None) -> object:
    """What it says, as plain data. Raises `ValueError` with what went wrong."""
    from json import loads
    from subprocess import DEVNULL, TimeoutExpired, run

    command = [sys.executable, "-P", "-m", "unshipped", "gate", *_options(config, question, bypassing)]
    try:
        done = run(command, stdin=DEVNULL, capture_output=True, timeout=_LONGEST, check=False)
    except TimeoutExpired:
        raise ValueError("unshipped did not finish its look") from None
    if done.returncode not in _ANSWERS:
        first = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise ValueError(first.removeprefix("error: ") or f"unshipped left with {done.returncode}")
    return loads(done.stdout)


def _options(config: str, question: Question, bypassing: Bypassing | None) -> Iterator[str]:
    yield "--format=json"
    if config:
        yield f"--config={config}"
    if question.gate:
        yield f"--gate={question.gate}"
    for name in ("environment", "max_behind", "mode", "on_unknown", "purpose", "deploys", "by"):
        value = getattr(question, name)
        if value not in (None, ""):
            yield f"--{name.replace('_', '-')}={value}"
    for name in ("max_age", "max_verdict_age"):
        value = getattr(question, name)
        if value is not None:
            yield f"--{name.replace('_', '-')}={int(value)}s"
    if bypassing:
        yield from ("--skip-drift-check", f"--reason={bypassing.reason}", f"--by={bypassing.by}")
        yield from (f"--for={int(bypassing.seconds)}s", f"--bypass-id={bypassing.id}")
    yield from ("--", *question.services)
