"""Whether a change is live, in every target."""

from __future__ import annotations

import pytest

from tests.formats.reports import NOW
from tests.support.fakes import IN_SYNC, FakeRepository
from unshipped.app import remembered
from unshipped.app.documents import stands
from unshipped.app.where import find_change, where
from unshipped.core.drift import state_of
from unshipped.core.history.standing import Evidence, Place
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import (
    Closure,
    Code,
    Drift,
    Expected,
    Facts,
    Flag,
    Hold,
    Origin,
    Problem,
    Remark,
    Report,
    Rule,
    Served,
    Severity,
    Sign,
    State,
    Target,
    Verdict,
)
from unshipped.core.policy import judge
from unshipped.errors import UntoldError, UsageError

A, B, TIP, CHANGE = "a" * 40, "b" * 40, "c" * 40, "d" * 40
EXPECTED = Expected(TIP, "origin/main", "tip of the default branch")
DENIED = Problem(Code.SOURCE_DENIED, "403")


def evidence(*, deployed: bool = False, expected: bool = True, differs: bool = True) -> Evidence:
    return Evidence(True, deployed, expected, deployed, differs, NOW)


LIVE, WAITING, UNMERGED = evidence(deployed=True), evidence(), evidence(expected=False)
CANCELLED = evidence(differs=False)


def origin(path: str, repository: str = "main") -> Origin:
    return Origin(repository, Closure((path,)), Rule(), ())


def verdict(*origins: Origin, serves: tuple[str, ...] = (A,), facts: Facts | Problem = IN_SYNC) -> Verdict:
    """On a service that is called like what its worst origin, the first, holds."""
    target = Target(origins[0].closure.paths[0], "production", origins)
    served = tuple(Served(commit, 1 / len(serves), ()) for commit in serves)
    parts = []
    for one in origins:
        if isinstance(facts, Problem):
            drift = Drift(target, State.UNKNOWN, EXPECTED, problem=facts, origin=one)
        else:
            drift = Drift(target, state_of(facts), EXPECTED, served, served[0], facts, origin=one)
        parts.append(judge(drift, target.policy, NOW))
    return parts[0]._replace(others=tuple(parts[1:]))


def placed(
    verdicts: list[Verdict], repositories: dict[str, FakeRepository], repository: str = "main"
) -> dict[str, tuple[Place, str]]:
    report = Report(NOW, tuple(verdicts), len(verdicts))
    found = where(report, repositories.__getitem__, repository, CHANGE, NOW)
    return {one.target.service: (one.place, one.reason) for one in found}


def test_every_target_has_a_place_and_those_that_have_the_change_come_first() -> None:
    known = {"waits": WAITING, "lives": LIVE, "lacks": UNMERGED, "undone": CANCELLED}
    history = FakeRepository(evidence={((name,), A, CHANGE): one for name, one in known.items()})
    found = placed([verdict(origin(name)) for name in ("none", *known)], {"main": history})
    assert list(found.items()) == [
        ("lives", (Place.LIVE, "the deployed commit contains it")),
        ("waits", (Place.WAITING, "it is on the branch and not deployed")),
        ("undone", (Place.CANCELLED, "a later change on the branch took it back")),
        ("lacks", (Place.UNMERGED, "it is neither deployed nor in what should serve")),
        ("none", (Place.NOT_APPLICABLE, "it touches nothing of this service")),
    ]


def test_an_answer_says_what_it_does_not_prove_and_why_a_change_waits() -> None:
    signs = {Sign.WEAK_EVIDENCE: "a record says so", Sign.ROLLED_BACK: "b is older than c"}
    remarks = (*(Remark(sign, why) for sign, why in signs.items()), Remark(Sign.CONVERGING, "it comes"))
    flags = (Flag.UNPROVEN, Flag.ROLLED_BACK, Flag.PENDING)
    hold = Hold("freeze", "ana")
    known = {"waits": WAITING, "lives": LIVE, "lacks": UNMERGED, "undone": CANCELLED}
    noticed, logged = [], []
    for name in known:
        one = verdict(origin(name), facts=IN_SYNC._replace(differs=True, changes=1))
        target = one.drift.target._replace(hold=hold)
        drift = one.drift._replace(target=target, remarks=remarks, flags=flags)
        noticed.append(judge(drift, target.policy, NOW))
        logged.append(noticed[-1]._replace(drift=one.drift))
    history = FakeRepository(evidence={((name,), A, CHANGE): one for name, one in known.items()})
    found = {name: why for name, (_, why) in placed(noticed, {"main": history}).items()}
    assert found == {
        "lives": "the deployed commit contains it; unproven: a record says so",
        "waits": "it is on the branch and not deployed; unproven: a record says so; "
        "rolled back: b is older than c; pending: it comes; hold by ana: freeze",
        "undone": "a later change on the branch took it back; unproven: a record says so",
        "lacks": "it is neither deployed nor in what should serve; unproven: a record says so",
    }
    log = placed(logged, {"main": history})["waits"][1]
    assert log == "it is on the branch and not deployed; unproven; rolled back; pending; held"
    none = verdict(origin("none"))._replace(flags=(Flag.UNPROVEN,))
    report = Report(NOW, (noticed[0], none), 2)
    waiting, other = where(report, {"main": history}.__getitem__, "main", CHANGE, NOW)
    assert stands(waiting)["flags"] == ["unproven", "rolled_back", "pending", "held"]
    assert (other.reason, stands(other)["flags"]) == ("it touches nothing of this service", [])


def test_only_what_waits_has_waited_since_then() -> None:
    history = FakeRepository(evidence={(("api",), A, CHANGE): WAITING, (("web",), A, CHANGE): LIVE})
    report = Report(NOW, (verdict(origin("api")), verdict(origin("web"))), 2)
    live, waiting = where(report, {"main": history}.__getitem__, "main", CHANGE, NOW)
    assert (waiting.deployed, waiting.since, live.since) == (A, NOW, None)


def test_a_change_is_live_only_where_every_share_of_the_traffic_has_it() -> None:
    history = FakeRepository(evidence={(("api",), A, CHANGE): LIVE, (("api",), B, CHANGE): WAITING})
    split = placed([verdict(origin("api"), serves=(A, B))], {"main": history})
    assert split["api"] == (Place.WAITING, "it is on the branch and not deployed")


@pytest.mark.parametrize("whole", [LIVE, CANCELLED])
def test_of_several_that_serve_the_one_that_is_loggeddoes_not_speak_for_all(whole: Evidence) -> None:
    names = {"api": whole, "web": WAITING}
    history = FakeRepository(evidence={((name,), A, CHANGE): one for name, one in names.items()})
    split = [verdict(origin(name))._replace(flags=(Flag.SPLIT,)) for name in names]
    found = placed(split, {"main": history})
    assert {name: found[name][0] for name in names} == {"api": Place.UNKNOWN, "web": Place.WAITING}


def test_where_nothing_is_known_a_change_that_touches_it_is_not_known_either() -> None:
    history = FakeRepository(touching={CHANGE: {("api",)}})
    silent = [verdict(origin(name), facts=DENIED) for name in ("api", "web")]
    assert placed(silent, {"main": history}) == {
        "api": (Place.UNKNOWN, "the source refused to answer: 403"),
        "web": (Place.NOT_APPLICABLE, "it touches nothing of this service"),
    }


def test_a_change_of_one_repository_is_none_of_a_service_that_another_one_feeds() -> None:
    found = placed([verdict(origin("api", "other"))], {"main": FakeRepository(), "other": FakeRepository()})
    assert found == {"api": (Place.NOT_APPLICABLE, "another repository feeds it")}


SEVERAL = [
    (origin("api", "other"), origin("lib", "main")),  # two repositories feed it
    (origin("api", "main"), origin("lib", "main")),  # or two rules of one
]


@pytest.mark.parametrize("origins", SEVERAL)
def test_every_origin_of_a_service_is_asked_about_the_change(origins: tuple[Origin, Origin]) -> None:
    history = FakeRepository(
        evidence={(("lib",), A, CHANGE): WAITING}, touching={CHANGE: {("lib",)}}, commits={"lib": CHANGE}
    )
    found = placed([verdict(*origins)], {"main": history, "other": FakeRepository()})
    assert found["api"][0] is not Place.NOT_APPLICABLE


def test_what_the_log_does_not_tell_apart_is_asked_of_every_repository_that_feeds_a_target() -> None:
    api = Target("api", "production", (origin("api", "first"), origin("lib", "second")))
    web = Target("web", "production", (origin("web", "first"),))
    seen = (
        Observation(one.service, one.environment, NOW, State.IN_SYNC, Severity.NONE, expected=TIP)
        for one in (api, web)
    )
    standings = {one.target: Standing(one, NOW, NOW, NOW) for one in seen}
    known = remembered.report([api, web], standings, NOW)
    first = FakeRepository(touching={})
    second = FakeRepository(commits={"v2": CHANGE}, touching={CHANGE: {("lib",)}})
    asked = {"first": first, "second": second}.__getitem__
    assert find_change(known, asked, "v2") == ("second", CHANGE)
    found = {one.target.service: one for one in where(known, asked, "second", CHANGE, NOW)}
    assert (found["api"].place, found["web"].place) == (Place.UNKNOWN, Place.NOT_APPLICABLE)
    assert "which of its repositories serve which commit is not in the log" in found["api"].reason


# ---------------------------------------------------------------- what a person named

FIRST = FakeRepository(commits={"v1": A, "1234567": B})
SECOND = FakeRepository(commits={"v2": B}, pull_requests={12: [CHANGE, A]})
REPORT = Report(NOW, (verdict(origin("api", "first")), verdict(origin("web", "second"))), 2)
OPEN = {"first": FIRST, "second": SECOND}.__getitem__

NAMES = [
    ("v1", ("first", A)),
    ("v2", ("second", B)),
    ("1234567", ("first", B)),  # seven digits are a commit id
    ("12", ("second", CHANGE)),
    ("#12", ("second", CHANGE)),
    ("!12", ("second", CHANGE)),
]


@pytest.mark.parametrize(("text", "found"), NAMES)
def test_every_repository_is_asked_for_what_a_person_named(text: str, found: tuple[str, str]) -> None:
    assert find_change(REPORT, OPEN, text) == found


def test_which_of_two_pull_requests_of_one_number_is_meant_has_to_be_said() -> None:
    both = {"first": FakeRepository(pull_requests={12: [B]}), "second": SECOND}
    with pytest.raises(UsageError, match="several repositories have a pull request 12") as caught:
        find_change(REPORT, both.__getitem__, "#12")
    assert caught.value.hint == f"name the commit: {B[:12]} of first, {CHANGE[:12]} of second"
    same = {"first": SECOND, "second": SECOND}
    assert find_change(REPORT, same.__getitem__, "#12") == ("first", CHANGE)


UNHEARD = [
    ("v3", "no commit 'v3' in any checked repository"),
    ("#13", "no change on the expected branches names pull request 13"),
    ("#1234567", "no change on the expected branches names pull request 1234567"),
]


@pytest.mark.parametrize(("text", "message"), UNHEARD)
def test_what_no_repository_knows_is_an_error_of_the_person(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_change(REPORT, OPEN, text)
    assert caught.value.message == message


def test_what_should_serve_and_is_not_known_is_no_missing_commit() -> None:
    problem = Problem(Code.EXPECTED_UNRESOLVED, "which branch is the default one?", "ask the remote")
    unknown = verdict(origin("api", "first"))
    drift = unknown.drift._replace(expected=None, problem=problem)
    report = Report(NOW, (unknown._replace(drift=drift),), 1)
    assert find_change(report, OPEN, "v1") == ("first", A)
    with pytest.raises(UntoldError, match="pull request 12 is on no branch that is known, and not") as caught:
        find_change(report, OPEN, "#12")
    assert (caught.value.hint, caught.value.exit_code) == ("ask the remote", 3)


def test_where_there_is_one_repository_it_says_itself_what_it_lacks() -> None:
    report = Report(NOW, (verdict(origin("api", "first")),), 1)
    with pytest.raises(UsageError) as caught:
        find_change(report, OPEN, "v3")
    assert caught.value.message == "no commit 'v3'"


def test_a_repository_that_feeds_a_target_beside_a_worse_one_is_asked_too() -> None:
    report = Report(NOW, (verdict(origin("api", "first"), origin("web", "second")),), 1)
    assert find_change(report, OPEN, "#12") == ("second", CHANGE)
