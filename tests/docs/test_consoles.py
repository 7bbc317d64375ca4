"""What the pages show is what the program prints."""

from __future__ import annotations

import re

import pytest

from tests.docs.consoles import HOST, played, runs
from tests.docs.pages import ROOT, blocks, pages
from tests.docs.repositories import BUILDERS

PLAYED = [page for page in pages() if any(runs(block) for block in blocks(page))]


@pytest.mark.parametrize("page", PLAYED, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_output_is_what_the_command_prints(page):
    for block, text in played(page):
        assert block.text == text, f"{block.place}: run docs/generate.py"


def test_there_is_something_to_run():
    assert {"README.md", "tutorial.md", "drift.md"} <= {page.name for page in PLAYED}


def test_every_block_of_the_console_runs():
    shown = [block for page in pages() for block in blocks(page) if block.language == "console"]
    assert [block.place for block in shown if not runs(block)] == []


def test_no_command_of_ours_stands_outside_a_block_that_runs():
    others = [block for page in pages() for block in blocks(page) if block.language != "console"]
    assert [block.place for block in others if re.search(r"(?m)^\$ ", block.text)] == []


def test_every_named_repository_exists_and_every_one_is_named():
    named = {block.notes.get("repository") for page in pages() for block in blocks(page)}
    assert named - {None} == set(BUILDERS)


def test_addresses_are_below_example_com():
    assert (
        HOST.sub(r"http://here/\1", "https://{service}.example.com/x")
        == "http://here/{service}.example.com/x"
    )
