"""A report as Markdown that every place shows alike: headings, lists and fenced blocks, and no table.

It is the body of a message: chats show no table, and a mail is made from the same text.
"""

from __future__ import annotations

from collections.abc import Iterable

from unshipped.core.counting.summary import NONE, Bar, Line, Row, Section, Summary, parts
from unshipped.core.texts.harmless import link, visible
from unshipped.core.texts.harmless import markdown as plain

_CELLS = 20


def written(summary: Summary, *, title: bool = True) -> str:
    """The report; without its title where that stands elsewhere, as in a message."""
    head = [f"## {plain(summary.title)}", plain(summary.headline)] if title else [plain(summary.headline)]
    sections = [part for section in summary.sections for part in _section(section)]
    ends = [f"In brackets: {plain(summary.compared)}."] if summary.compared else []
    return "\n\n".join([*head, *sections, *ends]) + "\n"


def bars(section: Section) -> str:
    """Lengths made of characters: a chart that needs neither a picture nor a colour."""
    widest = max(len(visible(bar.label)) for bar in section.bars)
    return "\n".join(_bar(bar, section.scale, widest) for bar in section.bars)


def _bar(bar: Bar, scale: float, widest: int) -> str:
    cells = round(_CELLS * bar.amount / scale)
    length = "▇" * max(cells, 1 if bar.amount > 0 else 0)
    return f"{visible(bar.label):<{widest}}  {length}{' ' if length else ''}{visible(bar.text)}"


def _section(section: Section) -> Iterable[str]:
    if not (section.rows or section.bars or section.lines):
        return
    yield f"### {plain(section.title)}"
    if section.rows:
        yield "\n".join(map(_row, section.rows))
    if section.bars:
        yield f"{plain(section.caption)}:"
        yield "```text\n" + bars(section).replace("`", "'") + "\n```"
    if section.lines:
        yield "\n".join(f"- {_line(line)}" for line in section.lines)


def _line(line: str | Line) -> str:
    return "".join(link(*part) for part in parts(line))


def _row(row: Row) -> str:
    before = f" ({plain(row.before)})" if row.before else ""
    counted = f": {plain(row.counted)}" if row.counted else ""
    return f"- **{plain(row.label)}** {plain(row.value) or NONE}{before}{counted}"
