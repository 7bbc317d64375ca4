"""Whom to ask, for how long to wait, and what was said last: a deadline that holds whatever hangs.

What may hang runs in a thread that nobody waits for longer than the deadline: a name that does not resolve
cannot be interrupted. The same question is asked by one thread at a time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from unshipped.carried.rule import Gate, Purpose, Seen, Work, decided, tidy
from unshipped.gate import engine, file, http
from unshipped.gate.answers import gate_over, shown, understood
from unshipped.gate.values import Bypassing, Decision, Question, Where

if TYPE_CHECKING:
    from threading import Event

KEPT_FOR = 5.0
"""Seconds for which an answer is not asked for again."""
_LATE = "unshipped-gate-late"
MOST_KEPT = 1000
"""So many questions have their last answer kept: a worker may ask in the name of each of its batches."""


class _Kept(NamedTuple):
    decision: Decision
    at: float
    """By the monotonic clock: the other one jumps."""


class Flight:
    """One question on its way."""

    def __init__(
        self, ask: Callable[[], object], said_by: str, after: Callable[[], None] = lambda: None
    ) -> None:
        from threading import Event, Thread  # an answer that is kept needs no thread

        self.landed: Event = Event()
        self.decision: Decision | None = None
        self.failure = ""
        self.at = 0.0
        self._ask, self._said_by, self._after = ask, said_by, after
        Thread(target=self._run, name="unshipped-gate", daemon=True).start()

    def _run(self) -> None:
        try:
            self.decision = understood(self._ask(), self._said_by)
        except TimeoutError:
            self.failure = f"the {self._said_by} did not answer in time"
        except OSError as error:
            self.failure = f"the {self._said_by} cannot be reached: {error.strerror or type(error).__name__}"
        except Exception as error:  # whatever it is, the program that asked goes on
            self.failure = tidy(str(error)) or type(error).__name__
        self.at = monotonic()
        if self.decision:
            with suppress(Exception):  # whoever asked has nothing to do with it
                self._after()
        self.landed.set()


class _Key(NamedTuple):
    """What was asked, of whom, and in which process: what another one was told is not known here."""

    process: int
    question: Question
    where: Where
    bypassing: Bypassing | None


_flights: dict[_Key, Flight] = {}
_answers: dict[_Key, _Kept] = {}


def begin(question: Question, where: Where, bypassing: Bypassing | None, now: datetime) -> Decision | Flight:
    """The answer, where it is known; else the question on its way."""
    if question.mode == "off":
        return unknown(question._replace(on_unknown="allow"), "the gate is off", now)
    if where.file and not where.server and not (bypassing and engine.there()):
        return _from_file(question, where, "", now)
    key = _Key(os.getpid(), question, where, bypassing)
    for left, one in _flights.copy().items():
        if one.landed.is_set():  # nobody waited for it any more
            _landed(left, one)
    kept = _answers.get(key)
    if kept and monotonic() - kept.at < KEPT_FOR:
        return _aged(kept)
    if (flight := _flights.get(key)) is None:
        if not where.server and not engine.there():
            return unknown(question, "nobody to ask: no server, no file of verdicts, no unshipped", now)
        try:
            flight = _flights[key] = _sent(question, where, bypassing)
        except RuntimeError:  # no further thread can be started
            return _without(question, where, "no thread can be started to ask", now)
    return flight


def _sent(question: Question, where: Where, bypassing: Bypassing | None) -> Flight:
    if where.server:
        begun = monotonic()

        def asked() -> object:
            return http.ask(where.server, where.token, question, bypassing, begun)

        return Flight(asked, "server", lambda: _tell_what_was_left(where))
    return Flight(lambda: engine.ask(where.config, question, bypassing), "engine")


def _tell_what_was_left(where: Where) -> None:
    """Now that a server answers: bypasses that it did not hear of. The program that asked may end at once,
    and Python waits for this thread then.
    """
    from threading import Thread

    from unshipped.gate import spool

    folder = spool.folder_of(where.file)
    if os.path.isdir(folder) and any(name.endswith(".json") for name in os.listdir(folder)):
        told = (where.server, where.token, folder)
        Thread(target=spool.send, args=told, name=_LATE, daemon=False).start()


def until_told() -> None:
    """Wait as Python does where it ends by itself."""
    from threading import enumerate as running

    for thread in running():
        if thread.name == _LATE:
            thread.join()


def end(
    question: Question, where: Where, flight: Flight, bypassing: Bypassing | None, now: datetime
) -> Decision:
    """The answer when the deadline is over, or when it is there."""
    key = _Key(os.getpid(), question, where, bypassing)
    if not flight.landed.is_set():
        if bypassing:  # each has a name of its own: nobody asks by it again
            _flights.pop(key, None)
        return _without(question, where, f"no answer within {where.deadline:g} s", now)
    _landed(key, flight)
    return flight.decision or _without(question, where, flight.failure, now)


def _landed(key: _Key, flight: Flight) -> None:
    """Keep what was said, as the last answer to the question. Who was let through asks each time, since a
    bypass ends and may be revoked; what was said before it does not count any more.
    """
    if _flights.get(key) is flight:
        _flights.pop(key, None)  # others that waited for it take it out as well
    if flight.decision is None:
        return
    asked = key._replace(bypassing=None)
    _answers.pop(asked, None)
    if not flight.decision.bypass:
        _answers[asked] = _Kept(flight.decision, flight.at)
        for oldest in [*_answers][:-MOST_KEPT]:
            _answers.pop(oldest, None)


def _without(question: Question, where: Where, why: str, now: datetime) -> Decision:
    """What counts where nobody answered: of what was said last and what the file says, the younger. What was
    said last tells the gate's own rule, where the question has none.
    """
    kept = _answers.get(_Key(os.getpid(), question, where, None))
    rule = _as_it_was_answered(question, kept.decision) if kept else question
    found = _from_file(question, where, why, now) if where.file else unknown(rule, why, now)
    if kept:
        last, ago = _aged(kept), f"{monotonic() - kept.at:.0f} s"
        ages = [one for one in (gate_over(rule, None).max_verdict_age, found.verdict_age) if one is not None]
        if last.verdict_age is not None and last.verdict_age <= min(ages):
            return last._replace(reasons=(*last.reasons, f"{why}: said {ago} ago"), said_by="memory")
    return found


def _as_it_was_answered(question: Question, last: Decision) -> Question:
    age = last.max_verdict_age if question.max_verdict_age is None else question.max_verdict_age
    unknown = question.on_unknown or last.on_unknown
    return question._replace(mode=question.mode or last.mode, on_unknown=unknown, max_verdict_age=age)


def _from_file(question: Question, where: Where, why: str, now: datetime) -> Decision:
    try:
        found = file.ask(where.file, where.key, question, now)
    except OSError as error:
        return unknown(question, f"the file of verdicts cannot be read: {error.strerror}", now)
    except (ValueError, RecursionError) as error:
        return unknown(question, str(error), now)
    return found._replace(reasons=(*found.reasons, why)) if why else found


def _aged(kept: _Kept) -> Decision:
    age = kept.decision.verdict_age
    return kept.decision if age is None else kept.decision._replace(verdict_age=age + monotonic() - kept.at)


def unknown(question: Question, why: str, now: datetime) -> Decision:
    """The gate's own rule for what is not known."""
    gate: Gate = gate_over(question, None)
    places = [Seen(name, question.environment, reasons=(why,)) for name in question.services]
    answer = decided(places, gate, (), now, Work(Purpose(question.purpose), question.deploys, question.by))
    return shown(answer, "", "" if places else why)
