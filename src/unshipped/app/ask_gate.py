"""May this work run? Answered from how the targets stand, and written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from unshipped.app.gate_record import Past, deployed
from unshipped.core.counting.gate_report import promoted
from unshipped.core.gating import Bypass, Gate, GateDecision, Guard, Mode, Purpose, Work, decide
from unshipped.core.logged.observations import Standing
from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.gate.answers import gate_over
from unshipped.gate.values import Question


class Keeper(Past, Protocol):
    """What of the record a gate needs."""

    def standings(self, targets: Iterable[str] | None = None) -> dict[str, Standing]: ...

    def bypasses(self, now: datetime) -> list[Bypass]: ...

    def decided(self, *decisions: GateDecision) -> None: ...


class House(Value):
    """What is declared, as far as a gate has to know it."""

    targets: tuple[tuple[str, str], ...]
    """Services with their environments, in the order of the file."""
    guards: tuple[Guard, ...] = ()


class Asked(Value):
    """A question, understood: which targets, by which rule, for what work."""

    places: tuple[tuple[str, str], ...]
    gate: Gate
    work: Work

    @property
    def names(self) -> list[str]:
        return [f"{service}/{environment}" for service, environment in self.places]


def ask_gate(question: Question, house: House, keeper: Keeper, now: datetime) -> GateDecision:
    """The answer from the record, which remembers it. Raises `UsageError` for what is not declared."""
    asked = understood(question, earned(house, keeper, now, question.gate))
    return keep(answer(asked, keeper.standings(asked.names), keeper.bypasses(now), now), keeper)


def kept(asked: Asked, keeper: Keeper, now: datetime) -> dict[str, Standing] | None:
    """How the targets stand by the record; None where one of them was not looked at of late."""
    found = keeper.standings(asked.names)
    fresh = timedelta(seconds=asked.gate.max_verdict_age)
    known = all(name in found and now - found[name].checked_at <= fresh for name in asked.names)
    return found if known else None


def answer(
    asked: Asked, standings: Mapping[str, Standing], bypasses: Sequence[Bypass], now: datetime
) -> GateDecision:
    """The answer from what is given, with nothing written down."""
    found = [standings.get(name) for name in asked.names]
    return decide(asked.places, found, asked.gate, bypasses, now, asked.work)


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
    return Asked(places, gate, Work(Purpose(question.purpose), question.deploys, question.by))


def _place(service: str, environment: str, house: House) -> tuple[str, str]:
    """Where a service is meant: where nothing says it, in its first environment."""
    places = [where for name, where in house.targets if name == service]
    if not places:
        raise UsageError(f"no service {service!r} is declared", "their names stand under `services:`")
    if environment and environment not in places:
        raise UsageError(f"{service} does not run in {environment!r}", f"it runs in {', '.join(places)}")
    return service, environment or places[0]


def earned(house: House, past: Past | None, now: datetime, name: str = "") -> House:
    """The house in which every gate, or the one of that name, means what it has earned by the record."""
    return house._replace(
        guards=tuple(
            _promoted(one, past, now) if past and name in ("", one.gate.name) else one for one in house.guards
        )
    )


def _promoted(guard: Guard, past: Past, now: datetime) -> Guard:
    """A gate that may be promoted, looked at as long back as it takes to get from first to last."""
    if guard.promote_after is None:
        return guard
    since = now - timedelta(seconds=4 * guard.promote_after) - timedelta(days=2)
    own = _of_its_own(guard, past.decisions(since=since, gate=guard.gate.name))
    asked = sorted({found.target for one in own for found in one.found})
    gate = promoted(guard, own, deployed(past, since, now, asked), now)
    return guard._replace(gate=gate, promote_after=None)


def _of_its_own(guard: Guard, decisions: Iterable[GateDecision]) -> list[GateDecision]:
    """What a gate said of the services that it guards: who asks it about others says nothing of it."""
    if not guard.services:
        return [*decisions]
    own = {f"{service}/{guard.environment}" for service in guard.services}
    told = [
        one._replace(found=tuple(found for found in one.found if found.target in own)) for one in decisions
    ]
    return [one for one in told if one.found]


def house(targets: Iterable[tuple[str, str]], guards: Iterable[Guard]) -> House:
    return House(tuple(targets), tuple(guards))
