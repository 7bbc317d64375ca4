from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from tests.formats.reports import HOSTILE, NOW, fleet, hostile, of, report, style, target, unknown
from unshipped.cli.formats.junit_ import write
from unshipped.cli.terminal import safe
from unshipped.core.exits import DRIFT, FINE, UNKNOWN, exit_code
from unshipped.core.model import Code, Hold, Report, Severity, Verdict

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "junit.xsd"))
HOLD = Hold("freeze", "Ana")


def parsed(checked: Report, fail_on: Severity = Severity.WARNING) -> ET.Element:
    text = write(checked, style(fail_on=fail_on))
    SCHEMA.validate(text)
    return ET.fromstring(text)


def outcome(verdict: Verdict, fail_on: Severity = Severity.WARNING) -> tuple[str, str | None]:
    """What became of one target: the element, and its type."""
    [found] = parsed(report(verdict), fail_on).iter("testcase")
    return found[0].tag, found[0].get("type")


@pytest.mark.parametrize("checked", [fleet(), report(), *map(hostile, HOSTILE.values())])
def test_every_report_has_the_shape_that_ci_servers_read(checked):
    parsed(checked)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (of(target()), ("system-out", None)),
        (of(target(), 1, hours=2), ("system-out", None)),
        (of(target(), 3, hours=2), ("failure", "warning")),
        (of(target(), 1, hours=13), ("failure", "critical")),
        (of(target(), ahead=1), ("failure", "warning")),
        (of(target(), 1, hours=0.1), ("skipped", None)),
        (of(target(hold=HOLD), 9, hours=50), ("skipped", None)),
        (of(target(hold=Hold("freeze", "Ana", NOW)), 9, hours=50), ("failure", "critical")),
        (of(target(retired=True), 9, hours=50), ("skipped", None)),
        (unknown(target(), code=Code.NOT_FOUND), ("error", "not-found")),
        (unknown(target(hold=HOLD), code=Code.SOURCE_DENIED), ("error", "source-denied")),
        (unknown(target(retired=True)), ("skipped", None)),
    ],
)
def test_the_outcome_of_a_target_is_what_the_exit_code_says_of_it(verdict, expected):
    assert outcome(verdict) == expected
    if not verdict.drift.target.retired:
        code = {"failure": DRIFT, "error": UNKNOWN}.get(expected[0], FINE)
        assert exit_code(report(verdict), Severity.WARNING) == code


@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [(Severity.INFO, "failure"), (Severity.WARNING, "failure"), (Severity.CRITICAL, "system-out")],
)
def test_what_fails_is_a_matter_of_the_asked_severity(fail_on, expected):
    assert outcome(of(target(), 3, hours=2), fail_on)[0] == expected


def test_the_counts_are_those_of_the_cases():
    root = parsed(fleet())
    counted = {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counted == {"tests": "10", "failures": "3", "errors": "1", "skipped": "3"}
    assert {name: root[0].get(name) for name in counted} == counted


def test_a_case_is_a_service_in_an_environment():
    [case] = parsed(report(of(target("api", "staging")))).iter("testcase")
    assert (case.get("classname"), case.get("name")) == ("staging", "api")


def test_a_failure_says_what_and_why():
    [failure] = parsed(report(of(target(), 3, hours=7))).iter("failure")
    assert failure.get("message") == "3 changes behind for 7 h"
    assert failure.text == "3 changes behind (warning from 3)\nwaiting 7 h (warning from 6 h)"


def test_a_held_target_says_by_whom():
    [skipped] = parsed(report(of(target(hold=HOLD), 3))).iter("skipped")
    assert skipped.get("message") == "hold by Ana: freeze"


def test_an_error_says_what_to_do():
    [error] = parsed(report(unknown(target()))).iter("error")
    assert (error.text or "").endswith("\nhint: see whether the service is up")


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_text_comes_out_as_text(attack):
    names = {case.get("name") for case in parsed(hostile(HOSTILE[attack])).iter("testcase")}
    assert safe(HOSTILE[attack]) in names
