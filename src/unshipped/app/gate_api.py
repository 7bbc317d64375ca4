"""A gate over HTTP: what came in a request, and the status and the document that answer it.

    GET  /api/v1/gate/SERVICE[,SERVICE…]?max_behind=3      the decision
    GET  /api/v1/gate?gate=NAME                            the same for a gate that is declared
    POST /api/v1/gate/SERVICE   {"bypass": {…}}            let it through, and the decision then

Nothing is looked at on the way: the answer comes from the record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from unshipped.app.ask_gate import House, Keeper, ask_gate, understood
from unshipped.app.bypass import Counter, give, ids
from unshipped.app.decide import WEB
from unshipped.app.documents import document
from unshipped.carried.rule import USUAL_BYPASS, tidy
from unshipped.core.value import Value
from unshipped.errors import StoreError, UsageError
from unshipped.gate.values import Bypassing, Question
from unshipped.gate.words import question_of

ROOT = "/api/v1/gate"
LARGEST_BODY = 65_536
_MOST_SERVICES, _LONGEST_NAME = 200, 200

Answered = tuple[int, dict[str, Any]]


class Record(Keeper, Counter, Protocol):
    """The record, and where people are told."""


class Desk(Value):
    """All that a request is answered from."""

    house: House
    record: Record
    identity: Callable[[], str]
    """Makes an id that no other thing has."""
    receivers: Sequence[str] = ()
    """Who hears of a bypass."""


def gate_request(
    method: str,
    target: str,
    body: bytes,
    desk: Desk,
    now: datetime,
    *,
    by: str = "",
    permit: Callable[[Sequence[str]], None] = lambda _: None,
) -> Answered:
    """The answer to a request. `by` is who the door knows to be asking; what the request says of that counts
    only where the door does not know. `permit` hears of the services that would be let through, and raises
    an error of the door's own where they must not be.
    """
    try:
        question = asked(target, by)
        if method == "POST":
            return _bypassed(question, body, desk, now, permit)
        if method not in ("GET", "HEAD"):
            return refused(405, "method", f"{tidy(method, 20)} is not answered here")
        return _answered(question, desk, now)
    except UsageError as error:
        return refused(404, "not-declared", error.message, error.hint)
    except ValueError as error:
        return refused(400, "bad-request", str(error))
    except StoreError as error:
        return refused(503, "no-record", error.message, error.hint)


def asked(target: str, by: str) -> Question:
    """The question in an address. Raises `ValueError`."""
    place = urlsplit(target)
    path = place.path.removeprefix(ROOT).strip("/")
    services = tuple(unquote(name) for name in path.split(",") if name)
    if len(services) > _MOST_SERVICES:
        raise ValueError(f"at most {_MOST_SERVICES} services can be asked for at once")
    given = parse_qs(place.query, max_num_fields=30)
    options: dict[str, Any] = {}
    for name, values in given.items():
        if name not in _OPTIONS or len(values) != 1:
            raise ValueError(f"{tidy(name, 40)!r} is not asked here, or asked twice")
        options[name] = _OPTIONS[name](values[0])
    if by:
        options["by"] = by
    return question_of(services, options)  # type: ignore[arg-type]


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise ValueError(f"{tidy(text, 40)!r} is no whole number from 0 on")
    return int(text)


def _length(text: str) -> object:
    """`6h`, or seconds."""
    return float(text) if text.replace(".", "", 1).isdecimal() and len(text) < 20 else text


def _line(text: str) -> str:
    """A name, which is written down and counted by: no text of any length, and nothing that steers."""
    return tidy(text, _LONGEST_NAME)


_OPTIONS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(("gate", "environment", "mode", "on_unknown", "purpose", "deploys", "by"), _line),
    "max_behind": _whole,
    "max_age": _length,
    "max_verdict_age": _length,
}


def _bypassed(
    question: Question, body: bytes, desk: Desk, now: datetime, permit: Callable[[Sequence[str]], None]
) -> Answered:
    bypassing, at = _bypassing(body, question.by, now)
    asked = understood(question, desk.house)
    services = [service for service, _ in asked.places]
    permit(services)
    try:
        gate = asked.gate.name
        name = ids(bypassing.id) if bypassing.id else desk.identity
        hear = desk.receivers
        give(bypassing, gate, services, desk.record, at, identity=name, receivers=hear, told_at=now, door=WEB)
    except UsageError as error:
        return refused(422, "bad-bypass", error.message, error.hint)
    return _answered(question, desk, now)


def _answered(question: Question, desk: Desk, now: datetime) -> Answered:
    rule = understood(question, desk.house).gate
    return 200, document(ask_gate(question, desk.house, desk.record, now), rule)


def _bypassing(body: bytes, by: str, now: datetime) -> tuple[Bypassing, datetime]:
    """What is given, and from when on: it may be told after a while. Raises `ValueError`."""
    if len(body) > LARGEST_BODY:
        raise ValueError("the request is larger than a bypass can be")
    try:
        document = json.loads(body)
        found, given_at = document["bypass"], document.get("given_at")
        at = min(now, datetime.fromisoformat(given_at).astimezone(UTC)) if given_at else now
        lasting = float(found.get("seconds", USUAL_BYPASS))
        named = str(found.get("id") or "")
        return Bypassing(str(found["reason"]), by or str(found.get("by", "")), lasting, named), at
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise ValueError('a bypass is {"bypass": {"reason": …, "by": …, "seconds": …}}') from None


def refused(status: int, code: str, message: str, hint: str = "") -> Answered:
    """What could not be answered, in the one shape of an error."""
    return status, {"error": {"code": code, "message": message, "hint": hint or None}}
