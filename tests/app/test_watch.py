"""One round of the watch: what is written down, once for a moment, and never over what is newer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tests.formats.reports import DEPLOYED, NOW, TIP, change, of, target, unknown
from tests.support.stored import notices, steps
from unshipped.app import watch
from unshipped.app.decide import keep_quiet, take_note
from unshipped.app.watch import Checked, Shard, Watched, check, described, look_again, shard
from unshipped.core.alerting import Matcher, Route, Silence
from unshipped.core.incidents import Ending
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.rolling import Ended, Rollout
from unshipped.core.model import Closure, Flag, Hold, Origin, Report, Rule, Severity, State, Target, Verdict
from unshipped.core.policy import judge
from unshipped.core.rollout import End, Outcome, Plan, way
from unshipped.core.windows import Asked
from unshipped.errors import GitError, UsageError
from unshipped.ports.rolling import Book
from unshipped.stores.memory import MemoryStore
from unshipped.stores.opening import open_file

ALL = Shard()
API, WORKER = target("api"), target("worker")


class Fleet:
    """Two services, with verdicts that the test sets, and a count of how often they were looked at."""

    def __init__(self, *verdicts: Verdict) -> None:
        self.verdicts, self.looks = list(verdicts), 0
        self.asked: list[Target] = []
        self.before: Mapping[str, Sequence[str]] = {}

    def __call__(self, targets: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        self.looks += 1
        self.asked, self.before = list(targets), before
        names = {one.name for one in targets}
        mine = tuple(one for one in self.verdicts if one.drift.target.name in names)
        return Report(NOW, mine, len(self.verdicts))

    def watched(self) -> Watched:
        return Watched([one.drift.target for one in self.verdicts], self, routes=(Route(("chat",)),))


def look(store: MemoryStore, fleet: Fleet, minutes: float = 0, share: Shard = ALL):
    now = NOW + timedelta(minutes=minutes)
    return check(store, fleet.watched(), share, now, now=now, clock=lambda: 0.0)


def test_a_round_writes_down_how_everything_stands_and_what_follows():
    store, fleet = MemoryStore(), Fleet(of(API), of(WORKER, 4, hours=2))
    checked = look(store, fleet)
    assert checked.round[4:8] == (2, 2, 2, 1)
    assert store.standings()["api/production"].seen.state is State.IN_SYNC
    assert [one.target for one in store.incidents()] == ["worker/production"]
    assert [one.receiver for one in notices(store)] == ["chat"]
    assert checked.worst is Severity.WARNING


def test_a_round_is_unsure_where_one_of_several_could_not_be_determined_unless_that_is_retired():
    silent, gone = unknown(WORKER), unknown(WORKER._replace(retired=True))
    rounds = [look(MemoryStore(), Fleet(of(API), one)).unsure for one in (silent, gone, of(WORKER, 9))]
    assert rounds == [True, False, False]


def test_how_bad_a_round_is_leaves_out_what_nothing_is_to_be_done_about():
    moving = of(WORKER._replace(hold=Hold("the move", "Ana")), 9, hours=50)
    checked = look(MemoryStore(), Fleet(of(API, 1), moving))
    assert (moving.severity, checked.worst) == (Severity.CRITICAL, Severity.INFO)


def test_one_target_is_looked_at_between_two_rounds_and_nothing_else_is_over():
    store, fleet = MemoryStore(), Fleet(of(API, 1), of(WORKER, 4, hours=2))
    look(store, fleet)
    fleet.verdicts = [of(API), of(WORKER, 4, hours=2)]
    later = NOW + timedelta(minutes=1)
    entries = look_again(store, fleet.watched(), {"api/production"}, later)
    assert [one.name for one in fleet.asked] == ["api/production"]
    assert store.standings()["api/production"].seen.state is State.IN_SYNC
    assert [one.incident.split(":")[1] for one in entries.transitions] == ["api/production"]
    assert [one.target for one in store.incidents(open_only=True)] == ["worker/production"]


def test_a_silence_that_begins_while_a_round_looks_keeps_it_back():
    store, fleet = MemoryStore(), Fleet(of(API), of(WORKER, 4, hours=2))
    began = NOW + timedelta(seconds=20)
    moved = Silence("s1", Matcher(("worker",)), "Ana", "the move", began, began + timedelta(hours=2))

    def silenced(targets: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        store.silence(moved)
        return fleet(targets, before)

    watched = fleet.watched()._replace(look=silenced)
    check(store, watched, ALL, NOW, now=NOW, clock=lambda: 0.0)
    assert [one.target for one in store.incidents()] == ["worker/production"]
    assert notices(store) == []


def test_a_hold_that_is_placed_while_a_round_looks_keeps_it_back():
    store, fleet = MemoryStore(), Fleet(of(API, 4, hours=2), of(WORKER, 4, hours=2))
    late = Kept("h1", "worker", "production", Hold("the move", "Ana"), NOW + timedelta(seconds=20))

    def holding(targets: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        store.hold(late)
        return fleet(targets, before)

    check(store, fleet.watched()._replace(look=holding), ALL, NOW, now=NOW, clock=lambda: 0.0)
    assert [one.target for one in store.incidents()] == ["api/production"]
    assert Flag.HELD in store.standings()["worker/production"].seen.flags


def test_a_hold_that_is_ended_while_a_round_looks_keeps_nothing_back():
    store, fleet = MemoryStore(), Fleet(of(WORKER, 4, hours=2))
    store.hold(Kept("h1", "worker", "production", Hold("the move", "Ana"), NOW))

    def letting_go(targets: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        store.unhold("worker", "production", "Ana", NOW)
        return fleet(targets, before)

    check(store, fleet.watched()._replace(look=letting_go), ALL, NOW, now=NOW, clock=lambda: 0.0)
    assert [one.target for one in store.incidents()] == ["worker/production"]


def test_a_round_knows_what_served_before():
    pair = WORKER._replace(origins=(Origin("one", Closure(("a",)), Rule(), ()),) * 2)
    store, fleet = MemoryStore(), Fleet(of(API), of(pair))
    look(store, fleet)
    assert fleet.before == {}
    look(store, fleet, 10)
    assert fleet.before == {"api/production": (DEPLOYED,)}


def test_a_moment_is_looked_at_once():
    store, fleet = MemoryStore(), Fleet(of(API))
    first, second = look(store, fleet), look(store, fleet)
    assert fleet.looks == 1
    assert (first.before, second.before) == (False, True)
    assert first.round == second.round


def test_rounds_at_once_make_one_incident_and_one_notice():
    store, fleet = MemoryStore(), Fleet(of(API), of(WORKER, 4))
    look(store, Fleet(of(API), of(WORKER)))
    with ThreadPoolExecutor(5) as several:
        list(several.map(lambda n: look(store, fleet, 10 + n / 60), range(5)))
    assert len(store.incidents()) == 1
    assert len(notices(store)) == 1
    assert len(steps(store)) == 1


def test_what_began_earlier_and_ends_later_changes_nothing():
    store = MemoryStore()
    look(store, Fleet(of(API)), 10)
    look(store, Fleet(of(API, 9)), 5)
    assert store.standings()["api/production"].seen.state is State.IN_SYNC
    assert store.incidents() == []


@pytest.mark.parametrize(("back", "said"), [(0, False), (0.5, False), (90, True)])
def test_a_clock_that_was_set_back_is_said_to_be_so_and_not_just_silent(back: float, said: bool):
    store = MemoryStore()
    look(store, Fleet(of(API)), 100)
    checked = look(store, Fleet(of(API, 9)), 100 - back)
    assert checked.ahead == (NOW + timedelta(minutes=100) if said else None)
    assert look(store, Fleet(of(API, 9)), 101).ahead is None


def test_a_round_that_was_done_before_the_clock_was_set_back_says_so_too():
    store = MemoryStore()
    for minutes in (0, 10, 20):
        look(store, Fleet(of(API)), minutes)
    again = look(store, Fleet(of(API)), 10)
    assert (again.before, again.ahead) == (True, NOW + timedelta(minutes=20))


def test_the_shares_of_a_fleet_are_all_of_it_and_none_twice():
    targets = [target(f"service-{number}") for number in range(100)]
    shares = [Shard(number, 4).part(targets) for number in range(1, 5)]
    assert sorted(one.name for share in shares for one in share) == sorted(one.name for one in targets)
    assert all(len(share) > 10 for share in shares)


def _of(repository: str, service: str) -> Target:
    return target(service)._replace(origins=(Origin(repository, Closure((service,)), Rule(), ()),))


def test_a_repository_of_few_targets_is_looked_at_by_one_share_and_a_large_one_by_all():
    small = [_of(name, f"{name}-{number}") for name in map(str, range(100)) for number in range(3)]
    large = [_of("large", f"large-{number}") for number in range(200)]
    shares = [Shard(number, 4).part([*small, *large]) for number in range(1, 5)]
    assert sorted(one.name for share in shares for one in share) == sorted(one.name for one in small + large)
    read = Counter(name for share in shares for name in {one.origins[0].repository for one in share})
    assert {name: often for name, often in read.items() if often > 1} == {"large": 4}
    assert all(len(share) > 80 for share in shares)


def test_a_share_is_looked_at_by_itself_and_ends_nothing_of_the_others():
    store = MemoryStore()
    verdicts = [of(target(f"service-{number}"), 4) for number in range(20)]
    look(store, Fleet(*verdicts), 0, Shard(1, 2))
    look(store, Fleet(*verdicts), 0, Shard(2, 2))
    assert len(store.incidents(open_only=True)) == 20


def test_what_people_hold_is_judged_as_held():
    store, fleet = MemoryStore(), Fleet(of(API, 9))
    until = NOW + timedelta(days=1)
    store.hold(Kept("1", "api", "production", Hold("migration", "ana", until), NOW - timedelta(hours=1)))
    checked = look(store, fleet)
    assert checked.round.troubled == 0
    seen = store.standings()["api/production"].seen
    assert Flag.HELD in seen.flags
    assert any("migration" in reason for reason in seen.reasons)


def rolled(store: MemoryStore, service: str, minutes: float = -5) -> str:
    """A rollout that was begun then."""
    at = NOW + timedelta(minutes=minutes)
    store.wish(Asked("w1", service, "production", TIP, "ana", at))
    plan = Plan("w1", service, "production", TIP, DEPLOYED, DEPLOYED, way(TIP, ()))
    assert store.begin(Rollout(plan, at), width=1)
    return "w1"


def test_a_rollout_that_is_under_way_excuses_what_waits_for_an_hour():
    store, fleet = MemoryStore(), Fleet(of(API, 9), of(WORKER, 9))
    rolled(store, "api")
    checked = look(store, fleet)
    assert [one.target for one in store.incidents()] == ["worker/production"]
    assert checked.round.troubled == 1
    seen = store.standings()["api/production"].seen
    assert (seen.severity, seen.quiet, seen.flags) == (Severity.CRITICAL, True, (Flag.PENDING,))
    assert f"rollout w1 to {TIP[:9]} is under way" in seen.reasons
    look(store, fleet, minutes=56)
    seen = store.standings()["api/production"].seen
    assert (seen.quiet, seen.flags) == (False, ())
    assert any("that excuses no longer" in reason for reason in seen.reasons)


def test_a_rollout_that_waits_has_ended_or_is_yet_to_begin_excuses_nothing():
    waiting, ended, later = MemoryStore(), MemoryStore(), MemoryStore()
    waiting.wish(Asked("w1", "api", "production", TIP, "ana", NOW))
    ended.end(Ended(rolled(ended, "api"), Outcome(End.REFUSED, "nothing was touched"), NOW))
    rolled(later, "api", minutes=1)
    for store in (waiting, ended, later):
        assert look(store, Fleet(of(API, 9))).worst is Severity.CRITICAL


def test_a_rollout_that_ends_while_a_round_looks_still_excuses_what_was_seen_before_it_did():
    store, fleet = MemoryStore(), Fleet(of(API, 9))
    identity = rolled(store, "api")

    def ending(targets: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        report = fleet(targets, before)
        store.end(Ended(identity, Outcome(End.PROVEN, "it serves"), NOW))
        return report

    check(store, fleet.watched()._replace(look=ending), ALL, NOW, now=NOW, clock=lambda: 0.0)
    assert store.incidents() == []
    look(store, fleet, minutes=5)
    assert [one.target for one in store.incidents()] == ["api/production"]


def test_a_rollout_excuses_neither_what_only_production_has_nor_what_is_not_known():
    store = MemoryStore()
    rolled(store, "api")
    for verdict in (of(API, 2, ahead=1), unknown(API)):
        look(store, Fleet(verdict))
        assert Flag.PENDING not in store.standings()["api/production"].seen.flags


def test_a_target_that_left_the_map_takes_its_incident_along():
    store = MemoryStore()
    look(store, Fleet(of(API), of(WORKER, 4)))
    look(store, Fleet(of(API)), 10)
    (incident,) = store.incidents()
    assert incident.ending is Ending.REMAPPED


def at_once(store: MemoryStore, fleet: Fleet, minutes: float, seconds: float) -> Checked:
    """A round for one moment, some seconds after it."""
    slot = NOW + timedelta(minutes=minutes)
    now = slot + timedelta(seconds=seconds)
    return check(store, fleet.watched(), ALL, slot, now=now, clock=lambda: 0.0)


def test_two_configurations_that_share_a_log_are_both_watched_and_end_nothing_of_each_other():
    store, shop, bank = MemoryStore(), Fleet(of(API, 4)), Fleet(of(WORKER, 4))
    for minutes, fleets in ((0, (shop, bank)), (10, (bank, shop)), (20, (shop, bank))):
        for seconds, fleet in enumerate(fleets, 1):
            checked = at_once(store, fleet, minutes, seconds)
            assert (checked.before, checked.round.checked) == (False, 1)
            assert at_once(store, fleet, minutes, seconds + 5).before
    assert len(store.incidents(open_only=True)) == len(steps(store)) == len(notices(store)) == 2


def test_of_two_configurations_that_share_a_log_each_tells_its_own_receivers_of_its_own_targets():
    store, shop, bank = MemoryStore(), Fleet(of(API, 4)), Fleet(of(WORKER, 4))
    told_by = {"chat": shop.watched(), "bank": bank.watched()._replace(routes=(Route(("bank",)),))}
    for watched in told_by.values():
        check(store, watched, ALL, NOW, now=NOW, clock=lambda: 0.0)
    routes, later = told_by["bank"].routes, NOW + timedelta(minutes=1)
    quiet = Silence("s1", Matcher(("worker",)), "Ana", "the move", later, later + timedelta(minutes=1))
    look_again(store, told_by["bank"], ["worker/production"], later)
    keep_quiet(store, quiet, routes, later)
    take_note(store, ["worker/production"], routes, "Ana", later + timedelta(minutes=2))
    heard = {(one.receiver, each.incident.split(":")[1]) for one in notices(store) for each in one.told}
    assert heard == {("chat", "api/production"), ("bank", "worker/production")}


def test_two_configurations_that_look_for_one_moment_at_once_are_both_written_down():
    store, bank = MemoryStore(), Fleet(of(WORKER, 4))

    def slow(targets: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        at_once(store, bank, 0, 2)
        return Fleet(of(API, 4))(targets, before)

    watched = Fleet(of(API, 4)).watched()._replace(look=slow)
    assert not check(store, watched, ALL, NOW, now=NOW + timedelta(seconds=1), clock=lambda: 0.0).before
    assert store.standings().keys() == {"api/production", "worker/production"}


def test_what_leaves_one_of_two_maps_is_over_and_what_nobody_looks_at_for_days_is_too():
    store, bank = MemoryStore(), Fleet(of(WORKER, 4))
    at_once(store, bank, 0, 1)
    at_once(store, Fleet(of(API), of(target("site"), 4)), 0, 2)
    at_once(store, Fleet(of(API)), 10, 1)
    assert [one.target for one in store.incidents(open_only=True)] == ["worker/production"]
    at_once(store, Fleet(of(API)), 4 * 24 * 60 - 10, 1)
    assert len(store.incidents(open_only=True)) == 1
    at_once(store, Fleet(of(API)), 4 * 24 * 60, 1)
    assert store.incidents(open_only=True) == []


def test_a_share_ends_what_left_it():
    store = MemoryStore()
    names = [f"service-{number}" for number in range(20)]
    gone = next(name for name in names if Shard(2, 2).part([target(name)]))
    for minutes in (0, 10):
        for number in (1, 2):
            verdicts = [of(target(name), 4) for name in names if not (minutes and name == gone)]
            look(store, Fleet(*verdicts), minutes + number / 60, Shard(number, 2))
    assert [one.service for one in store.incidents() if not one.open] == [gone]


def test_where_nothing_can_be_looked_at_everything_is_unknown_and_says_why():
    store, fleet = MemoryStore(), Fleet(of(API), of(WORKER))
    look(store, fleet)

    def broken(targets: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        raise GitError("the remote is away")

    def again(minutes: float) -> None:
        now = NOW + timedelta(minutes=minutes)
        watched = fleet.watched()._replace(look=broken)
        checked = check(store, watched, ALL, now, now=now, clock=lambda: 0.0)
        assert (checked.round.conclusive, checked.round.error) == (0, "the remote is away")

    again(10)
    assert store.incidents() == []
    again(45)
    assert len(store.incidents(open_only=True)) == 2
    assert len(notices(store)) == 1, "what fails for one reason is told in one message"


def test_where_nothing_can_be_looked_at_what_is_retired_alerts_nobody():
    store, fleet = MemoryStore(), Fleet(of(API._replace(retired=True)))

    def broken(targets: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        raise GitError("the remote is away")

    for minutes in (0, 45):
        now = NOW + timedelta(minutes=minutes)
        check(store, fleet.watched()._replace(look=broken), ALL, now, now=now, clock=lambda: 0.0)
    assert store.incidents() == [] and notices(store) == []
    seen = store.standings()["api/production"].seen
    assert (Flag.RETIRED in seen.flags, seen.quiet, seen.source) == (True, True, "git")


def test_how_long_it_took_is_measured_by_the_clock_that_is_handed_over():
    ticks = iter([10.0, 12.5])
    checked = check(MemoryStore(), Fleet(of(API)).watched(), ALL, NOW, now=NOW, clock=lambda: next(ticks))
    assert checked.round.seconds == 2.5


def test_another_map_is_told_from_the_same_one():
    one = API._replace(origins=(Origin("main", Closure(("api",)), Rule(), ()),))
    other = API._replace(origins=(Origin("main", Closure(("api", "shared")), Rule(), ()),))
    assert described(one) == described(one._replace(owner="else")) != described(other)


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "1/0", "-1/2", "1/2/3", "1/99999"])
def test_what_is_no_share_is_refused(text: str):
    with pytest.raises(UsageError):
        shard(text)


def test_a_share_is_written_as_it_is_read():
    assert str(shard("2/8")) == "2/8"


def test_an_unknown_target_is_not_conclusive():
    checked = look(MemoryStore(), Fleet(of(API), unknown(WORKER)))
    assert (checked.round.checked, checked.round.conclusive) == (2, 1)


def test_what_is_dated_yet_to_come_waits_since_the_log_saw_it_first():
    fleet, store = Fleet(), MemoryStore()

    def seen(minutes: float) -> tuple[bool, timedelta]:
        """What a round finds: the date cannot be right, so that it landed just now at the latest."""
        now = NOW + timedelta(minutes=minutes)
        landed = change(1)._replace(landed_at=now, undated=True)
        drift = of(API, 1).drift
        facts = drift.facts and drift.facts._replace(oldest=landed, listed=(landed,))
        fleet.verdicts = [judge(drift._replace(facts=facts, age=0.0), API.policy, now)]
        look(store, fleet, minutes)
        found = store.standings()["api/production"].seen
        return found.quiet, now - (found.behind_since or now)

    assert [seen(minutes) for minutes in (0, 10, 20, 800)] == [
        (True, timedelta(0)),
        (True, timedelta(minutes=10)),
        (False, timedelta(minutes=20)),
        (False, timedelta(minutes=800)),
    ]
    assert store.standings()["api/production"].seen.severity is Severity.CRITICAL


@pytest.mark.parametrize("opened", [lambda _: MemoryStore(), lambda folder: open_file(folder / "log.db")])
def test_what_arrived_late_waits_since_it_came_though_it_was_unknown_for_a_while(
    opened: Callable[[Path], Book], tmp_path: Path
):
    store = opened(tmp_path)
    place = API._replace(origins=(Origin("main", Closure(("api",)), Rule(), ()),))
    written = of(place, 1, hours=70)
    written = written._replace(drift=written.drift._replace(origin=place.origins[0]))
    for minutes, verdict in enumerate((of(place), written, unknown(place), unknown(place), written)):
        now = NOW + timedelta(minutes=20 * minutes)
        fleet = Fleet(verdict)
        check(store, fleet.watched()._replace(fresh=True), ALL, now, now=now, clock=lambda: 0.0)
    found = store.standings()["api/production"].seen
    assert (found.behind_since, found.severity) == (NOW, Severity.INFO)


def test_what_a_look_between_two_rounds_did_not_fetch_waits_since_it_landed():
    store, place = MemoryStore(), API._replace(origins=(Origin("main", Closure(("api",)), Rule(), ()),))
    late = NOW + timedelta(hours=2)
    landed = change(1)._replace(landed_at=NOW + timedelta(minutes=5))
    facts = of(place, 1, listed=(landed,)).drift.facts
    age = (late - landed.landed_at).total_seconds()
    drift = of(place, 1).drift._replace(
        facts=facts and facts._replace(oldest=landed), age=age, origin=place.origins[0]
    )
    rounds = Fleet(of(place)).watched()._replace(fresh=True)
    check(store, rounds, ALL, NOW, now=NOW, clock=lambda: 0.0)
    look_again(store, rounds._replace(fresh=False), [place.name], late - timedelta(minutes=5))
    found = Fleet(judge(drift, place.policy, late)).watched()._replace(fresh=True)
    check(store, found, ALL, late, now=late, clock=lambda: 0.0)
    assert store.standings()[place.name].seen.behind_since == landed.landed_at
    assert [one.target for one in store.incidents()] == [place.name]


def test_a_hold_of_the_configuration_is_kept():
    held = target("api", hold=Hold("freeze", "ben"))
    verdict = of(held, 9)
    assert Flag.HELD in verdict.flags
    checked = look(MemoryStore(), Fleet(verdict))
    assert checked.round.troubled == 0


def test_a_hold_of_the_configuration_that_has_ended_hides_no_other():
    store, fleet = MemoryStore(), Fleet(of(target("api", hold=Hold("the sale", "ben", NOW)), 4, hours=2))
    look(store, fleet)
    seen = store.standings()["api/production"].seen
    assert any("the sale" in reason for reason in seen.reasons)  # that it has ended is said
    store.hold(Kept("h1", "api", "production", Hold("looked at", "ana"), NOW))
    look(store, fleet, minutes=5)
    seen = store.standings()["api/production"].seen
    assert Flag.HELD in seen.flags
    assert any("looked at" in reason for reason in seen.reasons)


def test_a_round_of_many_targets_is_written_down_in_several_turns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(watch, "_AT_ONCE", 4)
    turns, whole = MemoryStore(), MemoryStore()
    verdicts = [of(target(f"service-{number}"), 4) for number in range(10)]
    look(turns, Fleet(*verdicts), 0)
    monkeypatch.undo()
    look(whole, Fleet(*verdicts), 0)
    assert turns.standings() == whole.standings()
    assert steps(turns) == steps(whole)
    assert turns.last_round("1/1") == whole.last_round("1/1")


def test_only_of_what_is_found_again_the_past_is_read(monkeypatch):
    store, fleet, asked = MemoryStore(), Fleet(of(API), of(WORKER)), []
    look(store, fleet)
    fleet.verdicts[1] = unknown(WORKER)
    look(store, fleet, 5)
    fleet.verdicts[1] = of(WORKER, 1)
    read = store.stretches

    def stretches(*, target="", **named):
        asked.append(target)
        return read(target=target, **named)

    monkeypatch.setattr(store, "stretches", stretches)
    look(store, fleet, 10)
    assert asked == ["worker/production"]
