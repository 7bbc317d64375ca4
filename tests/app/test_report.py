"""What a report reads of the log, and how it is handed on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.recorded import Recorded
from tests.core.watched import at, in_sync
from tests.support.logged import DAY, Logged, two_weeks
from unshipped.app.report import due, notice, past
from unshipped.core.alerting import Topic
from unshipped.core.counting.dora import dora
from unshipped.core.counting.figures import Span
from unshipped.core.logged.journal import Round
from unshipped.core.measures import measure
from unshipped.core.messages import compose
from unshipped.core.report import dora_summary, health, summary
from unshipped.engine.clockwork import Every
from unshipped.stores.memory import MemoryStore
from unshipped.stores.opening import open_file

WEEK = Span(at(7 * DAY), at(14 * DAY))
TEN = Every(600)


@pytest.fixture(params=["memory", "sqlite"])
def story(request, tmp_path):
    told = Logged(store=MemoryStore() if request.param == "memory" else open_file(tmp_path / "log.db"))
    two_weeks(told)
    yield told
    told.store.close()


def test_what_the_log_gives_back_counts_as_what_was_put_in(story):
    read = past(story.store, WEEK)
    for span in (WEEK, WEEK.before(), Span(at(0), at(14 * DAY))):
        assert measure(past(story.store, span), span) == measure(story.past(), span)
    assert dora(read, WEEK) == dora(story.past(), WEEK)


def test_the_time_before_and_a_week_more_is_read(story):
    assert past(story.store, WEEK).since == at(-7 * DAY)


def test_a_report_is_one_notice_however_often_it_is_asked_for(story):
    told = summary(health(past(story.store, WEEK), WEEK))
    for minute in (15 * DAY, 16 * DAY):
        story.store.add([notice(told, Topic.REPORT, WEEK, "chat", at(minute))])
    (only,) = story.store.undelivered()
    message = compose(only, (), {}, only.at)
    assert (message.title, message.topic) == (told.title, Topic.REPORT)
    assert message.body.startswith("3 targets watched: 3 drift incidents (1 before);")


def test_two_reports_of_one_time_are_two_notices(story):
    found = health(past(story.store, WEEK), WEEK)
    both = [notice(one, Topic.REPORT, WEEK, "chat", at(0)) for one in (summary(found), dora_summary(found))]
    assert len({one.id for one in both}) == 2


# ---------------------------------------------------------------- moments that should have had a round


def rounds(*minutes: float, shard: str = "1/1") -> Recorded:
    story = Recorded()
    story.rounds = [Round(shard, at(minute), at(minute), 1.0, 1, 1, 1) for minute in minutes]
    return story


def moments(story: Recorded, now: float) -> list[float]:
    found = due(story.past(), TEN, Span(at(0), at(60)), at(now))
    return [(moment - at(0)) / timedelta(minutes=1) for _, moment in found]


def test_moments_are_counted_from_the_first_round_on():
    assert moments(rounds(20), 100) == [20, 30, 40, 50]


def test_a_moment_that_is_only_now_being_looked_at_is_not_missed_yet():
    assert moments(rounds(0), 20) == [0, 10]
    assert moments(rounds(0), 23) == [0, 10, 20]


def test_without_any_round_no_moment_is_known():
    assert moments(rounds(), 100) == []


def test_every_share_of_the_fleet_has_its_moments():
    found = due(rounds(0, shard="2/3").past(), TEN, Span(at(0), at(20)), at(60))
    assert [shard for shard, _ in found] == ["1/3", "2/3", "3/3"] * 2


def test_moments_are_shared_as_the_fleet_was_shared_then():
    story = rounds(0, 10, 20)
    story.rounds += rounds(30, 40, shard="1/2").rounds + rounds(30, shard="2/2").rounds
    span = Span(at(0), at(50))
    found = measure(story.past(), span, slots=due(story.past(), TEN, span, at(100))).missed
    assert found is not None
    assert found.ids == ("2/2@20260205T124000Z",)


def test_a_round_that_never_was_is_missed():
    story = rounds(0, 10, 30)
    story.look(0, in_sync())
    story.rounds.pop()
    span = Span(at(0), at(60))
    found = measure(story.past(), span, slots=due(story.past(), TEN, span, at(100))).missed
    assert found is not None
    assert [name.partition("@")[2] for name in found.ids] == [
        "20260205T122000Z",
        "20260205T124000Z",
        "20260205T125000Z",
    ]
