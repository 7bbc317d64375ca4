"""What a judging command's exit code says. One table for all of them."""

from __future__ import annotations

from unshipped.core.model import Report, Severity, State

FINE = 0
DRIFT = 1
USAGE = 2
UNKNOWN = 3
NOTHING = 4


def exit_code(report: Report, fail_on: Severity) -> int:
    """The code of a check. What could not be determined outranks drift."""
    checked = [verdict for verdict in report.verdicts if not verdict.drift.target.retired]
    if not checked:
        return NOTHING
    if any(verdict.drift.state is State.UNKNOWN for verdict in checked):
        return UNKNOWN
    if any(not verdict.quiet and verdict.severity >= fail_on for verdict in checked):
        return DRIFT
    return FINE
