"""The words in which a program asks, made a question."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypedDict

from unshipped.carried.rule import Answer, Mode, Purpose, tidy
from unshipped.gate.values import Question, Where, seconds


class Options(TypedDict, total=False):
    """What may be said beside the services."""

    gate: str
    """A gate of `unshipped.yaml`, with its settings; what is given here as well goes before them."""
    environment: str
    max_behind: int
    """More commits than that block."""
    max_age: float | str | timedelta
    """A longer wait blocks: `"6h"`."""
    mode: str
    """`observe`, `warn`, `enforce` or `off`."""
    on_unknown: str
    """`allow`, `warn` or `block`: what is answered where nobody knows."""
    max_verdict_age: float | str | timedelta
    """What was looked at longer ago counts as unknown."""
    purpose: str
    """`work`, `deploy`, `rollback` or `emergency`: neither of the last two is ever stopped."""
    deploys: str
    """For `deploy`: the target that is deployed, `service/environment`."""
    skip: bool
    """Let it through all the same. Needs a `reason`; is recorded, announced, and ends."""
    reason: str
    skip_for: float | str | timedelta
    """For how long: at most a day, four hours without it."""
    by: str
    """Who asks."""
    where: Where
    """Whom to ask. Without it, as the environment says."""


_WORDS = {
    "mode": tuple(mode.value for mode in Mode),
    "on_unknown": tuple(answer.word for answer in Answer),
    "purpose": tuple(purpose.value for purpose in Purpose),
}


def question_of(services: tuple[str, ...], options: Options) -> Question:
    """Raises `ValueError` for what no gate could be: a mistake of the program that asks. None says nothing,
    as where a variable of the environment is not set.
    """
    if not all(isinstance(name, str) for name in services):
        raise ValueError(f"services are named one by one, by their names, not {tidy(repr(services), 60)}")
    for name, words in _WORDS.items():
        value = options.get(name)
        if value and value not in words:
            raise ValueError(f"{name} is one of {', '.join(words)}, not {tidy(repr(value), 60)}")
    behind: Any = options.get("max_behind")
    if behind is not None and (isinstance(behind, bool) or not isinstance(behind, int) or behind < 0):
        raise ValueError(f"max_behind is a whole number from 0 on, not {tidy(repr(behind), 60)}")
    return Question(
        tuple(dict.fromkeys(services)),
        options.get("gate") or "",
        options.get("environment") or "",
        behind,
        seconds(options.get("max_age"), "max_age"),
        options.get("mode") or "",
        options.get("on_unknown") or "",
        seconds(options.get("max_verdict_age"), "max_verdict_age"),
        options.get("purpose") or "work",
        options.get("deploys") or "",
        tidy(options.get("by") or "", 100),
    )
