"""`unshipped smoke`: whether what serves is what should, and whether it is well."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

from unshipped.app.asking import Request, ask
from unshipped.app.smoke import Smoked, smoke
from unshipped.cli.deploy import left_out, meant, opened
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, environments_argument, fleet_arguments, length
from unshipped.cli.output import aside, emit, json_text
from unshipped.cli.rolling import MARKS
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.exits import DRIFT, FINE, NOTHING, UNKNOWN
from unshipped.core.rollout import Went
from unshipped.errors import UsageError
from unshipped.ports.rolling import Book
from unshipped.wiring import Fleet
from unshipped.wiring.deploying import crew
from unshipped.wiring.recording import unkept

HELP = """The smoke test: prove by their sources that services serve what they should, and ask their declared
checks. Nothing is deployed, and nothing is rolled back.

Each answer is passed, failed, or could not run, with its reason. The checks are asked of what serves, also
where that is another revision than it should be."""

EPILOG = """\
exit codes:
  0  everything passed
  1  something failed: another revision serves, or a check said no
  2  wrong usage or configuration
  3  something could not run, so nobody knows (outranks 1)
  4  no target was meant
"""

_CODES = {Went.PASSED: FINE, Went.FAILED: DRIFT, Went.COULD_NOT: UNKNOWN}


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument_group("what to ask").add_argument
    add(
        "services",
        nargs="*",
        metavar="SERVICE",
        help="which services [default: all that are deployed from here]",
    )
    environments_argument(add, " [default: the first]")
    add(
        "--to",
        metavar="REV",
        default="",
        help="this commit, tag or branch should serve [default: by its rule]",
    )
    add(
        "--within",
        metavar="LENGTH",
        type=length,
        default=timedelta(),
        help="wait so long for it to serve what it should, such as 2m [0s]",
    )
    add("--fetch", action="store_true", help="fetch from the remote before looking")
    add("--format", choices=("text", "json"), default="text", help="how to write the answers [text]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Ask, and answer the exit code."""
    fleet = opened(options)
    with _book(fleet, options) as book:
        made = crew(fleet, book, lambda: clock(None))
        names = [
            target.name
            for target in meant(options, fleet)
            if not target.retired and (options.services or target.name in made.recipes)
        ]
        request = Request(by="", to=options.to)
        left: dict[str, UsageError] = {}
        asked = ask(made, names, request, clock(None), lambda: uuid.uuid4().hex[:8], left)
        found = smoke(made, asked, clock(None), within=options.within.total_seconds(), told=_told)
    emit(json_text(as_json(found)) if options.format == "json" else as_text(found))
    return left_out(left) if left else exit_code(found)


def _book(fleet: Fleet, options: Options) -> AbstractContextManager[Book]:
    """The log, where that says what should serve. Nothing else of the answer is in it: it may be away."""
    promoted = any(recipe.promote for recipe in fleet.config.deploying.recipes.values())
    return fleet.store() if promoted and not options.to else nullcontext(unkept())


def exit_code(found: Sequence[Smoked]) -> int:
    """The worst of all answers."""
    return max((_CODES[answer.went] for one in found for _, answer in one.answers), default=NOTHING)


def as_text(found: Sequence[Smoked]) -> str:
    """Target by target, answer by answer."""
    return "".join(
        f"{safe(line)}\n" for line in (*(line for one in found for line in _lines(one)), _count(found))
    )


def _lines(one: Smoked) -> Iterator[str]:
    widest = max(len(name) for name, _ in one.answers)
    yield one.asked.target
    for name, answer in one.answers:
        word = "" if answer.went is Went.PASSED else f"{_word(answer.went)}: "
        yield f"  {MARKS[answer.went]} {name:<{widest}}  {word}{answer.detail}"


def _word(went: Went) -> str:
    return went.value.replace("-", " ")


def _count(found: Sequence[Smoked]) -> str:
    went = [answer.went for one in found for _, answer in one.answers]
    told = ", ".join(f"{went.count(which)} {_word(which)}" for which in _CODES)
    return f"{words.count(len(found), 'target')} asked: {told}."


def as_json(found: Sequence[Smoked]) -> dict[str, Any]:
    """The same for machines."""
    return {"schema_version": 1, "targets": [_row(one) for one in found]}


def _row(one: Smoked) -> dict[str, Any]:
    return {
        "service": one.asked.service,
        "environment": one.asked.environment,
        "commit": one.asked.commit,
        "live": one.live or None,
        "checks": [
            {"name": name, "went": answer.went.value, "detail": answer.detail} for name, answer in one.answers
        ],
    }


def _told(target: str, line: str) -> None:
    aside(f"{safe(target)}  │ {safe(line)}")
