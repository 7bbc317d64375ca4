"""May this work run? Answered from how the targets stand, and written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from unshipped.core.gate_report import promoted
from unshipped.core.gating import Bypass, Gate, GateDecision, Guard, Mode, Purpose, Work, decide
from unshipped.core.observations import Standing
from unshipped.errors import UsageError
from unshipped.gate.answers import gate_over
from unshipped.gate.values import Question
from unshipped.ports.keeping import Desk, Journal, Log


class Keeper(Log, Desk, Journal, Protocol):
    """What of the record a gate needs."""


class House(NamedTuple):
    """What is declared, as far as a gate has to know it."""

    targets: tuple[tuple[str, str], ...]
    """Services with their environments, in the order of the file."""
    guards: tuple[Guard, ...] = ()


class Asked(NamedTuple):
    """A question, understood: which targets, by which rule, for what work."""

    places: tuple[tuple[str, str], ...]
    gate: Gate
    guard: Guard | None
    work: Work

    @property
    def names(self) -> list[str]:
        return [f"{service}/{environment}" for service, environment in self.places]


def ask_gate(question: Question, house: House, keeper: Keeper, now: datetime) -> GateDecision:
    """The answer from the record, which remembers it. Raises `UsageError` for what is not declared."""
    asked = understood(question, house)
    return keep(answer(asked, keeper.standings(asked.names), keeper.bypasses(now), now, keeper), keeper)


def kept(asked: Asked, keeper: Keeper, now: datetime) -> dict[str, Standing] | None:
    """How the targets stand by the record; None where one of them was not looked at of late."""
    found = keeper.standings(asked.names)
    fresh = timedelta(seconds=asked.gate.max_verdict_age)
    known = all(name in found and now - found[name].checked_at <= fresh for name in asked.names)
    return found if known else None


def answer(
    asked: Asked,
    standings: Mapping[str, Standing],
    bypasses: Sequence[Bypass],
    now: datetime,
    keeper: Keeper | None = None,
) -> GateDecision:
    """The answer from what is given, with nothing written down. By the record a gate may have earned more
    than it was configured to mean.
    """
    gate = asked.gate
    if asked.guard and asked.guard.promote_after and keeper and gate.mode is asked.guard.gate.mode:
        gate = gate._replace(mode=_earned(asked.guard, keeper, now).mode)
    found = [standings.get(name) for name in asked.names]
    return decide(asked.places, found, gate, bypasses, now, asked.work)


def keep(decision: GateDecision, keeper: Keeper | None) -> GateDecision:
    """Write a decision down, where there is a record. What is switched off is not counted."""
    if keeper and decision.mode is not Mode.OFF:
        keeper.decided(decision)
    return decision


def understood(question: Question, house: House) -> Asked:
    """What is asked. Raises `UsageError` for a gate, a service or an environment that is not declared."""
    guard = next((one for one in house.guards if one.gate.name == question.gate), None)
    if question.gate and guard is None and not question.services:
        raise UsageError(
            f"no gate {question.gate!r} is declared", "declare it under `gates:`, or name services as well"
        )
    services = question.services or (guard.services if guard else ())
    if not services:
        raise UsageError("a gate needs a service, or the name of a gate that is declared")
    environment = question.environment or (guard.environment if guard else "")
    places = tuple(_place(service, environment, house) for service in services)
    gate = gate_over(question, guard.gate if guard else None)
    return Asked(places, gate, guard, Work(Purpose(question.purpose), question.deploys, question.by))


def _place(service: str, environment: str, house: House) -> tuple[str, str]:
    """Where a service is meant: where nothing says it, in its first environment."""
    places = [where for name, where in house.targets if name == service]
    if not places:
        raise UsageError(f"no service {service!r} is declared")
    if environment and environment not in places:
        raise UsageError(f"{service} does not run in {environment!r}", f"it runs in {', '.join(places)}")
    return service, environment or places[0]


def _earned(guard: Guard, keeper: Keeper, now: datetime) -> Gate:
    """The mode of a gate that may be promoted: as long back as it takes to get from first to last."""
    since = now - timedelta(seconds=4 * (guard.promote_after or 0)) - timedelta(days=2)
    return promoted(guard, keeper.decisions(since=since), keeper.deployments(since=since), now)


def house(targets: Iterable[tuple[str, str]], guards: Iterable[Guard]) -> House:
    return House(tuple(targets), tuple(guards))
