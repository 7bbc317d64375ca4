"""By which limit something opened, as a replay says it."""

from __future__ import annotations

import pytest

from unshipped.core.model import Policy, Severity
from unshipped.core.replaying.replayed import _rule
from unshipped.core.words import missing

COUNTED, AGED = Policy(by="count"), Policy(by="age")
HOUR = 3600.0


@pytest.mark.parametrize(
    ("changes", "seconds", "policy", "severity", "rule"),
    [
        (1, HOUR, Policy(), Severity.INFO, "count"),
        (1_200, HOUR, Policy(), Severity.CRITICAL, "count"),
        (1, 13 * HOUR, Policy(), Severity.CRITICAL, "age"),
        (9, 13 * HOUR, Policy(), Severity.CRITICAL, "count and age"),
        (9, 13 * HOUR, COUNTED, Severity.CRITICAL, "count"),
        (9, 13 * HOUR, AGED, Severity.CRITICAL, "age"),
    ],
)
def test_the_limits_that_were_reached_are_told(changes, seconds, policy, severity, rule):
    said = missing(changes, seconds, policy, severity)
    assert _rule(said) == rule
    # What stands beside them says nothing of a limit, whatever words it has.
    assert _rule((*said, "hold (ended) by ana: waiting for 3 changes", "api (a) does not do well")) == rule


def test_what_no_limit_tells_of_is_something_else():
    assert _rule(("runs 2 commits that origin/main lacks",)) == "what else was seen"
    assert _rule(("the source failed: it is behind a proxy (502)",)) == "what else was seen"
