"""Whatever is done to it, the log in SQL answers what the one in plain dictionaries answers: in some stories,
and in more of them with `UNSHIPPED_NIGHTLY`.
"""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.stores.values import BEGIN, bypass, kept, seen, told, unseen
from tests.support.examples import NIGHTLY
from unshipped.core.alerting import Matcher, Notice, Route, Silence, Topic
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Claim, Delivery, Outcome, Round
from unshipped.core.logged.retention import Retention
from unshipped.core.model import Flag, Severity, State
from unshipped.core.rules import Rules
from unshipped.core.watching import follow
from unshipped.errors import StoreError
from unshipped.stores.memory import MemoryStore
from unshipped.stores.opening import open_file, open_url

SERVICES = ("api", "worker", "mail")
ROUTES = (Route(("chat",)), Route(("mail",), Severity.WARNING))
LONG_AGO, EVER = BEGIN - timedelta(days=1000), BEGIN + timedelta(days=1000)
TIMES = 2 if NIGHTLY else 1
services = st.sampled_from(SERVICES)
minutes = st.integers(1, 90)
severities = st.sampled_from(Severity)


class Logs(RuleBasedStateMachine):
    """Two logs to which the same is done."""

    def __init__(self, other) -> None:
        super().__init__()
        self.logs = (MemoryStore(), other)
        self.now, self.count = BEGIN, 0
        self.claims: list[Claim] = []

    def both(self, done):
        """What one call answers, of both logs, or that neither can do it."""
        answers = []
        for log in self.logs:
            try:
                answers.append(done(log))
            except StoreError:
                answers.append("refused")
        assert answers[0] == answers[1]
        return answers[0]

    def name(self) -> str:
        self.count += 1
        return f"made-{self.count}"

    @rule(by=minutes)
    def time_goes_by(self, by):
        self.now += timedelta(minutes=by)

    @rule(looked=st.dictionaries(services, st.tuples(severities, st.booleans(), st.booleans()), min_size=1))
    def a_round_is_done(self, looked):
        looks = []
        for service, (severity, known, held) in looked.items():
            state = State.BEHIND if severity else State.IN_SYNC
            flags = (Flag.HELD,) if held else ()
            look = seen(service, state=state, severity=severity, flags=flags, quiet=held or not severity)
            looks.append((look if known else unseen(service))._replace(at=self.now))

        def done(log):
            with log.turn() as turn:
                situation = turn.situation([look.target for look in looks], self.now)
                entries = follow(situation, looks, Rules(unknown_after=600), ROUTES, self.now)
                turn.write(entries)
                turn.finish(Round("1/1", self.now, self.now, 1.0, 3, len(looks), len(looks)))
                return situation, entries

        self.both(done)

    @rule(look=services)
    def a_round_fails_half_way(self, look):
        def done(log):
            with contextlib.suppress(ZeroDivisionError), log.turn() as turn:
                situation = turn.situation([f"{look}/production"], self.now)
                worse = seen(look, severity=Severity.CRITICAL)._replace(at=self.now)
                turn.write(follow(situation, [worse], Rules(), ROUTES, self.now))
                raise ZeroDivisionError

        self.both(done)

    @rule(old=st.integers(1, 3), group=st.sampled_from(("", "talk")))
    def a_notice_is_added(self, old, group):
        name = f"made-{self.count + 1 - old}" if self.count >= old else self.name()
        notice = Notice(name, "chat", Topic.TEST, self.now, group, (told("nobody", old),), body="a test")
        self.count += 1
        self.both(lambda log: log.add([notice]))

    @rule(most=st.integers(0, 4), by=st.sampled_from(("me", "other")), lease=st.sampled_from((60, 3600)))
    def notices_are_claimed(self, most, by, lease):
        self.claims += self.both(lambda log: log.claim(by, self.now, lease=lease, most=most))

    @rule(number=st.integers(0, 9), outcome=st.sampled_from(Outcome), again=st.none() | minutes)
    def an_attempt_ends(self, number, outcome, again):
        if not self.claims:
            return
        claim = self.claims[-1 - number % len(self.claims)]
        delivery = Delivery(claim.notice.id, claim.attempt, self.now, outcome, f"{number}")
        again_at = None if again is None else self.now + timedelta(minutes=again)
        self.both(lambda log: log.record(claim, delivery, reference=f"talk {number}", again_at=again_at))

    @rule(service=services, until=st.none() | minutes)
    def a_hold_is_placed(self, service, until):
        one = kept(self.name(), service)._replace(since=self.now)
        end = None if until is None else self.now + timedelta(minutes=until)
        one = one._replace(hold=one.hold._replace(until=end))
        self.both(lambda log: log.hold(one))

    @rule(service=services)
    def holds_are_ended(self, service):
        self.both(lambda log: log.unhold(service, "production", "Ben", self.now))

    @rule(lasting=minutes, service=services)
    def somebody_is_silenced_and_let_through(self, lasting, service):
        until = self.now + timedelta(minutes=lasting)
        name = self.name()
        match = Matcher((service,), (), ())
        self.both(lambda log: log.silence(Silence(name, match, "Ana", "the move", self.now, until)))
        self.both(lambda log: log.bypass(bypass(name)._replace(since=self.now, until=until)))

    @rule(number=st.integers(1, 20))
    def that_is_ended(self, number):
        self.both(lambda log: log.unsilence(f"made-{number}", self.now))
        self.both(lambda log: log.revoke(f"made-{number}", "Ana", self.now))

    @rule(service=services, ago=st.integers(0, 2))
    def a_deployment_is_told_of(self, service, ago):
        one = Deployment(service, "production", "d" * 40, self.now - timedelta(minutes=ago))
        self.both(lambda log: log.deployed(one))

    @rule(days=st.integers(1, 3))
    def a_day_goes_by_and_what_is_old_is_taken_out(self, days):
        self.now += timedelta(days=1)
        retention = Retention(*[days * 86400.0] * len(Retention._fields))
        self.both(lambda log: log.prune(retention, self.now))

    @invariant()
    def everything_is_read_alike(self):
        incidents = self.both(lambda log: log.incidents())
        for asked in (
            lambda log: log.standings(),
            lambda log: log.served(["api/production", "worker/production"]),
            lambda log: log.stretches(since=LONG_AGO, until=EVER),
            lambda log: log.stretches(since=LONG_AGO, until=EVER, unknown=True),
            lambda log: log.transitions([one.id for one in incidents]),
            lambda log: log.incidents(open_only=True, target="api/production", most=2),
            lambda log: log.incidents(since=self.now - timedelta(hours=1)),
            lambda log: (log.undelivered(), log.deliveries(since=LONG_AGO)),
            lambda log: (log.holds(self.now), log.silences(self.now), log.bypasses(self.now)),
            lambda log: (log.rounds(since=LONG_AGO), log.last_round("1/1")),
            lambda log: log.deployments(since=LONG_AGO, target="api/production"),
        ):
            self.both(asked)

    def teardown(self):
        for log in self.logs:
            log.close()


def run(make, examples):
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    how = settings(max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=quiet)

    class Made(Logs):
        def __init__(self) -> None:
            super().__init__(make())

    run_state_machine_as_test(Made, settings=how)


def test_sqlite_agrees(tmp_path):
    paths = iter(range(10**6))
    run(lambda: open_file(tmp_path / f"{next(paths)}.db"), examples=6 * TIMES)


@pytest.mark.slow
def test_postgresql_agrees(server, template):
    run(lambda: open_url(server.url(server.create(template))), examples=2 * TIMES)
