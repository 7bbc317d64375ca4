"""What the log says as metrics: one sample for each thing that is so, and none for what nobody knows."""

from __future__ import annotations

import pytest

from tests.core.recorded import Recorded
from tests.core.watched import NEW, OLD, at, behind, in_sync, unknown
from unshipped.core.counting.metrics import METRICS, STATES, Family, families, state_of
from unshipped.core.gating import Answer, Found, GateDecision, Mode
from unshipped.core.logged.journal import Delivery, Outcome, Round
from unshipped.core.logged.observations import Observation
from unshipped.core.model import Flag, Severity, State

HELD, PENDING = (Flag.HELD,), (Flag.PENDING,)


def told(story: Recorded) -> dict[str, Family]:
    return {one.name.removeprefix("unshipped_"): one for one in families(story.kept(), "1.0")}


def values(family: Family) -> dict[str, float]:
    """By the labels' values, joined."""
    return {"/".join(value for _, value in one.labels): one.value for one in family.samples}


def test_a_target_that_is_behind_says_by_how_much_and_since_when():
    story = Recorded()
    story.look(0, behind(changes=3, since=-60, owner="shop"))
    found = told(story)
    assert values(found["service_undeployed_commits"]) == {"worker/production": 3}
    since = values(found["service_oldest_undeployed_timestamp_seconds"])
    assert since == {"worker/production": at(-60).timestamp()}
    assert values(found["service_info"]) == {"worker/production/shop/high": 1}


def test_commits_are_told_where_they_were_counted():
    story = Recorded()
    story.look(0, behind(changes=3)._replace(behind=7))
    assert values(told(story)["service_undeployed_commits"]) == {"worker/production": 7}


def test_what_is_in_sync_has_nothing_undeployed_though_commits_cancel_out():
    story = Recorded()
    story.look(0, in_sync()._replace(behind=2, cancelled=2))
    assert values(told(story)["service_undeployed_commits"]) == {"worker/production": 0}


def test_a_target_that_cannot_be_determined_has_no_count():
    story = Recorded()
    story.look(0, behind())
    story.look(10, unknown())
    found = told(story)
    assert "service_undeployed_commits" not in found
    assert "service_oldest_undeployed_timestamp_seconds" not in found
    assert values(found["service_last_checked_timestamp_seconds"]) == {
        "worker/production": at(10).timestamp()
    }
    assert values(found["service_last_conclusive_timestamp_seconds"]) == {
        "worker/production": at(0).timestamp()
    }


def test_what_could_never_be_determined_is_told_as_long_ago_and_not_left_out():
    story = Recorded()
    story.look(0, unknown())
    assert values(told(story)["service_last_conclusive_timestamp_seconds"]) == {"worker/production": 0}


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (in_sync(), "current"),
        (behind(), "behind"),
        (behind(flags=PENDING), "pending"),
        (behind(flags=HELD), "held"),
        (behind()._replace(state=State.DIVERGED), "diverged"),
        (behind(flags=HELD)._replace(state=State.DIVERGED), "held"),
        (behind()._replace(state=State.AHEAD), "ahead"),
        (behind(flags=HELD)._replace(state=State.AHEAD), "held"),
        (unknown(), "unknown"),
        (unknown()._replace(flags=HELD), "unknown"),
        (in_sync()._replace(flags=HELD), "current"),
    ],
)
def test_a_target_is_in_exactly_one_state(seen: Observation, state: str):
    story = Recorded()
    story.look(0, seen)
    found = values(told(story)["service_drift_state"])
    assert state_of(story.standings["worker/production"].seen) == state
    assert found == {f"worker/production/{one}": float(one == state) for one in STATES}


def test_a_retired_target_is_not_told_of():
    story = Recorded()
    story.look(0, behind(flags=(Flag.RETIRED,)))
    assert not [name for name in told(story) if name.startswith("service_")]


def test_the_newest_round_of_every_share_says_how_many_were_looked_at():
    story = Recorded()
    story.rounds = [
        Round("1/1", at(0), at(0), 9.0, 4, 4, 4),
        Round("1/2", at(10), at(10), 1.0, 6, 2, 2),
        Round("2/2", at(10), at(10), 1.0, 6, 3, 3),
        Round("1/2", at(20), at(20), 1.0, 6, 1, 1),
    ]
    found = told(story)
    assert (values(found["services_expected"]), values(found["services_checked"])) == ({"": 6}, {"": 4})


def test_durations_are_a_histogram_whose_last_bucket_has_all():
    story = Recorded()
    story.rounds = [Round("1/1", at(n), at(n), float(n), 1, 1, 1) for n in (1, 2, 4, 700)]
    samples = told(story)["check_duration_seconds"].samples
    buckets = {dict(one.labels)["le"]: one.value for one in samples if one.added == "_bucket"}
    assert (buckets["1"], buckets["2.5"], buckets["600"], buckets["+Inf"]) == (1, 2, 3, 4)
    assert {one.added: one.value for one in samples if not one.labels} == {"_count": 4, "_sum": 707}


def test_each_time_that_a_target_became_unknown_is_one_error():
    story = Recorded()
    for minute, seen in ((0, unknown()), (10, unknown()), (20, in_sync()), (30, unknown())):
        story.look(minute, seen)
    assert values(told(story)["check_errors_total"]) == {"cloud-run/source-denied": 2}


def test_open_incidents_are_counted_by_severity_with_zeros():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD), in_sync("api", OLD))
    story.look(10, behind(severity=Severity.CRITICAL), behind("api"))
    story.look(20, behind(severity=Severity.CRITICAL), in_sync("api", NEW))
    assert values(told(story)["incidents_open"]) == {"info": 0, "warning": 0, "critical": 1}


def test_a_receiver_that_never_failed_has_a_zero_for_it():
    story = Recorded()
    story.look(0, behind())
    notice, _ = story.deliveries[0]
    story.deliveries.append((notice, Delivery(notice.id, 2, at(5), Outcome.FAILED)))
    assert values(told(story)["notifications_total"]) == {
        "chat/sent": 1,
        "chat/failed": 1,
        "chat/gave-up": 0,
    }


def test_answers_of_gates_are_counted_and_those_that_a_bypass_let_through():
    story = Recorded()
    for bypass, answer in (("", Answer.BLOCK), ("b1", Answer.ALLOW), ("", Answer.BLOCK)):
        found = Found("worker", "production", answer, (), 1.0, bypass)
        story.decisions.append(GateDecision("backfill", at(0), answer, Answer.BLOCK, Mode.ENFORCE, (found,)))
    metrics = told(story)
    assert values(metrics["gate_decisions_total"]) == {
        "backfill/allow/enforce": 1,
        "backfill/block/enforce": 2,
    }
    assert values(metrics["gate_bypasses_total"]) == {"": 1}


def test_an_empty_log_says_which_version_writes_and_that_nothing_is_open():
    found = told(Recorded())
    assert set(found) == {"incidents_open", "gate_bypasses_total", "build_info"}
    assert values(found["build_info"]) == {"1.0/": 1}


def test_no_label_holds_a_commit():
    story = Recorded()
    story.look(0, behind(), unknown("api"), in_sync("site"))
    labels = [value for family in told(story).values() for one in family.samples for _, value in one.labels]
    assert not [value for value in labels if value in {OLD, NEW} or OLD[:7] in value]


def test_every_sample_has_the_labels_that_its_metric_declares():
    story = Recorded()
    story.look(0, behind(), unknown("api"))
    for name, family in told(story).items():
        for sample in family.samples:
            names = tuple(label for label, _ in sample.labels)
            assert names == (("le",) if sample.added == "_bucket" else METRICS[name].labels)
