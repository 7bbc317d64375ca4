"""One look at the fleet, with repositories and sources from memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import pytest

from tests.formats.reports import NOW, change
from tests.support.fakes import FakeRepository, FakeSource, Written
from unshipped.app.observe import observe
from unshipped.core.content import Files
from unshipped.core.model import (
    Closure,
    Code,
    Expected,
    Facts,
    Flag,
    Origin,
    Problem,
    Reading,
    Remark,
    Report,
    Revision,
    Rule,
    Severity,
    Sign,
    SourceSpec,
    State,
    Target,
    Verdict,
)
from unshipped.core.roster import Roster, Unmapped
from unshipped.core.settings import Expectation, Settings
from unshipped.errors import GitError, SourceError
from unshipped.ports import Look

A, B, TIP, PIN = "a" * 40, "b" * 40, "c" * 40, "d" * 40
EXPECTED = Expected(TIP, "origin/main", "tip of the default branch")
PINNED = Rule("pin", "v1")


def missing(changes: int, hours: float = 1) -> Facts:
    return Facts(differs=True, changes=changes, cancelled=0, behind=changes, oldest=change(1, hours=hours))


def repository(facts: Mapping[tuple[tuple[str, ...], str], Facts | Problem] | None = None) -> FakeRepository:
    return FakeRepository(
        tips={Rule(): EXPECTED, PINNED: Expected(PIN, "v1", "pinned")},
        commits={"aaaaaaa": A, "bbbbbbb": B},
        refs={("", "live"): A},
        remotes=frozenset({"https://code.example.org/team/product"}),
        facts=facts or {},
    )


def origin(path: str = "api", name: str = "main", rule: Rule | None = None, sources: int = 1) -> Origin:
    specs = tuple(SourceSpec("static", {}) for _ in range(sources))
    return Origin(name, Closure((path,)), rule or Rule(), specs)


def service(name: str, *origins: Origin, retired: bool = False) -> Target:
    return Target(name, "production", origins or (origin(name),), retired=retired)


def look(
    targets: Sequence[Target],
    repositories: Mapping[str, FakeRepository | Exception],
    sources: Mapping[str, FakeSource] | None = None,
    override: Rule | None = None,
) -> Report:
    """What is not told otherwise runs `A`."""
    told = sources or {}

    def opened(name: str) -> FakeRepository:
        found = repositories[name]
        if isinstance(found, Exception):
            raise found
        return found

    def source(target: Target, origin: Origin, spec: SourceSpec) -> FakeSource:
        at = next((str(at) for at, one in enumerate(origin.sources) if one is spec), "expected")
        names = (f"{target.service}.{origin.repository}", f"{target.service}.{at}", target.service)
        return next((told[name] for name in names if name in told), FakeSource("aaaaaaa"))

    return observe(targets, opened, source, now=NOW, declared=len(targets), override=override)


def only(report: Report) -> Verdict:
    (verdict,) = report.verdicts
    return verdict


def test_every_target_has_exactly_one_verdict_and_the_worst_comes_first() -> None:
    names = ["fine", "one", "many", "old", "silent", "retired", "also fine"]
    facts: dict[tuple[tuple[str, ...], str], Facts | Problem] = {
        (("one",), A): missing(1),
        (("many",), A): missing(9),
        (("old",), A): missing(1, hours=50),
        (("retired",), A): missing(9),
    }
    silent = {"silent": FakeSource(SourceError(Code.SOURCE_ERROR, "503"))}
    targets = [service(name, retired=name == "retired") for name in names]
    report = look(targets, {"main": repository(facts)}, silent)
    assert [verdict.drift.target.service for verdict in report.verdicts] == [
        *("many", "old", "silent", "retired", "one", "also fine", "fine")
    ]
    assert (report.checked_at, report.declared) == (NOW, 7)


def test_a_target_that_lacks_changes_is_behind_since_the_oldest() -> None:
    verdict = only(look([service("api")], {"main": repository({(("api",), A): missing(3, hours=2)})}))
    drift = verdict.drift
    assert (drift.state, drift.age, drift.expected) == (State.BEHIND, 7200, EXPECTED)
    assert drift.worst and (drift.worst.commit, drift.worst.share) == (A, 1.0)
    assert verdict.severity is Severity.WARNING


def test_one_broken_repository_does_not_hide_the_others() -> None:
    broken = GitError("other is no repository", "clone it")
    repositories: dict[str, FakeRepository | Exception] = {"main": repository(), "other": broken}
    report = look([service("api"), service("web", origin("web", "other"))], repositories)
    web, api = (verdict.drift for verdict in report.verdicts)
    assert web.problem == Problem(Code.REPOSITORY_ERROR, "other is no repository", "clone it")
    assert (web.target.service, web.state, api.state) == ("web", State.UNKNOWN, State.IN_SYNC)


def test_where_no_repository_can_be_read_the_run_fails() -> None:
    with pytest.raises(GitError, match="gone"):
        look([service("api")], {"main": GitError("gone")})


def test_a_repository_that_breaks_while_it_is_measured_hides_no_other() -> None:
    broken = repository()
    broken.broken = GitError("object is corrupt")
    report = look(
        [service("api"), service("web", origin("web", "other"))], {"main": repository(), "other": broken}
    )
    assert [verdict.drift.state for verdict in report.verdicts] == [State.UNKNOWN, State.IN_SYNC]


def test_a_repository_may_begin_before_the_sources_are_asked_and_is_stopped_in_the_end() -> None:
    history = repository()
    begun: list[list[str]] = []
    told = {"api": FakeSource(lambda: begun.append([*history.begun]), "aaaaaaa")}
    look([service("api"), service("web")], {"main": history}, told)
    assert (begun, history.begun) == ([[TIP]], [])


def test_what_was_begun_is_stopped_also_where_the_look_is_interrupted() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    history = repository()
    with pytest.raises(KeyboardInterrupt):
        look([service("api")], {"main": history}, {"api": Written(interrupted)})
    assert history.begun == []


def test_a_source_that_fails_makes_its_own_target_unknown_alone() -> None:
    report = look(
        [service("api"), service("web")], {"main": repository()}, {"web": FakeSource(KeyError("sha"))}
    )
    web, api = (verdict.drift for verdict in report.verdicts)
    assert web.problem == Problem(Code.SOURCE_ERROR, "KeyError: 'sha'")
    assert api.state is State.IN_SYNC


def test_a_problem_of_history_is_that_of_its_target() -> None:
    shallow = Problem(Code.SHALLOW_HISTORY, "its history ends")
    assert (
        only(look([service("api")], {"main": repository({(("api",), A): shallow})})).drift.problem == shallow
    )


UNKNOWNS = [
    (FakeSource("fffffff"), Code.UNRESOLVED_REVISION),
    (FakeSource(), Code.NO_REVISION),
    (FakeSource(Revision("", ref="gone")), Code.NOT_FOUND),
    (
        FakeSource(Revision("fffffff", repository="git@code.example.org:team/other.git")),
        Code.OTHER_REPOSITORY,
    ),
]


@pytest.mark.parametrize(("source", "code"), UNKNOWNS)
def test_what_cannot_be_told_is_unknown_with_a_reason(source: FakeSource, code: Code) -> None:
    drift = only(look([service("api")], {"main": repository()}, {"api": source})).drift
    assert drift.state is State.UNKNOWN
    assert drift.problem and drift.problem.code is code


def test_code_from_the_same_repository_by_another_address_is_fine() -> None:
    source = FakeSource(Revision("aaaaaaa", repository="git@code.example.org:team/product.git"))
    assert only(look([service("api")], {"main": repository()}, {"api": source})).drift.state is State.IN_SYNC


def test_a_commit_that_is_here_is_of_this_repository_whatever_that_is_called_by_now() -> None:
    source = FakeSource(Revision("aaaaaaa", repository="git@code.example.org:team/renamed.git"))
    assert only(look([service("api")], {"main": repository()}, {"api": source})).drift.state is State.IN_SYNC


def test_where_a_repository_has_no_address_no_address_is_wrong() -> None:
    source, local = FakeSource(Revision("aaaaaaa", repository="git@x.org:a/b")), repository()
    local.remotes = frozenset()
    assert only(look([service("api")], {"main": local}, {"api": source})).drift.state is State.IN_SYNC


def test_code_from_elsewhere_is_found_beside_a_source_that_does_not_say_where_its_code_is_from() -> None:
    other = FakeSource(Revision("fffffff", repository="git@code.example.org:team/other.git"))
    report = look([service("api"), service("worker")], {"main": repository()}, {"api": other})
    codes = {
        one.drift.target.service: one.drift.problem and one.drift.problem.code for one in report.verdicts
    }
    assert codes == {"api": Code.OTHER_REPOSITORY, "worker": None}


def test_old_files_under_a_new_label_are_found_beside_a_source_that_sees_no_files() -> None:
    class Seen(FakeSource):
        def read(self, target: Target, look: Look) -> Reading:
            return Reading((Revision("aaaaaaa"),), files=Files({"main.py": "old"}))

    new = repository()
    new.trees = {A: {"api/main.py": "new"}}
    report = look([service("api"), service("worker")], {"main": new}, {"api": Seen()})
    codes = {
        one.drift.target.service: one.drift.problem and one.drift.problem.code for one in report.verdicts
    }
    assert codes == {"api": Code.CONTENT_DIFFERS, "worker": None}


def test_an_expected_revision_that_is_not_found_makes_the_target_unknown() -> None:
    tags = Rule("tag", "v*")
    drift = only(look([service("api", origin(rule=tags))], {"main": repository()})).drift
    assert drift.problem == Problem(Code.EXPECTED_UNRESOLVED, "no tag v*")


def test_a_split_of_the_traffic_is_as_bad_as_its_worst_share() -> None:
    split = FakeSource(Revision("aaaaaaa", 0.9), Revision("bbbbbbb", 0.1))
    verdict = only(look([service("api")], {"main": repository({(("api",), B): missing(4)})}, {"api": split}))
    assert (verdict.drift.state, verdict.flags) == (State.BEHIND, (Flag.SPLIT,))
    assert verdict.drift.worst and (verdict.drift.worst.commit, verdict.drift.worst.share) == (B, 0.1)
    assert [served.commit for served in verdict.drift.served] == [A, B]


def test_sources_that_disagree_are_a_problem_and_both_are_kept() -> None:
    sources = {"api.0": FakeSource("aaaaaaa"), "api.1": FakeSource("bbbbbbb")}
    drift = only(look([service("api", origin(sources=2))], {"main": repository()}, sources)).drift
    assert drift.problem and drift.problem.code is Code.CONFLICTING_SIGNALS
    assert [signal.revisions for signal in drift.signals] == [(Revision("aaaaaaa"),), (Revision("bbbbbbb"),)]


def test_of_several_origins_the_worst_is_shown() -> None:
    two = service("api", origin("api"), origin("lib", "other"))
    repositories = {
        "main": repository({(("api",), A): missing(1)}),
        "other": repository({(("lib",), A): missing(4)}),
    }
    drift = only(look([two], repositories)).drift
    assert drift.origin == two.origins[1]
    assert drift.facts and drift.facts.changes == 4


def test_an_origin_that_is_unknown_outweighs_one_that_is_not() -> None:
    two = service("api", origin("api"), origin("lib", "other"))
    repositories = {"main": repository({(("api",), A): missing(9)}), "other": repository()}
    denied = {"api.other": FakeSource(SourceError(Code.SOURCE_DENIED, "403"))}
    assert only(look([two], repositories, denied)).drift.state is State.UNKNOWN


def test_an_origin_with_fresh_changes_does_not_hide_one_that_waits_for_days() -> None:
    two = service("api", origin("api"), origin("lib", "other"))
    repositories = {
        "main": repository({(("api",), A): missing(2, hours=0.1)}),
        "other": repository({(("lib",), A): missing(1, hours=99)}),
    }
    verdict = only(look([two], repositories))
    assert (verdict.severity, verdict.quiet) == (Severity.CRITICAL, False)


def test_an_override_replaces_what_every_target_should_run() -> None:
    history = repository()
    report = look([service("api"), service("web")], {"main": history}, override=PINNED)
    assert {verdict.drift.expected for verdict in report.verdicts} == {Expected(PIN, "v1", "pinned")}
    assert history.measured == [PIN]


def test_targets_of_one_tip_are_measured_together() -> None:
    history = repository()
    look([service("api"), service("web"), service("old", origin("old", rule=PINNED))], {"main": history})
    assert sorted(history.measured) == [TIP, PIN]


def test_a_remote_that_was_not_asked_for_long_is_noted_once() -> None:
    history = repository()
    stale = EXPECTED._replace(as_of=NOW - timedelta(hours=3))
    history.tips = {Rule(): stale}
    report = look([service("api"), service("web")], {"main": history})
    assert report.notes == ("origin/main as last fetched, 3 h ago",)


def test_what_is_older_than_the_commit_that_it_is_said_to_run_proves_nothing() -> None:
    history = repository()
    history.times = {A: NOW}
    older = Revision("aaaaaaa", part="api-7", said_by="label commit", since=NOW - timedelta(hours=1))
    verdict = only(look([service("api")], {"main": history}, {"api": FakeSource(older)}))
    assert (verdict.drift.state, verdict.flags) == (State.IN_SYNC, (Flag.UNPROVEN,))
    assert verdict.severity is Severity.INFO
    assert verdict.reasons[1] == f"api-7 is older than {A[:12]}, the commit that it is said to be"


class Listed(FakeSource):
    """Runs `A`, beside others."""

    def read(self, target: Target, look: Look) -> Reading:
        return Reading(
            (Revision("aaaaaaa"),), roster=Roster("here", target.service, frozenset({"api", "old"}))
        )


def test_what_runs_beside_the_targets_and_is_in_no_map_is_told() -> None:
    report = look([service("api")], {"main": repository()}, {"api": Listed()})
    assert report.unmapped == (Unmapped("old", "here"),)
    assert report.notes == ("1 service in no map runs in here: old",)


@pytest.mark.parametrize("roster", [None, Roster("here", "old", frozenset({"api", "old"}))])
def test_what_is_mapped_and_cannot_be_read_is_not_called_unmapped(roster: Roster | None) -> None:
    failure = SourceError(Code.NO_REVISION, "old says nowhere which commit it is")
    failure.roster = roster
    sources = {"api": Listed(), "old": FakeSource(failure)}
    assert look([service("api"), service("old")], {"main": repository()}, sources).unmapped == ()


def test_a_name_counts_where_one_of_several_sources_could_not_be_asked() -> None:
    """Who could not be asked may be what runs there by that name."""
    pair = service("old", origin("old", sources=2))
    down = FakeSource(SourceError(Code.SOURCE_ERROR, "down"))
    told = {"api": Listed(), "old.0": FakeSource("aaaaaaa"), "old.1": down}
    assert look([service("api"), pair], {"main": repository()}, told).unmapped == ()


def test_where_only_some_targets_are_looked_at_nothing_is_called_unmapped() -> None:
    found = observe(
        [service("api")], lambda _: repository(), lambda *_: Listed(), now=NOW, declared=2, allowed=()
    )
    assert found.unmapped == ()


def test_what_may_run_beside_them_is_not_told() -> None:
    found = observe(
        [service("api")], lambda _: repository(), lambda *_: Listed(), now=NOW, declared=1, allowed=("o*",)
    )
    assert (found.unmapped, found.notes) == ((), ())


class Set(FakeSource):
    """A source that reads what its target is set to."""

    def read(self, target: Target, look: Look) -> Reading:
        return Reading((Revision("aaaaaaa"),), settings=(Settings("api-1", {"LEVEL": "info"}),))


def remarks(found: Report) -> list[tuple[Sign, ...]]:
    return [tuple(one.sign for one in verdict.drift.remarks) for verdict in found.verdicts]


def test_what_is_set_otherwise_is_told_whichever_part_is_the_worst() -> None:
    declared = (Expectation("variable", "LEVEL", "debug"),)
    pair = service("api", origin("api"), origin("lib"))._replace(settings=declared)
    report = look([pair], {"main": repository()}, {"api": Set()})
    [verdict] = report.verdicts
    assert [[one.sign for one in part.drift.remarks] for part in (verdict, *verdict.others)] == [
        [Sign.SETTING_DIFFERS]
    ] * 2
    assert verdict.severity is Severity.WARNING


def test_what_is_set_otherwise_is_told_beside_a_target_that_declares_nothing() -> None:
    declared = (Expectation("variable", "LEVEL", "debug"),)
    pair = [service("api")._replace(settings=declared), service("worker")]
    report = look(pair, {"main": repository()}, {"api": Set(), "worker": Set()})
    told = {
        one.drift.target.service: [remark.sign for remark in one.drift.remarks] for one in report.verdicts
    }
    assert told == {"api": [Sign.SETTING_DIFFERS], "worker": []}


def test_an_object_is_looked_at_beside_a_target_that_declares_none() -> None:
    model = Expectation("object", "model", "17387", place="gs://models/api", measure="generation")
    report = observe(
        [service("api")._replace(settings=(model,)), service("worker")],
        lambda _: repository(),
        lambda *_: FakeSource("aaaaaaa"),
        now=NOW,
        declared=2,
        make_object=lambda _: FakeSource(SourceError(Code.NOT_FOUND, "no such object")),
    )
    told = {one.drift.target.service: [it.sign for it in one.drift.remarks] for one in report.verdicts}
    assert told == {"api": [Sign.SETTING_UNKNOWN], "worker": []}


def test_what_is_set_cannot_be_told_where_the_source_fails() -> None:
    declared = (Expectation("variable", "LEVEL", "debug"),)
    failing = FakeSource(SourceError(Code.SOURCE_ERROR, "down"))
    targets = [
        service("api")._replace(settings=declared),
        service("old", retired=True)._replace(settings=declared),
    ]
    report = look(targets, {"main": repository()}, {"api": failing, "old": failing})
    assert sorted(remarks(report)) == [(), (Sign.SETTING_UNKNOWN,)]


def test_what_a_target_is_known_to_have_served_tells_that_it_went_back():
    """Also where its source remembers nothing, and what is not in the repository is passed over."""
    went_back = FakeRepository(
        tips={Rule(): EXPECTED}, commits={"aaaaaaa": A, A: A, B: B}, ancestors={B: (A,)}
    )
    for before, flags in (((PIN, B, A), (Flag.ROLLED_BACK,)), ((A,), ()), ((), ())):
        report = observe(
            [service("api")],
            lambda _name: went_back,
            lambda *_place: FakeSource("aaaaaaa"),
            now=NOW,
            declared=1,
            before={"api/production": before},
        )
        assert report.verdicts[0].flags == flags


def test_one_that_went_back_is_told_beside_one_of_which_no_past_is_known():
    went_back = FakeRepository(tips={Rule(): EXPECTED}, commits={"aaaaaaa": A, B: B}, ancestors={B: (A,)})
    report = observe(
        [service("api"), service("worker")],
        lambda _name: went_back,
        lambda *_place: FakeSource("aaaaaaa"),
        now=NOW,
        declared=2,
        before={"api/production": (B,)},
    )
    flags = {one.drift.target.service: one.flags for one in report.verdicts}
    assert flags == {"api": (Flag.ROLLED_BACK,), "worker": ()}


def test_a_history_that_cannot_be_asked_about_the_past_still_tells_the_present():
    class Broken(FakeRepository):
        def holding(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
            raise GitError("git rev-list: timed out")

    broken = Broken(tips={Rule(): EXPECTED}, commits={"aaaaaaa": A, B: B})
    report = observe(
        [service("api")],
        lambda _name: broken,
        lambda *_place: FakeSource("aaaaaaa"),
        now=NOW,
        declared=1,
        before={"api/production": (B,)},
    )
    assert (report.verdicts[0].drift.state, report.verdicts[0].flags) == (State.IN_SYNC, ())


# ---------------------------------------------------------------- what a source tells should serve


def wished(name: str = "api") -> Target:
    told = SourceSpec("github-checks", {})
    return service(name, origin(name)._replace(told_by=told))


def pinned(*known: str) -> FakeRepository:
    found = repository()
    found.tips = {**found.tips, **{Rule("pin", one): Expected(A, one, f"pin {one}") for one in known}}
    return found


@pytest.mark.parametrize(("text", "ref"), [("aaaaaaa", "aaaaaaaaa"), (A, "aaaaaaaaa"), ("v1", "v1")])
def test_what_a_source_tells_should_serve(text: str, ref: str) -> None:
    told = {"api.expected": FakeSource(text)}
    [verdict] = look([wished()], {"main": pinned(text)}, told).verdicts
    assert verdict.drift.expected == Expected(A, ref, "as github-checks tells")
    assert verdict.drift.state is State.IN_SYNC


def test_what_a_source_says_beside_the_revision_that_should_serve_is_told() -> None:
    newer = FakeSource(Revision("aaaaaaa", said_by="2 newer landings not green, since 3f2c1d0ab"))
    [verdict] = look([wished()], {"main": pinned("aaaaaaa")}, {"api.expected": newer}).verdicts
    assert verdict.drift.expected
    told = "as github-checks tells: 2 newer landings not green, since 3f2c1d0ab"
    assert verdict.drift.expected.why == told


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            FakeSource(SourceError(Code.NO_REVISION, "none has passed", "look at them")),
            "github-checks does not tell what should serve: none has passed",
        ),
        (
            FakeSource("aaaaaaa", "bbbbbbb"),
            "github-checks tells of 2 revisions, and not which of them should serve",
        ),
        (
            FakeSource(Revision("aaaaaaa", dirty=True)),
            "github-checks tells of a tree with uncommitted changes, which nobody else has",
        ),
        (
            FakeSource(Revision("aaaaaaa", 0.5), Revision("aaaaaaa", 0.5, dirty=True)),
            "github-checks tells of a tree with uncommitted changes, which nobody else has",
        ),
        (FakeSource("fffffff"), "no pin fffffff"),
    ],
)
def test_where_nobody_tells_what_should_serve_a_target_is_unknown(source: FakeSource, why: str) -> None:
    targets = [wished(), service("web")]
    [api, web] = look(targets, {"main": pinned("aaaaaaa")}, {"api.expected": source}).verdicts
    assert api.drift.problem and api.drift.problem.code is Code.EXPECTED_UNRESOLVED
    assert api.drift.problem.message == why
    assert web.drift.state is State.IN_SYNC, "it is no matter of the others"


WEAK = Remark(Sign.WEAK_EVIDENCE, "what should serve is told by github-checks alone")


@pytest.mark.parametrize(
    ("told", "noticed", "why"),
    [
        (Revision("aaaaaaa", weak=True), (), (WEAK,)),
        (
            Revision("aaaaaaa"),
            (Remark(Sign.MOVING_TAG, "its tag moves"), Remark(Sign.LATEST_NOT_READY, "the newest failed")),
            (
                Remark(Sign.MOVING_TAG, "what should serve is in doubt: its tag moves"),
                Remark(Sign.LATEST_NOT_READY, "what should serve is in doubt: the newest failed"),
            ),
        ),
        (Revision("aaaaaaa"), (Remark(Sign.CONVERGING, "a deployment is under way"),), ()),
    ],
)
def test_what_is_told_weakly_of_what_should_serve_proves_nothing(
    told: Revision, noticed: tuple[Remark, ...], why: tuple[Remark, ...]
) -> None:
    class Noticing(FakeSource):
        def read(self, target: Target, look: Look) -> Reading:
            return super().read(target, look)._replace(remarks=noticed)

    targets, sources = [wished(), service("web")], {"api.expected": Noticing(told)}
    found = look(targets, {"main": pinned("aaaaaaa")}, sources).verdicts
    api, web = sorted(found, key=lambda one: one.drift.target.name)
    flags = (Flag.UNPROVEN,) if why else ()
    assert (api.drift.state, api.flags, api.drift.remarks) == (State.IN_SYNC, flags, why)
    assert api.severity is (Severity.INFO if why else Severity.NONE)
    assert api.reasons[1:] == tuple(one.message for one in why)
    assert (web.flags, web.drift.remarks) == ((), ()), "it is no matter of the others"


def test_what_a_person_asks_for_needs_nobody_to_tell() -> None:
    refusing = FakeSource(AssertionError("it is asked"))
    [verdict] = look([wished()], {"main": repository()}, {"api.expected": refusing}, PINNED).verdicts
    assert verdict.drift.expected == Expected(PIN, "v1", "pinned")
