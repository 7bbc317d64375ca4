"""The report for a pull request comment or an issue: it folds, it fits, and it calls nobody by name."""

from __future__ import annotations

from collections.abc import Iterable

from unshipped.cli.formats import Style
from unshipped.cli.formats.text_ import HEAD, cells, folded
from unshipped.cli.terminal import fit, safe
from unshipped.core import words
from unshipped.core.model import Change, Facts, Report, Verdict
from unshipped.core.texts import harmless
from unshipped.core.texts.listing import more

MARKER = "<!-- unshipped:report -->"
"""The first line, by which the one comment to update is found."""

BUDGET = 60_000
"""At most so many characters: GitHub refuses a body of more than 65,536."""

_RESERVE = 400
_MOST_CHANGES = 20
_LONGEST_NAME, _LONGEST_TITLE, _LONGEST_REASON = 80, 160, 400

escape = harmless.markdown


def write(report: Report, style: Style) -> str:
    """The summary, the table worst first, missing changes, and what is in sync; folded and cut to size."""
    shown = [verdict for verdict in report.verdicts if style.everything or not folded(verdict)]
    in_sync = [] if style.everything else [verdict for verdict in report.verdicts if folded(verdict)]
    head = [MARKER, f"**{escape(words.summary(report))}**"]
    ends = [*_fold(in_sync), *_notes(report.notes)]
    room = BUDGET - _RESERVE - sum(len(part) + 2 for part in [*head, *ends])
    rows = _taken((_row(verdict) for verdict in shown), room)
    room -= sum(len(row) + 2 for row in rows)
    lacking = [verdict for verdict in shown[: len(rows)] if _lists(verdict)]
    lists = _taken(
        (_changes(verdict, verdict.drift.facts) for verdict in lacking if verdict.drift.facts), room
    )
    hidden, unlisted = len(shown) - len(rows), len(lacking) - len(lists)
    cut = [words.left_out(hidden, unlisted)] if hidden or unlisted else []
    return "\n\n".join([*head, *_table(rows), *cut, *lists, *ends]) + "\n"


def _table(rows: list[str]) -> list[str]:
    head = [_cells(name.capitalize() for name in HEAD), "| --- | --- | --- | --- | ---: | ---: | --- | --- |"]
    return ["\n".join([*head, *rows])] if rows else []


def _row(verdict: Verdict) -> str:
    sign, service, environment, *others, _why = cells(verdict)
    names = [fit(service, _LONGEST_NAME), fit(environment, _LONGEST_NAME)]
    reasons = fit(safe("; ".join(verdict.reasons)), _LONGEST_REASON)
    return _cells(escape(text) for text in [sign, *names, *others, reasons])


def _cells(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _lists(verdict: Verdict) -> bool:
    facts = verdict.drift.facts
    return facts is not None and bool(facts.listed) and facts.differs and not verdict.drift.target.retired


def _changes(verdict: Verdict, facts: Facts) -> str:
    """The missing changes of one target, folded."""
    lines = [_change(change) for change in facts.listed[:_MOST_CHANGES]]
    rest = facts.changes + facts.cancelled - len(lines)
    lines += [f"- {more(rest)}"] if rest > 0 else []
    return _details(f"{_name(verdict)}: {escape(words.headline(verdict))}", "\n".join(lines))


def _change(change: Change) -> str:
    title = escape(fit(safe(change.subject), _LONGEST_TITLE)) or "–"
    by = f" ({escape(fit(safe(change.author), _LONGEST_NAME))})" if change.author else ""
    return f"- `{change.commit[:7]}` {f'<del>{title}</del>' if change.cancelled else title}{by}"


def _fold(in_sync: list[Verdict]) -> list[str]:
    names = _some([_name(verdict) for verdict in in_sync], ", ")
    return [_details(f"{len(in_sync):,} in sync", names)] if in_sync else []


def _notes(notes: Iterable[str]) -> list[str]:
    lines = [escape(fit(safe(note), _LONGEST_REASON)) for note in notes]
    return [f"<sub>{_some(lines, '<br>')}</sub>"] if lines else []


def _some(parts: list[str], separator: str) -> str:
    """A list at the end of the report, which must not take the room of what is wrong."""
    taken = _taken(parts, BUDGET // 10)
    rest = len(parts) - len(taken)
    return separator.join(taken) + (f" {more(rest)}" if rest else "")


def _name(verdict: Verdict) -> str:
    target = verdict.drift.target
    return "/".join(escape(fit(safe(name), _LONGEST_NAME)) for name in (target.service, target.environment))


def _details(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def _taken(parts: Iterable[str], room: int) -> list[str]:
    """The parts from the first on that fit."""
    taken: list[str] = []
    for part in parts:
        room -= len(part) + 2
        if room < 0:
            break
        taken.append(part)
    return taken
