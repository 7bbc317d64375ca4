"""The Deployment Health Summary: the figures of a time beside those of the time before; what to change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from unshipped.core import words
from unshipped.core.counting.advice import Advice, advise
from unshipped.core.counting.dora import Dora, dora
from unshipped.core.counting.figures import Ratio, Span, Spread
from unshipped.core.counting.summary import Bar, Row, Section, Summary
from unshipped.core.logged.past import Past
from unshipped.core.measures import LATE, Measures, Service, measure
from unshipped.core.texts.listing import more
from unshipped.core.value import Value

TITLE = "Deployment Health Summary"
_MOST_BARS = 8
_MOST_DAYS = 32


class Health(Value):
    """What a time was like."""

    now: Measures
    before: Measures | None
    """The time before; None where nothing was kept of it."""
    dora: Dora
    dora_before: Dora | None
    advice: tuple[Advice, ...]


def health(
    past: Past,
    span: Span,
    *,
    slots: Iterable[tuple[str, datetime]] | None = None,
    late_after: float = LATE,
) -> Health:
    """The figures of that time, and of the time before as far as it was kept."""
    due = None if slots is None else tuple(slots)
    earlier = span.before()
    before = measure(past, earlier, slots=due, late_after=late_after)
    kept = bool(before.watched.targets or before.deploys or before.drifts.of)
    return Health(
        now=measure(past, span, slots=due, late_after=late_after),
        before=before if kept else None,
        dora=dora(past, span),
        dora_before=dora(past, earlier) if kept else None,
        advice=advise(past, span),
    )


def last_week(now: datetime) -> Span:
    """The last whole week, from Monday to Monday, in UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return Span(monday - timedelta(days=7), monday)


def week_of(text: str) -> Span | None:
    """A week of the ISO calendar, such as `2026-W06`; None for what is none."""
    found = re.fullmatch(r"([12]\d{3})-?W(\d{1,2})", text)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None
    if monday is None:
        return None
    since = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    return Span(since, since + timedelta(days=7))


def summary(found: Health) -> Summary:
    """The report in sentences."""
    now, before = found.now, found.before
    return Summary(
        title=f"{TITLE}, {_named(now.span)}",
        headline=_headline(now, before),
        sections=(
            Section("Incidents", _incidents(now, before), _by_day(now), "Drift incidents by day"),
            Section(
                "From merged to live",
                _getting_live(now, before),
                _slowest(now),
                "Merged to live, 90th percentile",
            ),
            Section("Whether it is believed", _trust(now, before)),
            Section("The watch itself", _watch(now, before)),
            Section(
                "Services",
                bars=_least_in_order(now.services),
                caption="Share of the known time in which something was to be done",
                lines=(*_ends(now.services), *_undetermined(now)),
            ),
            Section("What to change", lines=_to_change(found.advice)),
        ),
        compared=_compared(now.span, before),
    )


def dora_summary(found: Health) -> Summary:
    """The four figures of DORA in sentences."""
    now, before = found.dora, found.dora_before
    rows = (
        Row(
            "Deployment frequency",
            _frequency(now),
            _frequency(before) if before else "",
            words.count(len(now.deployed), "deploy"),
        ),
        _lasting("Lead time for changes", now.lead_time, before and before.lead_time, "landing", middle=True),
        _part("Change failure rate", now.failures, before and before.failures, "deploy"),
        _lasting("Time to restore", now.restored_after, before and before.restored_after, "rollback"),
    )
    return Summary(
        title=f"DORA, {_named(now.span)}",
        headline="From what was seen to run, and from nothing else.",
        sections=(Section("Figures", rows),),
        compared=_compared(now.span, found.before),
    )


def _named(span: Span) -> str:
    last = span.until - timedelta(seconds=1)
    whole = all(one.astimezone(UTC).strftime("%H%M%S") == "000000" for one in span[:2])
    if whole:
        return f"{words.day(span.since)} to {words.day(last)}"
    return f"{words.moment(span.since)} to {words.moment(span.until)}"


def _compared(span: Span, before: Measures | None) -> str:
    length = words.age(span.seconds)
    return f"the {length} before" if before else f"nothing was kept of the {length} before"


def _headline(now: Measures, before: Measures | None) -> str:
    targets = len(now.watched.targets)
    if not (targets or now.deploys or now.drifts.of):
        return "Nothing was watched in this time: there is nothing to tell."
    counted = bool(now.watched.known or now.drifts.ids)
    if targets and not (counted or now.deploys):
        return f"{words.count(targets, 'target')} watched, and nothing of them could be determined."
    drifts = words.count(len(now.drifts.ids), "drift incident") + _than(now, before)
    parts = [drifts if counted else words.count(len(now.deploys), "deploy")]
    if (precision := now.actionable.value) is not None:
        parts.append(f"{words.percent(precision)} of what was resolved was worth telling")
    if (mean := now.waits.mean) is not None:
        parts.append(f"a change waited {words.age(mean)} on average to be live")
    watched = f"{words.count(targets, 'target')} watched" if targets else "No look of this time is kept"
    return f"{watched}: {'; '.join(parts)}."


def _than(now: Measures, before: Measures | None) -> str:
    if before is None:
        return ""
    number, other = len(now.drifts.ids), len(before.drifts.ids)
    return " (as before)" if number == other else f" ({other} before)"


# ---------------------------------------------------------------- sections


def _incidents(now: Measures, before: Measures | None) -> tuple[Row, ...]:
    first = len(now.baselines.ids)
    return (
        Row(
            "Drift incidents",
            _number(now, now.drifts.ids),
            _number(before, before.drifts.ids) if before else "",
            f"of {words.count(len(now.drifts.of), 'incident')}"
            + (f", {first} there at the first look" if first else ""),
        ),
        _lasting("Drift age", now.ages, before and before.ages, "drift"),
        _lasting("Time to detect", now.seen_after, before and before.seen_after, "drift"),
        _lasting("Time to the incident", now.opened_after, before and before.opened_after, "drift")._replace(
            counted=_grace(now)
        ),
        _part("Again within 7 days", now.repeats, before and before.repeats, "incident"),
        Row(
            "Came back at once",
            _number(now, now.returned),
            _number(before, before.returned) if before else "",
            "resolved, and the same again a moment later",
        ),
    )


def _grace(now: Measures) -> str:
    seen, opened = now.seen_after.mean, now.opened_after.mean
    if seen is None or opened is None:
        return words.count(0, "drift")
    return f"{words.age(opened - seen)} of it on average is grace, after it was seen"


def _getting_live(now: Measures, before: Measures | None) -> tuple[Row, ...]:
    return (
        _lasting("Merged to live", now.waits, before and before.waits, "landing"),
        Row(
            "Deploys",
            _number(now, now.deploys),
            _number(before, before.deploys) if before else "",
            words.count(sum(one.back for one in now.deploys), "rollback") + " among them",
        ),
        _by_hand(now, before),
    )


def _by_hand(now: Measures, before: Measures | None) -> Row:
    row = _part("Deploys by hand", now.by_hand, before and before.by_hand, "deploy")
    unsaid = sum(one.by_hand and not one.by for one in now.deploys)
    return row._replace(counted=f"{row.counted}; nobody said who made {unsaid:,} of them") if unsaid else row


def _trust(now: Measures, before: Measures | None) -> tuple[Row, ...]:
    rows = [
        _part("Worth telling", now.actionable, before and before.actionable, "resolved incident"),
        Row("Messages for an incident", _each(now.messages), _each(before.messages) if before else "",
            f"{words.count(len(now.messages.ids), 'message')} about "
            f"{words.count(len(now.messages.of), 'incident')}"),
        _lasting("Acknowledged after", now.acknowledged_after, before and before.acknowledged_after,
                 "incident"),
    ]  # fmt: skip
    if now.would_block.of:
        rows += [
            _part("Gates would have blocked", now.would_block, before and before.would_block, "question"),
            _part("Of that bypassed", now.bypassed, before and before.bypassed, "question"),
        ]
    return tuple(rows)


def _watch(now: Measures, before: Measures | None) -> tuple[Row, ...]:
    watched = now.watched
    looked = watched.known + watched.unknown
    rows = [
        Row("Unknown", words.percent(watched.unknown_rate),
            words.percent(before.watched.unknown_rate) if before else "",
            f"of {words.age(looked)} of watched time, added up over "
            f"{words.count(len(watched.targets), 'target')}"),
        _part("Rounds that were late", now.late, before and before.late, "round"),
        _part("Rounds that saw nothing", now.failed, before and before.failed, "round"),
    ]  # fmt: skip
    if now.missed is not None:
        rows.append(_part("Rounds that never were", now.missed, before and before.missed, "moment"))
    if watched.blind:
        rows.append(
            Row("Not looked at", words.age(watched.blind), words.age(before.watched.blind) if before else "")
        )
    rows.append(_part("Attempts that failed", now.failures, before and before.failures, "attempt"))
    return tuple(rows)


def _ends(services: Sequence[Service]) -> tuple[str, ...]:
    if len(services) < 2:
        return ()
    best, worst = services[0], services[-1]
    if best.share == worst.share:
        return (f"All were in order for {words.percent(best.share)} of the known time.",)
    had = words.count(len(worst.incidents), "incident")
    return (
        f"Best: {best.name}, in order for {words.percent(best.share)} of the known time.",
        f"Worst: {worst.name}, in order for {words.percent(worst.share)} of the known time, with {had}.",
    )


def _undetermined(now: Measures) -> tuple[str, ...]:
    """Services that were looked at and could not be determined once: nothing is known of their time."""
    looked = {target.rpartition("/")[0] for target in now.watched.targets}
    names = sorted(looked - {one.name for one in now.services})
    rest = [more(len(names) - _MOST_BARS)] if len(names) > _MOST_BARS else []
    return (f"Never determined: {', '.join([*names[:_MOST_BARS], *rest])}.",) if names else ()


def _to_change(advice: Sequence[Advice]) -> tuple[str, ...]:
    if not advice:
        return ("Nothing was noisy enough to conclude anything from.",)
    return tuple(f"{one.about}: {one.why}: {one.do}." for one in advice[:3])


# ---------------------------------------------------------------- charts


def _by_day(now: Measures) -> tuple[Bar, ...]:
    """The drifts that opened on each day, in UTC; of the first and the last one what lies in the time."""
    days: list[Span] = []
    day = now.span.since.astimezone(UTC)
    while day < now.span.until and len(days) <= _MOST_DAYS:
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        days.append(Span(day, min(midnight, now.span.until)))
        day = midnight
    if not now.drifted_at or len(days) > _MOST_DAYS:
        return ()
    counts = [sum(one.holds(when) for _, when in now.drifted_at) for one in days]
    return tuple(
        Bar(words.day(one.since), number, str(number)) for one, number in zip(days, counts, strict=True)
    )


def _slowest(now: Measures) -> tuple[Bar, ...]:
    slow = sorted(
        (one for one in now.services if one.waits.p90 is not None), key=lambda one: -(one.waits.p90 or 0)
    )
    return tuple(Bar(one.name, one.waits.p90 or 0, words.age(one.waits.p90)) for one in slow[:_MOST_BARS])


def _least_in_order(services: Sequence[Service]) -> tuple[Bar, ...]:
    """For how much of the time something was to be done about a service, the worst first."""
    troubled = [one for one in reversed(services) if one.share < 1]
    return tuple(Bar(one.name, 1 - one.share, words.percent(1 - one.share)) for one in troubled[:_MOST_BARS])


# ---------------------------------------------------------------- figures in words


def _number(found: Measures, counted: Sequence[object]) -> str:
    """How many there were; nothing where nobody knows whether there were any."""
    return f"{len(counted):,}" if counted or found.watched.known else ""


def _lasting(label: str, now: Spread, before: Spread | None, noun: str, *, middle: bool = False) -> Row:
    return Row(
        label, _typical(now, middle=middle), _typical(before, middle=middle) if before else "",
        words.count(now.n, noun),
    )  # fmt: skip


def _typical(found: Spread, *, middle: bool) -> str:
    if not found.n:
        return ""
    typical = f"median {words.age(found.median)}" if middle else f"average {words.age(found.mean)}"
    return f"{typical}, 90th percentile {words.age(found.p90)}"


def _part(label: str, now: Ratio, before: Ratio | None, noun: str) -> Row:
    counted = f"{len(now.ids):,} of {words.count(len(now.of), noun)}"
    return Row(label, words.percent(now.value), words.percent(before.value) if before else "", counted)


def _each(found: Ratio) -> str:
    return "" if found.value is None else f"{found.value:.1f}".removesuffix(".0")


def _frequency(found: Dora) -> str:
    daily = found.a_day
    if daily is None:
        return ""
    return f"{daily:.1f} a day" if daily >= 1 else f"{daily * 7:.1f} a week"
