"""Whole texts, for the reader who wants to see what a format looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats.reports import fleet, report, style
from unshipped import __version__
from unshipped.cli.formats import FORMATS, writer
from unshipped.core.exits import exit_code
from unshipped.core.model import Severity

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8").replace("VERSION", __version__)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_text_of_a_fleet_is_as_it_was(columns):
    assert writer("text")(fleet(), style(columns, config="unshipped.yaml")) == golden(f"text-{columns}.txt")


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("json", "fleet.json"),
        ("markdown", "fleet.md"),
        ("junit", "fleet.xml"),
        ("sarif", "fleet.sarif"),
        ("github", "github.txt"),
    ],
)
def test_the_report_of_a_fleet_is_as_it_was(form, name):
    assert writer(form)(fleet(), style(config="unshipped.yaml")) == golden(name)


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_of_nothing_is_written_in_every_format(form):
    assert writer(form)(report(declared=4), style()).endswith("\n")


@pytest.mark.parametrize("form", FORMATS)
def test_writing_changes_nothing_that_the_exit_code_goes_by(form):
    checked = fleet()
    before = exit_code(checked, Severity.WARNING)
    writer(form)(checked, style())
    assert exit_code(checked, Severity.WARNING) == before
