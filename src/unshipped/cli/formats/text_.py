"""The report for people: worst first, aligned, readable without colour; what is in sync is folded."""

from __future__ import annotations

from unshipped.cli.formats import Style
from unshipped.cli.terminal import Screen, fit, safe, width
from unshipped.core import words
from unshipped.core.model import Flag, Report, Severity, State, Verdict

_MARKS = {
    Severity.CRITICAL: ("■", "red"),
    Severity.WARNING: ("▲", "yellow"),
    Severity.INFO: ("●", "blue"),
    Severity.NONE: ("✓", "green"),
}
_SHOWN_IN_SYNC = 5
_GAP = "  "


def write(report: Report, style: Style) -> str:
    """The table, the reasons, and one sentence that sums it up."""
    screen = style.screen
    shown = [v for v in report.verdicts if style.everything or not _folded(v)]
    folded = [v for v in report.verdicts if not (style.everything or not _folded(v))]
    lines = _table(shown, screen) if shown else []
    if folded:
        lines += _fold(folded, screen, some_shown=bool(shown))
    lines += ["", screen.paint(words.summary(report), "bold"), *_footer(report, screen)]
    return "\n".join(line.rstrip() for line in lines).lstrip("\n") + "\n"


def _folded(verdict: Verdict) -> bool:
    return verdict.drift.state is State.IN_SYNC and verdict.severity is Severity.NONE


def _table(verdicts: list[Verdict], screen: Screen) -> list[str]:
    several = len({v.drift.target.environment for v in verdicts}) > 1
    head = ["", "SERVICE", "ENVIRONMENT", "STATE", "CHANGES", "WAITING", "RUNS", "WHY"]
    rows = [_cells(verdict) for verdict in verdicts]
    columns = [at for at in range(len(head)) if several or head[at] != "ENVIRONMENT"]
    if screen.columns < 72:
        columns = [at for at in columns if head[at] not in ("RUNS",)]
    sizes = {at: max(width(row[at]) for row in [head, *rows]) for at in columns}
    _squeeze(sizes, screen.columns, names=[1, 2])
    lines = [screen.paint(_line(head, columns, sizes), "grey")]
    for verdict, row in zip(verdicts, rows, strict=True):
        line = _line(row, columns, sizes)
        mark, colour = _mark(verdict)
        lines.append(screen.paint(mark, colour) + line[len(mark) :])
    return lines


def _cells(verdict: Verdict) -> list[str]:
    drift, facts = verdict.drift, verdict.drift.facts
    flags = ", ".join(flag.value.replace("_", " ") for flag in verdict.flags)
    state = words.state(verdict) + (f" ({flags})" if flags else "")
    return [
        _mark(verdict)[0],
        drift.target.service,
        drift.target.environment,
        state,
        str(facts.changes) if facts else "–",
        words.short_age(drift.age) or "–",
        drift.worst.commit[:7] if drift.worst else "–",
        safe(_why(verdict)),
    ]


def _why(verdict: Verdict) -> str:
    if verdict.drift.problem:
        return verdict.drift.problem.message
    return "; ".join(verdict.reasons)


def _mark(verdict: Verdict) -> tuple[str, str]:
    if verdict.drift.state is State.UNKNOWN:
        return "?", "yellow"
    if Flag.HELD in verdict.flags:
        return "‖", "grey"
    return _MARKS[verdict.severity]


def _squeeze(sizes: dict[int, int], columns: int, names: list[int]) -> None:
    """Make the table fit: first the last column gives way, then long names."""
    last = max(sizes)
    fixed = sum(size for at, size in sizes.items() if at != last) + len(_GAP) * (len(sizes) - 1)
    for at in names:
        if at in sizes and columns - fixed < 24:
            cut = min(sizes[at] - 16, 24 - (columns - fixed))
            if cut > 0:
                sizes[at] -= cut
                fixed -= cut
    sizes[last] = max(12, columns - fixed)


def _line(cells: list[str], columns: list[int], sizes: dict[int, int]) -> str:
    parts = []
    for at in columns:
        text = fit(cells[at], sizes[at])
        pad = " " * (sizes[at] - width(text))
        parts.append(pad + text if at in (4, 5) else text + pad)
    return _GAP.join(parts)


def _fold(folded: list[Verdict], screen: Screen, *, some_shown: bool) -> list[str]:
    mark, colour = _MARKS[Severity.NONE]
    names = [v.drift.target.service for v in folded]
    listed = ", ".join(dict.fromkeys(names[:_SHOWN_IN_SYNC]))
    more = f" and {len(names) - _SHOWN_IN_SYNC:,} more" if len(names) > _SHOWN_IN_SYNC else ""
    text = fit(f"{len(folded):,} in sync: {listed}{more}", screen.columns - 3)
    return [*([""] if some_shown and len(folded) > 1 else []), f"{screen.paint(mark, colour)}  {text}"]


def _footer(report: Report, screen: Screen) -> list[str]:
    lines = [screen.paint(safe(note), "grey") for note in report.notes]
    worst = next((v for v in report.verdicts if not v.quiet), None)
    if worst:
        lines.append(f"Next: unshipped explain {worst.drift.target.service}")
    return lines
