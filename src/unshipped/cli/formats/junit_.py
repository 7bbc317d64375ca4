"""The report for the test tab of a CI server: one test case for each target."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from unshipped.cli.formats import Style
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.model import Report, Severity, State, Verdict
from unshipped.core.words import stamp

_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def write(report: Report, style: Style) -> str:
    """The report as JUnit XML, in the shape that Jenkins, GitLab and Azure read."""
    cases = [_case(verdict, style.fail_on) for verdict in report.verdicts]
    found = [child.tag for case in cases for child in case]
    counts = {name: str(found.count(tag)) for name, tag in _COUNTED.items()}
    totals = {"name": "unshipped", "tests": str(len(cases)), **counts, "time": "0"}
    root = ET.Element("testsuites", totals)
    suite = ET.SubElement(root, "testsuite", {**totals, "timestamp": stamp(report.checked_at)})
    suite.extend(cases)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(verdict: Verdict, fail_on: Severity) -> ET.Element:
    drift = verdict.drift
    names = {"classname": safe(drift.target.environment), "name": safe(drift.target.service), "time": "0"}
    case = ET.Element("testcase", names)
    tag, details = _outcome(verdict, fail_on)
    ET.SubElement(case, tag, details).text = _lines(words.details(verdict))
    return case


def _outcome(verdict: Verdict, fail_on: Severity) -> tuple[str, dict[str, str]]:
    """What the exit code says of the whole check, said of one target."""
    drift, excuse = verdict.drift, safe(words.excuse(verdict))
    if drift.state is State.UNKNOWN and not drift.target.retired:
        code = drift.problem.code.value if drift.problem else drift.state.value
        return "error", {"type": code, "message": safe(words.headline(verdict))}
    if excuse:
        return "skipped", {"message": excuse}
    if verdict.severity >= fail_on:
        return "failure", {"type": verdict.severity.word, "message": safe(words.headline(verdict))}
    return "system-out", {}


def _lines(texts: Iterable[str]) -> str:
    # What `safe` lets through is printable, and what is printable is legal in XML 1.0.
    return "\n".join(safe(text) for text in texts)
