from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.formats.reports import HOSTILE, change, fleet, hostile, of, report, style, target, unknown
from unshipped.cli.formats.json_ import write
from unshipped.core.model import Code, Report

CONTRACT = json.loads((Path(__file__).parent / "contract.schema.json").read_text(encoding="utf-8"))
FROM_MEASURES = ["behind", "changes_behind", "ahead", "behind_since", "age_seconds", "oldest"]


def written(checked: Report) -> Any:
    document = json.loads(write(checked, style()))
    jsonschema.Draft202012Validator(CONTRACT).validate(document)
    return document


def only(checked: Report) -> Any:
    [one] = written(checked)["targets"]
    return one


def test_the_contract_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(CONTRACT)


@pytest.mark.parametrize("checked", [fleet(), report(), report(declared=3), *map(hostile, HOSTILE.values())])
def test_every_report_keeps_the_contract(checked):
    written(checked)


@pytest.mark.parametrize("code", Code)
def test_what_an_unknown_target_cannot_know_is_null(code):
    one = only(report(unknown(target(), code=code)))
    assert (one["state"], one["reason_code"]) == ("unknown", code.value)
    assert {field: one[field] for field in FROM_MEASURES} == dict.fromkeys(FROM_MEASURES)


def test_zero_is_not_null():
    one = only(report(of(target())))
    assert (one["behind"], one["changes_behind"], one["ahead"], one["cancelled"]) == (0, 0, 0, 0)


def test_a_count_is_not_cut_where_the_list_is():
    one = only(report(of(target(), 300, listed=(change(300),))))
    assert (one["behind"], one["changes_behind"], len(one["changes"])) == (300, 300, 1)


def test_the_age_is_that_of_the_oldest_change():
    one = only(report(of(target(), 3, hours=2.5)))
    assert one["age_seconds"] == 9000
    assert one["behind_since"] == one["oldest"]["landed_at"] == "2026-02-05T14:07:00Z"


def test_the_summary_counts_every_state():
    summary = written(fleet())["summary"]
    assert summary == {
        "targets": 10,
        "declared": 10,
        "in_sync": 2,
        "behind": 5,
        "ahead": 1,
        "diverged": 1,
        "unknown": 1,
        "worst": "critical",
    }


def test_an_empty_report_has_no_worst():
    assert written(report(declared=2))["summary"]["worst"] is None


def test_text_from_outside_comes_through_unchanged():
    assert only(report(unknown(target("🚀", "a|b"), "<x> & ]]>")))["service"] == "🚀"


def test_it_ends_with_one_line_break():
    assert write(fleet(), style()).endswith("}\n")
