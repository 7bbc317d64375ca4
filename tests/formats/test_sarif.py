from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.formats.reports import HOSTILE, change, fleet, hostile, of, report, style, target, unknown
from unshipped.cli.formats.sarif_ import fingerprint, write
from unshipped.core.model import Code, Hold, Report, Severity, Verdict

SCHEMA = json.loads((Path(__file__).parent / "sarif.schema.json").read_text(encoding="utf-8"))
HOLD = Hold("freeze", "Ana")


def run(checked: Report, config: str = "unshipped.yaml") -> Any:
    document = json.loads(write(checked, style(config=config)))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document["runs"][0]


def result(verdict: Verdict, config: str = "unshipped.yaml") -> Any:
    [one] = run(report(verdict), config)["results"]
    return one


def uri(config: str) -> str:
    place: str = result(of(target(), 1), config)["locations"][0]["physicalLocation"]["artifactLocation"][
        "uri"
    ]
    return place


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("checked", [fleet(), report(), *map(hostile, HOSTILE.values())])
@pytest.mark.parametrize("config", ["", "unshipped.yaml", "/a b/ü\udcff#1?.yaml"])
def test_every_report_has_the_shape_that_code_scanning_reads(checked, config):
    run(checked, config)


def test_every_result_belongs_to_a_rule():
    one = run(fleet())
    rules = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    assert rules == ["behind", "ahead", "diverged", "unknown"]
    assert [rules[found["ruleIndex"]] for found in one["results"]] == [
        found["ruleId"] for found in one["results"]
    ]


def test_what_is_in_sync_or_retired_is_no_result():
    named = [found["message"]["text"].split("/")[0] for found in run(fleet())["results"]]
    assert named == ["worker", "search", "billing", "web", "mail", "jobs", "cron"]


def test_same_content_built_from_a_dirty_tree_is_code_that_main_lacks():
    dirty = of(target())._replace(severity=Severity.WARNING, quiet=False)
    assert result(dirty)["ruleId"] == "ahead"


@pytest.mark.parametrize(
    ("verdict", "level"),
    [
        (of(target(), 7), "error"),
        (of(target(), 3), "warning"),
        (of(target(), 1), "note"),
        (of(target(), 7, hours=0.1), "note"),
        (of(target(hold=HOLD), 7), "error"),
        (unknown(target()), "warning"),
    ],
)
def test_the_level_follows_the_severity_and_a_change_in_its_grace_is_a_note(verdict, level):
    assert result(verdict)["level"] == level


def test_a_held_target_is_shown_and_suppressed():
    assert result(of(target(hold=HOLD), 7))["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "hold by Ana: freeze"}
    ]


@pytest.mark.parametrize("verdict", [of(target(), 7), of(target(), 1, hours=0.1), unknown(target(hold=HOLD))])
def test_nothing_else_is_suppressed(verdict):
    assert "suppressions" not in result(verdict)


def test_the_place_is_the_line_of_the_service():
    place = result(of(target(line=12), 1))["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "unshipped.yaml"}, "region": {"startLine": 12}}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("unshipped.yaml", "unshipped.yaml"),
        ("./deploy/unshipped.yaml", "deploy/unshipped.yaml"),
        ("a b/#1?.yaml", "a%20b/%231%3F.yaml"),
        ("/etc/unshipped.yaml", "file:///etc/unshipped.yaml"),
        ("caf\udce9.yaml", "caf%E9.yaml"),
        ("", "unshipped.yaml"),
    ],
)
def test_the_place_is_a_uri_reference(config, expected):
    assert uri(config) == expected


def test_a_configuration_below_the_current_directory_is_named_from_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert uri(str(Path.cwd() / "deploy" / "unshipped.yaml")) == "deploy/unshipped.yaml"


@pytest.mark.parametrize("here", ["deploy", "api", "."])
def test_in_a_repository_it_is_named_from_its_top_wherever_one_stands(here, tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / here).mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / here)
    assert uri(str(tmp_path / "deploy" / "unshipped.yaml")) == "deploy/unshipped.yaml"
    assert uri(os.path.relpath(tmp_path / "deploy/unshipped.yaml")) == "deploy/unshipped.yaml"


def test_a_fingerprint_outlives_more_changes_more_age_and_a_hold():
    first = of(target(), 2, hours=1)
    later = of(target(hold=HOLD), 9, hours=1)
    older = later._replace(drift=later.drift._replace(age=90_000.0))
    assert fingerprint(first) == fingerprint(later) == fingerprint(older)


def test_a_fingerprint_outlives_what_a_failing_source_says():
    first, second = unknown(target(), "503 at 12:01"), unknown(target(), "503 at 12:02")
    assert fingerprint(first) == fingerprint(second)


def incidents() -> list[Verdict]:
    other = of(target(), 2)
    facts = other.drift.facts._replace(oldest=change(77)) if other.drift.facts else None
    return [
        of(target(), 2),
        other._replace(drift=other.drift._replace(facts=facts)),
        of(target("api", "staging"), 2),
        of(target("worker"), 2),
        of(target(), 2, ahead=1),
        of(target(), ahead=1),
        unknown(target(), code=Code.NOT_FOUND),
        of(target("api/production", "x"), 2),
        of(target("api", "production/x"), 2),
    ]


def test_two_incidents_never_share_a_fingerprint():
    assert len({fingerprint(verdict) for verdict in incidents()}) == len(incidents())


def test_two_environments_in_one_line_are_two_alerts():
    prints = [
        result(of(target("api", environment, line=3), 1))["partialFingerprints"]["primaryLocationLineHash"]
        for environment in ("production", "staging")
    ]
    assert prints[0] != prints[1]


def test_the_message_is_the_headline_and_every_reason():
    assert result(unknown(target()))["message"]["text"].splitlines() == [
        "api/production: unknown: the source failed",
        "the source failed: GET health answers 503",
        "hint: see whether the service is up",
    ]


def test_text_from_outside_makes_no_link():
    texts = [found["message"]["text"] for found in run(hostile("[click](https://evil.example)"))["results"]]
    assert texts and not any("](" in text for text in texts)
