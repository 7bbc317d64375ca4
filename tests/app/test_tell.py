"""Saying what has to be said: once, in order, again where it failed, and nobody waits for anybody."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from tests.core.watched import START, at, behind, in_sync
from tests.support import stored
from tests.support.stored import attempts, notices
from unshipped.app.tell import AWAY_AFTER, GIVE_UP_AFTER, tell, untold
from unshipped.core.alerting import Notice, Route, Topic
from unshipped.core.logged.journal import Outcome
from unshipped.core.logged.observations import Observation
from unshipped.core.messages import Message
from unshipped.core.model import Change, Flag
from unshipped.errors import LapsedError, NotifyError, StoreError, UsageError
from unshipped.stores.memory import MemoryStore

ROUTES = (Route(("chat", "mail")),)


@dataclass
class Receiver:
    """Remembers what it was told; fails as it was told to."""

    fails: list[Exception] = field(default_factory=list)
    heard: list[Message] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    slow: float = 0.0

    def say(self, message: Message, reference: str) -> str:
        time.sleep(self.slow)
        if self.fails:
            raise self.fails.pop(0)
        self.heard.append(message)
        self.references.append(reference)
        return reference or "thread-1"


@dataclass
class Post:
    """A log, its receivers, and a clock that the test turns."""

    store: MemoryStore = field(default_factory=MemoryStore)
    chat: Receiver = field(default_factory=Receiver)
    mail: Receiver = field(default_factory=Receiver)
    now: datetime = START

    def look(self, minutes: float, *seen: Observation) -> None:
        self.now = at(minutes)
        stored.seen(self.store, seen, ROUTES, self.now)

    def tell(self, minutes: float | None = None, by: str = "one"):
        self.now = self.now if minutes is None else at(minutes)
        return tell(self.store, self.receiver, by=by, clock=lambda: self.now)

    def receiver(self, name: str) -> Receiver:
        found: dict[str, Callable[[], Receiver]] = {"chat": lambda: self.chat, "mail": lambda: self.mail}
        if name not in found:
            raise UsageError(f"no receiver {name!r}")
        return found[name]()


def drifting() -> Post:
    post = Post()
    post.look(0, in_sync())
    post.look(10, behind())
    return post


def away(error: Exception, *, days: int) -> Post:
    """A drift of which one receiver cannot hear, tried every hour for so long."""
    post = drifting()
    post.chat.fails = [error] * 1000
    for hour in range(1, days * 24):
        post.tell(hour * 60)
    return post


def test_everybody_on_the_route_is_told_once():
    post = drifting()
    assert [one.outcome for one in post.tell()] == [Outcome.SENT, Outcome.SENT]
    assert post.tell() == []
    assert [one.title for one in post.chat.heard] == ["worker in production: 1 change behind for 1 h 10 min"]


def test_a_conversation_goes_on_under_the_name_that_its_receiver_gave_it():
    post = drifting()
    post.tell()
    post.look(20, in_sync())
    post.tell()
    assert post.chat.references == ["", "thread-1"]
    assert post.chat.heard[-1].resolved


def test_who_cannot_be_reached_is_tried_again_later_and_keeps_nobody_else_waiting():
    post = drifting()
    post.mail.fails = [NotifyError("connection refused")] * 2
    assert sorted(one.outcome for one in post.tell()) == [Outcome.FAILED, Outcome.SENT]
    assert post.tell() == []
    assert [one.outcome for one in post.tell(10.1)] == [Outcome.FAILED]
    assert post.tell(10.2) == []
    assert [one.outcome for one in post.tell(10.3)] == [Outcome.SENT]
    assert [one.attempt for one in attempts(post.store) if one.notice.startswith("mail")] == [1, 2, 3]


def test_what_happened_while_a_receiver_was_away_reaches_it_in_order():
    post = drifting()
    post.chat.fails = [NotifyError("away")] * 5
    post.tell()
    post.look(20, in_sync())
    for minute in range(21, 90):
        post.tell(minute)
    assert [one.resolved for one in post.chat.heard] == [True, True]
    assert [
        told.step.value for notice in notices(post.store) if notice.receiver == "chat" for told in notice.told
    ] == ["opened", "resolved"]


def test_a_receiver_that_wants_to_be_left_alone_is():
    post = drifting()
    post.chat.fails = [NotifyError("slow down", again_after=600)]
    post.tell()
    assert all(not one.notice.startswith("chat") for one in post.tell(19))
    assert [one.outcome for one in post.tell(20.1)] == [Outcome.SENT]


def test_a_refusal_is_tried_again_too_but_not_soon():
    post = drifting()
    post.chat.fails = [NotifyError("the token was revoked", final=True)]
    post.tell()
    assert post.tell(20) == []
    assert [one.outcome for one in post.tell(26)] == [Outcome.SENT]


def test_what_cannot_be_said_while_the_file_is_wrong_is_said_soon_once_it_is_right():
    post = drifting()
    post.chat.fails = [LapsedError("unshipped.yaml:3: this is no YAML")] * 2
    post.tell()
    post.tell(10.1)
    assert [one.outcome for one in post.tell(10.3)] == [Outcome.SENT]


def test_what_is_still_open_is_not_given_up_while_the_file_is_wrong():
    post = away(LapsedError("unshipped.yaml:3: this is no YAML"), days=5)
    post.chat.fails.clear()
    assert [one.outcome for one in post.tell(5 * 24 * 60)] == [Outcome.SENT]


def test_an_attempt_that_failed_says_what_to_do():
    post = drifting()
    post.chat.fails = [NotifyError("the token was revoked", "make a new one", final=True)]
    failed = [one for one in post.tell() if one.outcome is Outcome.FAILED]
    assert [one.detail for one in failed] == ["the token was revoked: make a new one"]


def test_it_is_given_up_in_the_end_and_that_stays_to_be_seen():
    post = Post()
    post.store.add(further(1))
    post.chat.fails = [NotifyError("away")] * 1000
    minute = 10.0
    while minute * 60 < GIVE_UP_AFTER + 3600:
        post.tell(minute)
        minute += 20
    assert attempts(post.store)[-1].outcome is Outcome.GAVE_UP
    assert [one.receiver for one in post.store.undelivered()] == ["chat"]


def test_who_is_not_told_yet_is_known_until_it_is_and_for_a_day_where_it_was_given_up():
    post = Post()
    post.store.add(further(1))
    post.chat.fails = [NotifyError("away")] * 1000
    known = {}
    for hour in range(1, 100):
        post.tell(hour * 60)
        known[hour] = len(untold(post.store, ["chat"], post.now))
    assert attempts(post.store)[-1].outcome is Outcome.GAVE_UP
    assert [known[hour] for hour in (1, 72, 74, 96, 98)] == [1, 1, 1, 1, 0]
    assert untold(post.store, ["mail"], at(72 * 60)) == []


def test_what_is_still_open_is_told_however_long_its_receiver_was_away():
    post = away(NotifyError("away"), days=10)
    assert attempts(post.store)[-1].outcome is Outcome.FAILED
    post.chat.fails = []
    post.tell(10 * 24 * 60)
    assert len(post.chat.heard) == 1 and post.store.undelivered() == []


def test_what_is_over_is_given_up_also_where_it_was_tried_for_long():
    post = drifting()
    post.chat.fails = [NotifyError("away")] * 1000
    for hour in range(1, 10 * 24):
        if hour == 5 * 24:
            post.look(hour * 60, in_sync())
        post.tell(hour * 60)
    last = [one for one in attempts(post.store) if one.notice.startswith("chat")][-1]
    assert last.outcome is Outcome.GAVE_UP
    post.chat.fails = []
    assert post.tell() == []


def test_what_is_open_is_given_up_where_its_receiver_is_declared_no_longer():
    post = away(UsageError("no receiver 'chat'"), days=4)
    assert attempts(post.store)[-1].outcome is Outcome.GAVE_UP


def test_a_bug_in_a_notifier_is_an_attempt_that_failed_and_hides_what_it_said():
    post = drifting()
    post.chat.fails = [RuntimeError("token hunter2")]
    failed = [one for one in post.tell() if one.outcome is Outcome.FAILED]
    assert [one.detail for one in failed] == ["RuntimeError"]


def test_a_receiver_that_is_declared_no_longer_is_an_attempt_that_failed():
    post = Post()
    post.store.add([Notice("gone/1", "gone", Topic.TEST, at(0), why="A test.")])
    (attempt,) = post.tell()
    assert (attempt.outcome, attempt.detail) == (Outcome.FAILED, "no receiver 'gone'")


def test_what_is_for_a_receiver_of_another_configuration_is_left_to_that_one():
    post = drifting()
    mine = {"mail"}
    told = tell(post.store, post.receiver, by="one", clock=lambda: post.now, known=mine)
    assert ({one.notice.partition("/")[0] for one in told}, len(post.chat.heard)) == ({"mail"}, 0)
    assert len(post.tell(by="other")) == len(post.chat.heard) == 1  # at once


def test_what_nobody_says_for_an_hour_is_no_longer_left_to_others():
    post = Post()
    post.store.add([Notice("gone/1", "gone", Topic.TEST, at(0), why="A test.")])
    for minutes, outcomes in ((59, []), (60, [Outcome.FAILED]), (4 * 24 * 60, [Outcome.GAVE_UP])):
        post.now = at(minutes)
        told = tell(post.store, post.receiver, by="one", clock=lambda: post.now, known=("chat",))
        assert [one.outcome for one in told] == outcomes


def test_a_slow_receiver_does_not_delay_another():
    post = drifting()
    post.chat.slow = 0.5
    began = time.monotonic()
    post.tell()
    assert time.monotonic() - began < 5
    assert len(post.mail.heard) == 1


def further(many: int) -> list[Notice]:
    """So many things that have nothing to do with each other."""
    return [Notice(f"chat/{number}", "chat", Topic.TEST, START, why="A test.") for number in range(many)]


def test_a_receiver_that_answers_nothing_does_not_keep_what_comes_meanwhile_waiting():
    post = Post()
    post.chat.fails = [NotifyError("no answer")] * 100
    post.store.add(further(20))
    assert len(post.tell()) == AWAY_AFTER
    post.store.add([Notice("mail/1", "mail", Topic.TEST, START, why="A test.")])
    post.tell()
    assert len(post.mail.heard) == 1
    post.chat.fails = []
    post.tell(1)
    assert len(post.chat.heard) == 20


def test_one_message_that_is_refused_keeps_no_other_from_its_receiver():
    post = Post()
    post.chat.fails = [NotifyError("too large", final=True)]
    post.store.add(further(20))
    assert Counter(one.outcome for one in post.tell()) == {Outcome.FAILED: 1, Outcome.SENT: 19}


def test_who_says_when_to_come_back_is_asked_nothing_else_meanwhile():
    post = Post()
    post.chat.fails = [NotifyError("slow down", again_after=30)]
    post.store.add(further(20))
    assert len(post.tell()) == 1


class Away(MemoryStore):
    """A log whose server is started anew: so many calls of that name fail."""

    failing: ClassVar[Counter[str]] = Counter()

    def _answers(self, name: str) -> None:
        if self.failing[name]:
            self.failing[name] -= 1
            raise StoreError("the log is away")

    def record(self, *given, **named):
        self._answers("record")
        return super().record(*given, **named)

    def incidents(self, **named):
        self._answers("incidents")
        return super().incidents(**named)


def test_what_was_said_is_written_down_once_the_log_is_back_and_not_said_again():
    post = drifting()
    post.store.__class__ = Away
    Away.failing = Counter(record=3)
    assert {one.outcome for one in post.tell()} == {Outcome.SENT}
    post.tell(60)
    assert (len(post.chat.heard), len(post.mail.heard)) == (1, 1)


def test_a_log_that_was_away_for_a_moment_delays_a_message_by_seconds():
    post = drifting()
    post.store.__class__ = Away
    Away.failing = Counter(incidents=2)
    assert {one.outcome for one in post.tell()} == {Outcome.FAILED}
    assert {one.outcome for one in post.tell(10.1)} == {Outcome.SENT}


def test_a_speaker_that_lost_its_claim_changes_nothing():
    post = drifting()
    (claim, *_) = post.store.claim("one", post.now, lease=1, most=1)
    post.tell(10.5, by="two")
    assert not post.store.record(claim, attempts(post.store)[0]._replace(outcome=Outcome.FAILED))
    assert post.store.undelivered() == []


def test_each_receiver_sees_of_a_group_what_it_was_told_of():
    post = Post()
    post.look(0, in_sync("api"), in_sync("worker"))
    post.look(10, behind("api"), behind("worker"))
    post.tell()
    assert {item.service for item in post.chat.heard[0].items} == {"api", "worker"}


def test_of_a_storm_it_is_over_when_all_of_it_is():
    post, names = Post(), [f"s{number:04}" for number in range(1010)]
    post.look(0, *map(in_sync, names))
    post.look(10, *map(behind, names))
    post.look(20, *map(behind, names[:10]), *map(in_sync, names[10:]))
    post.tell()
    assert not post.chat.heard[-1].resolved
    assert len(post.chat.heard[-1].items) + len(post.chat.heard[-1].further) >= 10


def test_what_is_said_late_says_how_it_is_by_then():
    post = drifting()
    post.look(10 + timedelta(hours=1).seconds / 60, behind(changes=5))
    post.tell()
    assert "5 changes behind" in post.chat.heard[0].title


def test_what_is_said_late_says_since_when_by_then():
    post = drifting()
    post.chat.fails = [NotifyError("away")]
    post.tell()
    newer = Change("c" * 40, at(23 * 60), "Round half a cent to even", "Ana")
    seen = behind(changes=2)
    post.look(24 * 60, seen._replace(waiting=(newer, *seen.waiting)))
    post.tell(24 * 60 + 30)
    (item,) = post.chat.heard[0].items
    assert (item.lasting, item.headline) == ("1 d 1 h", "2 changes behind for 1 d 1 h")
    assert [one.waiting for one in item.missing] == ["1 h", "1 d"], "one landed after the notice was made"


@pytest.mark.parametrize(
    ("seen", "why"), [(in_sync(), "it is over"), (behind(flags=(Flag.HELD,)), "it is held")]
)
def test_of_what_is_over_before_it_was_told_nobody_hears_that_it_began(seen: Observation, why: str):
    post = drifting()
    post.chat.fails = [NotifyError("away")]
    post.tell()
    post.look(60, seen)
    post.tell(70)
    assert {(one.resolved, one.why) for one in post.chat.heard} == {(True, why)}
