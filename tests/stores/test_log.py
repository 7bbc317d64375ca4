"""What every log keeps of looks and incidents: one suite, each kind of log."""

from __future__ import annotations

import contextlib
from datetime import timedelta, timezone

import pytest

from tests.stores.values import (
    at,
    incident,
    notice,
    resolved,
    round_of,
    seen,
    silence,
    step,
    stood,
    told,
    unseen,
    write,
)
from unshipped.core.alerting import Said
from unshipped.core.incidents import Kind, Step
from unshipped.core.model import Code, Flag, Severity, State
from unshipped.core.watching import Entries, Situation
from unshipped.errors import StoreError


def situation(store, *targets, minutes=0):
    with store.turn() as turn:
        return turn.situation(targets, at(minutes))


def finish(store, done, *looks):
    with store.turn() as turn:
        turn.write(Entries(standings=tuple(stood(look) for look in looks)))
        turn.finish(done)


def every_stretch(store, target=""):
    return store.stretches(since=at(-10_000), until=at(10_000), target=target)


# ---------------------------------------------------------------- how targets stand


def test_an_empty_log_knows_nothing(store):
    assert situation(store, "api/production") == Situation()
    assert store.standings() == {}
    assert store.last_round("1/1") is None
    assert store.undelivered() == store.incidents() == every_stretch(store) == []


def test_what_was_seen_is_read_back_whole(store):
    standing = stood(seen())
    write(store, standings=[standing])
    assert store.standings() == {"api/production": standing}
    assert situation(store, "api/production").standings == {"api/production": standing}


def test_what_could_not_be_determined_is_read_back_whole(store):
    standing = stood(seen(), unseen(minutes=5), unseen(minutes=7))
    assert standing.inconclusive_since == at(5) and standing.conclusive_at == at(0)
    write(store, standings=[standing])
    assert store.standings(["api/production"]) == {"api/production": standing}


def test_what_targets_served_is_known_without_anything_else_of_them(store):
    moved = stood(seen("api", deployed="a" * 40), seen("api", minutes=5, deployed="b" * 40))
    write(store, standings=[moved, stood(unseen("mail"))])
    names = ["api/production", "mail/production", "worker/production"]
    assert store.served(names) == {"api/production": ("b" * 40, "a" * 40), "mail/production": ()}


def test_the_latest_look_of_all_is_known(store):
    with store.turn() as turn:
        assert turn.newest() is None
    write(store, standings=[stood(seen("api"), seen("api", minutes=5)), stood(seen("mail", minutes=3))])
    with store.turn() as turn:
        assert turn.newest() == at(5)


def test_only_the_targets_that_are_asked_for_are_answered(store):
    write(store, standings=[stood(seen("api")), stood(seen("worker"))])
    assert list(store.standings(["worker/production", "mail/production"])) == ["worker/production"]
    assert list(situation(store, "worker/production").standings) == ["worker/production"]
    assert sorted(store.standings()) == ["api/production", "worker/production"]


def test_a_look_that_sees_the_same_brings_the_stretch_up_to_date(store):
    later = seen(minutes=10, reasons=("waiting 21 h",), expected="f" * 40, behind=4, owner="Ben", waiting=())
    standing = stood(seen(), later)
    write(store, standings=[stood(seen())])
    write(store, standings=[standing])
    assert standing.since == at(0) and standing.checked_at == at(10)
    assert every_stretch(store) == [standing]


def test_a_look_that_sees_something_else_begins_a_stretch(store):
    looks = [
        seen(),
        seen(minutes=10),
        seen(minutes=20, state=State.IN_SYNC, severity=Severity.NONE, flags=()),
        seen(minutes=30),
    ]
    for count in range(1, len(looks) + 1):
        write(store, standings=[stood(*looks[:count])])
    stretches = every_stretch(store)
    assert [(one.since, one.checked_at) for one in stretches] == [
        (at(0), at(10)),
        (at(20), at(20)),
        (at(30), at(30)),
    ]
    assert store.standings() == {"api/production": stretches[-1]}


def test_stretches_are_those_that_touch_the_time_the_oldest_first(store):
    sync = seen("api", 20, state=State.IN_SYNC)
    write(store, standings=[stood(seen("api"), seen("api", 10)), stood(seen("worker", 5))])
    write(store, standings=[stood(sync, seen("api", 40, state=State.IN_SYNC))])

    def found(since, until, target=""):
        return [
            (one.seen.service, one.since)
            for one in store.stretches(since=at(since), until=at(until), target=target)
        ]

    assert found(0, 50) == [("api", at(0)), ("worker", at(5)), ("api", at(20))]
    assert found(10, 20) == [("api", at(0)), ("api", at(20))]
    assert found(11, 19) == []
    assert found(30, 30, "api/production") == [("api", at(20))]
    assert found(0, 50, "api/staging") == []


def test_stretches_in_which_nobody_knew_can_be_asked_for_alone(store):
    lost = seen("worker", 5, state=State.UNKNOWN, code=Code.NOT_FOUND)
    write(store, standings=[stood(seen("api")), stood(lost)])
    found = store.stretches(since=at(0), until=at(50), unknown=True)
    assert [one.seen.service for one in found] == ["worker"]


def test_moments_of_another_zone_are_the_same_moments(store):
    pacific = timezone(timedelta(hours=-8))
    write(store, standings=[stood(seen(at=at(0).astimezone(pacific)))])
    (standing,) = store.standings().values()
    assert standing.checked_at == at(0)


def test_a_text_that_no_database_takes_is_kept_as_near_as_can_be(store):
    hostile = seen(owner="A\0n\udce9a", reasons=("\0 \udce9 <!channel> \u202e",))
    write(store, standings=[stood(hostile)])
    (standing,) = store.standings().values()
    assert standing.seen.owner in ("A\0n\udce9a", "A\ufffdn\ufffda")
    assert standing.seen.reasons[0].endswith(" <!channel> \u202e")


def test_ten_thousand_targets_are_asked_for_at_once(store):
    write(store, standings=[stood(unseen(f"s{number}")) for number in range(10_000)])
    names = [f"s{number}/production" for number in range(10_000)]
    assert len(situation(store, *names).standings) == 10_000


# ---------------------------------------------------------------- rounds


def test_a_finished_round_is_known(store):
    done = round_of(10, error="no repository")
    with store.turn() as turn:
        assert turn.done("1/1", at(10)) is None
        turn.finish(done)
        assert turn.done("1/1", at(10)) == done
    with store.turn() as turn:
        assert turn.done("1/1", at(10)) == done
        assert turn.done("1/2", at(10)) is turn.done("1/1", at(20)) is None


def test_nobody_finishes_the_same_share_and_moment_again(store):
    finish(store, round_of(10), seen())
    with pytest.raises(StoreError):
        finish(store, round_of(10, seconds=9), seen("worker"))
    assert list(store.standings()) == ["api/production"]
    assert store.rounds(since=at(0)) == [round_of(10)]


def test_the_last_round_of_a_share_is_the_one_that_was_finished_last(store):
    for done in (round_of(10), round_of(20), round_of(30, "1/2")):
        finish(store, done)
    assert store.last_round("1/1") == round_of(20)
    assert store.rounds(since=at(20)) == [round_of(20), round_of(30, "1/2")]
    assert store.rounds(since=at(10), until=at(20.5)) == [round_of(10)]


def test_its_mark_is_another_one_once_a_round_is_finished_or_a_target_was_looked_at(store):
    marks = [store.mark()]
    for minute in (1, 2):
        write(store, standings=[stood(seen("api", minute))])
        marks.append(store.mark())
    with store.turn() as turn:
        turn.finish(round_of())
    marks.append(store.mark())
    assert len(set(marks)) == 4
    assert store.mark() == marks[-1]


# ---------------------------------------------------------------- incidents


def test_an_incident_and_its_steps_are_read_back_whole(store):
    one = incident(acknowledged_by="Ben", returns=2, calm_since=at(1), baseline=True)
    write(store, incidents=[one], transitions=[step()])
    assert store.incidents() == [one]
    assert store.transitions(["one", "two"]) == [step()]
    over = resolved(one, 9)
    write(store, incidents=[over], transitions=[step(number=2, kind=Step.RESOLVED)])
    assert store.incidents() == [over]
    assert [one.number for one in store.transitions(["one"])] == [1, 2]


def test_a_situation_knows_when_an_open_incident_was_acknowledged_last(store):
    one = incident(acknowledged_by="Ben")
    write(store, incidents=[one], transitions=[step()])
    assert situation(store, one.target).acknowledged == {}
    known = [step(number=number, kind=Step.ACKNOWLEDGED)._replace(at=at(number)) for number in (2, 3)]
    write(store, transitions=known)
    assert situation(store, one.target).acknowledged == {"one": at(3)}
    write(store, incidents=[resolved(one, 9)])
    assert situation(store, one.target).acknowledged == {}


def test_a_situation_has_every_open_incident_and_the_newest_resolved_one_of_each_kind(store):
    old, new = resolved(incident("old", minutes=-90), -80), resolved(incident("new", minutes=-60), -50)
    unknown = resolved(incident("unknown", minutes=-95, kind=Kind.UNKNOWN), -94)
    elsewhere, over = incident("elsewhere", "worker"), resolved(incident("over", "mail"), 5)
    write(
        store, incidents=[old, new, unknown, elsewhere, over], standings=[stood(seen()), stood(seen("mail"))]
    )
    found = situation(store, "api/production")
    assert {one.id for one in found.incidents} == {"new", "unknown", "elsewhere"}
    assert [one.id for one in situation(store).incidents] == ["elsewhere"]


def test_only_one_incident_of_a_target_and_kind_is_open(store):
    write(store, incidents=[incident("one"), incident("other", kind=Kind.UNKNOWN)])
    with pytest.raises(StoreError):
        write(store, incidents=[incident("two")])
    assert {one.id for one in store.incidents()} == {"one", "other"}


def test_what_is_named_is_read_whole_however_many_there_are(store):
    many = [incident(f"i{number}", f"s{number}", group="storm") for number in range(1001)]
    write(store, incidents=many)
    assert len(store.incidents()) == 1000
    assert len(store.incidents(ids=[one.id for one in many])) == 1001
    assert len(store.incidents(groups=["storm"], open_only=True)) == 1001


def test_one_ends_and_another_begins_at_once(store):
    write(store, incidents=[incident("one")])
    write(store, incidents=[incident("two", minutes=9), resolved(incident("one"), 9)])
    assert [one.id for one in store.incidents(open_only=True)] == ["two"]


def test_what_came_back_is_open_again(store):
    write(store, incidents=[resolved(incident(), 5)])
    write(store, incidents=[incident(returns=1)])
    assert situation(store).incidents == (incident(returns=1),)


def test_a_step_is_taken_once(store):
    write(store, incidents=[incident()], transitions=[step()])
    with pytest.raises(StoreError):
        write(store, incidents=[incident(severity=Severity.CRITICAL)], transitions=[step(minutes=5)])
    assert store.incidents() == [incident()]
    assert store.transitions(["one"]) == [step()]


def test_a_step_belongs_to_an_incident(store):
    with pytest.raises(StoreError):
        write(store, transitions=[step("nobody")])


def test_incidents_are_found_by_what_is_asked_of_them_the_newest_first(store):
    one, two = incident("one", "api", 0), incident("two", "worker", 10, group="one")
    over = resolved(incident("over", "api", -60), -30)
    write(store, incidents=[one, two, over])

    def found(**asked):
        return [incident.id for incident in store.incidents(**asked)]

    assert found() == ["two", "one", "over"]
    assert found(most=2) == ["two", "one"]
    assert found(open_only=True) == ["two", "one"]
    assert found(target="api/production") == ["one", "over"]
    assert found(target="api/staging") == []
    assert found(ids=["over", "nobody"]) == ["over"]
    assert found(ids=[]) == found(groups=[]) == []
    assert found(groups=["one"]) == ["two", "one"]
    assert found(since=at(-31)) == ["two", "one", "over"]
    assert found(since=at(-30)) == ["two", "one"]


# ---------------------------------------------------------------- what is said, and what holds


def test_what_a_receiver_was_told_is_written_with_the_notice(store):
    write(store, incidents=[incident(), incident("two", "worker")], notices=[notice()])
    assert situation(store).said == {("one", "chat"): Said(1, Severity.WARNING)}
    over = notice("n2", told=(told(number=2, kind=Step.RESOLVED),))
    write(store, notices=[over])
    assert situation(store).said == {("one", "chat"): Said(2, Severity.WARNING, resolved=True)}


def test_what_was_said_of_an_incident_that_is_over_for_long_is_left_out(store):
    write(store, standings=[stood(seen())], incidents=[resolved(incident(), 5)], notices=[notice()])
    assert situation(store, "worker/production").said == {}
    assert set(situation(store, "api/production").said) == {("one", "chat")}


def test_a_notice_that_is_there_already_stays_as_it_is_and_nothing_more_is_said(store):
    write(store, incidents=[incident()], notices=[notice()])
    write(store, notices=[notice(why="it changed", told=(told(number=7),))])
    assert store.undelivered() == [notice()]
    assert situation(store).said == {("one", "chat"): Said(1, Severity.WARNING)}


def test_a_situation_has_the_silences_that_hold(store):
    store.silence(silence(until=60))
    store.silence(silence("early", until=5))
    assert situation(store, minutes=10).silences == (silence(until=60),)


# ---------------------------------------------------------------- turns


def test_leaving_a_turn_with_an_exception_undoes_all_of_it(store):
    write(store, standings=[stood(seen())], incidents=[incident()])
    everything = Entries(
        standings=(stood(seen(minutes=9, flags=(Flag.HELD,))), stood(seen("worker"))),
        incidents=(resolved(incident(), 9), incident("two", "worker")),
        transitions=(step(),),
        notices=(notice(),),
    )
    with contextlib.suppress(ZeroDivisionError), store.turn() as turn:
        turn.write(everything)
        turn.finish(round_of())
        raise ZeroDivisionError
    assert store.standings() == {"api/production": stood(seen())}
    assert store.incidents() == [incident()]
    assert store.transitions(["one"]) == store.undelivered() == store.rounds(since=at(-10)) == []
    assert store.claim("me", at(0), lease=60, most=9) == []


def test_a_turn_reads_what_it_wrote(store):
    with store.turn() as turn:
        turn.write(Entries(standings=(stood(seen()),), incidents=(incident(),)))
        found = turn.situation(["api/production"], at(0))
    assert found.incidents == (incident(),)
    assert found.standings == {"api/production": stood(seen())}
