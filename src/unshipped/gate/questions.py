"""From a question to an answer: who asks, of whom, and how long that is waited for."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from unshipped.carried.rule import USUAL_BYPASS, flaw, tidy
from unshipped.gate.asking import Flight, begin, end, unknown
from unshipped.gate.values import USUAL_DEADLINE, Bypassing, Decision, Question, Where, seconds
from unshipped.gate.words import question_of

if TYPE_CHECKING:
    from unshipped.gate.words import Options


def ask(services: tuple[str, ...], options: Options) -> Decision:
    question, where, bypassing, objection = _asked(services, options)
    if objection:
        return _noted(_wait(question, where, None), objection)
    return passed(_wait(question, where, bypassing), question, where, bypassing)


def ask_of_itself(service: str, commit: str, options: Options) -> Decision:
    """Whether a service is stale itself. A verdict on another commit says nothing of this one."""
    if not service:
        why = "this service does not know its own name: set UNSHIPPED_SERVICE"
        return unknown(question_of((), options), why, _now())
    found = ask((service,), options)
    serves = next(iter(found.deployed), "")
    if len(commit) >= 7 and serves and not serves.startswith(commit) and not commit.startswith(serves):
        why = f"the verdict is on {serves[:12]}, and this is {tidy(commit[:12])}"
        return unknown(question_of((service,), options), why, _now())
    if len(commit) < 7 and found.blocked:
        why = "which commit this is cannot be told: set GIT_COMMIT"
        return found._replace(answer="warn", reasons=(*found.reasons, why))
    return found


def _wait(question: Question, where: Where, bypassing: Bypassing | None) -> Decision:
    begun = begin(question, where, bypassing, _now())
    if isinstance(begun, Decision):
        return begun
    begun.landed.wait(where.deadline)
    return end(question, where, begun, bypassing, _now())


async def ask_async(services: tuple[str, ...], options: Options) -> Decision:
    question, where, bypassing, objection = _asked(services, options)
    if objection:
        return _noted(await _wait_async(question, where, None), objection)
    return passed(await _wait_async(question, where, bypassing), question, where, bypassing)


async def _wait_async(question: Question, where: Where, bypassing: Bypassing | None) -> Decision:
    begun = begin(question, where, bypassing, _now())
    if isinstance(begun, Decision):
        return begun
    await _landed(begun, where.deadline)
    return end(question, where, begun, bypassing, _now())


async def _landed(flight: Flight, most: float) -> None:
    """Until it landed, or for so many seconds. Neither an executor nor another thread is held up."""
    from asyncio import sleep
    from time import monotonic

    begun, step = monotonic(), 0.0005
    while not flight.landed.is_set() and (left := begun + most - monotonic()) > 0:
        await sleep(min(step, left))
        step = min(step * 2, 0.01)


def _noted(decision: Decision, objection: str) -> Decision:
    return decision._replace(reasons=(*decision.reasons, f"not skipped: {objection}"))


def passed(decision: Decision, question: Question, where: Where, bypassing: Bypassing | None) -> Decision:
    """Somebody decided to go on: that nobody could write it down does not stop them. It is left for whoever
    can; where it cannot even be left, that is told.
    """
    heard = decision.said_by in ("server", "engine")
    if bypassing is None or decision.bypass or not (decision.blocked or (decision.unknown and not heard)):
        return decision
    from unshipped.gate.spool import folder_of, leave

    own = "" if where.server or where.file or not where.config else os.path.realpath(where.config)
    kept = leave(folder_of(where.file), question, bypassing, _now().isoformat(), own)
    how = "to be recorded" if kept else "recorded here only"
    why = f"let through by {bypassing.by}: {bypassing.reason} ({how})"
    named = bypassing.id if kept else "unrecorded"
    answer = "allow" if decision.blocked else decision.answer
    return decision._replace(answer=answer, bypass=named, reasons=(*decision.reasons, why))


def bypassing_of(reason: str, by: str, length: float) -> Bypassing:
    """A bypass, with a name by which it is written down once."""
    return Bypassing(reason, by, length, os.urandom(6).hex())


def _asked(services: tuple[str, ...], options: Options) -> tuple[Question, Where, Bypassing | None, str]:
    question = question_of(services, options)
    where = options.get("where") or surroundings()
    if not options.get("skip"):
        return question, where, None, ""
    reason, by = tidy(str(options.get("reason") or "")), question.by or person()
    length = seconds(options.get("skip_for"), "skip_for")
    bypassing = bypassing_of(reason, by, USUAL_BYPASS if length is None else length)
    return question, where, bypassing, flaw(bypassing.by, bypassing.reason, bypassing.seconds)


def surroundings() -> Where:
    """Whom to ask, as the environment says."""
    return Where(
        os.environ.get("UNSHIPPED_SERVER", ""),
        os.environ.get("UNSHIPPED_TOKEN", ""),
        os.environ.get("UNSHIPPED_VERDICTS", ""),
        os.environ.get("UNSHIPPED_VERDICTS_KEY", ""),
        os.environ.get("UNSHIPPED_CONFIG", ""),
        _deadline(os.environ.get("UNSHIPPED_GATE_DEADLINE", "")),
    )


def _deadline(text: str) -> float:
    try:
        return min(60.0, max(0.001, float(text)))
    except ValueError:
        return USUAL_DEADLINE


def person() -> str:
    """Who asks here: as the environment says, or the user of this machine; empty where nothing says it."""
    from getpass import getuser  # few questions are asked in somebody's name

    try:
        return tidy(os.environ.get("UNSHIPPED_USER", ""), 100) or tidy(getuser(), 100)
    except (OSError, KeyError):  # a container whose user has no name
        return ""


def _now() -> datetime:
    return datetime.now(UTC)
