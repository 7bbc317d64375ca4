"""Deployments that GitHub and GitLab remember, by doubles of their interfaces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.sources.doubles import forges
from tests.sources.doubles.forges import Commit, deployment, finished
from tests.sources.doubles.json_api import answering
from tests.sources.served import Answer, Served, body, serving
from tests.support.mutated import answers_or_says_why, mutated
from tests.support.reading import API, reading
from unshipped.app.look import OneLook
from unshipped.core.model import Code, Reading, Sign
from unshipped.errors import SourceError
from unshipped.sources.forges.github import GithubSource
from unshipped.sources.forges.github_checks import GithubChecksSource
from unshipped.sources.forges.gitlab import GitlabSource
from unshipped.sources.forges.gitlab_pipelines import GitlabPipelinesSource

A, B, C = "a1" * 20, "b2" * 20, "c3" * 20


class Forge:
    """Asks a double."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.served = Served()

    def at(self, answer: Answer) -> str:
        self.served = self._stack.enter_context(serving(answer))
        return self.served.url("")

    def github(self, *deployments: dict[str, Any], size: int = 100, **more: Any) -> Reading:
        place = self.at(forges.github(deployments, size))
        return reading(GithubSource(repository="shop/main", endpoint=place, **more))

    def gitlab(self, *deployments: dict[str, Any], state: str = "available", **more: Any) -> Reading:
        place = self.at(forges.gitlab(deployments, state))
        return reading(GitlabSource(project="shop/main", endpoint=place, **more))


@pytest.fixture
def forge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    monkeypatch.delenv("GITLAB_TOKEN", raising=False)
    with ExitStack() as stack:
        yield Forge(stack)


def said(found: Reading) -> tuple[str, str, bool]:
    (word,) = found.revisions
    return word.text, word.said_by, word.weak


def remarks(found: Reading) -> list[tuple[Sign, str]]:
    return [(one.sign, one.message) for one in found.remarks]


# ---------------------------------------------------------------- GitHub


def test_the_newest_success_is_that_whose_status_is_newest(forge: Forge):
    found = forge.github(
        deployment(A, ("in_progress", "12:01"), ("success", "12:30"), number=1, made="12:00"),
        deployment(B, ("in_progress", "12:02"), ("success", "12:10"), number=2, made="12:01"),
    )
    assert said(found) == (A, "deployment 1", True)
    assert found.revisions[0].since and found.revisions[0].since.isoformat() == "2026-02-05T12:00:00+00:00"
    assert remarks(found) == []


@pytest.mark.parametrize(
    ("state", "sign", "message"),
    [
        ("in_progress", Sign.CONVERGING, "deployment 2 of b2b2b2b2b2b2 is in_progress"),
        ("queued", Sign.CONVERGING, "deployment 2 of b2b2b2b2b2b2 is queued"),
        ("", Sign.CONVERGING, "deployment 2 of b2b2b2b2b2b2 is pending"),
        ("failure", Sign.LATEST_NOT_READY, "deployment 2 of b2b2b2b2b2b2 ended with failure"),
        ("error", Sign.LATEST_NOT_READY, "deployment 2 of b2b2b2b2b2b2 ended with error"),
        ("waiting", Sign.LATEST_WITHOUT_TRAFFIC, "deployment 2 of b2b2b2b2b2b2 waits for an approval"),
    ],
)
def test_what_was_tried_since_is_told_and_is_not_live(forge: Forge, state: str, sign: Sign, message: str):
    tried = ((state, "12:31"),) if state else (("", ""),)
    found = forge.github(deployment(A, number=1), deployment(B, *tried, number=2, made="12:30"))
    assert said(found) == (A, "deployment 1", True)
    assert remarks(found) == [(sign, message)]


def test_what_waits_for_an_approval_hides_nothing_that_is_under_way(forge: Forge):
    """Where main is busy something newer always waits: that excuses no drift, and what is deployed does."""
    running = deployment(B, ("in_progress", "12:31"), number=2, made="12:30")
    waiting = deployment(C, ("waiting", "12:40"), number=3, made="12:40")
    assert remarks(forge.github(deployment(A, number=1), running, waiting)) == [
        (Sign.CONVERGING, "deployment 2 of b2b2b2b2b2b2 is in_progress"),
        (Sign.LATEST_WITHOUT_TRAFFIC, "deployment 3 of c3c3c3c3c3c3 waits for an approval"),
    ]


def test_what_is_under_way_says_since_when(forge: Forge):
    started = deployment(B, ("in_progress", "12:31"), number=2, made="12:30")
    (github,) = forge.github(deployment(A, number=1), started).remarks
    pressed = finished(B, "running", number=2, when="12:32")  # of a pipeline that was there for long
    (gitlab,) = forge.gitlab(finished(A, number=1), pressed).remarks
    assert github.since and f"{github.since:%H:%M}" == "12:31"
    assert gitlab.since and f"{gitlab.since:%H:%M}" == "12:32"


def test_an_older_attempt_that_failed_is_not_told(forge: Forge):
    found = forge.github(deployment(B, ("failure", "11:10"), number=1, made="11:00"), deployment(A, number=2))
    assert (said(found)[0], remarks(found)) == (A, [])


def test_what_became_inactive_or_failed_after_its_success_is_not_live(forge: Forge):
    found = forge.github(
        deployment(A, number=1),
        deployment(B, ("success", "12:10"), ("inactive", "12:20"), number=2),
        deployment(C, ("success", "12:10"), ("failure", "12:21"), number=3),
    )
    assert said(found)[0] == A
    failed = "deployment 3 of c3c3c3c3c3c3 ended with failure"
    assert remarks(found) == [(Sign.LATEST_NOT_READY, failed)]


def test_statuses_of_one_second_are_ordered_by_their_numbers(forge: Forge):
    failed = deployment(B, ("success", "12:06"), ("failure", "12:06"), number=2)
    found = forge.github(deployment(A, ("in_progress", "12:05"), ("success", "12:05")), failed)
    assert said(found)[0] == A
    assert remarks(found) == [(Sign.LATEST_NOT_READY, "deployment 2 of b2b2b2b2b2b2 ended with failure")]


def test_what_was_deployed_again_is_live_whatever_was_made_since(forge: Forge):
    """Somebody ran an older job anew: its deployment is far down in the list."""
    again = deployment(A, ("success", "12:01"), ("inactive", "12:20"), ("success", "12:30"), number=1)
    stuck = deployment(C, ("in_progress", "12:05"), number=2, made="12:05")
    newer = deployment(B, ("success", "12:20"), number=3, made="12:10")
    assert said(forge.github(again, stuck, newer)) == (A, "deployment 1", True)


def test_a_deployment_is_chosen_by_environment_task_and_payload(forge: Forge):
    rows = [
        deployment(A, number=1, environment="api-production", task="deploy:api", payload='{"part": "api"}'),
        deployment(B, number=2, environment="api-production", task="deploy:api", payload={"part": "web"}),
        deployment(B, number=3, environment="api-production", task="deploy:web"),
        deployment(B, number=4),
    ]
    chosen: dict[str, Any] = {"environment": "{service}-{environment}", "task": "deploy:{service}"}
    assert said(forge.github(*rows, **chosen, payload={"part": "{service}"}))[0] == A
    assert said(forge.github(*rows[::2], **chosen))[0] == A
    of_api = deployment(A, number=5, ref="release/api")
    assert said(forge.github(of_api, *rows[3:], ref="release/{service}"))[0] == A


def test_pages_are_followed_where_they_were_asked_for(forge: Forge):
    rows = [deployment(A, number=1, payload={"part": "api"})]
    rows += [deployment(B, number=number) for number in range(2, 6)]
    assert said(forge.github(*rows, size=2, payload={"part": "api"}))[0] == A
    assert [asked.line.split()[1].partition("page=")[2] for asked in forge.served.asked[:3]] == [
        "100&environment=production",
        "100&environment=production&page=2",
        "100&environment=production&page=3",
    ]


def test_few_statuses_are_asked_for(forge: Forge):
    forge.github(*(deployment(A, ("success", f"12:{n}"), number=n, made=f"12:{n}") for n in range(10, 60)))
    assert sum("/statuses" in asked.line for asked in forge.served.asked) == 1


def test_services_that_are_deployed_together_are_asked_for_once(forge: Forge):
    source = GithubSource(repository="shop/main", endpoint=forge.at(forges.github([deployment(A)])))
    look = OneLook()
    for name in ("api", "worker"):
        assert source.read(API._replace(service=name), look).revisions[0].text == A
    assert len(forge.served.asked) == 2


def test_services_that_have_environments_of_their_own_are_asked_for_apart(forge: Forge):
    rows = [deployment(A, number=1, environment="api"), deployment(B, number=2, environment="worker")]
    place, look = forge.at(forges.github(rows)), OneLook()
    source = GithubSource(repository="shop/main", environment="{service}", endpoint=place)
    found = [source.read(API._replace(service=name), look).revisions[0].text for name in ("api", "worker")]
    assert found == [A, B]
    assert "/repos/shop/worker/" in refused(forge, GithubSource, repository="shop/{service}").message


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ([], Code.NOT_FOUND, "has no such deployment"),
        ([deployment(A, environment="staging")], Code.NOT_FOUND, "has no such deployment"),
        ([deployment(A, ("failure", "12:01"))], Code.NO_REVISION, "none of the newest 1 deployments"),
        ([deployment(7)], Code.NO_REVISION, "carries no commit id"),
    ],
)
def test_what_cannot_be_told_has_a_reason(forge: Forge, rows: list[Any], code: Code, words: str):
    with pytest.raises(SourceError) as caught:
        forge.github(*rows)
    assert caught.value.problem.code is code
    assert words in caught.value.message


def test_what_another_service_made_inactive_is_told_with_what_helps(forge: Forge):
    others = deployment(B, number=2, payload={"part": "web"})
    own = deployment(A, ("success", "12:01"), ("inactive", "12:05"), number=1, payload={"part": "api"})
    with pytest.raises(SourceError, match="none of the newest 1 deployments") as caught:
        forge.github(own, others, payload={"part": "api"})
    assert "give each service an environment of its own" in caught.value.hint


def test_what_lies_behind_many_that_wait_is_no_absence(forge: Forge):
    """Each merge leaves one that waits for an approval."""
    waiting = [deployment(B, ("waiting", "12:30"), number=number, made="12:30") for number in range(2, 33)]
    with pytest.raises(SourceError, match=r"none of the newest 30 .*, and of 32 no more are") as caught:
        forge.github(deployment(A, number=1), *waiting)
    assert caught.value.problem.code is Code.SOURCE_ERROR
    assert "`concurrency` of a workflow" in caught.value.hint


REMAINS = {"X_RateLimit_Remaining": "4987", "X_RateLimit_Reset": "1770293000"}
AGAIN = ", and answers again from 2026-02-05 12:03:20 UTC on"


def refused(
    forge: Forge, kind: type[GithubSource | GitlabSource], answer: Answer | None = None, **more: Any
) -> SourceError:
    place = forge.at(answer or body("{}", 404))
    settings: dict[str, Any] = {"repository" if kind is GithubSource else "project": "shop/main", **more}
    with pytest.raises(SourceError) as caught:
        reading(kind(endpoint=place, **settings), API._replace(service="worker"))
    return caught.value


@pytest.mark.parametrize(
    ("kind", "status", "headers", "ending"),
    [
        (GithubSource, 403, REMAINS | {"X_RateLimit_Remaining": "0"}, AGAIN),
        (GithubSource, 429, REMAINS | {"X_RateLimit_Remaining": "0"}, AGAIN),
        (GithubSource, 403, REMAINS | {"Retry_After": "60"}, AGAIN),  # too much at once
        (GithubSource, 429, {"Retry_After": "60"}, ""),
        (GithubSource, 403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "soon"}, ""),
        (GitlabSource, 429, {"RateLimit_Remaining": "0", "RateLimit_Reset": "1770293000"}, AGAIN),
    ],
)
def test_asked_too_often_is_not_denied(forge: Forge, kind: Any, status: int, headers: Any, ending: str):
    error = refused(forge, kind, body("{}", status, **headers))
    assert error.problem.code is Code.SOURCE_ERROR
    assert error.message.endswith(f": it was asked too often{ending}")


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, Code.SOURCE_DENIED), (403, Code.SOURCE_DENIED), (404, Code.NOT_FOUND), (500, Code.SOURCE_ERROR)],
)
def test_who_may_not_ask_is_denied_though_more_may_be_asked(forge: Forge, status: int, code: Code):
    """Every answer of GitHub says how many are left."""
    error = refused(forge, GithubSource, body("{}", status, **REMAINS))
    assert error.problem.code is code
    assert "too often" not in error.message
    assert "a token needs to read deployments" in error.hint


def test_what_is_no_list_is_no_absence(forge: Forge):
    error = refused(forge, GithubSource, body('{"message": "on its way"}'))
    assert error.problem.code is Code.SOURCE_ERROR


def test_who_asks_is_said_in_the_header(forge: Forge, monkeypatch: pytest.MonkeyPatch):
    forge.github(deployment(A))
    assert "Authorization" not in forge.served.asked[0].headers
    monkeypatch.setenv("GITHUB_TOKEN", "usual")
    monkeypatch.setenv("OTHER", "other")
    forge.github(deployment(A))
    assert forge.served.asked[0].headers["Authorization"] == "Bearer usual"
    forge.github(deployment(A), token={"env": "OTHER"})
    assert {asked.headers["Authorization"] for asked in forge.served.asked} == {"Bearer other"}
    forge.gitlab(finished(A))
    assert "PRIVATE-TOKEN" not in forge.served.asked[0].headers
    monkeypatch.setenv("GITLAB_TOKEN", "usual")
    forge.gitlab(finished(A))
    assert forge.served.asked[0].headers["PRIVATE-TOKEN"] == "usual"
    forge.gitlab(finished(A), token={"env": "OTHER"})
    assert {asked.headers["PRIVATE-TOKEN"] for asked in forge.served.asked} == {"other"}
    monkeypatch.setenv("GITHUB_TOKEN", "two\nlines")
    with pytest.raises(SourceError) as caught:
        forge.github(deployment(A))
    assert caught.value.problem.code is Code.SOURCE_DENIED


@pytest.mark.parametrize("repository", ["", "shop", "a/b/c", "a/b?c", "../x y"])
def test_a_repository_has_an_owner_and_a_name(repository: str):
    with pytest.raises(ValueError, match="OWNER/NAME"):
        GithubSource(repository=repository)


def test_a_list_that_is_cut_is_no_absence(forge: Forge):
    """Only the newest five hundred are read, and those of other services may be more."""
    own = deployment(A, number=1, payload={"service": "api"})
    others = [deployment(B, number=number, payload={"service": "web"}) for number in range(2, 502)]
    chosen: dict[str, Any] = {"payload": {"service": "{service}"}}
    assert said(forge.github(*others[1:], own, **chosen))[0] == A
    with pytest.raises(SourceError, match="no such deployment among the newest 500") as caught:
        forge.github(own, *others, **chosen)
    assert caught.value.problem.code is Code.SOURCE_ERROR
    assert "`task`" in caught.value.hint


# ---------------------------------------------------------------- GitLab


def test_what_finished_last_is_live(forge: Forge):
    found = forge.gitlab(finished(A, number=1, when="12:30"), finished(B, number=2, when="12:10"))
    assert said(found) == (A, "deployment 1", True)
    assert str(found.revisions[0].since) == "2026-02-05 12:00:00+00:00"
    elsewhere = finished(B, number=2, when="12:40", environment="staging")
    assert said(forge.gitlab(finished(A, number=1), elsewhere)) == (A, "deployment 1", True)


def test_what_failed_before_it_is_not_told(forge: Forge):
    found = forge.gitlab(finished(B, "failed", number=1), finished(A, number=2))
    assert (said(found)[0], remarks(found)) == (A, [])


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("canceled", [(Sign.LATEST_NOT_READY, "deployment 2 of b2b2b2b2b2b2 is canceled")]),
        ("running", [(Sign.CONVERGING, "deployment 2 of b2b2b2b2b2b2 is running")]),
        (
            "blocked",
            [
                (
                    Sign.LATEST_WITHOUT_TRAFFIC,
                    "deployment 2 of b2b2b2b2b2b2 waits for an approval",
                )
            ],
        ),
        ("failed", [(Sign.LATEST_NOT_READY, "deployment 2 of b2b2b2b2b2b2 is failed")]),
        ("skipped", []),
        ("created", []),
    ],
)
def test_what_gitlab_tried_since_is_told(forge: Forge, status: str, expected: list[Any]):
    found = forge.gitlab(finished(A, number=1), finished(B, status, number=2))
    assert (said(found)[0], remarks(found)) == (A, expected)


def test_a_job_that_nobody_has_started_hides_nothing_that_was(forge: Forge):
    """Each pipeline writes a deployment down for a job that is started by hand."""
    waiting = [finished(C, "created", number=number) for number in range(3, 23)]
    blocked = finished(C, "blocked", number=23)
    found = forge.gitlab(finished(A, number=1), finished(B, "running", number=2), *waiting, blocked)
    assert remarks(found) == [
        (Sign.CONVERGING, "deployment 2 of b2b2b2b2b2b2 is running"),
        (Sign.LATEST_WITHOUT_TRAFFIC, "deployment 23 of c3c3c3c3c3c3 waits for an approval"),
    ]


def test_what_gitlab_cannot_tell_has_a_reason(forge: Forge):
    cases: list[tuple[dict[str, Any], Code]] = [
        ({"environment": "staging"}, Code.NOT_FOUND),
        ({"state": "stopped"}, Code.NO_REVISION),
    ]
    for more, code in cases:
        with pytest.raises(SourceError) as caught:
            forge.gitlab(finished(A), **more)
        assert caught.value.problem.code is code
    with pytest.raises(SourceError, match="no deployment that succeeded"):
        forge.gitlab(finished(A, "failed"))


# ---------------------------------------------------------------- whatever is answered


def test_nothing_that_is_answered_makes_them_fall_over(forge: Forge):
    said: dict[str, Any] = {}

    def now(key: str) -> Any:
        return lambda _query: said[key]

    github, gitlab = "/repos/shop/main/deployments", "/api/v4/projects/shop%2Fmain"
    routes = {
        github: now("deployments"),
        f"{github}/1/statuses": now("statuses"),
        f"{gitlab}/environments": now("environments"),
        f"{gitlab}/deployments": now("finished"),
    }
    place = forge.at(answering(routes))
    one = deployment(A)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        mutated([one]),
        mutated(one["$statuses"]),
        mutated([{"name": "production", "state": "available"}]),
        mutated([finished(A)]),
    )
    def ask(deployments: Any, statuses: Any, environments: Any, done: Any) -> None:
        said.update(deployments=deployments, statuses=statuses, environments=environments, finished=done)
        answers_or_says_why(GithubSource(repository="shop/main", endpoint=place))
        answers_or_says_why(GitlabSource(project="shop/main", endpoint=place))

    ask()


# ---------------------------------------------------------------- what is green


def green(forge: Forge, *commits: Commit, size: int = 100, **more: Any) -> str:
    place = forge.at(forges.checked(commits, size))
    return said(reading(GithubChecksSource(repository="shop/main", endpoint=place, **more)))[0]


def none(forge: Forge, *commits: Commit, **more: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        green(forge, *commits, **more)
    return caught.value


OK, RED, RUNS = ("build", "success"), ("build", "failure"), ("build", None)


@pytest.mark.parametrize(
    "newer",
    [
        Commit(A, [RED]),
        Commit(A, [RUNS]),
        Commit(A, [OK, ("test", "cancelled")]),
        Commit(A, [OK, ("test", "timed_out")]),
        Commit(A, [OK], [("ci/old", "pending")]),
        Commit(A, [OK], [("ci/old", "error")]),
        Commit(A),  # nothing was checked
        Commit(A, [("build", "skipped")]),
        Commit(A, [("build", "neutral")]),
    ],
)
def test_what_has_not_passed_is_not_green(forge: Forge, newer: Commit):
    assert green(forge, newer, Commit(B, [OK])) == B


@pytest.mark.parametrize(
    "newer",
    [
        Commit(A, [OK]),
        Commit(A, [], [("ci/old", "success")]),
        Commit(A, [OK, ("docs", "skipped"), ("lint", "neutral")], [("ci/old", "success")]),
    ],
)
def test_what_has_passed_is_green(forge: Forge, newer: Commit):
    assert green(forge, newer, Commit(B, [OK])) == A


def test_checks_that_are_named_have_to_have_passed_and_no_others(forge: Forge):
    commits = [
        Commit(A, [OK]),  # `test` is not there yet
        Commit(B, [OK, ("test", "skipped"), ("deploy", None)]),
        Commit(C, [OK, ("test", "success"), ("deploy", None)]),
    ]
    assert green(forge, *commits, checks=("build", "test")) == C
    assert green(forge, *commits, checks=("build",)) == A
    twice = Commit(A, [OK, RED])  # two workflows call theirs the same
    assert green(forge, twice, Commit(B, [OK]), checks=("build",)) == B


def test_only_landings_are_asked_about(forge: Forge):
    merge = Commit(A, [RED], parents=[C, B])
    assert green(forge, merge, Commit(B, [OK], parents=[C]), Commit(C, [OK], parents=[])) == C


def test_checks_on_several_pages_all_count(forge: Forge):
    many = [(f"shard {number}", "success") for number in range(150)]
    assert green(forge, Commit(A, [*many, RED]), Commit(B, many)) == B
    flood = none(forge, Commit(A, many * 4))
    assert (flood.problem.code, "more than 500 checks" in flood.message) == (Code.SOURCE_ERROR, True)


def test_what_is_newer_and_not_green_is_told(forge: Forge):
    commits = [Commit(A, [RUNS]), Commit(B, [RED]), Commit(C, [OK])]
    place = forge.at(forges.checked(commits))
    found = said(reading(GithubChecksSource(repository="shop/main", endpoint=place)))
    assert found == (C, "2 newer landings not green, since b2b2b2b2b", False)
    place = forge.at(forges.piped([A, B], [(A, "failed"), (B, "success")]))
    found = said(reading(GitlabPipelinesSource(project="shop/main", endpoint=place)))
    assert found == (B, "1 newer landing not green, since a1a1a1a1a", False)


def test_where_nothing_is_green_that_is_said(forge: Forge):
    error = none(forge, *(Commit(f"{number:040x}", [RED]) for number in range(40)), Commit(A, [OK]))
    assert error.problem.code is Code.NO_REVISION
    assert error.message == "shop/main, its default branch: none of the newest landings has passed its checks"
    assert len(forge.served.asked) == 1 + 2 * 30, "no more than thirty are asked about"


def test_a_branch_that_is_not_there_is_not_found(forge: Forge):
    assert none(forge, Commit(A, [OK]), branch="gone").problem.code is Code.NOT_FOUND


def test_targets_with_the_same_branch_are_answered_by_one_conversation(forge: Forge):
    place = forge.at(forges.checked([Commit(A, [RED]), Commit(B, [OK])]))
    source, look = GithubChecksSource(repository="shop/main", endpoint=place), OneLook()
    for service in ("api", "web"):
        source.read(API._replace(service=service), look)
    assert len(forge.served.asked) == 5


def pipelines(forge: Forge, *states: tuple[str, str], commits: str = A + B + C, **more: Any) -> str:
    known = [commits[at : at + 40] for at in range(0, len(commits), 40)]
    place = forge.at(forges.piped(known, states))
    return said(reading(GitlabPipelinesSource(project="shop/main", endpoint=place, **more)))[0]


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ([(A, "success"), (B, "success")], A),
        ([(A, "running"), (B, "success")], B),
        ([(A, "skipped"), (B, "success")], B),
        ([(B, "success"), (A, "failed")], B),
        ([(B, "success"), (C, "success")], B),  # nothing was built for the newest
        ([(B, "failed"), (B, "success"), (C, "success")], C),  # it was run again
        ([(C, "success"), (B, "success"), (A, "failed")], B),  # an older one was run again later
    ],
)
def test_the_newest_landing_whose_newest_pipeline_has_passed(
    forge: Forge, states: list[tuple[str, str]], found: str
):
    assert pipelines(forge, *states) == found
    assert pipelines(forge, *states, branch="main") == found


def test_where_no_pipeline_has_passed_that_is_said(forge: Forge):
    with pytest.raises(SourceError) as caught:
        pipelines(forge, (A, "failed"))
    assert caught.value.problem.code is Code.NO_REVISION
    assert caught.value.message == (
        "shop/main, its default branch: none of the newest landings has passed its checks"
    )
