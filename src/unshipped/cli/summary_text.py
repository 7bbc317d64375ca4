"""A report for the terminal: one line a figure, with what it was counted from where that fits."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.cli.terminal import Screen, fit, safe, width
from unshipped.core.counting.summary import NONE, Row, Section, Summary, text
from unshipped.core.texts.markdown import bars


def write(summary: Summary, screen: Screen) -> str:
    """The report."""
    labels = [safe(row.label) for section in summary.sections for row in section.rows]
    widest = max(map(len, labels), default=0)
    lines = [screen.paint(safe(summary.title), "bold"), safe(summary.headline)]
    for section in summary.sections:
        lines += _section(section, widest, screen)
    if summary.compared:
        lines += ["", screen.paint(f"before: {safe(summary.compared)}", "grey")]
    return "\n".join(lines) + "\n"


def _section(section: Section, widest: int, screen: Screen) -> Iterator[str]:
    if not (section.rows or section.bars or section.lines):
        return
    yield ""
    yield screen.paint(safe(section.title), "bold")
    for row in section.rows:
        yield from _row(row, widest, screen)
    if section.bars:
        yield screen.paint(f"  {safe(section.caption)}:", "grey")
        yield from (f"  {fit(line, screen.columns - 2)}" for line in bars(section).splitlines())
    yield from (f"  {safe(text(line))}" for line in section.lines)


def _row(row: Row, widest: int, screen: Screen) -> Iterator[str]:
    line = f"  {safe(row.label):<{widest}}  {safe(row.value) or NONE}"
    parts = ([f"before: {row.before}"] if row.before else []) + ([row.counted] if row.counted else [])
    beside = safe("; ".join(parts))
    if not beside:
        yield line
    elif width(line) + 3 + width(beside) <= screen.columns:
        yield f"{line}   {screen.paint(beside, 'grey')}"
    else:
        yield line
        yield f"  {'':<{widest}}  {screen.paint(beside, 'grey')}"
