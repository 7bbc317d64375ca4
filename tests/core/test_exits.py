"""One table of exit codes for all commands that judge."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.formats.reports import NOW, of, report, target, unknown
from unshipped.core.exits import exit_code
from unshipped.core.model import Hold, Severity, Verdict

FINE, DRIFT, UNKNOWN, NOTHING = 0, 1, 3, 4

IN_SYNC = of(target("api"))
FRESH = of(target("fresh"), 9, hours=0.1)
HELD = of(target("held", hold=Hold("freeze", "Ben")), 9, hours=99)
ENDED = of(target("ended", hold=Hold("freeze", "Ben", NOW - timedelta(days=1))), 9, hours=99)
RETIRED = of(target("retired", retired=True), 9, hours=99)
INFO, WARNING, CRITICAL = (of(target("worker"), changes) for changes in (1, 3, 6))
SILENT = unknown(target("search"))

TABLE: list[tuple[list[Verdict], Severity, int]] = [
    ([IN_SYNC], Severity.INFO, FINE),
    ([IN_SYNC, FRESH, HELD], Severity.INFO, FINE),
    ([IN_SYNC, INFO], Severity.WARNING, FINE),
    ([IN_SYNC, INFO], Severity.INFO, DRIFT),
    ([IN_SYNC, WARNING], Severity.WARNING, DRIFT),  # at, and not only above
    ([WARNING], Severity.CRITICAL, FINE),
    ([CRITICAL], Severity.CRITICAL, DRIFT),
    ([ENDED], Severity.WARNING, DRIFT),
    ([IN_SYNC, RETIRED], Severity.INFO, FINE),  # a finding that must not alert
    ([SILENT], Severity.WARNING, UNKNOWN),
    ([SILENT, CRITICAL], Severity.WARNING, UNKNOWN),  # not knowing outranks drift
    ([SILENT, IN_SYNC], Severity.CRITICAL, UNKNOWN),  # and is none of `--fail-on`
    ([], Severity.WARNING, NOTHING),
    ([RETIRED], Severity.WARNING, NOTHING),
]


@pytest.mark.parametrize(("verdicts", "fail_on", "code"), TABLE)
def test_every_report_has_one_exit_code(verdicts: list[Verdict], fail_on: Severity, code: int) -> None:
    assert exit_code(report(*verdicts), fail_on) == code
