"""What was seen, and how a target stands after it."""

from __future__ import annotations

from tests.core.watched import FIX, NEW, OLD, at, behind, in_sync, unknown
from tests.formats.reports import DEPLOYED, NOW, TIP, change, of, target
from tests.formats.reports import unknown as not_known
from unshipped.core.logged.observations import observed, same, stands
from unshipped.core.model import Severity, State


def test_what_passes_and_lands_elsewhere_makes_no_new_observation():
    before = behind(severity=Severity.WARNING)
    after = before._replace(at=at(60), expected="d" * 40, reasons=("waiting 2 h",), owner="team")
    assert same(before, after)
    standing = stands(stands(None, before), after)
    assert (standing.since, standing.checked_at) == (before.at, at(60))
    assert standing.seen.expected == "d" * 40


def test_what_matters_makes_one():
    before = behind()
    for after in (
        behind(severity=Severity.CRITICAL),
        behind(changes=2),
        behind(deployed=NEW),
        in_sync(),
        unknown(),
        before._replace(map="other"),
    ):
        assert not same(before, after)


def test_a_standing_knows_when_it_was_last_certain_and_since_when_it_is_not():
    first = stands(None, in_sync()._replace(at=at(0)))
    assert (first.conclusive_at, first.inconclusive_since) == (at(0), None)
    second = stands(first, unknown()._replace(at=at(10)))
    third = stands(second, unknown()._replace(at=at(20)))
    assert (third.conclusive_at, third.inconclusive_since) == (at(0), at(10))
    fourth = stands(third, in_sync()._replace(at=at(30)))
    assert (fourth.conclusive_at, fourth.inconclusive_since) == (at(30), None)


def test_a_standing_knows_what_served_before():
    standing, past = None, []
    for commit in ("a", "b", "", "b", "", "c", "a", "d", "e", "f", "g"):
        look = in_sync(deployed=commit * 40) if commit else unknown()
        standing = stands(standing, look)
        past.append("".join(one[0] for one in standing.past))
    assert past == ["", "a", "ba", "a", "ba", "ba", "cb", "acb", "dacb", "edacb", "fedac"]
    assert standing and standing.served == ("g" * 40, *standing.past)


def test_a_verdict_becomes_what_the_log_keeps():
    listed = (change(3, hours=1), change(2, hours=2)._replace(cancelled=True), change(1, hours=3))
    verdict = of(target("api"), 2, hours=3, cancelled=1, listed=listed)
    seen = observed(verdict, NOW, described="abc", web="https://github.com/acme/shop")
    assert (seen.service, seen.environment, seen.state) == ("api", "production", State.BEHIND)
    assert (seen.changes, seen.behind, seen.ahead, seen.cancelled) == (2, 2, 0, 1)
    assert seen.behind_since == listed[-1].landed_at
    assert [one.commit for one in seen.waiting] == [listed[0].commit, listed[2].commit]
    assert (seen.oldest, seen.deployed, seen.expected) == (listed[2].commit, DEPLOYED, TIP)
    assert (seen.source, seen.map) == ("static", "abc")


def test_the_oldest_change_is_always_among_those_that_wait():
    listed = tuple(change(number, hours=number) for number in reversed(range(31, 61)))
    seen = observed(of(target("api"), 60, hours=60, listed=listed), NOW)
    assert len(seen.waiting) == 20
    assert seen.oldest == change(1).commit


def test_what_is_unknown_has_its_code_and_no_numbers():
    seen = observed(not_known(target("api")), NOW)
    assert seen.state is State.UNKNOWN and seen.code
    assert (seen.changes, seen.behind, seen.behind_since, seen.waiting) == (None, None, None, ())
    assert not seen.conclusive


def test_the_target_is_its_service_and_environment():
    assert behind("api").target == "api/production"
    assert behind(landing=FIX, deployed=OLD).oldest == FIX
