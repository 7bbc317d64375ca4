"""Notices leave the outbox once, in order, and by one speaker at a time: each kind of log."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.stores.values import at, delivery, incident, notice, seen, stood, told, write
from unshipped.core.alerting import Topic
from unshipped.core.logged.journal import Claim, Delivery, Outcome
from unshipped.stores.opening import open_file
from unshipped.stores.outbox import _due

FAILED, SENT, GAVE_UP = Outcome.FAILED, Outcome.SENT, Outcome.GAVE_UP


def claim(store, minutes=0, by="me", lease=60, most=10):
    return store.claim(by, at(minutes), lease=lease, most=most)


def names(claims):
    return [one.notice.id for one in claims]


def test_a_notice_is_claimed_whole(store):
    whole = notice(topic=Topic.DIGEST, loud=False, body="*all* is well\n", told=(told(), told("two", 3)))
    store.add([whole])
    assert claim(store) == [Claim(whole, 1, by="me")]


def test_a_notice_is_claimed_by_one_speaker_at_a_time(store):
    store.add([notice()])
    assert names(claim(store, by="me")) == ["n1"]
    assert claim(store, by="other") == claim(store, by="me") == []


def test_a_claim_runs_out(store):
    store.add([notice()])
    claim(store, 0, by="me", lease=60)
    assert claim(store, 0.9, by="other") == []
    (again,) = claim(store, 1, by="other")
    assert (again.attempt, again.by) == (2, "other")


def test_notices_of_one_conversation_leave_in_order(store):
    store.add([notice("n1"), notice("n2"), notice("n3", group="two"), notice("n4", "mail")])
    first, *rest = claim(store)
    assert names([first, *rest]) == ["n1", "n4"]
    assert names(claim(store, by="other")) == ["n3"]
    assert store.record(first, delivery(first))
    assert names(claim(store)) == ["n2"]


def test_a_failed_notice_holds_its_conversation_up_until_it_is_tried_again(store):
    store.add([notice("n1"), notice("n2")])
    (first,) = claim(store)
    assert store.record(first, delivery(first, FAILED), again_at=at(15))
    assert claim(store, 14) == []
    (again,) = claim(store, 15)
    assert (again.notice.id, again.attempt) == ("n1", 2)


def test_a_receiver_that_is_away_is_left_out(store):
    store.add([notice("n1"), notice("n2", group="two"), notice("n3", "mail")])
    away = store.claim("me", at(0), lease=60, most=10, away=["chat"])
    assert names(away) == ["n3"]
    assert names(claim(store)) == ["n1"]


def test_what_is_for_a_receiver_that_a_speaker_lacks_is_left_for_an_hour_to_who_has_it(store):
    store.add([notice("n1"), notice("n2", "mail")])

    def of_mail(minutes):
        return names(store.claim("me", at(minutes), lease=60, most=9, known=["mail"]))

    assert of_mail(0) == ["n2"]
    assert of_mail(59.9) == ["n2"]
    assert sorted(of_mail(61)) == ["n1", "n2"]
    assert names(store.claim("me", at(63), lease=60, most=9, known=[])) == ["n1", "n2"]


def test_a_failed_notice_without_a_time_is_due_at_once(store):
    store.add([notice()])
    (first,) = claim(store)
    store.record(first, delivery(first, FAILED))
    assert names(claim(store)) == ["n1"]


def test_what_is_of_no_group_waits_for_nothing_that_failed(store):
    store.add([notice("n1", group=""), notice("n2", group="")])
    (first,) = claim(store)
    store.record(first, delivery(first, FAILED), again_at=at(15))
    assert names(claim(store)) == ["n2"]


def test_a_speaker_tells_a_receiver_one_thing_at_a_time_until_its_claim_runs_out(store):
    store.add([notice("n1"), notice("n2", group="two")])
    assert names(claim(store, by="me", lease=60)) == ["n1"]
    assert claim(store, 0.9, by="me") == []
    assert names(claim(store, 0.9, by="other", lease=600)) == ["n2"]
    assert names(claim(store, 1, by="me")) == ["n1"]


def test_at_most_so_many_are_claimed_the_oldest_first(store):
    store.add([notice(f"n{number}", f"r{number}") for number in range(5)])
    assert names(claim(store, most=2)) == ["n0", "n1"]
    assert names(claim(store, most=2)) == ["n2", "n3"]
    assert claim(store, most=0) == []


def test_what_was_sent_leaves_the_queue(store):
    store.add([notice()])
    (one,) = claim(store)
    assert store.record(one, delivery(one))
    assert claim(store, 1000) == store.undelivered() == []
    assert store.deliveries(since=at(0)) == [(notice(), delivery(one))]


def test_what_was_given_up_leaves_the_queue_and_stays_visible(store):
    store.add([notice("n1"), notice("n2")])
    (one,) = claim(store)
    assert store.record(one, delivery(one, GAVE_UP), again_at=at(1))
    assert names(claim(store, 5)) == ["n2"]
    assert store.undelivered() == [notice("n1"), notice("n2")]


def test_every_attempt_is_kept(store):
    store.add([notice()])
    tried = []
    for minutes, outcome in ((0, FAILED), (5, FAILED), (10, SENT)):
        (one,) = claim(store, minutes)
        tried.append(delivery(one, outcome, minutes))
        store.record(one, tried[-1])
    assert [one.attempt for one in tried] == [1, 2, 3]
    assert [one for _, one in store.deliveries(since=at(0))] == tried
    assert [one for _, one in store.deliveries(since=at(5))] == tried[1:]
    assert [one for _, one in store.deliveries(since=at(0), until=at(5))] == tried[:1]


def test_a_claim_that_ran_out_overwrites_nothing(store):
    store.add([notice()])
    (mine,) = claim(store, 0, by="me")
    (others,) = claim(store, 1, by="other")
    assert not store.record(mine, delivery(mine, FAILED, 2), reference="mine", again_at=at(99))
    assert store.record(others, delivery(others, SENT, 3), reference="others")
    assert not store.record(mine, delivery(mine, FAILED, 4))
    assert store.undelivered() == []
    store.add([notice("n2")])
    assert [one.reference for one in claim(store, 5)] == ["others"]


def test_the_attempt_of_a_claim_that_ran_out_is_kept_all_the_same(store):
    store.add([notice()])
    (mine,) = claim(store, 0, by="me")
    (others,) = claim(store, 1, by="other")
    store.record(others, delivery(others, SENT, 2))
    store.record(mine, delivery(mine, SENT, 3))
    assert [one.attempt for _, one in store.deliveries(since=at(0))] == [2, 1]


def test_a_claim_that_ran_out_counts_while_nobody_else_took_it(store):
    store.add([notice()])
    (mine,) = claim(store, 0)
    assert store.record(mine, delivery(mine, SENT, 30))
    assert claim(store, 30) == []


def test_to_record_the_same_again_changes_nothing(store):
    store.add([notice()])
    (one,) = claim(store)
    failed = delivery(one, FAILED)
    assert store.record(one, failed, again_at=at(15))
    assert store.record(one, failed, again_at=at(99))
    assert store.deliveries(since=at(0)) == [(notice(), failed)]
    assert names(claim(store, 15)) == ["n1"]


def test_what_the_receiver_calls_the_conversation_is_kept_for_it(store):
    store.add([notice("n1"), notice("m1", "mail"), notice("o1", group="two")])
    while claims := claim(store):
        for one in claims:
            assert one.reference == ""
            store.record(one, delivery(one), reference=f"about {one.notice.id}")
    store.add([notice("n2"), notice("m2", "mail"), notice("o2", group="two")])
    assert [one.reference for one in claim(store)] == ["about n1", "about m1"]
    assert [one.reference for one in claim(store, by="other")] == ["about o1"]


def test_a_failure_begins_no_conversation(store):
    store.add([notice()])
    (one,) = claim(store)
    store.record(one, delivery(one, FAILED), reference="lost")
    assert [again.reference for again in claim(store)] == [""]


def test_a_speaker_is_told_which_incidents_of_the_conversation_its_receiver_heard_of(store):
    first, second = incident("one"), incident("two", "worker", 5, group="one")
    other, unheard = incident("other", "mail", 6), incident("three", "site", 7, group="one")
    write(store, incidents=[second, first, other, unheard])
    store.add(
        [notice("n1", told=(told("two"), told("one"))), notice("n2", group="other", told=(told("other"),))]
    )
    assert [one.heard for one in claim(store)] == [("one", "two")]
    assert [one.heard for one in claim(store, by="other")] == [("other",)]


def test_notices_come_with_what_caused_them_or_not_at_all(store):
    write(store, standings=[stood(seen())], incidents=[incident()], notices=[notice()])
    assert names(claim(store)) == ["n1"]


@pytest.mark.parametrize("text", ["<!channel>\n\0", "\udce9", "x" * 100_000])
def test_what_a_receiver_said_is_kept_whatever_it_is(store, text):
    store.add([notice()])
    (one,) = claim(store)
    assert store.record(one, Delivery("n1", 1, at(0), FAILED, text))
    ((_, kept),) = store.deliveries(since=at(0))
    assert len(kept.detail) == len(text)


def test_a_claim_reads_nothing_of_what_was_ever_said(tmp_path):
    with closing(open_file(tmp_path / "log.db")) as log, log.database.reading() as connection:
        asked = _due("me", at(0), 10, ["pager"], ["chat"]).compile(
            connection, compile_kwargs={"render_postcompile": True}
        )
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", tuple(asked.params.values()))
        scans = {row[-1] for row in plan if row[-1].startswith("SCAN")}
    assert scans == {"SCAN notices USING INDEX ix_notices_unsettled"}
