"""`unshipped gate report`: whether the gates were right, and whether it is time to enforce them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unshipped.app.gate_record import deployed
from unshipped.cli.grammar import Options
from unshipped.cli.options import clock, open_from
from unshipped.cli.output import emit, json_text
from unshipped.cli.terminal import safe
from unshipped.core.counting.gate_report import Case, Caused, Judgement, Record, caused, records
from unshipped.core.words import count, instant, moment
from unshipped.errors import UsageError
from unshipped.wiring.recording import record_of

_MOST_LISTED = 20

_HINT = "`unshipped watch` keeps one, and so does the first bypass"


def report(options: Options) -> int:
    """Read back what was decided and deployed, and say what that means."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    if (record := record_of(fleet)) is None:
        raise UsageError("there is no record yet", _HINT)
    now = clock(options.now)
    since = now - options.since
    decisions = record.decisions(since=since)
    found = records(decisions, deployed(record, since, now), fleet.config.guards, now)
    blame = caused(decisions)
    if options.format == "json":
        emit(json_text(_document(found, blame)))
    else:
        emit("".join(f"{safe(line)}\n" for line in _lines(found, blame)))
    return 0


def _lines(found: tuple[Record, ...], blame: tuple[Caused, ...]) -> Iterator[str]:
    if not found:
        yield "No gate was asked."
    for one in found:
        yield f"{one.gate}: asked {count(one.asked, 'time')} since {moment(one.since)}, mode {one.mode.value}"
        blocks = f"{count(len(one.cases), 'block')} if enforced"
        parts = [f"{one.count(judgement)} {judgement.value}" for judgement in Judgement]
        yield f"  {blocks}: {', '.join(parts)}; {one.unknown} of the answers without knowing"
        yield from (f"  {_case(case)}" for case in one.cases[-_MOST_LISTED:])
        if len(one.cases) > _MOST_LISTED:
            yield f"  and {len(one.cases) - _MOST_LISTED} before"
        yield f"  {one.advice}"
    for each in blame:
        stopped = count(each.stopped, "deploy")
        yield f"{each.target}: stale also by the gate {each.gate}, which stopped {stopped}"


def _case(case: Case) -> str:
    passed = f", {count(case.bypassed, 'bypass', 'bypasses')}" if case.bypassed else ""
    return f"{moment(case.since)}  {case.judgement.value:5}  {case.target}: {case.why}{passed}"


def _document(found: tuple[Record, ...], blame: tuple[Caused, ...]) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "gates": [
            {
                "gate": one.gate,
                "mode": one.mode.value,
                "asked": one.asked,
                "since": instant(one.since),
                "last": instant(one.last),
                "unknown": one.unknown,
                **{judgement.value: one.count(judgement) for judgement in Judgement},
                "next_mode": one.next_mode.value if one.next_mode else None,
                "advice": one.advice,
                "blocks": [_plain(case) for case in one.cases],
            }
            for one in found
        ],
        "caused": [
            {**each._asdict(), "since": instant(each.since), "until": instant(each.until)} for each in blame
        ],
    }


def _plain(case: Case) -> dict[str, Any]:
    times = {"since": instant(case.since), "until": instant(case.until)}
    return {**case._asdict(), **times, "judgement": case.judgement.value}
