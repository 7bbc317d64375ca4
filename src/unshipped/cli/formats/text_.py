"""The report for people: worst first, aligned, readable without colour; what is in sync is folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unshipped.cli.formats import Style
from unshipped.cli.terminal import Screen, fit, safe, width
from unshipped.core import words
from unshipped.core.model import Flag, Report, Severity, State, Verdict
from unshipped.core.texts.listing import some

HEAD = ("", "SERVICE", "ENVIRONMENT", "STATE", "CHANGES", "WAITING", "RUNS", "WHY")
_SERVICE, _ENVIRONMENT, _STATE, _CHANGES, _WAITING, _RUNS, _WHY = range(1, 8)
_MARKS = {
    Severity.CRITICAL: ("■", "red"),
    Severity.WARNING: ("▲", "yellow"),
    Severity.INFO: ("●", "blue"),
    Severity.NONE: ("✓", "green"),
}
_GAP = "  "
_INDENT = "   "
_NOTHING_READ = "No source could tell what serves: `deployed` in the configuration says where that is read."
_NARROWEST_NAME = 8
_NARROWEST_WHY = 36
_MOST_LINES = 3
_NAMED_IN_SYNC = 5
_MOST_ROWS = 50
_MANY_ALIKE = 4
"""From how many on targets that are unknown for the same reason share a row."""


def write(report: Report, style: Style) -> str:
    """The table, the reasons, and one sentence that sums it up."""
    screen = style.screen
    shown = [verdict for verdict in report.verdicts if style.everything or not folded(verdict)]
    in_sync = [] if style.everything else [verdict for verdict in report.verdicts if folded(verdict)]
    alike = {} if style.everything else _alike(shown)
    shown = [verdict for verdict in shown if verdict.drift.target.name not in alike]
    listed = shown if style.everything else shown[:_MOST_ROWS]
    several = len({verdict.drift.target.environment for verdict in report.verdicts}) > 1
    lines = _table(listed, screen, several=several) if listed else []
    lines += _rest(shown[len(listed) :])
    lines += _joined(alike, screen, several=several)
    if in_sync:
        lines += _fold(in_sync, screen, some_shown=bool(shown), several=several)
    lines += ["", *_summary(report, screen)]
    lines += _footer(report, screen, configured=bool(style.config), several=several)
    return "\n".join(line.rstrip() for line in lines).lstrip("\n") + "\n"


def _rest(verdicts: list[Verdict]) -> list[str]:
    """What a table of readable length leaves out: how many, and how bad."""
    if not verdicts:
        return []
    grades = [verdict.severity for verdict in verdicts]
    counted = ", ".join(
        f"{grades.count(grade):,} {grade.word}" for grade in reversed(Severity) if grade in grades
    )
    return [f"{_INDENT}and {len(verdicts):,} more ({counted}): --all lists them"]


def _alike(verdicts: list[Verdict]) -> dict[str, str]:
    """The targets that are unknown for the very reason that one before them is, where those are many: each
    with that one.
    """
    groups: dict[tuple[str, Severity, str], list[str]] = {}
    for verdict in verdicts:
        target = verdict.drift.target
        if verdict.drift.state is State.UNKNOWN:
            why = _why(verdict).replace(target.service, "{service}")
            groups.setdefault((target.environment, verdict.severity, why), []).append(target.name)
    many = (names for names in groups.values() if len(names) >= _MANY_ALIKE)
    return {name: names[0] for names in many for name in names[1:]}


def _joined(alike: dict[str, str], screen: Screen, *, several: bool) -> list[str]:
    """Who is unknown for the reason of another one: how many, and whom it names first."""
    lines = []
    for first in dict.fromkeys(alike.values()):
        names = [name.rpartition("/")[0] for name, one in alike.items() if one == first]
        like = first if several else first.rpartition("/")[0]
        told = f"and {len(names):,} more unknown like {like}: {', '.join(names)}"
        lines += [_INDENT + part for part in wrap(safe(told), screen.columns - len(_INDENT), 2)]
    return lines


def folded(verdict: Verdict) -> bool:
    """Whether there is nothing to say about a target but that it is in sync."""
    return verdict.drift.state is State.IN_SYNC and verdict.severity is Severity.NONE


def cells(verdict: Verdict) -> tuple[str, ...]:
    """A row of the table: one cell for each word of `HEAD`, safe to print."""
    drift, facts = verdict.drift, verdict.drift.facts
    return (
        mark(verdict)[0],
        safe(drift.target.service),
        safe(drift.target.environment),
        words.standing(verdict),
        f"{facts.changes:,}" if facts else "–",
        words.short_age(drift.age) or "–",
        drift.worst.commit[:7] if drift.worst else "–",
        safe(_why(verdict)),
    )


def is_held(verdict: Verdict) -> bool:
    """Whether a hold excuses it: that of code excuses no setting."""
    return verdict.quiet and Flag.HELD in verdict.flags


def mark(verdict: Verdict) -> tuple[str, str]:
    """The sign that a row starts with, and its colour."""
    if verdict.drift.state is State.UNKNOWN:
        return "?", "yellow"
    if is_held(verdict):
        return "‖", "grey"
    return _MARKS[verdict.severity]


def _why(verdict: Verdict) -> str:
    problem = verdict.drift.problem
    if problem:
        return problem.message or words.REASONS[problem.code.value]
    return "; ".join(verdict.reasons)


def _unread(verdict: Verdict) -> bool:
    """Whether it is unknown since none of its sources told anything."""
    drift = verdict.drift
    return drift.state is State.UNKNOWN and all(signal.problem for signal in drift.signals)


def _table(verdicts: list[Verdict], screen: Screen, *, several: bool) -> list[str]:
    rows = [cells(verdict) for verdict in verdicts]
    sizes, beside = _layout(rows, screen.columns, several=several)
    lines = [screen.paint(_GAP.join([_line(HEAD, sizes), *(["WHY"] if beside else [])]), "grey")]
    for verdict, row in zip(verdicts, rows, strict=True):
        first, *others = _row(row, sizes, beside, screen.columns)
        sign, colour = mark(verdict)
        lines += [screen.paint(sign, colour) + first[len(sign) :], *others]
    return lines


def _layout(rows: list[tuple[str, ...]], columns: int, *, several: bool) -> tuple[dict[int, int], int]:
    """How wide each column is, and how much is left for the reasons: 0 where they go below."""
    sizes = {
        at: min(columns, max(width(row[at]) for row in [HEAD, *rows]))
        for at in range(_WHY)
        if several or at != _ENVIRONMENT
    }
    if _total(sizes) > columns:
        del sizes[_RUNS]
    names = [at for at in (_SERVICE, _ENVIRONMENT, _STATE) if at in sizes]
    while _total(sizes) > columns:
        widest = max(names, key=lambda at: sizes[at])
        if sizes[widest] <= _NARROWEST_NAME:
            break
        sizes[widest] -= 1
    room = columns - _total(sizes) - len(_GAP)
    return sizes, room if room >= _NARROWEST_WHY else 0


def _total(sizes: dict[int, int]) -> int:
    return sum(sizes.values()) + len(_GAP) * (len(sizes) - 1)


def _row(row: tuple[str, ...], sizes: dict[int, int], beside: int, columns: int) -> list[str]:
    line = _line(row, sizes)
    if not beside:
        return [line, *(_INDENT + part for part in wrap(row[_WHY], columns - len(_INDENT), _MOST_LINES))]
    first, *others = wrap(row[_WHY], beside, _MOST_LINES) or [""]
    margin = " " * (_total(sizes) + len(_GAP))
    return [line + _GAP + first, *(margin + part for part in others)]


def _line(row: tuple[str, ...], sizes: dict[int, int]) -> str:
    parts = []
    for at, size in sizes.items():
        text = fit(row[at], size)
        pad = " " * (size - width(text))
        parts.append(pad + text if at in (_CHANGES, _WAITING) else text + pad)
    return _GAP.join(parts)


def wrap(text: str, columns: int, most: int) -> list[str]:
    """The text in lines of so many columns; what needs more lines than that ends with an ellipsis."""
    lines: list[str] = []
    for word in _words(text, columns):
        if lines and width(lines[-1]) + 1 + width(word) <= columns:
            lines[-1] += f" {word}"
        elif len(lines) == most:
            lines[-1] = fit(f"{lines[-1]} {word}", columns)
            break
        else:
            lines.append(word)
    return [fit(line, columns) for line in lines]


def _words(text: str, columns: int) -> Iterator[str]:
    """The words of a text; one that is wider than a line, as a link or Chinese is, comes in parts."""
    for word in text.split():
        if width(word) <= columns:
            yield word
            continue
        part = ""
        for char in word:
            if width(part) + width(char) > columns:
                yield part
                part = ""
            part += char
        yield part


def _fold(in_sync: list[Verdict], screen: Screen, *, some_shown: bool, several: bool) -> list[str]:
    sign, colour = _MARKS[Severity.NONE]
    names = [safe(v.drift.target.name if several else v.drift.target.service) for v in in_sync]
    text = _counted(names, screen.columns - len(_INDENT))
    return [*([""] if some_shown and len(in_sync) > 1 else []), f"{screen.paint(sign, colour)}{_GAP}{text}"]


def _counted(names: list[str], columns: int) -> str:
    """How many are in sync, with as many names as fit. A name gives way before a count does."""
    total = f"{len(names):,} in sync"
    for named in range(min(len(names), _NAMED_IN_SYNC), 0, -1):
        text = f"{total}: {some(names, named)}"
        if width(text) <= columns:
            return text
    return total


def _summary(report: Report, screen: Screen) -> Iterable[str]:
    sentence = words.summary(report)
    return (screen.paint(line, "bold") for line in wrap(sentence, screen.columns, len(sentence)))


def _footer(report: Report, screen: Screen, *, configured: bool, several: bool) -> list[str]:
    lines = [
        screen.paint(part, "grey") for note in report.notes for part in wrap(safe(note), screen.columns, 3)
    ]
    worst = next((verdict for verdict in report.verdicts if not verdict.quiet), None)
    if worst and configured:
        target = worst.drift.target
        where = f" -e {_quoted(safe(target.environment))}" if several else ""
        command = f"Next: unshipped explain {_quoted(safe(target.service))}{where}"
        if all(_unread(verdict) for verdict in report.verdicts):
            lines += wrap(_NOTHING_READ, screen.columns, 2)
        lines.append(fit(command, screen.columns))
    return lines


def _quoted(name: str) -> str:
    """As a shell takes it. Nearly every name is fine as it is."""
    if name.replace("-", "").isalnum() and name.isascii():
        return name
    import shlex

    return shlex.quote(name)
