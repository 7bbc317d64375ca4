"""Was a gate right? From what it answered and what was deployed afterwards, and what follows for its mode."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum

from unshipped.core.gating import Answer, Found, Gate, GateDecision, Guard, Mode, Purpose
from unshipped.core.logged.deployments import Deployment
from unshipped.core.value import Value

PATIENCE = timedelta(hours=24)
"""So long after a block a deploy of the same target shows that it was right."""
USUAL_TRIAL = 7 * 86400.0

_STEPS = (Mode.OBSERVE, Mode.WARN, Mode.ENFORCE)


class Judgement(str, Enum):
    """What became of a block."""

    RIGHT = "right"
    """It was deployed."""
    WRONG = "wrong"
    """It was not, and the block ended or nobody cared."""
    OPEN = "open"
    """It is too early to say."""


class Case(Value):
    """One target that one gate would not let pass, from the first time that it was asked to the last."""

    gate: str
    target: str
    since: datetime
    until: datetime
    asked: int
    judgement: Judgement
    bypassed: int
    """How often somebody was let through."""
    stopped: int
    """How often work was really stopped."""
    deploys_stopped: int
    """How often that work was a deploy."""
    why: str


class Record(Value):
    """How one gate did."""

    gate: str
    mode: Mode
    asked: int
    since: datetime
    last: datetime
    unknown: int
    """How often it could not say how a target stands."""
    cases: tuple[Case, ...]
    next_mode: Mode | None
    """What to set it to; None where it is enforced, or where it is too early."""
    advice: str

    def count(self, judgement: Judgement) -> int:
        return sum(case.judgement is judgement for case in self.cases)


class Caused(Value):
    """A target that stayed stale because a gate stopped its deploy."""

    target: str
    gate: str
    since: datetime
    until: datetime
    stopped: int


def records(
    decisions: Iterable[GateDecision],
    deployments: Sequence[Deployment],
    guards: Sequence[Guard],
    now: datetime,
) -> tuple[Record, ...]:
    """How every gate did that was asked, by name."""
    by_gate: dict[str, list[GateDecision]] = {}
    for decision in sorted(decisions, key=lambda one: one.at):
        by_gate.setdefault(decision.gate, []).append(decision)
    trials = {guard.gate.name: guard.promote_after or USUAL_TRIAL for guard in guards}
    return tuple(
        _record(name, asked, deployments, trials.get(name, USUAL_TRIAL), now)
        for name, asked in sorted(by_gate.items())
    )


def promoted(
    guard: Guard, decisions: Sequence[GateDecision], deployments: Sequence[Deployment], now: datetime
) -> Gate:
    """The gate with the mode that it has earned: a step for each trial without a wrong block. A wrong block
    sets it back to what is configured.
    """
    gate, trial = guard.gate, guard.promote_after
    own = sorted(
        (one for one in decisions if one.gate == gate.name and one.at <= now), key=lambda one: one.at
    )
    if trial is None or gate.mode not in _STEPS or not own or now - own[-1].at > timedelta(seconds=trial):
        return gate
    clean = (now - _clean_since(own, _cases(own, deployments, now))).total_seconds()
    step = _STEPS.index(gate.mode) + int(clean // trial if trial else len(_STEPS))
    return gate._replace(mode=_STEPS[min(step, len(_STEPS) - 1)])


def caused(decisions: Iterable[GateDecision]) -> tuple[Caused, ...]:
    """Drift that gates make: targets whose deploy was stopped, from the first to the last time."""
    stopped: dict[tuple[str, str], list[datetime]] = {}
    for decision in decisions:
        if decision.answer is Answer.BLOCK and decision.purpose is Purpose.DEPLOY and decision.deploys:
            stopped.setdefault((decision.deploys, decision.gate), []).append(decision.at)
    return tuple(
        Caused(target, gate, min(times), max(times), len(times))
        for (target, gate), times in sorted(stopped.items())
    )


def _record(
    name: str, asked: list[GateDecision], deployments: Sequence[Deployment], trial: float, now: datetime
) -> Record:
    cases = _cases(asked, deployments, now)
    unknown = sum(any(one.unknown for one in decision.found) for decision in asked)
    mode = asked[-1].mode
    next_mode, advice = _advice(mode, asked, cases, trial, now)
    first, last = asked[0].at, asked[-1].at
    return Record(name, mode, len(asked), first, last, unknown, cases, next_mode, advice)


def _advice(
    mode: Mode, asked: list[GateDecision], cases: Sequence[Case], trial: float, now: datetime
) -> tuple[Mode | None, str]:
    wrong = [case for case in cases if case.judgement is Judgement.WRONG]
    clean, idle = now - _clean_since(asked, cases), (now - asked[-1].at).total_seconds()
    days = f"{trial / 86400:g} d"
    if mode is Mode.ENFORCE:
        return None, f"{len(wrong)} wrong: loosen it" if wrong else "it is enforced, and was never wrong"
    if clean.total_seconds() < trial:
        since = "the last wrong block" if wrong else "it was first asked"
        return None, f"wait: {clean.total_seconds() / 86400:.1f} d since {since}, of {days}"
    if idle > trial:
        return None, f"nobody has asked it for {idle / 86400:.1f} d: nothing follows from that"
    following = _STEPS[min(_STEPS.index(mode) + 1, 2)] if mode in _STEPS else Mode.OBSERVE
    if not any(case.judgement is Judgement.RIGHT for case in cases):
        return following, f"{days} without a wrong block, and none that was right: it has nothing to do yet"
    return following, f"{days} without a wrong block: time for `{following.value}`"


def _clean_since(asked: Sequence[GateDecision], cases: Sequence[Case]) -> datetime:
    """Since when there was no wrong block."""
    return max([asked[0].at, *(case.until for case in cases if case.judgement is Judgement.WRONG)])


def _cases(
    asked: Sequence[GateDecision], deployments: Sequence[Deployment], now: datetime
) -> tuple[Case, ...]:
    """Every stretch in which a target would not have passed. It ends when it does, or is deployed."""
    rows: dict[str, list[tuple[GateDecision, Found]]] = {}
    for decision in asked:
        for found in decision.found:
            if _blocks(found) or not found.unknown:  # that nobody could say ends nothing
                rows.setdefault(found.target, []).append((decision, found))
    times: dict[str, list[datetime]] = {}
    for one in deployments:
        times.setdefault(f"{one.service}/{one.environment}", []).append(one.when)
    cases = []
    for target, said in rows.items():
        cases += _of_target(target, said, sorted(times.get(target, [])), now)
    return tuple(sorted(cases, key=lambda case: (case.since, case.target)))


def _of_target(
    target: str, said: list[tuple[GateDecision, Found]], deployed: list[datetime], now: datetime
) -> list[Case]:
    cases: list[Case] = []
    stretch: list[tuple[GateDecision, Found]] = []
    for decision, found in said:
        over = stretch and (not _blocks(found) or _deployed_between(stretch, decision, found, deployed))
        if over:
            cases.append(_case(target, stretch, (decision, found), deployed, now))
            stretch = []
        if _blocks(found):
            stretch.append((decision, found))
    return [*cases, _case(target, stretch, None, deployed, now)] if stretch else cases


def _blocks(found: Found) -> bool:
    """Whether it would have been stopped: it was, or somebody let it through, or the mode did."""
    return found.answer is Answer.BLOCK or bool(found.bypass)


def _deployed_between(
    stretch: Sequence[tuple[GateDecision, Found]],
    decision: GateDecision,
    found: Found,
    deployed: Sequence[datetime],
) -> bool:
    """Whether it was deployed meanwhile: somebody said so, or another commit serves."""
    last, before = stretch[-1]
    told = any(last.at < when <= decision.at for when in deployed)
    return told or bool(before.deployed and found.deployed and before.deployed != found.deployed)


def _case(
    target: str,
    stretch: Sequence[tuple[GateDecision, Found]],
    after: tuple[GateDecision, Found] | None,
    deployed: Sequence[datetime],
    now: datetime,
) -> Case:
    (first, found), (last, _) = stretch[0], stretch[-1]
    acted = any(first.at < when <= last.at + PATIENCE for when in deployed)
    if after and after[0].at <= last.at + PATIENCE:
        acted = acted or _deployed_between(stretch, *after, deployed)
    if acted:
        judgement = Judgement.RIGHT
    elif after or now > last.at + PATIENCE:
        judgement = Judgement.WRONG
    else:
        judgement = Judgement.OPEN
    stopped = [one for one, _ in stretch if one.answer is Answer.BLOCK]
    return Case(
        first.gate,
        target,
        first.at,
        last.at,
        len(stretch),
        judgement,
        sum(bool(one.bypass) for _, one in stretch),
        len(stopped),
        sum(one.purpose is Purpose.DEPLOY for one in stopped),
        found.reasons[0] if found.reasons else "",
    )
