"""What the log says as metrics of Prometheus: families of samples, before any text of them.

Everything is counted from what was written down, so that a watch that runs for a moment only has counters
that go on. No label holds a commit: each deploy would begin a series of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from unshipped.core.alerting import Notice
from unshipped.core.gating import GateDecision
from unshipped.core.incidents import Incident
from unshipped.core.logged.journal import Delivery, Outcome, Round
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Flag, Severity, State
from unshipped.core.value import Value

PREFIX = "unshipped_"
BUCKETS = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
STATES = ("current", "pending", "behind", "diverged", "ahead", "held", "unknown")
_PLACE = ("service", "environment")


class Metric(Value):
    """What a metric means."""

    kind: str
    help: str
    labels: tuple[str, ...] = ()


METRICS = {
    "service_drift_state": Metric(
        "gauge", "Whether the target is in that state: exactly one of them is 1.", (*_PLACE, "state")
    ),
    "service_undeployed_commits": Metric(
        "gauge",
        "Commits that are merged and not live; changes where commits were not counted. Absent where unknown.",
        _PLACE,
    ),
    "service_oldest_undeployed_timestamp_seconds": Metric(
        "gauge", "When the oldest missing change landed. Absent where none is missing.", _PLACE
    ),
    "service_last_checked_timestamp_seconds": Metric("gauge", "When it was last looked at.", _PLACE),
    "service_last_conclusive_timestamp_seconds": Metric(
        "gauge", "When it could last be determined; 0 where it never could.", _PLACE
    ),
    "service_info": Metric("gauge", "Always 1: whose it is, and its tier.", (*_PLACE, "owner", "tier")),
    "services_expected": Metric("gauge", "How many targets the configuration declares."),
    "services_checked": Metric("gauge", "How many targets the last round of every share looked at."),
    "check_duration_seconds": Metric("histogram", "How long rounds took."),
    "check_errors_total": Metric(
        "counter", "How often a target became unknown, by its sources and its reason.", ("source", "reason")
    ),
    "incidents_open": Metric("gauge", "Open incidents, by how bad they are now.", ("severity",)),
    "notifications_total": Metric(
        "counter", "Attempts to say something, by receiver and how they ended.", ("channel", "outcome")
    ),
    "gate_decisions_total": Metric(
        "counter", "Answers of gates, by what was answered and how much it was meant.",
        ("gate", "decision", "mode"),
    ),
    "gate_bypasses_total": Metric("counter", "Answers of gates that a bypass let through."),
    "build_info": Metric("gauge", "Always 1: which version writes this.", ("version", "revision")),
}  # fmt: skip
"""Every metric, by its name without the prefix."""


class Sample(Value):
    """One number. A histogram has several of them, told apart by what is added to its name."""

    value: float
    labels: tuple[tuple[str, str], ...] = ()
    added: str = ""


class Family(Value):
    """A metric with its samples."""

    name: str
    metric: Metric
    samples: tuple[Sample, ...]


Counts = Counter[tuple[str, tuple[str, ...]]]
"""How much there was of what only grows, by metric and labels. Of rounds it is how many took no longer than
each bound, and all their microseconds: whole numbers come to the same in any order.
"""
_SECONDS = "check_duration_seconds"
_BOUNDS = (*BUCKETS, float("inf"))


class Kept(Value):
    """What the metrics say."""

    standings: Mapping[str, Standing] = {}
    rounds: Sequence[Round] = ()
    """The last one of every share."""
    incidents: Sequence[Incident] = ()
    """The open ones."""
    counts: Counts = Counter()  # noqa: RUF012 - nobody adds to it
    tiers: Mapping[str, str] = {}
    """How critical a target is, by its name; of those that say so."""


def families(kept: Kept, version: str, revision: str = "") -> tuple[Family, ...]:
    """Every metric with what there is of it; one without samples is left out."""
    found = {
        **_targets(kept),
        **_rounds(kept.rounds),
        _SECONDS: _duration(kept.counts),
        "check_errors_total": _counted("check_errors_total", kept.counts),
        "incidents_open": _open(kept.incidents),
        "notifications_total": _notifications(kept.counts),
        "gate_decisions_total": _counted("gate_decisions_total", kept.counts),
        "gate_bypasses_total": [Sample(kept.counts["gate_bypasses_total", ()])],
        "build_info": [_sample("build_info", (version, revision), 1)],
    }
    return tuple(
        Family(PREFIX + name, metric, tuple(found[name])) for name, metric in METRICS.items() if found[name]
    )


def counted(
    rounds: Iterable[Round] = (),
    unknown: Iterable[Standing] = (),
    deliveries: Iterable[tuple[Notice, Delivery]] = (),
    decisions: Iterable[GateDecision] = (),
) -> Counts:
    """How much these are of what only grows: rounds, stretches in which a target was unknown, attempts to say
    something, and answers of gates.
    """
    found: Counts = Counter()
    for done in rounds:
        found.update((_SECONDS, (f"{bound:g}",)) for bound in _BOUNDS if done.seconds <= bound)
        found[_SECONDS, ()] += round(done.seconds * 1e6)
    seen = (one.seen for one in unknown)
    found.update(("check_errors_total", (one.source, one.code.value)) for one in seen if one.code)
    found.update(("notifications_total", (said.receiver, one.outcome.value)) for said, one in deliveries)
    for one in decisions:
        found["gate_decisions_total", (one.gate, one.answer.word, one.mode.value)] += 1
        found["gate_bypasses_total", ()] += any(held.bypass for held in one.found)
    return found


def _sample(name: str, values: Iterable[str], value: float) -> Sample:
    return Sample(value, tuple(zip(METRICS[name].labels, values, strict=True)))


def _targets(kept: Kept) -> dict[str, list[Sample]]:
    """What there is to say of each target; nothing of one that is retired."""
    found: dict[str, list[Sample]] = {name: [] for name in METRICS if name.startswith("service_")}
    for standing in sorted(kept.standings.values(), key=lambda one: one.seen.target):
        seen = standing.seen
        place = (seen.service, seen.environment)
        if Flag.RETIRED in seen.flags:
            continue
        now = state_of(seen)
        found["service_drift_state"] += [
            _sample("service_drift_state", (*place, state), state == now) for state in STATES
        ]
        found["service_info"].append(
            _sample("service_info", (*place, seen.owner, kept.tiers.get(seen.target, "")), 1)
        )
        for name, value in _figures(standing):
            found[name].append(_sample(name, place, value))
    return found


def _figures(standing: Standing) -> Iterator[tuple[str, float]]:
    seen, sure = standing.seen, standing.conclusive_at
    if seen.conclusive and seen.missing is not None:
        yield "service_undeployed_commits", seen.missing
    if seen.conclusive and seen.behind_since:
        yield "service_oldest_undeployed_timestamp_seconds", seen.behind_since.timestamp()
    yield "service_last_checked_timestamp_seconds", standing.checked_at.timestamp()
    yield "service_last_conclusive_timestamp_seconds", sure.timestamp() if sure else 0.0


def state_of(seen: Observation) -> str:
    """One word for how a target stands, where what excuses a drift stands for it."""
    if seen.state in {State.UNKNOWN, State.AHEAD, State.IN_SYNC}:
        plain = {State.UNKNOWN: "unknown", State.AHEAD: "ahead", State.IN_SYNC: "current"}[seen.state]
        return "held" if plain == "ahead" and Flag.HELD in seen.flags else plain
    if Flag.HELD in seen.flags:
        return "held"
    return "pending" if Flag.PENDING in seen.flags else seen.state.value


def _rounds(rounds: Sequence[Round]) -> dict[str, list[Sample]]:
    """What the last rounds looked at, as the fleet is shared now."""
    if not (newest := max(rounds, key=lambda one: (one.slot, one.shard), default=None)):
        return {"services_expected": [], "services_checked": []}
    shares = newest.shard.partition("/")[2]
    checked = sum(one.checked for one in rounds if one.shard.partition("/")[2] == shares)
    return {"services_expected": [Sample(newest.declared)], "services_checked": [Sample(checked)]}


def _duration(counts: Counts) -> list[Sample]:
    if not (every := counts[_SECONDS, ("inf",)]):
        return []
    bounds = [(f"{bound:g}", f"{bound:g}".replace("inf", "+Inf")) for bound in _BOUNDS]
    buckets = [Sample(counts[_SECONDS, (bound,)], (("le", name),), "_bucket") for bound, name in bounds]
    return [*buckets, Sample(every, added="_count"), Sample(counts[_SECONDS, ()] / 1e6, added="_sum")]


def _open(incidents: Iterable[Incident]) -> list[Sample]:
    counts = Counter(one.severity for one in incidents if one.open)
    return [_sample("incidents_open", (one.word,), counts[one]) for one in Severity if one]


def _notifications(counts: Counts) -> list[Sample]:
    """With zeros for what did not happen: a series that begins with its first failure hides it."""
    name = "notifications_total"
    receivers = sorted({labels[0] for metric, labels in counts if metric == name})
    return [
        _sample(name, (receiver, outcome.value), counts[name, (receiver, outcome.value)])
        for receiver in receivers
        for outcome in Outcome
    ]


def _counted(name: str, counts: Counts) -> list[Sample]:
    found = sorted((labels, times) for (metric, labels), times in counts.items() if metric == name)
    return [_sample(name, labels, times) for labels, times in found]
