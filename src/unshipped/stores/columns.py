"""How values stand in a column: moments in UTC, words without what no database takes, codes, lists."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import DateTime, Dialect, Integer, Text, TypeDecorator

from unshipped.core.alerting import Told
from unshipped.core.gating import Answer, Found
from unshipped.core.incidents import Step
from unshipped.core.model import Change, Flag, Severity
from unshipped.core.rollout import Do, Plan
from unshipped.core.rollout import Step as PlanStep
from unshipped.core.windows import Despite

_UNFIT = re.compile("[\0\ud800-\udfff]")


def fit(text: str) -> str:
    """The text as every database takes it: without NUL, and without halves of characters."""
    return text if text.isascii() and "\0" not in text else _UNFIT.sub("\ufffd", text)


class Moment(TypeDecorator[datetime]):
    """A moment. SQLite knows no zones: there it is UTC without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As UTC. A time without a zone is a mistake of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Aware, in UTC. A look reads tens of thousands of them: each goes through one function only."""
        return _of_text if dialect.name == "sqlite" else _of_server


class Words(TypeDecorator[str]):
    """A text that may come from outside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text, fit for a database."""
        return None if value is None else fit(value)


class Coded(TypeDecorator[Any]):
    """One of a closed list of values, by its word."""

    impl: type[Text | Integer] = Text
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__()
        self.kind = kind
        self._known: dict[Any, Enum | None] = {one.value: one for one in kind} | {None: None}

    def process_bind_param(self, value: Enum | None, dialect: Dialect) -> Any:
        """Its value."""
        return None if value is None else value.value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Enum | None]:
        """The one of that value, looked up without a function of ours."""
        return self._known.__getitem__


class Graded(Coded):
    """One of a closed list of values that are ordered, by its number."""

    impl = Integer
    cache_ok = True


class Listed(TypeDecorator[tuple[Any, ...]]):
    """A list of values as JSON; nothing is ever asked of what is in it."""

    impl = Text
    cache_ok = True

    def __init__(self, dump: Callable[[Any], Any] = str, load: Callable[[Any], Any] = str) -> None:
        super().__init__()
        self.dump, self.load = dump, load

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> str:
        """As JSON; its escapes hold every character."""
        return json.dumps([self.dump(one) for one in value], separators=(",", ":")) if value else "[]"

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...]:
        """The values again."""
        return tuple([self.load(one) for one in json.loads(value)]) if value and value != "[]" else ()


class Planned(TypeDecorator[Plan]):
    """A plan as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Plan | None, dialect: Dialect) -> str | None:
        """As JSON."""
        if value is None:
            return None
        ways = {name: [list(step) for step in getattr(value, name)] for name in ("steps", "back")}
        ships = [_written_change(one) for one in value.ships]
        made_at = value.made_at and value.made_at.isoformat()
        return json.dumps(value._asdict() | ways | {"ships": ships, "made_at": made_at})

    def process_result_value(self, value: str | None, dialect: Dialect) -> Plan | None:
        """The plan again."""
        if value is None:
            return None
        row = json.loads(value)
        for name in ("steps", "back"):
            row[name] = tuple([PlanStep(Do(do), *rest) for do, *rest in row[name]])
        row["ships"] = tuple([_read_change(one) for one in row["ships"]])
        row["made_at"] = row["made_at"] and datetime.fromisoformat(row["made_at"]).astimezone(UTC)
        row["notes"] = tuple(row["notes"])
        return Plan(**row)


def _of_text(value: str | None) -> datetime | None:
    return datetime.fromisoformat(f"{value}+00:00") if value else None


def _of_server(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC) if value else None


def flags() -> Listed:
    """Flags, by their names."""
    return Listed(_value, Flag)


def despite() -> Listed:
    """Safeties, by their names."""
    return Listed(_value, Despite)


def changes() -> Listed:
    """Landings."""
    return Listed(_written_change, _read_change)


def told() -> Listed:
    """What a notice tells."""
    return Listed(Told._asdict, _read_told)


def found() -> Listed:
    """What a gate said of each target."""
    return Listed(Found._asdict, _read_found)


def _value(one: Enum) -> Any:
    return one.value


def _written_change(change: Change) -> dict[str, Any]:
    known = change._asdict() | {"landed_at": change.landed_at.isoformat()}
    del known["undated"]  # what the log has was seen
    return known


def _read_change(row: dict[str, Any]) -> Change:
    landed_at = datetime.fromisoformat(row["landed_at"]).astimezone(UTC)
    row |= {"landed_at": landed_at, "paths": tuple(row["paths"]), "commits": tuple(row["commits"])}
    return Change(**row)


def _read_told(row: dict[str, Any]) -> Told:
    return Told(row["incident"], row["number"], Step(row["step"]), Severity(row["severity"]))


def _read_found(row: dict[str, Any]) -> Found:
    answer, reasons = Answer(row.pop("answer")), tuple(row.pop("reasons"))
    return Found(**row, answer=answer, reasons=reasons)
