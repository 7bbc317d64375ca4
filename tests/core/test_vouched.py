"""What the last look is worth now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.watched import OLD, at, behind, in_sync
from tests.web.conftest import CONFIG
from unshipped.core.logged import documents
from unshipped.core.logged.observations import Standing, stands
from unshipped.core.logged.vouched import unseen, vouched
from unshipped.core.model import Code, Flag, Severity, State

TARGET = CONFIG.targets[1]


def standing(seen) -> Standing:
    return stands(None, seen._replace(at=at(0)))


def test_a_look_counts_until_the_next_one_is_overdue():
    fine = standing(in_sync("worker", OLD))
    assert vouched(fine, TARGET, None, at(600)) == fine
    assert vouched(fine, TARGET, at(0), at(60)) == fine


def test_what_was_in_sync_then_is_unknown_now_and_says_since_when():
    found = vouched(standing(in_sync("worker", OLD)), TARGET, at(10), at(130)).seen
    assert (found.state, found.code, found.quiet) == (State.UNKNOWN, Code.STALE_OBSERVATION, False)
    assert found.severity is Severity.WARNING
    assert found.reasons == ("nobody has looked for 2 h 10 min", "then it was in sync")
    assert found.deployed == OLD


def test_it_is_unknown_since_the_last_look_and_not_since_it_began_to_be_in_sync():
    fine = stands(standing(in_sync("worker", OLD)), in_sync("worker", OLD)._replace(at=at(60)))
    assert (fine.since, fine.checked_at) == (at(0), at(60))
    assert vouched(fine, TARGET, at(100), at(190)).since == at(60)
    blind = in_sync("worker", OLD)._replace(state=State.UNKNOWN, code=Code.SOURCE_DENIED, deployed="")
    unknown = stands(standing(blind), blind._replace(at=at(60)))
    assert vouched(unknown, TARGET, at(100), at(190)).since == unknown.since == at(0)


def test_what_was_bad_then_is_no_better_now_and_its_numbers_count_no_more():
    seen = behind("worker", Severity.CRITICAL, changes=7)._replace(flags=(Flag.PENDING,), quiet=True)
    found = vouched(standing(seen), TARGET, at(10), at(130)).seen
    assert (found.severity, found.quiet, found.flags) == (Severity.CRITICAL, False, ())
    assert (found.changes, found.behind, found.ahead, found.behind_since) == (None, None, None, None)
    assert found.reasons[1].startswith("then it was 7 changes behind")


def test_a_look_from_the_future_proves_nothing():
    found = vouched(standing(in_sync("worker", OLD)), TARGET, None, at(-90)).seen
    assert found.state is State.UNKNOWN
    assert found.reasons[0] == "it was looked at 1 h 30 min from now: a clock is wrong"
    a_little = vouched(standing(in_sync("worker", OLD)), TARGET, None, at(0) - timedelta(seconds=30))
    assert a_little.seen.state is State.IN_SYNC


@pytest.mark.parametrize("retired", [True, False])
def test_what_was_never_looked_at_is_unknown_and_alerts_only_where_it_is_watched(retired: bool):
    found = unseen(TARGET._replace(retired=retired))
    told = documents.standing(found, at(0))
    assert (told["state"], told["reason_code"], told["quiet"]) == ("unknown", "stale-observation", retired)
    assert told["reasons"] == ["it was never looked at"]
    assert (told["since"], told["checked_at"], told["checked_seconds_ago"]) == (None, None, None)
    assert documents.overview([found], at(0))["checked_at"] is None
