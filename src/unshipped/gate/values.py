"""What is asked, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

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


USUAL_DEADLINE = 0.3


class Where(NamedTuple):
    """Whom to ask. Without a server and a file, the program itself where it is installed."""

    server: str = ""
    token: str = ""
    file: str = ""
    key: str = ""
    """What the file is signed with. Without it, it counts who may write the file."""
    config: str = ""
    """For the program itself: its configuration."""
    deadline: float = USUAL_DEADLINE

    def __repr__(self) -> str:
        return f"Where(server={self.server!r}, file={self.file!r}, config={self.config!r})"


class Bypassing(NamedTuple):
    """Who wants to be let through all the same, why, and for how long."""

    reason: str
    by: str
    seconds: float
    id: str = ""
    """By this name it is written down once, by whomever."""


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
    unknown_stops: bool = False
    """Whether it is so of one of those that stop it."""
    max_verdict_age: float | None = None
    """For how many seconds a verdict counts, where who answered says it."""
    on_unknown: str = ""
    """What is answered where none counts; empty where that is not said."""
    targets: tuple[Mapping[str, object], ...] = ()
    """What was answered of each target, as plain data."""

    @property
    def blocked(self) -> bool:
        return self.answer == "block"

    def __str__(self) -> str:
        return f"{self.answer}: {'; '.join(self.reasons) or 'nothing stands against it'}"


def seconds(value: object, name: str) -> float | None:
    """A length of time as a caller gives it: seconds, `6h`, or a `timedelta`. Raises `ValueError`."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value >= 0):
        return value
    from unshipped.carried.lengths import parsed
    from unshipped.carried.rule import tidy

    given = value.total_seconds() if hasattr(value, "total_seconds") else None
    if isinstance(value, str):
        given = parsed(value)
    if not isinstance(given, int | float) or given < 0:
        raise ValueError(f"{name} is a length of time such as '6h', or seconds, not {tidy(repr(value), 60)}")
    return given
