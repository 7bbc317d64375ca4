"""How an incident opens, changes and ends: one story a test, and what holds in every story."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.watched import FIX, NEW, OLD, RULES, Watch, at, behind, in_sync, steps, unknown
from unshipped.core.incidents import Ending, Kind, acknowledge
from unshipped.core.logged.observations import Observation
from unshipped.core.model import Code, Flag, Severity, State

INFO, WARNING, CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL


def test_a_drift_opens_escalates_and_is_resolved_by_a_deploy():
    watch = Watch()
    assert steps(watch.look(0, in_sync(deployed=OLD))) == []
    assert steps(watch.look(10, behind(severity=INFO))) == ["opened"]
    assert steps(watch.look(20, behind(severity=INFO))) == []
    assert steps(watch.look(30, behind(severity=CRITICAL, changes=7))) == ["escalated"]
    assert steps(watch.look(40, behind(severity=WARNING, changes=4))) == ["eased"]
    assert steps(watch.look(50, in_sync(deployed=NEW))) == ["resolved"]
    incident = watch.only()
    assert (incident.peak, incident.ending, incident.resolved_at) == (CRITICAL, Ending.DEPLOYED, at(50))
    assert [one.number for one in watch.transitions] == [1, 2, 3, 4]


def test_what_was_in_order_at_the_first_look_leaves_no_trace_but_how_it_stands():
    watch = Watch()
    entries = watch.look(0, in_sync())
    assert (entries.incidents, entries.notices, len(entries.standings)) == ((), (), 1)


def test_what_is_behind_at_the_first_look_is_a_baseline():
    watch = Watch()
    watch.look(0, behind())
    assert watch.only().baseline


def test_a_failure_to_look_is_no_recovery():
    watch = Watch()
    watch.look(0, in_sync(), in_sync("api"))
    watch.look(10, behind())
    assert steps(watch.look(20, unknown())) == []
    assert watch.only().open
    assert steps(watch.look(30, behind())) == []
    assert steps(watch.look(40, in_sync())) == ["resolved"]


def test_not_to_know_is_an_incident_of_its_own_once_it_lasts():
    watch = Watch()
    watch.look(0, in_sync())
    assert steps(watch.look(10, unknown())) == []
    assert steps(watch.look(39, unknown())) == []
    assert steps(watch.look(40, unknown())) == ["opened"]
    assert watch.only().kind is Kind.UNKNOWN
    assert watch.only().since == at(10)
    assert steps(watch.look(50, unknown())) == []
    assert steps(watch.look(60, in_sync())) == ["resolved"]
    assert steps(watch.look(70, in_sync())) == []
    assert watch.only().cause == "unknown:source-denied:cloud-run"


def test_not_to_know_is_no_incident_where_it_is_nobodys_trouble():
    watch = Watch()
    watch.look(0, in_sync())
    watch.look(10, unknown()._replace(severity=Severity.NONE))
    assert steps(watch.look(60, unknown()._replace(severity=Severity.NONE))) == []


def test_an_unknown_that_becomes_nobodys_trouble_is_over():
    watch = Watch()
    watch.look(0, unknown())
    assert steps(watch.look(40, unknown())) == ["opened"]
    assert steps(watch.look(50, unknown()._replace(severity=Severity.NONE))) == ["resolved"]
    assert watch.only().ending is Ending.REMAPPED
    assert steps(watch.look(60, unknown()._replace(severity=Severity.NONE))) == []
    assert steps(watch.look(70, unknown())) == ["reopened"]


def test_who_is_retired_need_not_be_known():
    retired = unknown()._replace(flags=(Flag.RETIRED,), quiet=True)
    watch = Watch()
    watch.look(0, unknown())
    assert steps(watch.look(40, unknown())) == ["opened"]
    assert steps(watch.look(50, retired)) == ["resolved"]
    assert steps(watch.look(100, retired)) == []


def test_what_is_retired_and_shut_down_at_once_is_over():
    watch = Watch()
    watch.look(0, behind())
    watch.look(10, unknown()._replace(flags=(Flag.RETIRED,), quiet=True))
    assert watch.only().ending is Ending.RETIRED
    assert watch.notices[-1].why == "it is over"


def test_a_break_in_not_knowing_starts_its_clock_anew():
    watch = Watch()
    watch.look(0, unknown())
    watch.look(20, in_sync())
    assert steps(watch.look(25, unknown())) == []
    assert steps(watch.look(50, unknown())) == []
    assert steps(watch.look(55, unknown())) == ["opened"]


def test_a_drift_that_became_unknown_has_two_incidents_and_each_ends_by_itself():
    watch = Watch()
    watch.look(0, behind())
    watch.look(10, unknown())
    assert steps(watch.look(60, unknown())) == ["opened"]
    assert steps(watch.look(70, behind())) == ["resolved"]
    assert sorted((one.kind, one.open) for one in watch.incidents.values()) == [
        (Kind.DRIFT, True),
        (Kind.UNKNOWN, False),
    ]


@pytest.mark.parametrize(
    ("after", "ending"),
    [
        (in_sync(deployed=NEW), Ending.DEPLOYED),
        (in_sync(deployed=OLD), Ending.LANDED),
        (behind(severity=Severity.NONE), Ending.LANDED),
        (in_sync(deployed=OLD)._replace(map="other"), Ending.REMAPPED),
        (behind(flags=(Flag.HELD,)), Ending.HELD),
        (behind(flags=(Flag.RETIRED,)), Ending.RETIRED),
        (behind(flags=(Flag.PENDING,), since=25, deployed=NEW), Ending.DEPLOYED),
    ],
)
def test_an_incident_says_what_ended_it(after: Observation, ending: Ending):
    watch = Watch()
    watch.look(0, behind())
    watch.look(30, after)
    assert watch.only().ending is ending


def test_a_deploy_on_its_way_ends_nothing_until_it_has_arrived():
    watch = Watch()
    watch.look(0, behind(severity=WARNING))
    assert steps(watch.look(10, behind(flags=(Flag.PENDING,)))) == []
    assert watch.only().open
    assert steps(watch.look(20, behind(severity=WARNING))) == []


def test_a_deploy_on_its_way_ends_what_had_no_beginning_that_is_known():
    watch = Watch()
    watch.look(0, behind()._replace(behind_since=None))
    watch.look(10, behind(flags=(Flag.PENDING,)))
    assert watch.only().ending is Ending.LANDED


def test_a_deploy_on_its_way_whose_changes_nobody_knows_is_of_others():
    watch = Watch()
    watch.look(0, behind())
    watch.look(10, behind(flags=(Flag.PENDING,))._replace(behind_since=None))
    assert watch.only().ending is Ending.LANDED


def test_what_is_within_its_grace_opens_nothing():
    watch = Watch()
    watch.look(0, in_sync())
    assert steps(watch.look(10, behind(since=5, flags=(Flag.PENDING,)))) == []
    assert steps(watch.look(20, behind(since=5))) == ["opened"]


def test_what_comes_back_soon_is_the_same_incident():
    watch = Watch()
    watch.look(0, behind())
    watch.look(10, in_sync())
    assert steps(watch.look(60, behind())) == ["reopened"]
    assert (watch.only().returns, watch.only().opened_at, watch.only().ending) == (1, at(0), None)


def test_what_comes_back_late_is_another_one():
    watch = Watch()
    watch.look(0, behind())
    watch.look(10, in_sync())
    assert steps(watch.look(70, behind())) == ["opened"]
    assert len(watch.incidents) == 2


@pytest.mark.parametrize(
    ("again", "step"),
    [
        (behind(deployed=OLD, since=20), "reopened"),  # it was rolled back
        (behind(deployed=NEW), "reopened"),  # the same change waits still
        (behind(deployed=NEW, since=20), "opened"),
    ],
)
def test_it_came_back_where_the_same_serves_or_the_same_waits(again: Observation, step: str):
    watch = Watch()
    watch.look(0, behind())
    watch.look(10, in_sync())
    assert steps(watch.look(40, again)) == [step]


def test_another_hotfix_did_not_come_back():
    def hotfix(commit: str) -> Observation:
        seen = in_sync(deployed=commit)
        return seen._replace(state=State.AHEAD, severity=WARNING, quiet=False, ahead=1)

    watch = Watch()
    watch.look(0, hotfix(OLD))
    watch.look(10, in_sync())
    assert steps(watch.look(40, hotfix(FIX))) == ["opened"]


@pytest.mark.parametrize(
    ("seen", "ending"),
    [
        (in_sync(), Ending.PASSED),
        (in_sync()._replace(map="one"), Ending.PASSED),
        (in_sync()._replace(map="two"), Ending.REMAPPED),
        (unknown()._replace(flags=(Flag.RETIRED,), quiet=True), Ending.RETIRED),
    ],
)
def test_what_ends_that_nobody_knew_is_somebodys_doing_where_the_map_was_changed(seen, ending):
    watch = Watch()
    watch.look(0, in_sync())
    watch.look(10, unknown()._replace(map="one"))
    watch.look(50, unknown()._replace(map="one"))
    watch.look(60, seen)
    assert watch.only().ending is ending


def test_what_comes_back_keeps_how_bad_it_was_at_its_worst():
    for before, after in ((WARNING, INFO), (INFO, WARNING)):
        watch = Watch()
        watch.look(0, behind(severity=before))
        watch.look(10, in_sync())
        watch.look(20, behind(severity=after))
        assert (watch.only().severity, watch.only().peak) == (after, WARNING)


def test_an_open_incident_follows_what_is_seen():
    watch = Watch()
    watch.look(0, behind(owner="team-a")._replace(map="one"))
    watch.look(10, behind(since=-30, deployed=NEW, owner="team-b")._replace(map="two"))
    seen = watch.only()
    assert (seen.since, seen.deployed, seen.map, seen.owner) == (at(-30), NEW, "two", "team-b")


def test_not_to_know_says_nothing_about_what_serves():
    watch = Watch(rules=RULES._replace(unknown_after=0))
    watch.look(0, unknown()._replace(deployed=OLD, map="one"))
    watch.look(10, unknown()._replace(deployed=NEW, map="two"))
    seen = watch.only()
    assert (seen.since, seen.deployed, seen.map) == (at(0), OLD, "one")


def test_what_lands_after_a_deploy_is_another_incident():
    watch = Watch()
    watch.look(0, behind())
    watch.look(10, in_sync(deployed=NEW))
    assert steps(watch.look(40, behind(since=20, deployed=NEW))) == ["opened"]


def test_a_failure_to_look_for_another_reason_is_another_incident():
    watch = Watch(rules=RULES._replace(unknown_after=0))
    watch.look(0, unknown())
    watch.look(10, in_sync())
    assert steps(watch.look(20, unknown(code=Code.SOURCE_TIMEOUT))) == ["opened"]
    watch.look(30, in_sync())
    assert steps(watch.look(40, unknown(code=Code.SOURCE_TIMEOUT))) == ["reopened"]


def test_what_flaps_is_believed_to_be_over_once_it_has_settled():
    watch = Watch()
    for turn in range(3):
        watch.look(turn * 20, behind())
        assert steps(watch.look(turn * 20 + 10, in_sync())) == ["resolved"]
    assert steps(watch.look(60, behind())) == ["reopened"]
    assert steps(watch.look(70, in_sync())) == []
    assert steps(watch.look(80, behind())) == []
    assert steps(watch.look(90, in_sync())) == []
    assert steps(watch.look(119, in_sync())) == []
    assert steps(watch.look(120, in_sync())) == ["resolved"]
    assert watch.only().returns == 3


def test_a_target_that_left_the_map_has_no_incident_any_more():
    watch = Watch()
    watch.look(0, behind(), in_sync("api"))
    assert steps(watch.look(10, in_sync("api"), declared=["api/production"])) == ["resolved"]
    assert watch.only().ending is Ending.REMAPPED
    assert steps(watch.look(20, in_sync("api"), declared=["api/production"])) == []


def test_what_was_not_looked_at_stays_as_it_is():
    watch = Watch()
    watch.look(0, behind(), in_sync("api"))
    assert steps(watch.look(10, in_sync("api"))) == []
    assert watch.only().open


def test_a_look_that_ends_late_changes_nothing_that_was_seen_after_it():
    watch = Watch()
    watch.look(10, in_sync())
    for minute in (5, 10):
        entries = watch.look(minute, behind())
        assert (entries.standings, entries.transitions) == ((), ())


def test_an_acknowledgement_holds_until_it_becomes_worse():
    watch = Watch()
    watch.look(0, behind(severity=INFO))
    assert steps(watch.act(5, acknowledge(watch.only(), "ana", at(5), "on it"))) == ["acknowledged"]
    watch.look(10, behind(severity=INFO, changes=2))
    assert watch.only().acknowledged_by == "ana"
    watch.look(20, behind(severity=CRITICAL, changes=9))
    assert watch.only().acknowledged_by == ""


def test_an_acknowledgement_is_over_once_all_is_live_that_waited_then():
    watch = Watch()
    watch.look(0, behind(severity=INFO))
    watch.act(5, acknowledge(watch.only(), "ana", at(5)))
    assert steps(watch.look(20, behind(severity=INFO, since=3, deployed=FIX, landing=NEW))) == []
    assert watch.only().acknowledged_by == "ana"
    assert steps(watch.look(30, behind(severity=INFO, since=10, deployed=NEW, landing=OLD))) == ["eased"]
    assert watch.only().acknowledged_by == ""
    assert watch.transitions[-1].reasons == ("what ana knew of waits no longer",)
    assert steps(watch.look(40, behind(severity=INFO, since=10, deployed=NEW, landing=OLD))) == []


def test_an_acknowledged_hotfix_is_known_also_once_something_lands():
    hotfix = behind(severity=WARNING)._replace(
        state=State.AHEAD, changes=0, ahead=1, behind_since=None, waiting=()
    )
    watch = Watch()
    watch.look(0, hotfix)
    watch.act(5, acknowledge(watch.only(), "ana", at(5)))
    diverged = behind(severity=WARNING, since=10)._replace(state=State.DIVERGED, ahead=1)
    for minute in (20, 30):
        assert steps(watch.look(minute, diverged)) == []
        assert watch.only().acknowledged_by == "ana"


def test_what_eases_beyond_what_was_acknowledged_is_one_step():
    watch = Watch()
    watch.look(0, behind(severity=CRITICAL))
    watch.act(5, acknowledge(watch.only(), "ana", at(5)))
    assert steps(watch.look(30, behind(severity=INFO, since=10, deployed=NEW))) == ["eased"]
    assert watch.only().acknowledged_by == ""


def test_who_acknowledges_may_say_why():
    watch = Watch()
    watch.look(0, behind())
    for minute, reason, told in ((5, "on it", ("on it",)), (6, "", ())):
        watch.act(minute, acknowledge(watch.only(), "ana", at(minute), reason))
        assert (watch.transitions[-1].reasons, watch.transitions[-1].by) == (told, "ana")


def test_services_behind_for_one_landing_share_their_cause():
    watch = Watch()
    watch.look(0, *(in_sync(name, deployed=OLD) for name in ("api", "worker", "mail")))
    watch.look(10, behind("api"), behind("worker"), behind("mail", landing=OLD))
    causes = {one.service: one.group for one in watch.incidents.values()}
    assert causes["api"] == causes["worker"] != causes["mail"]
    assert watch.incidents[causes["api"]].cause == f"landing:{FIX}"


def test_a_service_that_follows_joins_the_conversation_about_its_cause():
    watch = Watch()
    watch.look(0, in_sync("api", deployed=OLD), in_sync("worker", deployed=OLD))
    watch.look(10, behind("api"))
    watch.look(20, behind("worker"))
    assert len({one.group for one in watch.incidents.values()}) == 1


def test_what_cannot_be_asked_for_one_reason_is_told_together():
    watch = Watch()
    names = [f"service-{number}" for number in range(5)]
    watch.look(0, *map(in_sync, names))
    watch.look(10, *map(unknown, names))
    entries = watch.look(40, *map(unknown, names))
    assert steps(entries) == ["opened"] * 5
    assert len(entries.notices) == 1


SEEN = st.sampled_from(
    [
        in_sync(deployed=OLD),
        in_sync(deployed=NEW),
        behind(severity=INFO),
        behind(severity=WARNING, changes=4),
        behind(severity=CRITICAL, changes=9),
        behind(flags=(Flag.PENDING,)),
        behind(flags=(Flag.HELD,)),
        behind(flags=(Flag.RETIRED,)),
        unknown(),
    ]
)


@given(st.lists(st.tuples(SEEN, st.integers(1, 45)), max_size=40))
def test_in_every_story_steps_are_numbered_and_alternate_between_open_and_over(story):
    watch, minute = Watch(), 0
    for seen, pause in story:
        minute += pause
        watch.look(minute, seen)
        open_ones = [one for one in watch.incidents.values() if one.open]
        assert len(open_ones) == len({one.kind for one in open_ones})
    for incident in watch.incidents.values():
        mine = [one for one in watch.transitions if one.incident == incident.id]
        assert [one.number for one in mine] == list(range(1, incident.steps + 1))
        assert mine[0].step.value == "opened"
        openings = [one.step.value for one in mine if one.step.value in ("opened", "reopened", "resolved")]
        assert openings[0::2] == ["opened", *["reopened"] * (len(openings[0::2]) - 1)]
        assert set(openings[1::2]) <= {"resolved"}
        assert incident.open == (len(openings) % 2 == 1)


@given(st.lists(st.tuples(SEEN, st.integers(1, 45)), max_size=25))
def test_the_same_story_makes_the_same_entries(story):
    def told():
        watch, minute, entries = Watch(), 0, []
        for seen, pause in story:
            minute += pause
            entries.append(watch.look(minute, seen))
        return entries

    assert told() == told()
