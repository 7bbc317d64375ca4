"""Questions into rules, and what was decided into answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unshipped.carried.rule import Answer, Gate, GateDecision, Mode, tidy
from unshipped.gate.values import SCHEMA, Decision, Question


def gate_over(question: Question, given: Gate | None) -> Gate:
    """The rule that a question is answered by, where `given` is what is configured. Who asks without a
    configured gate means it.
    """
    base = given or Gate(question.gate or ",".join(question.services), Mode.ENFORCE)
    return base._replace(
        mode=Mode(question.mode) if question.mode else base.mode,
        on_unknown=Answer[question.on_unknown.upper()] if question.on_unknown else base.on_unknown,
        max_behind=base.max_behind if question.max_behind is None else question.max_behind,
        max_age=base.max_age if question.max_age is None else question.max_age,
        max_verdict_age=(
            base.max_verdict_age if question.max_verdict_age is None else question.max_verdict_age
        ),
    )


def shown(decided: GateDecision, said_by: str, note: str = "") -> Decision:
    """What was decided here, as an answer."""
    return Decision(
        decided.answer.word,
        decided.would.word,
        decided.mode.value,
        decided.gate,
        (*decided.reasons, *([note] if note else [])),
        decided.verdict_age,
        next((one.bypass for one in decided.found if one.bypass), ""),
        decided.at.isoformat().replace("+00:00", "Z"),
        said_by,
        tuple(one.deployed for one in decided.found),
        not decided.found or any(one.unknown for one in decided.found),
        not decided.found or any(one.unknown and one.answer is Answer.BLOCK for one in decided.found),
        targets=tuple(one.plain() for one in decided.found),
    )


def understood(document: object, said_by: str) -> Decision:
    """The answer that a server or the program wrote. Raises `ValueError` where it is none."""
    if not isinstance(document, Mapping):
        raise ValueError("the answer is no decision")
    version = document.get("schema_version")
    if version != SCHEMA:
        raise ValueError(f"the answer has version {tidy(str(version), 20)}; this program reads {SCHEMA}")
    answer, would, mode = (_one_of(document, key, words) for key, words in _WORDS)
    reasons, targets = document.get("reasons"), document.get("targets")
    if not isinstance(reasons, list) or not isinstance(targets, list):
        raise ValueError("the answer lacks its reasons or its targets")
    rule = document.get("on_unknown")
    return Decision(
        answer,
        would,
        mode,
        tidy(str(document.get("gate", ""))),
        tuple(tidy(str(reason)) for reason in reasons[:100]),
        _number(document.get("verdict_age_seconds")),
        next((tidy(str(one.get("bypass"))) for one in _tables(targets) if one.get("bypass")), ""),
        tidy(str(document.get("at", ""))),
        said_by,
        tuple(tidy(str(one.get("deployed") or "")) for one in _tables(targets)),
        any(one.get("unknown") is True for one in _tables(targets)),
        any(one.get("unknown") is True and one.get("answer") == "block" for one in _tables(targets)),
        _number(document.get("max_verdict_age_seconds")),
        rule if rule in _ANSWERS else "",
        tuple(_tables(targets)),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


_ANSWERS = tuple(one.word for one in Answer)
_WORDS = (("answer", _ANSWERS), ("would", _ANSWERS), ("mode", tuple(mode.value for mode in Mode)))


def _one_of(document: Mapping[str, Any], key: str, words: tuple[str, ...]) -> str:
    value = document.get(key)
    if value not in words:
        raise ValueError(f"the answer's {key} is none of {', '.join(words)}")
    return str(value)


def _tables(rows: list[Any]) -> list[Mapping[str, Any]]:
    return [row for row in rows if isinstance(row, Mapping)]
