"""The report for code scanning: SARIF 2.1.0, a rule for each verdict, one stable fingerprint an incident."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from unshipped import __version__
from unshipped.cli.formats import Style
from unshipped.cli.formats.text_ import is_held
from unshipped.cli.terminal import fit, safe
from unshipped.core import words
from unshipped.core.model import Flag, Report, Severity, State, Verdict
from unshipped.core.words import stamp

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

_NO_CONFIG = "unshipped.yaml"
_LONGEST_LINE = 1_000
_VERDICTS = {
    State.BEHIND: "Changes that are merged are not live",
    State.AHEAD: "What runs holds code that the expected branch lacks",
    State.DIVERGED: "What runs and what is merged both hold changes that the other lacks",
    State.UNKNOWN: "It could not be determined what runs or what should run",
}
"""What each verdict that wants to be looked at means."""
_RULES = tuple(_VERDICTS)
_LEVELS = {Severity.CRITICAL: "error", Severity.WARNING: "warning"}


def write(report: Report, style: Style) -> str:
    """The report as one SARIF log with one run."""
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "endTimeUtc": stamp(report.checked_at)}],
        "results": [_result(verdict, style) for verdict in report.verdicts if reportable(verdict)],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def reportable(verdict: Verdict) -> bool:
    """Whether a target is something to look at: neither in sync nor retired."""
    in_sync = verdict.drift.state is State.IN_SYNC and verdict.severity is Severity.NONE
    return not in_sync and not verdict.drift.target.retired


def level(verdict: Verdict) -> str:
    """`error`, `warning` or `note`, by severity. What is in its grace is a note: nothing is to do yet."""
    pending = verdict.quiet and Flag.PENDING in verdict.flags
    return "note" if pending else _LEVELS.get(verdict.severity, "note")


def place(config: str) -> str:
    """The configuration file as a forge names it: seen from the top of the repository that it lies in."""
    path = Path(config).resolve()
    top = next((one for one in path.parents if (one / ".git").exists()), Path.cwd())
    return str(path.relative_to(top) if path.is_relative_to(top) else path)


def _driver() -> dict[str, Any]:
    return {"name": "unshipped", "semanticVersion": __version__, "rules": [_rule(state) for state in _RULES]}


def _rule(state: State) -> dict[str, Any]:
    return {
        "id": state.value,
        "name": state.name.capitalize(),
        "shortDescription": {"text": _VERDICTS[state]},
        "defaultConfiguration": {"level": "warning"},
    }


def _result(verdict: Verdict, style: Style) -> dict[str, Any]:
    rule, incident = _rule_of(verdict), fingerprint(verdict)
    result = {
        "ruleId": rule.value,
        "ruleIndex": _RULES.index(rule),
        "level": level(verdict),
        "message": {"text": _text(verdict)},
        "locations": [_location(verdict, style)],
        # GitHub tells alerts apart by the second name only, and fills it by the text of the line if it is
        # not there: two environments that are declared in one line would be one alert.
        "partialFingerprints": {"incident/v1": incident, "primaryLocationLineHash": f"{incident}:1"},
        "properties": {"severity": verdict.severity.word, "flags": [flag.value for flag in verdict.flags]},
    }
    return {**result, "suppressions": _suppressions(verdict)} if is_held(verdict) else result


def _rule_of(verdict: Verdict) -> State:
    """The state; same content with a severity of its own is code that no commit has."""
    state = verdict.drift.state
    return state if state in _RULES else State.AHEAD


def fingerprint(verdict: Verdict) -> str:
    """The same as long as the incident is the same: neither age nor counts are part of it."""
    drift = verdict.drift
    oldest = drift.facts.oldest if drift.facts else None
    parts = [
        drift.target.service,
        drift.target.environment,
        drift.state.value,
        oldest.commit if oldest else "",
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _text(verdict: Verdict) -> str:
    lines = [f"{verdict.drift.target.name}: {words.headline(verdict)}", *words.details(verdict)]
    # A bracket before a parenthesis would be a link.
    return "\n".join(fit(safe(line), _LONGEST_LINE).replace("](", "] (") for line in lines)


def _location(verdict: Verdict, style: Style) -> dict[str, Any]:
    """Where the configuration declares the target: code scanning refuses a result without file and line."""
    target = verdict.drift.target
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(place(style.config) if style.config else _NO_CONFIG)},
            "region": {"startLine": max(1, target.line)},
        },
        "logicalLocations": [
            {"fullyQualifiedName": fit(safe(target.name), _LONGEST_LINE), "kind": "resource"}
        ],
    }


def _uri(path: str) -> str:
    return ("file://" if path.startswith("/") else "") + quote(path.encode("utf-8", "surrogateescape"))


def _suppressions(verdict: Verdict) -> list[dict[str, str]]:
    # "inSource": a hold stands in the configuration, the very file that the result points at.
    reason = fit(safe(words.excuse(verdict)), _LONGEST_LINE)
    return [{"kind": "inSource", "status": "accepted", "justification": reason}]
