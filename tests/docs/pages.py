"""The documents as tests and the generator see them: pages, fenced blocks, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^( *)(`{3,})([\w-]*)\s*$")
_NOTE = re.compile(r"<!-- (\w+): (.+?) -->")


@dataclass(frozen=True)
class Block:
    """A fenced block: `first` and `last` are the lines between its fences, from 0, `last` excluded."""

    page: Path
    language: str
    text: str
    first: int
    last: int
    notes: dict[str, str]
    """What HTML comments straight before it say: `<!-- repository: shop -->`."""

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.first}"


def pages() -> list[Path]:
    """README.md and every page of the documentation, in a fixed order."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found: list[Block] = []
    notes: dict[str, str] = {}
    lines = page.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if fence is None:
            notes = _noted(lines[at], notes)
            at += 1
            continue
        end = next(n for n in range(at + 1, len(lines)) if lines[n].strip() == fence[2])
        text = "".join(line.removeprefix(fence[1]) + "\n" for line in lines[at + 1 : end])
        found.append(Block(page, fence[3], text, at + 1, end, notes))
        notes, at = {}, end + 1
    return found


def _noted(line: str, notes: dict[str, str]) -> dict[str, str]:
    if not line.strip():
        return notes
    return notes | dict(_NOTE.findall(line)) if _NOTE.fullmatch(line.strip()) else {}


def prose(page: Path) -> list[tuple[int, str]]:
    """The lines that are no code and no table, with their numbers from 1."""
    inside = {number for block in blocks(page) for number in range(block.first - 1, block.last + 1)}
    lines = page.read_text(encoding="utf-8").splitlines()
    return [(at + 1, line) for at, line in enumerate(lines) if at not in inside]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = [line.lstrip("#").strip() for _, line in prose(page) if re.match(r"#{1,6} ", line)]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[tuple[int, str]]:
    """Where every link and picture of a page leads, with the line that it stands in."""
    return [
        (number, target)
        for number, line in prose(page)
        for target in re.findall(r"\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"", re.sub(r"`[^`]*`", "", line))
        for target in target
        if target
    ]
