"""A replay in sentences, two sets of rules side by side where there are two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unshipped.core import words
from unshipped.core.counting.figures import Spread
from unshipped.core.counting.gate_report import Judgement
from unshipped.core.counting.summary import Bar, Line, Row, Section, Summary
from unshipped.core.replaying.evidence import began
from unshipped.core.replaying.replayed import Replayed, Stretch, Tried, chosen, right

TITLE = "Replay"
_MOST = 8


def summary(
    now: Replayed,
    other: Replayed | None,
    *,
    deploys: str,
    pages: Mapping[str, str],
    compared: str = "",
    notes: Sequence[str] = (),
    advice: Sequence[str] = (),
) -> Summary:
    """The report. `deploys` says where the deployments are from, `pages` has by target the page of its
    repository, `compared` names the other rules.
    """
    longest = tuple(_stretch(one, pages.get(one.target, "")) for one in now.stretches[:_MOST])
    span = now.span
    return Summary(
        title=f"{TITLE}, {words.day(span.since)} to {words.day(span.until)}",
        headline=_headline(now, deploys) + (f" What stands as before is {compared}." if compared else ""),
        sections=(
            Section("Incidents", _incidents(now, other), _bars(now.openers), "What opened and worsened them"),
            Section("Messages", _messages(now, other), _bars(now.noisiest), "New messages by service"),
            *([Section("Gates", _gates(now, other))] if now.gates or (other and other.gates) else []),
            Section("Longest stretches", lines=longest),
            *([Section("What to set", lines=tuple(advice))] if advice else []),
            *([Section("How it was counted", lines=tuple(notes))] if notes else []),
        ),
        compared=compared,
    )


def advise(tried: Sequence[Tried], budget: float, limit: float) -> tuple[str, ...]:
    """Which thresholds keep to a budget of messages a week, with no stretch untold for longer than that."""
    found = chosen(tried, budget)
    asked = f"at most {budget:g} messages a week, and nothing untold for more than {words.age(limit)}"
    lines = [_one(one) for one in sorted(tried, key=lambda one: (one.factor, one.grace))]
    if found is None:
        closest = min(tried, key=lambda one: (len(one.untold), one.a_week))
        return (f"None of these keeps to {asked}; closest: {_set(closest)}.", *lines)
    if found.factor == 1 and not found.grace:
        return (f"The thresholds as they are keep to {asked}.", *lines)
    return (f"{_set(found)}: that keeps to {asked}.", *lines)


def _set(one: Tried) -> str:
    parts = [f"a grace of {words.age(one.grace)}"] if one.grace else []
    parts += [f"thresholds times {one.factor:g}"] if one.factor != 1 else []
    return " and ".join(parts).capitalize() or "The thresholds as they are"


def _one(one: Tried) -> str:
    untold = words.count(len(one.untold), "stretch", "stretches")
    return f"{_set(one)}: {one.a_week:.1f} messages a week, {untold} untold"


def _headline(now: Replayed, deploys: str) -> str:
    drifts = words.count(len(now.incidents.ids), "drift incident")
    messages = words.count(len(now.loud), "new message")
    return (
        f"{drifts} and {messages} ({now.a_week:.1f} a week), {len(now.nights):,} of them at night; "
        f"deployments {deploys}."
    )


def _incidents(now: Replayed, other: Replayed | None) -> tuple[Row, ...]:
    rows = [
        Row("Drift incidents", _number(now.incidents.ids), _number(other.incidents.ids) if other else "",
            f"of {words.count(len(now.incidents.of), 'incident')}"),
    ]  # fmt: skip
    before = dict(other.peaks) if other else {}
    for severity, ids in now.peaks:
        known = _number(before[severity]) if severity in before else ""
        rows.append(Row(f"  at worst {severity.word}", _number(ids), known))
    rows.append(
        Row("Landing to incident", _typical(now.opened_after), _typical(other.opened_after) if other else "",
            words.count(now.opened_after.n, "incident"))
    )  # fmt: skip
    return tuple(rows)


def _messages(now: Replayed, other: Replayed | None) -> tuple[Row, ...]:
    before = {one.receiver: one for one in other.said} if other else {}
    weeks = now.span.a_week(1) or 0.0
    rows = []
    for one in now.said:
        known = before.get(one.receiver)
        grades = ", ".join(f"{number:,} {severity.word}" for severity, number in one.by_severity)
        nights = f"; {len(one.nights):,} at night" if one.nights else ""
        rows.append(
            Row(f"{one.receiver}, a week", f"{len(one.loud) * weeks:.1f}",
                f"{len(known.loud) * weeks:.1f}" if known else "0" if other else "",
                f"{grades}{nights}; {words.count(len(one.quiet), 'message')} only changed")
        )  # fmt: skip
    nights = f"{len(other.nights):,}" if other else ""
    return (*rows, Row("New messages at night", f"{len(now.nights):,}", nights, "22:00 to 07:00"))


def _gates(now: Replayed, other: Replayed | None) -> tuple[Row, ...]:
    before = {one.gate: one for one in other.gates} if other else {}
    rows = []
    for one in now.gates:
        known, share = before.get(one.gate), words.percent(right(one).value)
        parts = ", ".join(f"{one.count(judgement)} {judgement.value}" for judgement in Judgement)
        rows.append(
            Row(f"{one.gate} would block", f"{len(one.cases):,}", f"{len(known.cases):,}" if known else "",
                parts + f"; {share} were followed by a deploy" * bool(share))
        )  # fmt: skip
    return tuple(rows)


def _bars(found: Sequence[tuple[str, int]]) -> tuple[Bar, ...]:
    return tuple(Bar(name, number, f"{number:,}") for name, number in found[:_MOST])


def _stretch(one: Stretch, web: str) -> Line:
    told = f"told after {words.age(one.untold)}" if one.told_at else "nobody was told"
    said = (
        f"{one.target}: {words.age(one.seconds)} from {words.moment(one.since)}, "
        f"at worst {one.peak.word}, {told}"
    )
    commit, subject = (one.oldest.commit, one.oldest.subject) if one.oldest else ("", "")
    return began(said, commit, subject, web)


def _number(ids: Sequence[str]) -> str:
    return f"{len(ids):,}"


def _typical(found: Spread) -> str:
    if not found.n:
        return ""
    return f"average {words.age(found.mean)}, 90th percentile {words.age(found.p90)}"
