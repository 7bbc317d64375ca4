"""Each measure on a story that can be counted by hand, and what holds in every story."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.recorded import MERGED, SHIPPED, Recorded
from tests.core.watched import FIX, NEW, OLD, at, behind, in_sync, unknown
from unshipped.core.alerting import Topic
from unshipped.core.counting.figures import Span
from unshipped.core.gating import Answer, Found, GateDecision, Mode
from unshipped.core.incidents import Step, acknowledge
from unshipped.core.logged.journal import Delivery, Outcome
from unshipped.core.logged.observations import Observation
from unshipped.core.measures import Measures, measure
from unshipped.core.model import Change, Code, Flag, Severity

PENDING = (Flag.PENDING,)
HOUR, DAY = 60, 1440


def over(story: Recorded, start: float = 0, end: float = 7 * DAY) -> Measures:
    return measure(story.past(), Span(at(start), at(end)))


def drifting(minutes: list[float], *, landed: float = 10, deployed_at: float = 60) -> Recorded:
    """One change that lands at minute 10, is pending for a while, and is deployed."""
    story = Recorded()
    story.look(0, in_sync(deployed=OLD))
    for minute in minutes:
        flags = PENDING if minute < landed + 15 else ()
        story.look(minute, behind(since=landed, flags=flags))
    story.look(deployed_at, in_sync(deployed=NEW))
    return story


def waiting(deployed: str, *landings: tuple[str, float], changes: int | None = None) -> Observation:
    """A worker that lacks these landings, each with the minute that it landed at; newest first."""
    listed = tuple(Change(commit, at(minute), "Keep prices in cents", "Ben") for commit, minute in landings)
    return behind(since=landings[-1][1], deployed=deployed)._replace(
        waiting=listed, changes=len(listed) if changes is None else changes
    )


# ---------------------------------------------------------------- incidents


def test_incidents_are_counted_by_when_they_opened():
    story = drifting([30])
    assert over(story).drifts.value == 1
    assert over(story, 31).drifts.value is None
    assert over(story).drifts.ids == ("drift:worker/production:20260205T123000Z",)


def test_only_drifts_are_drifts_and_have_an_age_and_a_landing():
    story = drifting([30])
    for minute in range(100, 181, 10):
        story.look(minute, unknown()._replace(behind_since=at(90)))
    found = over(story)
    drift = "drift:worker/production:20260205T123000Z"
    assert (found.drifts.ids, found.drifts.value) == ((drift,), 0.5)
    assert found.drifted_at == ((drift, at(30)),)
    assert found.ages.ids == found.seen_after.ids == found.opened_after.ids == (drift,)


def test_a_drift_has_an_age_in_each_time_that_it_was_open_in():
    story = drifting([30, 50], deployed_at=60)

    def age(start: float, end: float) -> float | None:
        return over(story, start, end).ages.largest

    assert (age(0, 30), age(60, 90)) == (None, None)
    assert (age(0, 31), age(30, 40)) == (21 * 60, 30 * 60)
    assert (age(40, 90), age(51, 60)) == (40 * 60, None)  # nobody looked after minute 50


def test_what_nobody_knows_the_beginning_of_has_no_age():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD))
    story.look(30, behind()._replace(behind_since=None))
    found = over(story)
    assert (found.drifts.value, found.ages.largest, found.opened_after.mean) == (1, None, None)


def test_time_to_detect_runs_from_the_landing_to_the_first_look_and_grace_comes_after():
    found = over(drifting([13, 20, 30]))
    assert found.seen_after.mean == 3 * 60
    assert found.opened_after.mean == 20 * 60


def test_a_change_is_detected_when_it_is_seen_behind_an_older_one():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD))
    story.look(13, waiting(OLD, (FIX, 12), (MERGED, 10))._replace(flags=PENDING, quiet=True))
    story.look(20, waiting(MERGED, (FIX, 12))._replace(flags=PENDING, quiet=True))
    story.look(30, waiting(MERGED, (FIX, 12)))
    assert (over(story).seen_after.mean, over(story).opened_after.mean) == (60, 18 * 60)


def test_what_was_there_at_the_first_look_was_not_detected():
    story = Recorded()
    story.look(0, behind())
    assert (over(story).baselines.value, over(story).seen_after.mean) == (1, None)


def test_the_age_of_a_drift_is_the_highest_that_it_reached():
    story = drifting([30, 50])
    assert over(story).ages.amounts == (("drift:worker/production:20260205T123000Z", 40 * 60),)


def test_a_deploy_of_a_part_leaves_the_age_that_was_reached():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD))
    story.look(100, waiting(OLD, (MERGED, 95), (FIX, 10)))
    story.look(110, waiting(FIX, (MERGED, 95)))
    story.look(120, in_sync(deployed=MERGED))
    assert over(story).ages.largest == 90 * 60


def test_an_age_goes_on_only_as_far_as_somebody_looked():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD))
    story.look(30, behind(since=10))
    assert over(story).ages.largest == 20 * 60


def test_what_a_deploy_ended_was_worth_telling_and_what_went_by_itself_was_not():
    story = drifting([30])
    story.look(2 * DAY, behind(since=2 * DAY - 60, deployed=NEW))
    story.look(2 * DAY + 30, in_sync(deployed=NEW))
    found = over(story)
    assert found.actionable.value == 0.5
    assert found.actionable.ids == ("drift:worker/production:20260205T123000Z",)


@pytest.mark.parametrize(("deployed", "worth"), [(NEW, 1.0), (OLD, 0.0)])
def test_what_was_unknown_until_a_deploy_was_worth_telling(deployed: str, worth: float):
    story = Recorded()
    story.look(0, in_sync(deployed=OLD))
    for minutes in (10, 30, 60):
        story.look(minutes, unknown())
    story.look(70, in_sync(deployed=deployed))
    assert over(story).actionable.value == worth


def test_a_deploy_before_an_incident_or_after_it_did_not_end_it():
    story = drifting([30])
    story.look(2 * DAY, behind(since=2 * DAY - 60, deployed=FIX))
    story.look(2 * DAY + 30, in_sync(deployed=FIX))
    story.look(3 * DAY, in_sync(deployed=NEW))
    assert over(story).actionable.value == 0.5


def test_an_open_incident_has_no_ending_to_count():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD))
    story.look(30, behind())
    assert over(story).actionable.value is None


def test_the_second_incident_of_a_target_within_seven_days_is_a_repeat():
    story = drifting([30])
    story.look(2 * DAY, behind(since=2 * DAY - 60, deployed=NEW))
    story.look(2 * DAY + 1, in_sync(deployed=FIX))
    story.look(9 * DAY + 10, behind(since=9 * DAY - 60, deployed=FIX))
    assert len(over(story, 0, 3 * DAY).repeats.ids) == 1
    assert over(story, 3 * DAY, 10 * DAY).repeats.value == 0


@pytest.mark.parametrize(("minutes", "repeats"), [(3 * HOUR, 1), (7 * DAY, 1), (7 * DAY + 1, 0)])
def test_seven_days_to_the_minute_are_within_seven_days(minutes: int, repeats: int):
    story = drifting([30])
    story.look(30 + minutes, behind(since=20 + minutes, deployed=NEW))
    found = over(story, 0, 8 * DAY).repeats
    assert (len(found.ids), len(found.of)) == (repeats, 2)


def test_an_incident_of_another_kind_or_target_makes_no_repeat():
    story = drifting([30])
    story.look(3 * HOUR, in_sync(deployed=NEW), in_sync("api", NEW))
    for minute in range(200, 241, 10):
        story.look(minute, unknown(), behind("api", since=190, deployed=NEW))
    assert (over(story).repeats.ids, len(over(story).repeats.of)) == ((), 3)


def test_what_comes_back_within_the_hour_is_the_same_incident_and_counted_as_come_back():
    story = drifting([30])
    story.look(70, behind(since=10))
    story.look(80, in_sync(deployed=NEW))
    story.look(90, behind(since=10))
    found = over(story)
    name = "drift:worker/production:20260205T123000Z"
    assert (found.drifts.of, found.returned) == ((name,), (f"{name}/3", f"{name}/5"))
    assert over(story, 71).returned == (f"{name}/5",)


def test_an_acknowledgement_is_timed_from_the_opening_and_only_the_first_counts():
    story = drifting([30], deployed_at=500)
    incident = story.only()
    story.incidents.clear()
    story.incidents[incident.id] = incident._replace(resolved_at=None)
    story.act(42, acknowledge(story.only(), "Ana", at(42)))
    story.act(50, acknowledge(story.only(), "Ben", at(50)))
    assert over(story).acknowledged_after.amounts == ((incident.id, 12 * 60),)


# ---------------------------------------------------------------- messages


def test_messages_for_an_incident_are_new_ones_that_arrived():
    story = drifting([30, 40])
    found = over(story)
    assert (len(found.messages.ids), found.messages.value) == (2, 2)  # it began, it is over


def test_one_message_for_two_incidents_is_half_a_message_each():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD), in_sync("api", OLD))
    story.look(30, behind(), behind("api"))
    assert over(story).messages.value == 0.5


def test_an_attempt_that_failed_is_a_failure_and_no_message():
    story = drifting([30])
    notice, _ = story.deliveries[0]
    story.deliveries[0] = (notice, Delivery(notice.id, 1, at(30), Outcome.FAILED, "it was away"))
    found = over(story)
    assert (len(found.messages.ids), found.failures.value) == (1, 0.5)
    assert found.failures.ids == (f"{notice.id}#1",)
    assert over(story, 31).failures.ids == ()
    assert len(over(story, 31).failures.of) == 1


def test_a_report_is_no_message_for_an_incident():
    story = drifting([30])
    story.deliveries = [(one._replace(topic=Topic.REPORT), sent) for one, sent in story.deliveries]
    assert (over(story).messages.ids, len(over(story).failures.of)) == ((), 2)


# ---------------------------------------------------------------- knowing


def test_the_unknown_rate_is_of_the_time_that_was_watched():
    story = Recorded()
    story.look(0, in_sync())
    for minute in range(30, 61, 10):
        story.look(minute, unknown())
    story.look(70, in_sync())
    found = over(story, 0, 80).watched
    assert (found.known, found.unknown, found.blind) == (40 * 60, 40 * 60, 0)
    assert found.unknown_rate == 0.5


def test_what_was_watched_is_told_in_order():
    story = Recorded()
    story.look(0, in_sync("worker"), in_sync("api"), in_sync("mail"))
    assert over(story).watched.targets == ("api/production", "mail/production", "worker/production")


def test_nobody_vouches_for_what_was_seen_more_than_an_hour_ago():
    story = Recorded()
    story.look(0, in_sync())
    story.look(5 * HOUR, behind())
    found = over(story, 0, 5 * HOUR).watched
    assert (found.known, found.unknown, found.blind) == (3600, 0, 4 * 3600)


def test_a_time_in_which_nobody_looked_has_no_rate():
    found = over(drifting([30]), DAY, 2 * DAY)
    assert (found.watched.unknown_rate, found.watched.targets, found.services) == (None, (), ())


def test_the_end_of_a_hold_is_no_coming_back():
    story = Recorded()
    for minute, seen in ((0, in_sync(deployed=OLD)), (10, behind()), (11, behind(flags=(Flag.HELD,)))):
        story.look(minute, seen)
    story.look(15, behind())
    assert (over(story).returned, story.transitions[-1].step) == ((), Step.REOPENED)
    [only] = story.incidents.values()
    assert only.returns == 0


def test_nobody_is_late_for_a_moment_before_anybody_watched():
    story = Recorded()
    story.look(0, in_sync(), late=5.5)
    story.look(10, in_sync(), late=5.5)
    other = story.rounds[0]._replace(shard="2/2", slot=at(20), at=at(26))
    story.rounds.append(other)
    assert over(story).late.ids == ("1/1@20260205T121000Z",)
    assert len(over(story).late.of) == 3


def test_a_round_is_late_two_minutes_after_its_moment():
    story = Recorded()
    story.look(0, in_sync(), late=1)
    story.look(10, in_sync(), late=95)
    story.look(20, in_sync(), late=2)  # two minutes are the most that is in time
    assert over(story).late.ids == ("1/1@20260205T121000Z",)
    assert len(over(story).late.of) == 3
    assert (over(story, 11).late.ids, len(over(story, 11).late.of)) == ((), 1)


def test_a_round_that_looked_at_nothing_has_failed():
    story = Recorded()
    story.look(0, in_sync())
    story.look(10, in_sync())
    story.rounds[1] = story.rounds[1]._replace(error="the repository is gone")
    assert (over(story).failed.ids, over(story).failed.value) == (("1/1@20260205T121000Z",), 0.5)


def test_rounds_are_missed_only_where_it_is_known_when_they_should_have_been():
    story = Recorded()
    story.look(0, in_sync())
    span = Span(at(0), at(30))
    assert measure(story.past(), span).missed is None
    found = measure(story.past(), span, slots=[("1/1", at(minute)) for minute in (0, 10, 20, 30)]).missed
    assert found is not None
    assert found.ids == ("1/1@20260205T121000Z", "1/1@20260205T122000Z")
    assert len(found.of) == 3


def test_a_round_that_was_for_a_time_between_two_moments_was_for_the_first_of_them():
    story = Recorded()
    for minute in (3, 12, 13):
        story.look(minute, in_sync())
    slots = [("1/1", at(minute)) for minute in (0, 10, 20)]
    found = measure(story.past(), Span(at(0), at(30)), slots=slots).missed
    assert found is not None
    assert found.ids == ("1/1@20260205T122000Z",)


# ---------------------------------------------------------------- merged to live


def test_a_landing_waits_until_it_is_seen_live():
    story = Recorded()
    story.look(20, waiting(OLD, (FIX, 10)))
    story.look(30, waiting(OLD, (MERGED, 25), (FIX, 10)))
    story.look(40, waiting(FIX, (MERGED, 25)))
    story.look(60, in_sync(deployed=MERGED))
    assert over(story).waits.amounts == (
        (f"worker/production@{FIX[:12]}", 30 * 60),
        (f"worker/production@{MERGED[:12]}", 35 * 60),
    )


def test_what_was_taken_back_on_the_branch_never_went_live():
    story = Recorded()
    story.look(20, waiting(OLD, (FIX, 10)))
    story.look(30, in_sync(deployed=OLD))
    assert over(story).waits.n == 0


def test_what_another_map_leaves_out_did_not_go_live():
    story = Recorded()
    story.look(20, waiting(OLD, (FIX, 10)))
    story.look(30, in_sync(deployed=NEW)._replace(map="another"))
    assert over(story).waits.n == 0


def test_not_to_know_in_between_changes_nothing():
    story = Recorded()
    story.look(20, waiting(OLD, (FIX, 10)))
    story.look(30, unknown())
    story.look(40, in_sync(deployed=FIX))
    assert over(story).waits.largest == 30 * 60


def test_what_a_long_list_does_not_show_may_still_wait():
    story = Recorded()
    story.look(20, waiting(OLD, (MERGED, 15), (FIX, 10)))
    story.look(30, waiting(SHIPPED, (NEW, 25), (FIX, 10), changes=40))
    assert over(story).waits.n == 0
    story.look(40, waiting(FIX, (NEW, 25), changes=20)._replace(behind_since=at(12)))
    assert over(story).waits.ids == (f"worker/production@{FIX[:12]}",)


def test_a_landing_that_was_rolled_back_is_live_once():
    story = Recorded()
    story.look(20, waiting(OLD, (FIX, 10)))
    story.look(30, in_sync(deployed=FIX))
    story.look(40, waiting(OLD, (FIX, 10)))
    story.look(50, in_sync(deployed=FIX))
    assert over(story).waits.n == 1


def test_a_deploy_that_this_product_made_was_not_made_by_hand():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD), in_sync("api", OLD))
    story.look(30, in_sync(deployed=NEW), in_sync("api", NEW))
    story.deployed(20, NEW, by="unshipped/auto")
    story.deployed(25, NEW, "api", by="ana")
    found = over(story)
    assert (found.by_hand.value, [one.by for one in found.deploys]) == (0.5, ["ana", "unshipped/auto"])
    assert found.by_hand.ids == ("deploy:api/production:20260205T123000Z",)
    assert over(story, 31).deploys == ()


# ---------------------------------------------------------------- gates and services


def asked(minute: float, answer: Answer, *, bypass: str = "", service: str = "worker") -> GateDecision:
    found = Found(service, "production", answer, ("6 behind",), 60.0, bypass)
    return GateDecision("backfill", at(minute), answer, Answer.BLOCK, Mode.ENFORCE, (found,))


def test_what_a_gate_blocked_and_a_bypass_let_through_later_was_bypassed():
    story = Recorded()
    story.decisions += [asked(10, Answer.BLOCK), asked(20, Answer.ALLOW, bypass="b1")]
    story.decisions += [asked(30, Answer.BLOCK), asked(40, Answer.BLOCK, service="api")]
    found = over(story)
    assert (len(found.would_block.ids), len(found.would_block.of)) == (4, 4)
    assert len(found.bypassed.ids) == 2


def test_a_bypass_counts_within_a_day_after_the_block_and_for_its_own_gate():
    story = Recorded()
    story.decisions += [asked(0, Answer.ALLOW, bypass="b1"), asked(10, Answer.BLOCK)]
    story.decisions.append(asked(20, Answer.ALLOW, bypass="b2")._replace(gate="other", would=Answer.ALLOW))
    story.decisions.append(asked(10 + 24 * 60 + 1, Answer.ALLOW, bypass="b3")._replace(would=Answer.ALLOW))
    assert [name.split("@")[0] for name in over(story).bypassed.ids] == ["backfill"]
    story.decisions.append(asked(10 + 24 * 60, Answer.ALLOW, bypass="b4")._replace(would=Answer.ALLOW))
    assert len(over(story).bypassed.ids) == 2


def test_a_gate_that_only_observes_would_have_blocked():
    story = Recorded()
    story.decisions.append(asked(10, Answer.ALLOW)._replace(mode=Mode.OBSERVE))
    assert over(story).would_block.value == 1
    assert over(story).bypassed.value == 0
    story.decisions.append(asked(20, Answer.ALLOW)._replace(would=Answer.WARN))
    assert over(story).would_block.value == 0.5
    assert over(story, 15).would_block.value == 0


def test_the_best_service_was_in_order_for_longest():
    story = Recorded()
    for minute in range(0, 120, 10):
        api = behind("api", since=-60) if minute < 60 else in_sync("api")
        story.look(minute, in_sync("site"), api, unknown("mail"))
    found = over(story, 0, 120).services
    assert [(one.name, one.share) for one in found] == [("site", 1), ("api", 0.5)]


# ---------------------------------------------------------------- what holds in every story


SEEN = st.sampled_from(
    [
        in_sync(deployed=OLD),
        in_sync(deployed=NEW),
        waiting(OLD, (FIX, -60)),
        waiting(OLD, (MERGED, -30), (FIX, -60)),
        waiting(FIX, (MERGED, -30)),
        behind(severity=Severity.CRITICAL, since=-600),
        behind(since=-5, flags=PENDING),
        behind(flags=(Flag.HELD,)),
        unknown(),
        unknown(code=Code.NOT_FOUND),
    ]
)
STORIES = st.lists(st.tuples(st.integers(1, 90), SEEN), min_size=1, max_size=25)


def told(looks: list[tuple[int, Observation]]) -> tuple[Recorded, float]:
    story, minute = Recorded(), 0.0
    for later, seen in looks:
        minute += later
        story.look(minute, seen)
    return story, minute + 90


@given(STORIES, st.integers(0, 100))
def test_a_time_that_is_cut_in_two_counts_the_same(looks, percent):
    story, end = told(looks)
    cut = end * percent / 100
    whole, first, second = over(story, 0, end), over(story, 0, cut), over(story, cut, end)
    for name in ("waits", "acknowledged_after", "seen_after"):
        parts = getattr(first, name).amounts + getattr(second, name).amounts
        assert sorted(parts) == sorted(getattr(whole, name).amounts), name
    for name in ("drifts", "actionable", "repeats", "late", "messages"):
        assert sorted(getattr(first, name).ids + getattr(second, name).ids) == list(getattr(whole, name).ids)
    for name in ("known", "unknown", "blind"):
        added = getattr(first.watched, name) + getattr(second.watched, name)
        assert added == pytest.approx(getattr(whole.watched, name)), name
    oldest: dict[str, float] = {}
    for incident, age in first.ages.amounts + second.ages.amounts:
        oldest[incident] = max(age, oldest.get(incident, 0))
    assert oldest == dict(whole.ages.amounts)


@given(STORIES, st.integers(0, 1000))
def test_the_order_of_the_rows_does_not_matter(looks, seed):
    story, end = told(looks)
    past, chance = story.past(), random.Random(seed)

    def mixed(rows: tuple) -> tuple:
        return tuple(chance.sample(rows, len(rows)))

    other = replace(
        past,
        incidents=mixed(past.incidents),
        transitions=mixed(past.transitions),
        stretches=mixed(past.stretches),
        rounds=mixed(past.rounds),
        deliveries=mixed(past.deliveries),
    )
    span = Span(at(0), at(end))
    assert measure(other, span) == measure(past, span)


@given(STORIES)
def test_every_share_is_a_share_and_no_duration_is_negative(looks):
    story, end = told(looks)
    found = over(story, 0, end)
    for one in (found.drifts, found.baselines, found.repeats, found.actionable, found.late, found.by_hand):
        assert set(one.ids) <= set(one.of)
    for amounts in (found.ages, found.seen_after, found.opened_after, found.waits):
        assert all(amount >= 0 for _, amount in amounts.amounts)
    watched = found.watched
    assert watched.known + watched.unknown + watched.blind <= found.span.seconds + 1e-6
    assert all(0 <= (one.share or 0) <= 1 for one in found.services)


@given(STORIES)
def test_it_is_seen_before_it_is_an_incident(looks):
    story, end = told(looks)
    found = over(story, 0, end)
    opened = dict(found.opened_after.amounts)
    assert all(after <= opened[incident] for incident, after in found.seen_after.amounts)
