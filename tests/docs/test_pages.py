"""Links lead somewhere, configurations are valid, and the house style holds."""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml

from tests.docs.pages import DOCS, ROOT, Block, anchors, blocks, links, pages, prose
from unshipped.config import load
from unshipped.errors import ConfigError
from unshipped.wiring import every_kind

YAML = [block for page in pages() for block in blocks(page) if block.language == "yaml"]
CONFIGURATIONS = [
    block for block in YAML if re.search(r"(?m)^services:", block.text) and "package" not in block.notes
]
"""One of a package is valid where that is installed: see `test_write_a_source.py`."""
HOUSE = [ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", ROOT / "examples/README.md"]
"""Pages for whoever works on it, or copies from it."""
BESIDE = [ROOT / "CHANGELOG.md", *(ROOT / name / "README.md" for name in ("benchmarks", "frontend", "gate"))]
REFUSED = "refused.yaml"
"""What a page calls a configuration whose mistakes it shows."""


def place(block: Block) -> str:
    return block.place


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("block", CONFIGURATIONS, ids=place)
def test_every_configuration_is_valid_unless_it_shows_a_mistake(block):
    refused = pytest.raises(ConfigError) if block.notes.get("file") == REFUSED else nullcontext()
    with refused:
        load(block.text, "unshipped.yaml", *every_kind())


@pytest.mark.parametrize("block", YAML, ids=place)
def test_every_block_of_yaml_is_yaml(block):
    assert yaml.safe_load(block.text)


@pytest.mark.parametrize("page", [*pages(), *HOUSE, *BESIDE], ids=named)
def test_every_link_inside_the_repository_leads_somewhere(page):
    broken = []
    for number, target in links(page):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(f"{named(page)}:{number}: {target}")
    assert broken == []


def test_every_page_can_be_reached_from_the_index():
    reached: set[Path] = set()
    waiting = [DOCS / "index.md"]
    for page in waiting:
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            targets = (target.partition("#")[0] for _, target in links(page))
            waiting += [(page.parent / t).resolve() for t in targets if t and ":" not in t]
    assert set(DOCS.rglob("*.md")) <= reached


def test_every_folder_of_examples_is_in_their_list():
    listed = {target.partition("/")[0] for _, target in links(ROOT / "examples/README.md")}
    assert {place.name for place in (ROOT / "examples").iterdir() if place.is_dir()} <= listed


@pytest.mark.parametrize("page", [*pages(), *HOUSE], ids=named)
def test_no_page_talks_down_or_boasts(page):
    words = re.compile(
        r"\b(simply|just|eas(y|ily)|obviously|of course|powerful|blazing|seamless\w*)\b", re.IGNORECASE
    )
    assert [f"{named(page)}:{number}" for number, line in prose(page) if words.search(line)] == []


@pytest.mark.parametrize("page", [*pages(), *HOUSE], ids=named)
def test_a_line_holds_one_sentence(page):
    """Tables and lists may hold more: a cell cannot be broken."""
    two = re.compile(r"[a-z)`*]\. [A-Z`]")
    lines = [(n, line) for n, line in prose(page) if not re.match(r"\s*(\||- |\d+\. )", line)]
    assert [f"{named(page)}:{number}: {line}" for number, line in lines if two.search(line)] == []


def test_every_word_of_the_house_is_in_the_glossary():
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    words = (
        "service environment target revision expected closure source reading observation landing drift "
        "verdict severity incident transition route receiver notifier notice delivery silence hold lock "
        "window gate mode bypass deployer plan check rollout rollback measure"
    )
    assert [word for word in words.split() if not re.search(rf"(?m)^\| [\w ,]*\b{word}\b", text)] == []
