"""Who is told what, and why now: what is said once, what waits, and what is never lost."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_incidents import SEEN
from tests.core.watched import CHAT, NEW, OLD, Watch, at, behind, in_sync, says, unknown
from unshipped.core.alerting import Matcher, Route, Silence
from unshipped.core.hours import WorkingHours
from unshipped.core.incidents import Kind, Step, acknowledge, silence
from unshipped.core.model import Flag, Severity

INFO, WARNING, CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL
THE_PLAN = (Route(("chat",)), Route(("mail",), WARNING), Route(("pager",), CRITICAL))
AT_NOON = WorkingHours((0, 1, 2, 3, 4), 12 * 60, 13 * 60, "UTC")


def known(*services: str) -> list:
    return [in_sync(service, deployed=OLD) for service in services]


def test_a_thing_is_said_once():
    watch = Watch()
    watch.look(0, *known("worker"))
    assert says(watch.look(10, behind())) == ["chat: opened"]
    assert says(watch.look(20, behind())) == []
    assert says(watch.look(30, behind(changes=2))) == []
    assert says(watch.look(40, in_sync())) == ["chat: resolved"]
    assert says(watch.look(50, in_sync())) == []


def test_the_table_of_the_plan_tells_more_people_as_it_becomes_worse():
    watch = Watch(routes=THE_PLAN)
    watch.look(0, *known("worker"))
    assert says(watch.look(10, behind(severity=INFO))) == ["chat: opened"]
    assert says(watch.look(20, behind(severity=WARNING))) == ["chat: escalated", "mail: escalated"]
    assert says(watch.look(30, behind(severity=CRITICAL))) == [
        "chat: escalated",
        "mail: escalated",
        "pager: escalated",
    ]
    assert says(watch.look(40, in_sync())) == ["chat: resolved", "mail: resolved", "pager: resolved"]


def test_what_eases_only_changes_the_message_that_is_there():
    watch = Watch(routes=THE_PLAN)
    watch.look(0, *known("worker"))
    watch.look(10, behind(severity=WARNING))
    assert says(watch.look(20, behind(severity=INFO))) == ["(chat: eased)", "(mail: eased)"]


def test_who_never_heard_of_it_does_not_hear_that_it_is_over():
    watch = Watch(routes=(Route(("mail",), WARNING),))
    watch.look(0, *known("worker"))
    assert says(watch.look(10, behind(severity=INFO))) == []
    assert says(watch.look(20, in_sync())) == []


def test_a_hold_is_said_as_that_and_so_is_its_end():
    watch = Watch()
    watch.look(0, *known("worker", "api"))
    watch.look(10, behind(), behind("api"))
    assert says(watch.look(11, behind(flags=(Flag.HELD,)), behind("api"))) == ["chat: resolved"]
    assert watch.notices[-1].why == "it is held"
    assert says(watch.look(20, behind(), behind("api"))) == ["chat: reopened"]
    assert watch.notices[-1].why == "its hold is over"
    [reopened] = [one for one in watch.transitions if one.step is Step.REOPENED]
    assert reopened.reasons == ("its hold is over", "1 behind")


def test_what_is_put_back_long_after_its_hold_came_back():
    watch = Watch()
    watch.look(0, *known("worker"))
    watch.look(10, behind())
    watch.look(20, behind(flags=(Flag.HELD,)))
    watch.look(22, in_sync())
    assert says(watch.look(24, behind())) == ["chat: reopened"]
    assert watch.notices[-1].why == "it came back"
    assert watch.only().returns == 1


def test_what_was_held_for_long_is_told_of_as_that_and_what_landed_since_is_not():
    watch = Watch()
    watch.look(0, *known("worker"))
    watch.look(10, behind())
    watch.look(11, behind(flags=(Flag.HELD,)))
    later = watch.rules.reopen_within / 60 + 20
    assert says(watch.look(later, behind())) == ["chat: opened"]
    assert watch.notices[-1].why == "its hold is over"
    watch.look(later + 1, behind(flags=(Flag.HELD,)))
    watch.look(later + 2, in_sync(deployed=NEW))
    watch.look(3 * later, behind(since=3 * later - 20, deployed=NEW))
    assert watch.notices[-1].why == "it began"


def test_what_comes_back_is_said_again():
    watch = Watch()
    watch.look(0, *known("worker"))
    watch.look(10, behind())
    watch.look(20, in_sync())
    assert says(watch.look(30, behind())) == ["chat: reopened"]
    assert watch.notices[-1].why == "it came back"


def test_whoever_heard_hears_that_it_is_over_though_no_route_leads_there_any_more():
    watch = Watch(routes=(CHAT, Route(("pager",), WARNING)))
    watch.look(0, *known("worker"))
    assert says(watch.look(10, behind(severity=WARNING))) == ["chat: opened", "pager: opened"]
    watch.routes = (CHAT,)
    assert says(watch.look(20, behind(severity=CRITICAL))) == ["chat: escalated"]
    assert says(watch.look(30, in_sync())) == ["chat: resolved", "pager: resolved"]
    assert says(watch.look(40, behind(severity=WARNING))) == ["chat: reopened"]


def test_an_acknowledged_incident_is_told_to_nobody_new_until_it_becomes_worse():
    watch = Watch(routes=THE_PLAN)
    watch.look(0, *known("worker"))
    watch.look(10, behind(severity=INFO))
    assert says(watch.act(15, acknowledge(watch.only(), "ana", at(15)))) == ["(chat: acknowledged)"]
    assert says(watch.look(20, behind(severity=INFO))) == []
    assert says(watch.look(30, behind(severity=WARNING))) == ["chat: escalated", "mail: escalated"]


@pytest.mark.parametrize(("somebody_knows", "told"), [(True, []), (False, ["mail: opened"])])
def test_whose_hours_begin_is_told_of_what_nobody_knows_of_yet(somebody_knows: bool, told: list[str]):
    watch = Watch(routes=(CHAT, Route(("mail",), hours=AT_NOON)))
    watch.look(-70, *known("worker"))
    assert says(watch.look(70, behind())) == ["chat: opened"]
    if somebody_knows:
        watch.act(80, acknowledge(watch.only(), "ana", at(80)))
    assert says(watch.look(24 * 60, behind())) == told


def test_what_became_worse_is_said_aloud_also_beside_what_eased():
    watch = Watch()
    watch.look(0, *known("api", "worker"))
    assert says(watch.look(10, behind("api", WARNING), behind("worker", WARNING))) == ["chat: opened+opened"]
    entries = watch.look(20, behind("api", INFO), behind("worker", CRITICAL))
    assert says(entries) == ["chat: eased+escalated"]
    assert entries.notices[0].why == "it became worse"


def test_a_silence_keeps_it_back_and_its_end_lets_it_out():
    watch = Watch()
    watch.look(0, *known("worker"))
    watch.silences.append(
        Silence("1", Matcher(services=("work*",)), "ana", "moving the queue", at(0), at(60))
    )
    assert says(watch.look(10, behind())) == []
    assert says(watch.look(59, behind())) == []
    assert says(watch.look(60, behind())) == ["chat: opened"]
    assert watch.notices[-1].why == "it is still so"


def test_the_end_of_a_silence_tells_what_happened_in_it_and_else_nothing():
    for seen, told in ((WARNING, []), (INFO, ["(chat: eased)"]), (CRITICAL, ["chat: escalated"])):
        watch = Watch()
        watch.look(0, *known("worker"))
        watch.look(10, behind(severity=WARNING))
        quiet = Silence("1", Matcher(), "ana", "moving the queue", at(15), at(60))
        watch.silences.append(quiet)
        assert says(watch.act(15, silence(watch.only(), "ana", at(15), "moving the queue"))) == []
        assert says(watch.look(30, behind(severity=seen))) == []
        assert says(watch.look(60, behind(severity=seen))) == told
        assert says(watch.look(70, behind(severity=seen))) == []


def test_a_silence_for_others_keeps_nothing_back():
    watch = Watch()
    watch.look(0, *known("worker"))
    watch.silences.append(Silence("1", Matcher(services=("api",)), "ana", "moving", at(0), at(60)))
    assert says(watch.look(10, behind())) == ["chat: opened"]


def test_the_end_is_told_in_a_silence_to_those_who_heard_of_the_beginning():
    watch = Watch()
    watch.look(0, *known("worker"))
    watch.look(10, behind())
    watch.silences.append(Silence("1", Matcher(), "ana", "all of it", at(10), at(60)))
    assert says(watch.look(20, behind(severity=CRITICAL))) == []
    assert says(watch.look(30, in_sync())) == ["chat: resolved"]


def test_a_route_with_hours_tells_when_they_begin_what_is_still_so():
    watch = Watch(routes=(Route(("chat",), hours=AT_NOON),))
    watch.look(60, *known("worker", "api"))
    assert says(watch.look(70, behind(severity=WARNING), behind("api", landing=OLD))) == []
    watch.look(80, in_sync("api"))
    a_day = 24 * 60
    assert says(watch.look(a_day - 1, behind(severity=WARNING))) == []
    assert says(watch.look(a_day, behind(severity=WARNING))) == ["chat: opened"]
    assert says(watch.look(a_day + 600, behind(severity=CRITICAL))) == []
    assert says(watch.look(a_day + 610, in_sync())) == ["chat: resolved"], "a pager must not go on"


@pytest.mark.parametrize(
    ("match", "heard"),
    [
        (Matcher(), True),
        (Matcher(services=("worker",)), True),
        (Matcher(services=("w*", "api")), True),
        (Matcher(services=("api",)), False),
        (Matcher(environments=("prod*",)), True),
        (Matcher(environments=("staging",)), False),
        (Matcher(owners=("team-a",)), True),
        (Matcher(owners=("team-b",)), False),
        (Matcher(services=("worker",), owners=("team-b",)), False),
    ],
)
def test_a_route_is_for_those_that_all_its_parts_fit(match: Matcher, heard: bool):
    watch = Watch(routes=(Route(("chat",), match=match),))
    watch.look(0, *known("worker"))
    assert bool(says(watch.look(10, behind(owner="team-a")))) is heard


def test_a_route_may_be_for_one_kind_of_incident():
    watch = Watch(routes=(Route(("ops",), kinds=(Kind.UNKNOWN,)),))
    watch.look(0, *known("worker"))
    assert says(watch.look(10, behind())) == []
    watch.look(20, unknown())
    assert says(watch.look(50, unknown())) == ["ops: opened"]


def test_a_fleet_that_is_behind_at_the_first_look_is_one_message():
    watch = Watch()
    entries = watch.look(0, *(behind(f"service-{n}", landing=f"{n:040x}") for n in range(80)))
    assert says(entries) == ["chat: " + "+".join(["opened"] * 80)]
    assert entries.notices[0].why == "it was there at the first look"


def test_many_that_open_at_once_are_one_message_whatever_their_causes():
    watch = Watch()
    names = [f"service-{n}" for n in range(30)]
    watch.look(0, *known(*names))
    entries = watch.look(10, *(behind(name, landing=f"{n:040x}") for n, name in enumerate(names)))
    assert len(entries.notices) == 1
    assert len(entries.notices[0].told) == 30


FOR_ALL = Silence("1", Matcher(), "ana", "nothing is deployed this week", at(0), at(24 * 60))


@pytest.mark.parametrize(("hours", "silences"), [(None, [FOR_ALL]), (AT_NOON, [])])
def test_what_was_kept_back_of_many_is_one_message_from_its_beginning_to_its_end(hours, silences):
    watch = Watch(routes=(Route(("chat",), hours=hours),), silences=silences)
    names = [f"service-{n}" for n in range(30)]
    seen = known(*names)
    watch.look(-70, *seen)
    for n, name in enumerate(names):
        seen[n] = behind(name, landing=f"{n:040x}")
        assert says(watch.look(70 + 30 * n, *seen)) == []
    assert says(watch.look(24 * 60, *seen)) == ["chat: " + "+".join(["opened"] * 30)]
    assert watch.notices[-1].why == "it is still so"
    assert says(watch.look(24 * 60 + 10, *seen)) == []
    assert says(watch.look(24 * 60 + 20, *map(in_sync, names))) == ["chat: " + "+".join(["resolved"] * 30)]
    assert len({notice.group for notice in watch.notices}) == 1


def test_a_conversation_that_somebody_is_in_goes_on_where_many_others_begin():
    watch = Watch(routes=(CHAT, Route(("mail",), hours=AT_NOON)))
    names = [f"service-{n}" for n in range(30)]
    watch.look(-70, *known(*names))
    seen = [behind(name, landing=f"{n:040x}") for n, name in enumerate(names)]
    watch.look(70, seen[0])
    groups = {one.id: one.group for one in watch.incidents.values()}
    watch.look(24 * 60, *seen)
    assert groups.items() <= {one.id: one.group for one in watch.incidents.values()}.items()


@pytest.mark.parametrize(("many", "messages"), [(9, 9), (10, 1)])
def test_so_many_at_once_are_a_storm(many: int, messages: int):
    watch = Watch()
    names = [f"service-{n}" for n in range(many)]
    watch.look(0, *known(*names))
    entries = watch.look(10, *(behind(name, landing=f"{n:040x}") for n, name in enumerate(names)))
    assert len(entries.notices) == messages


def test_a_storm_of_a_few_causes_is_one_message_and_what_has_an_open_conversation_joins_that():
    watch = Watch()
    names = [f"service-{n}" for n in range(12)]
    watch.look(0, *known("api", *names))
    watch.look(10, behind("api", landing="0" * 40))
    entries = watch.look(20, *(behind(name, landing=f"{n % 3:040x}") for n, name in enumerate(names)))
    groups = {one.service: one.group for one in watch.incidents.values()}
    joined = {name for name in names if groups[name] == groups["api"]}
    assert joined == {"service-0", "service-3", "service-6", "service-9"}
    assert len({groups[name] for name in names} - {groups["api"]}) == 1
    assert sorted(len(notice.told) for notice in entries.notices) == [4, 8]


def test_what_comes_back_in_a_storm_stays_in_its_conversation():
    watch = Watch()
    names = ["api", *(f"service-{n}" for n in range(12))]
    watch.look(0, *known(*names))
    watch.look(10, behind("api"))
    watch.look(20, in_sync("api"))
    storm = (behind(name, landing=f"{n:040x}") for n, name in enumerate(names[1:]))
    entries = watch.look(30, behind("api"), *storm)
    back = next(one for one in watch.incidents.values() if one.service == "api")
    assert says(entries) == ["chat: reopened", "chat: " + "+".join(["opened"] * 12)]
    assert back.group == back.id == entries.notices[0].group


@pytest.mark.parametrize(("minutes", "joined"), [(59, True), (60, False)])
def test_for_an_hour_what_has_the_same_cause_joins_the_conversation(minutes: int, joined: bool):
    watch = Watch()
    watch.look(0, *known("api", "worker", "other"))
    watch.look(10, behind("api"))
    watch.look(10 + minutes, behind("worker"), behind("other", landing=OLD))
    groups = {one.service: one.group for one in watch.incidents.values()}
    assert (groups["worker"] == groups["api"]) is joined
    assert groups["other"] not in (groups["api"], groups["worker"])


def test_a_conversation_about_what_is_over_is_not_joined():
    watch = Watch()
    watch.look(0, *known("api", "worker"))
    watch.look(10, behind("api"))
    watch.look(20, in_sync("api"))
    watch.look(30, behind("worker"))
    assert len({one.group for one in watch.incidents.values()}) == 2


def test_a_share_of_the_fleet_tells_nothing_of_what_is_open_for_the_others():
    watch = Watch(silences=[Silence("1", Matcher(), "ana", "moving", at(0), at(30))])
    watch.look(0, *known("api", "worker"))
    watch.look(10, behind("worker"))
    both = ["api/production", "worker/production"]
    assert says(watch.look(30, in_sync("api"), declared=both)) == []
    assert says(watch.look(40, behind("worker"), declared=both)) == ["chat: opened"]


def test_what_has_no_cause_that_is_known_has_a_conversation_of_its_own():
    watch = Watch()
    watch.look(0, *known("api", "worker", "other"))
    watch.look(10, behind("api")._replace(waiting=()))
    watch.look(20, *(behind(name)._replace(waiting=()) for name in ("worker", "other")))
    assert len({one.group for one in watch.incidents.values()}) == 3


def test_the_few_of_a_first_look_are_one_message_whatever_their_causes():
    watch = Watch()
    entries = watch.look(0, behind("api", landing="1" * 40), behind("worker", landing="2" * 40))
    assert says(entries) == ["chat: opened+opened"]


def test_a_few_with_causes_of_their_own_are_messages_of_their_own():
    watch = Watch()
    watch.look(0, *known("api", "worker"))
    entries = watch.look(10, behind("api", landing="1" * 40), behind("worker", landing="2" * 40))
    assert len(entries.notices) == 2


def test_each_receiver_is_told_of_a_group_only_what_its_routes_let_through():
    watch = Watch(routes=THE_PLAN)
    watch.look(0, *known("api", "worker"))
    entries = watch.look(10, behind("api"), behind("worker", severity=CRITICAL))
    assert says(entries) == ["chat: opened+opened", "mail: opened", "pager: opened"]
    assert len({notice.group for notice in entries.notices}) == 1


def test_a_notice_has_an_id_that_is_its_own():
    watch = Watch(routes=THE_PLAN)
    for minute in range(0, 600, 10):
        watch.look(minute, behind(severity=Severity(1 + minute // 10 % 3)), behind("api", landing=OLD))
    ids = [notice.id for notice in watch.notices]
    assert len(ids) == len(set(ids))


@given(st.lists(st.tuples(SEEN, st.integers(1, 45), st.booleans()), max_size=40))
def test_in_every_story_nothing_is_lost_and_nothing_is_said_twice(story):
    """Whoever is on the route of everything knows, after each look, how bad it is and whether it is over."""
    watch, minute = Watch(routes=THE_PLAN), 0
    for seen, pause, silent in story:
        minute += pause
        watch.silences[:] = (
            [Silence("1", Matcher(), "ana", "now", at(minute), at(minute + 1))] if silent else []
        )
        watch.look(minute, seen)
        for incident in watch.incidents.values():
            said = watch.said.get((incident.id, "chat"))
            if silent or incident.calm_since:
                continue
            if incident.open:
                assert said and not said.resolved
                assert said.severity >= incident.severity
            else:
                assert said is None or said.resolved
    told = defaultdict(list)
    for notice in watch.notices:
        for one in notice.told:
            told[one.incident, notice.receiver].append(one.number)
    assert all(numbers == sorted(set(numbers)) for numbers in told.values())
