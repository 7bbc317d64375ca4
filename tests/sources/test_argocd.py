"""Argo CD, asked through its own interface and through the cluster."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.sources.doubles import gitops
from tests.sources.doubles import kubernetes as k8s
from tests.sources.doubles.json_api import answering
from tests.sources.served import Served, body, serving
from tests.sources.test_flux import MADE_OF
from tests.support.reading import API, made_of, reading
from unshipped.app.look import OneLook
from unshipped.core.model import Code, Reading, Sign
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.sources.clusters.argocd import ArgocdSource

A, B, C = "a1" * 20, "b2" * 20, "c3" * 20
OTHER = "ssh://git@git.example/shop/config.git"


class Argo:
    """Makes sources that ask a double."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self.served: Served | None = None

    def source(self, *applications: Any, url: bool = True, **more: Any) -> ArgocdSource:
        place = gitops.OF_ARGO if url else gitops.IN_CLUSTER
        self.served = self._stack.enter_context(serving(gitops.argo(*applications, place=place)))
        address = self.served.url("")
        if url:
            return ArgocdSource(url=address, **more)
        return ArgocdSource(kubeconfig=str(k8s.kubeconfig(self._folder, address)), **more)

    def read(self, *applications: Any, **more: Any) -> Reading:
        return reading(self.source(*applications, **more))


@pytest.fixture
def argo(tmp_path: Path) -> Iterator[Argo]:
    with ExitStack() as stack:
        yield Argo(stack, tmp_path)


def words(found: Reading) -> list[tuple[str, str, str, bool]]:
    return [(one.text, one.repository, one.said_by, one.weak) for one in found.revisions]


@pytest.mark.parametrize("url", [True, False])
def test_in_sync_it_is_what_the_cluster_was_compared_with(argo: Argo, url: bool):
    found = argo.read(gitops.application([B], synced=[[C], [A]]), url=url)
    assert words(found) == [(B, gitops.REPOSITORY, "in sync", False)]
    assert found.revisions[0].since is None
    assert found.remarks == ()


def test_out_of_sync_it_is_what_was_synced_last_and_that_is_weak(argo: Argo):
    found = argo.read(gitops.application([B], synced=[[B], [C], [A]], status="OutOfSync"))
    assert words(found) == [(A, gitops.REPOSITORY, "synced last", True)]
    assert found.revisions[0].since is not None


def test_what_is_there_as_it_shall_be_need_not_have_been_synced(argo: Argo):
    """As where Argo CD took over what somebody else had applied."""
    found = gitops.application([A])
    del found["status"]["history"]
    assert words(argo.read(found)) == [(A, gitops.REPOSITORY, "in sync", False)]


def test_what_was_synced_last_was_made_of_what_it_was_made_of_then(argo: Argo):
    """Since then somebody named another repository."""
    found = gitops.application([B], synced=[[A]], status="OutOfSync")
    found["status"]["sync"]["comparedTo"]["source"] = gitops.made_of(OTHER)
    assert words(argo.read(found)) == [(A, gitops.REPOSITORY, "synced last", True)]


SINCE = {"lastTransitionTime": gitops.APPLIED}


@pytest.mark.parametrize(
    ("health", "operation", "sign", "message"),
    [
        ({"status": "Progressing", **SINCE}, {}, Sign.CONVERGING, "what was synced is not healthy yet"),
        ({"status": "Progressing"}, {}, Sign.LATEST_NOT_READY, "what was synced is not healthy yet"),
        ({"status": "Degraded"}, {}, Sign.LATEST_NOT_READY, "its health is Degraded"),
        ({"status": "Suspended"}, {}, Sign.LATEST_WITHOUT_TRAFFIC, "something of it is suspended or paused"),
        ({"status": 7}, {}, Sign.LATEST_NOT_READY, "its health is not known"),
        (None, {"phase": "Running"}, Sign.CONVERGING, "a sync is under way"),
        (None, {"phase": "Failed", "message": "no"}, Sign.LATEST_NOT_READY, "the last sync failed: no"),
        (None, {"phase": "Error", "message": "no"}, Sign.LATEST_NOT_READY, "the last sync failed: no"),
    ],
)
def test_how_it_stands_is_told(argo: Argo, health: Any, operation: Any, sign: Sign, message: str):
    found = argo.read(gitops.application([A], health=health, operation=operation))
    assert [(one.sign, one.message) for one in found.remarks] == [(sign, message)]
    assert found.revisions[0].weak is (health is not None)


@pytest.mark.parametrize(
    "under_way", [{"health": {"status": "Progressing", **SINCE}}, {"operation": {"phase": "Running"}}]
)
def test_what_is_under_way_says_since_when(argo: Argo, under_way: Any):
    """Whoever would end it may be down, and no longer write when it looked last."""
    [told] = argo.read(gitops.application([A], **under_way)).remarks
    assert str(told.since) == "2026-02-05 12:00:00+00:00"


def test_of_several_sources_the_repository_says_which_one_counts(argo: Argo):
    chart = gitops.made_of("https://charts.example", chart="redis")
    packed = gitops.made_of("oci://registry.example/shop/config")
    several = [chart, gitops.made_of(OTHER), gitops.made_of("https://ana:pw@git.example/shop/shop")]
    found = gitops.application(["1.2.3", C, A], sources=several)
    with pytest.raises(SourceError, match="made of several repositories") as caught:
        argo.read(found)
    assert "pw" not in caught.value.message
    assert words(argo.read(found, repository="git@git.example:shop/shop.git")) == [
        (A, "https://git.example/shop/shop", "in sync", False)
    ]
    one = gitops.application(["1.2.3", f"sha256:{'0' * 64}", C], sources=[chart, packed, several[1]])
    assert [word[0] for word in words(argo.read(one))] == [C]
    twice = gitops.application([A, B], sources=[gitops.made_of(), gitops.made_of(path="more")])
    assert [word[0] for word in words(argo.read(twice))] == [A, B]


def without(*way: str) -> Any:
    found = copy.deepcopy(gitops.application([A], status="OutOfSync" if "history" in way else "Synced"))
    part: Any = found
    for key in way[:-1]:
        part = part[key]
    part[way[-1]] = ["x", None]
    return found


@pytest.mark.parametrize(
    ("found", "more", "code", "words"),
    [
        (gitops.application([A], name="web"), {}, Code.NOT_FOUND, "404"),
        (gitops.application([A]), {"application": "../../x?y"}, Code.NOT_FOUND, "/..%2F..%2Fx%3Fy"),
        (
            gitops.application([A]),
            {"url": False, "namespace": "team-{service}"},
            Code.NOT_FOUND,
            "/namespaces/team-api/applications",
        ),
        (gitops.application([A]), {"repository": OTHER}, Code.NO_REVISION, f"is not made of {OTHER}"),
        (without("status"), {}, Code.NO_REVISION, "was never synced"),
        (without("status", "history"), {}, Code.NO_REVISION, "was never synced"),
        (without("status", "sync", "comparedTo"), {}, Code.NO_REVISION, "made of no git repository"),
        (without("status", "sync", "comparedTo", "source"), {}, Code.NO_REVISION, "no git repository"),
        (without("status", "sync", "revision"), {}, Code.NO_REVISION, "carries no commit id"),
        (gitops.application([""]), {}, Code.NO_REVISION, "carries no commit id"),
        (gitops.application([A]), {"token": {"env": "NOT_SET"}}, Code.SOURCE_DENIED, "NOT_SET is not set"),
        (gitops.application([A]), {"token": {"env": "TWO"}}, Code.SOURCE_DENIED, "TWO is no text that"),
    ],
)
def test_what_cannot_be_told_has_a_reason(
    argo: Argo, monkeypatch: pytest.MonkeyPatch, found: Any, more: Any, code: Code, words: str
):
    monkeypatch.setenv("TWO", "hunter2\r\nX: y")
    with pytest.raises(SourceError) as caught:
        argo.read(found, **more)
    assert caught.value.problem.code is code
    assert words in caught.value.message
    assert "hunter2" not in caught.value.message


def test_an_application_that_is_not_there_is_denied_and_told_as_that(argo: Argo):
    """Where no project is named, Argo CD denies what is missing as it does what must not be seen."""
    listed: dict[str, Any] = {}
    denying = {gitops.OF_ARGO: lambda _query: listed}

    def read() -> None:
        def answer(handler: Any) -> None:
            whole = answering(denying)
            (whole if "?" in handler.path else body('{"error": "permission denied"}', 403))(handler)

        with serving(answer) as served:
            reading(ArgocdSource(url=served.url("")))

    for names, code, words in (
        (["web", "worker"], Code.NOT_FOUND, "none of 2 applications is called api"),
        (["web", "api"], Code.SOURCE_DENIED, "answered 403 Forbidden"),
        ([], Code.SOURCE_DENIED, "answered 403 Forbidden"),  # who asks may see nothing
    ):
        listed["items"] = [{"metadata": {"name": name}} for name in names]
        with pytest.raises(SourceError, match=words) as caught:
            read()
        assert caught.value.problem.code is code
        assert bool(caught.value.hint) is (code is Code.NOT_FOUND)


def test_it_shows_its_token_and_says_where_the_application_is(argo: Argo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ARGOCD_TOKEN", "of-argo")
    source = argo.source(
        gitops.application([A], name="api-eu"),
        application="{service}-eu",
        namespace="team-{service}",
        token={"env": "ARGOCD_TOKEN"},
    )
    assert reading(source).revisions
    assert argo.served
    assert {asked.headers["Authorization"] for asked in argo.served.asked} == {"Bearer of-argo"}
    assert [asked.line.split()[1] for asked in argo.served.asked] == [
        "/api/v1/applications?appNamespace=team-api&fields=items.metadata.name",
        "/api/v1/applications/api-eu?appNamespace=team-api",
    ]


@pytest.mark.parametrize("url", [True, False])
def test_what_else_it_keeps_is_told(argo: Argo, url: bool):
    """Also beside one that cannot say what it is."""
    known = [gitops.application([A], name=name) for name in ("api", "worker", "old")]
    listed = argo.read(*known, url=url).roster
    assert listed and listed.name == "api" and listed.names == {"api", "worker", "old"}
    with pytest.raises(SourceError) as caught:
        argo.read(*known[1:], url=url)
    assert caught.value.problem.code is Code.NOT_FOUND
    assert isinstance(caught.value.roster, Roster)
    assert caught.value.roster.names == {"worker", "old"}


def test_the_applications_of_a_fleet_are_listed_once(argo: Argo):
    source = argo.source(*(gitops.application([A], name=name) for name in ("api", "worker")))
    look = OneLook()
    for name in ("api", "worker"):
        source.read(API._replace(service=name), look)
    assert argo.served and len(argo.served.asked) == 3


@pytest.mark.parametrize("url", [True, False])
@pytest.mark.parametrize(("paths", "more", "weak"), MADE_OF)
def test_what_is_synced_is_a_proof_of_nothing_else(
    argo: Argo, paths: list[str], more: Any, weak: bool, url: bool
):
    found = reading(argo.source(gitops.application([A]), url=url, **more), made_of(paths))
    assert found.revisions[0].weak is weak


def test_of_several_directories_each_is_synced(argo: Argo):
    several = gitops.application([A, A], sources=[gitops.made_of(), gitops.made_of(path="base")])
    found = reading(argo.source(several), made_of(["deploy/api", "base"]))
    assert [one.weak for one in found.revisions] == [False, False]
