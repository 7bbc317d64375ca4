"""What else of the log is given to others, one row for each: incidents, their steps, what was said to whom,
what gates answered, and what was deployed. The fields are a promise: one may be added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, FromClause, select

from unshipped.core.gating import Answer, Found
from unshipped.core.model import Severity
from unshipped.core.value import Value
from unshipped.stores.columns import fit
from unshipped.stores.database import Database
from unshipped.stores.fields import NULLABLE, REPEATED, REQUIRED, Field, stamp
from unshipped.stores.tables import DECISIONS, DELIVERIES, DEPLOYMENTS, INCIDENTS, NOTICES, TRANSITIONS

_AT_ONCE = 1000
_SEVERITY = "none, info, warning or critical."


class Extract(Value):
    """Some columns of the log, in an order, with the moment that `--since` asks for."""

    says: str
    held: FromClause
    columns: Sequence[tuple[Column[Any], Field]]
    at: Column[Any]
    order: Sequence[Column[Any]]

    @property
    def fields(self) -> list[Field]:
        """What each row has."""
        return [field for _, field in self.columns]

    def rows(self, database: Database, since: datetime | None = None) -> Iterator[dict[str, Any]]:
        """The rows, as JSON holds them, of one state of the log; with `since` those of then and later."""
        asked = select(*(column for column, _ in self.columns)).select_from(self.held)
        if since is not None:
            asked = asked.where(self.at >= since)
        with database.reading() as connection:
            found = connection.execution_options(yield_per=_AT_ONCE).execute(asked.order_by(*self.order))
            for row in found:
                yield {
                    field.name: _plain(value, field) for value, field in zip(row, self.fields, strict=True)
                }


def _plain(value: object, field: Field) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Severity | Answer):
        return value.word
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Found):
        return f"{value.target}: {value.answer.word}"
    if field.mode == REPEATED:
        return [fit(str(_plain(one, _ONE))) for one in value]  # type: ignore[attr-defined]
    return None if value == "" and field.mode == NULLABLE else value


_ONE = Field("", "STRING", REQUIRED, "")


def _text(column: Column[Any], says: str, mode: str = REQUIRED, name: str = "") -> tuple[Column[Any], Field]:
    return column, Field(name or column.name, "STRING", mode, says)


def _when(column: Column[Any], says: str, mode: str = REQUIRED) -> tuple[Column[Any], Field]:
    return column, Field(column.name, "TIMESTAMP", mode, says)


def _number(column: Column[Any], says: str) -> tuple[Column[Any], Field]:
    return column, Field(column.name, "INTEGER", REQUIRED, says)


_I, _T, _N, _D = INCIDENTS.c, TRANSITIONS.c, NOTICES.c, DELIVERIES.c
_G, _S = DECISIONS.c, DEPLOYMENTS.c

EXTRACTS = {
    "incidents": Extract(
        "Each incident, as it stands now.",
        INCIDENTS,
        (
            _text(_I.id, "The same incident has the same id."),
            _text(_I.service, "What is deployed."),
            _text(_I.environment, "Where it runs."),
            _text(_I.kind, "drift or unknown."),
            _when(_I.opened_at, "When it began."),
            _when(_I.resolved_at, "When it was over; null where it is open.", NULLABLE),
            _text(_I.ending, "How it ended: deployed, held, remapped, retired, landed or passed.", NULLABLE),
            _text(_I.severity, f"How bad it is: {_SEVERITY}"),
            _text(_I.peak, f"How bad it was at its worst: {_SEVERITY}"),
            _when(_I.since, "When the oldest change that waited landed.", NULLABLE),
            _text(_I.deployed, "The commit that served when it was last seen open.", NULLABLE),
            _text(_I.cause, "What several incidents have in common.", NULLABLE),
            _text(_I.group, "What is told together has the same group.", NULLABLE),
            (_I.baseline, Field("baseline", "BOOLEAN", REQUIRED, "Whether it was found by the first look.")),
            _text(_I.acknowledged_by, "Who knows of it.", NULLABLE),
            _number(_I.returns, "How often it came back."),
            _text(_I.owner, "Who looks after the service.", NULLABLE),
        ),
        _I.opened_at,
        (_I.opened_at, _I.id),
    ),
    "transitions": Extract(
        "Each step of an incident.",
        TRANSITIONS,
        (
            _text(_T.incident, "The id of the incident."),
            _number(_T.number, "Which of its steps, from 1 on."),
            _text(_T.step, "opened, escalated, eased, acknowledged, silenced, resolved or reopened."),
            _when(_T.at, "When."),
            _text(_T.before, f"How bad it was before: {_SEVERITY}"),
            _text(_T.after, f"How bad it was then: {_SEVERITY}"),
            _text(_T.reasons, "Why, as sentences.", REPEATED),
            _text(_T.by, "Who did it, where somebody did.", NULLABLE),
        ),
        _T.at,
        (_T.at, _T.incident, _T.number),
    ),
    "deliveries": Extract(
        "Each attempt to tell a receiver something.",
        DELIVERIES.join(NOTICES, _D.notice == _N.id),
        (
            _text(_D.notice, "The id of what was said: the same at each attempt."),
            _number(_D.attempt, "Which attempt, from 1 on."),
            _when(_D.at, "When."),
            _text(_D.outcome, "sent, failed (it is tried again) or gave-up."),
            _text(_D.detail, "Why it failed.", NULLABLE),
            _text(_N.receiver, "Who was told, by the name of the configuration."),
            _text(_N.topic, "incidents, digest, report, bypass, rollout, deployment or test."),
            _text(_N.group, "Which conversation it belongs to.", NULLABLE),
            _text(_N.why, "Why it was said.", NULLABLE),
        ),
        _D.at,
        (_D.at, _D.notice, _D.attempt),
    ),
    "decisions": Extract(
        "Each answer of a gate.",
        DECISIONS,
        (
            _text(_G.gate, "Which gate."),
            _when(_G.at, "When it was asked."),
            _text(_G.answer, "allow, warn or block."),
            _text(_G.would, "What it would have answered if it meant all of it."),
            _text(_G.mode, "off, observe, warn or enforce."),
            _text(
                _G.found,
                "What it said of each target, such as `worker/production: block`.",
                REPEATED,
                "targets",
            ),
            _text(_G.asked_by, "Who asked.", NULLABLE),
            _text(_G.purpose, "work, deploy, rollback or emergency."),
            _text(_G.deploys, "The target that is deployed, where the question is asked for that.", NULLABLE),
        ),
        _G.at,
        (_G.at, _G.id),
    ),
    "deployments": Extract(
        "Each deployment that was told of.",
        DEPLOYMENTS,
        (
            _text(_S.service, "What was deployed."),
            _text(_S.environment, "Where."),
            _text(_S.commit, "Which commit; null where it was removed or nobody said.", NULLABLE),
            _when(_S.when, "When."),
            _text(_S.kind, "deployed, upgraded, rolledback or removed."),
            _text(_S.by, "Who did it.", NULLABLE),
            _text(_S.url, "A page about it.", NULLABLE),
        ),
        _S.when,
        (_S.when, _S.id),
    ),
}
"""By the name of `unshipped db export --table`."""
