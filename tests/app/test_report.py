"""What a report reads of the log, and how it is handed on."""

from __future__ import annotations

from tests.core.watched import NEW, OLD, RULES, at, behind, in_sync
from tests.support.stored import DictStore
from unshipped.app.report import notice, past
from unshipped.core.alerting import Topic
from unshipped.core.deployments import Deployment
from unshipped.core.figures import Span
from unshipped.core.journal import Round
from unshipped.core.messages import compose
from unshipped.core.report import health, summary
from unshipped.core.watching import follow

SPAN = Span(at(0), at(1440))


def kept() -> DictStore:
    store = DictStore()
    for minute, seen in ((0, in_sync(deployed=OLD)), (30, behind(since=10)), (60, in_sync(deployed=NEW))):
        situation = store.situation(["worker/production"], at(minute))
        store.write(follow(situation, [seen._replace(at=at(minute))], RULES, (), at(minute)))
        store.finish(Round("1/1", at(minute), at(minute), 1.0, 1, 1, 1))
    store.deployed(Deployment("worker", "production", NEW, at(50), by="Ana"))
    return store


def test_everything_that_the_log_has_of_the_time_is_read():
    found = past(kept(), SPAN)
    assert (len(found.incidents), len(found.transitions), len(found.rounds)) == (1, 2, 3)
    assert [one.by for one in found.deployments] == ["Ana"]
    assert found.since == at(-8 * 1440)


def test_a_report_is_one_notice_however_often_it_is_asked_for():
    store = kept()
    told = summary(health(past(store, SPAN), SPAN))
    for minute in (1500, 1600):
        store.add([notice(told, Topic.REPORT, SPAN, "chat", at(minute))])
    (only,) = store.notices.values()
    message = compose(only, (), {})
    assert (message.title, message.topic) == (told.title, Topic.REPORT)
    assert message.body.startswith("1 target watched: 1 drift incident;")
