"""What is asked, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from unshipped.carried.lengths import parsed
from unshipped.carried.rule import Answer, Gate, GateDecision, Mode, tidy

SCHEMA = 1
"""The newest version of an answer and of a file that can be read here."""


class Question(NamedTuple):
    """What a program wants to know. What it does not say, the gate's own settings say."""

    services: tuple[str, ...] = ()
    gate: str = ""
    environment: str = ""
    max_behind: int | None = None
    max_age: float | None = None
    mode: str = ""
    on_unknown: str = ""
    max_verdict_age: float | None = None
    purpose: str = "work"
    deploys: str = ""
    by: str = ""

    def gate_over(self, given: Gate | None) -> Gate:
        """The rule that this is answered by, where `given` is what is configured. Who asks without a
        configured gate means it.
        """
        base = given or Gate(self.gate or ",".join(self.services), Mode.ENFORCE)
        return base._replace(
            mode=Mode(self.mode) if self.mode else base.mode,
            on_unknown=Answer[self.on_unknown.upper()] if self.on_unknown else base.on_unknown,
            max_behind=base.max_behind if self.max_behind is None else self.max_behind,
            max_age=base.max_age if self.max_age is None else self.max_age,
            max_verdict_age=(base.max_verdict_age if self.max_verdict_age is None else self.max_verdict_age),
        )


class Bypassing(NamedTuple):
    """Who wants to be let through all the same, why, and for how long."""

    reason: str
    by: str
    seconds: float


class Decision(NamedTuple):
    """The answer to a program's question."""

    answer: str
    """`allow`, `warn` or `block`."""
    would: str
    """What it would have been, were the gate enforced and nobody let through."""
    mode: str
    gate: str
    reasons: tuple[str, ...]
    verdict_age: float | None = None
    """How many seconds ago the oldest of its verdicts was looked at; None where one is missing."""
    bypass: str = ""
    """The bypass that let it through."""
    at: str = ""
    """When it was decided."""
    said_by: str = ""
    """`server`, `file`, `engine`; `memory` where none of them answered and an earlier answer still counts;
    empty where nobody did.
    """
    deployed: tuple[str, ...] = ()
    """The commits that serve, one for each target; empty texts where that is not known."""
    unknown: bool = False
    """Whether how one of the targets stands could not be said."""

    @property
    def blocked(self) -> bool:
        return self.answer == "block"

    def __str__(self) -> str:
        return f"{self.answer}: {'; '.join(self.reasons) or 'nothing stands against it'}"


class DeploymentDriftError(RuntimeError):
    """Work must not run with what is deployed. `decision` says why."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.gate or 'the gate'} says {decision}")
        self.decision = decision

    def __reduce__(self) -> tuple[type[DeploymentDriftError], tuple[Decision]]:
        return type(self), (self.decision,)


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
    age = document.get("verdict_age_seconds")
    return Decision(
        answer,
        would,
        mode,
        tidy(str(document.get("gate", ""))),
        tuple(tidy(str(reason)) for reason in reasons[:100]),
        float(age) if isinstance(age, int | float) and not isinstance(age, bool) else None,
        next((tidy(str(one.get("bypass"))) for one in _tables(targets) if one.get("bypass")), ""),
        tidy(str(document.get("at", ""))),
        said_by,
        tuple(tidy(str(one.get("deployed") or "")) for one in _tables(targets)),
        any(one.get("unknown") is True for one in _tables(targets)),
    )


_ANSWERS = tuple(one.word for one in Answer)
_WORDS = (("answer", _ANSWERS), ("would", _ANSWERS), ("mode", tuple(mode.value for mode in Mode)))


def _one_of(document: Mapping[str, Any], key: str, words: tuple[str, ...]) -> str:
    value = document.get(key)
    if value not in words:
        raise ValueError(f"the answer's {key} is none of {', '.join(words)}")
    return str(value)


def _tables(rows: list[Any]) -> list[Mapping[str, Any]]:
    return [row for row in rows if isinstance(row, Mapping)]


def seconds(value: object, name: str) -> float | None:
    """A length of time as a caller gives it: seconds, `6h`, or a `timedelta`. Raises `ValueError`."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value >= 0):
        return value
    given = value.total_seconds() if hasattr(value, "total_seconds") else None
    if isinstance(value, str):
        given = parsed(value)
    if not isinstance(given, int | float) or given < 0:
        raise ValueError(f"{name} is a length of time such as '6h', or seconds, not {tidy(repr(value), 60)}")
    return given
