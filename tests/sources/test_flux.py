"""Flux, through what it keeps in the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.sources.doubles import gitops
from tests.sources.doubles import kubernetes as k8s
from tests.sources.served import serving
from tests.support.reading import API, made_of, reading
from unshipped.core.model import Build, Code, Reading, Sign, Target
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.sources.clusters.flux import FluxSource

A, B = "a1" * 20, "b2" * 20
CODE = gitops.git_repository(f"main@sha1:{B}")


class Flux:
    """Asks a double."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder

    def read(self, *rows: Any, target: Target = API, **more: Any) -> Reading:
        served = self._stack.enter_context(serving(gitops.flux(*rows)))
        source = FluxSource(kubeconfig=str(k8s.kubeconfig(self._folder, served.url(""))), **more)
        return reading(source, target)


@pytest.fixture
def flux(tmp_path: Path) -> Iterator[Flux]:
    with ExitStack() as stack:
        yield Flux(stack, tmp_path)


def words(found: Reading) -> list[tuple[str, str, str, bool]]:
    return [(one.text, one.repository, one.said_by, one.weak) for one in found.revisions]


def test_what_else_is_applied_is_told(flux: Flux):
    """Not what is suspended, and not what keeps Flux itself."""
    others = [gitops.kustomization(A, name=name) for name in ("worker", "flux-system")]
    gone = gitops.kustomization(A, name="old", suspend=True)
    listed = flux.read(CODE, gitops.kustomization(A), *others, gone).roster
    assert listed and listed.name == "api" and listed.names == {"api", "worker"}
    with pytest.raises(SourceError) as caught:
        flux.read(CODE, *others)
    assert isinstance(caught.value.roster, Roster)
    assert caught.value.roster.names == {"worker"}


def test_what_is_fetched_does_not_run_thereby(flux: Flux):
    assert flux.read(gitops.git_repository(A, name="api"), kind="gitrepository").roster is None


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (f"main@sha1:{A}", A),
        (f"refs/heads/main@sha1:{A}", A),
        (f"sha1:{A}", A),
        (f"main/{A}", A),
        (A, A),
        (f"v1.2.3@sha1:{A}", A),
        (f"main@sha256:{A}{A[:24]}", A + A[:24]),
        ("v1.2.3", "v1.2.3"),
    ],
)
def test_what_was_applied_last_is_told(flux: Flux, written: str, text: str):
    found = flux.read(CODE, gitops.kustomization(written))
    assert words(found) == [(text, gitops.REPOSITORY, "applied last", False)]
    assert found.remarks == ()


def test_of_an_artifact_the_commit_counts_that_it_was_made_of(flux: Flux):
    digest = f"latest@sha256:{'0' * 64}"
    made = gitops.kustomization(digest, origin=f"main@sha1:{A}", made_of="OCIRepository")
    assert words(flux.read(CODE, made)) == [(A, "", "applied last", False)]
    with pytest.raises(SourceError) as caught:
        flux.read(CODE, gitops.kustomization(digest, made_of="OCIRepository"))
    assert caught.value.problem.code is Code.NO_REVISION


@pytest.mark.parametrize(
    ("version", "text"),
    [("1.2.3", "1.2.3"), ("1.2.3+a1a1a1a1a1a1", "a1" * 6), ("1.2.3+a1a1a1a1a1a1.2", "a1" * 6)],
)
def test_of_a_release_the_deployed_chart_is_told(flux: Flux, version: str, text: str):
    found = flux.read(CODE, gitops.helm_release(version, failed="9.9.9"), kind="helmrelease")
    assert words(found) == [(text, gitops.REPOSITORY, "applied last", False)]
    packed = flux.read(gitops.helm_release(version, made_of="HelmRepository"), kind="helmrelease")
    assert words(packed) == [(text, "", "applied last", False)]


def test_what_flux_appends_to_the_version_of_a_chart_is_no_commit(flux: Flux):
    """Of a chart in a registry, the first twelve characters of its digest."""
    release = gitops.helm_release("6.5.4+a1a1a1a1a1a1", made_of="OCIRepository")
    release["status"]["history"][0]["ociDigest"] = f"sha256:{A}{A[:24]}"
    assert [one.text for one in flux.read(release, kind="helmrelease").revisions] == ["6.5.4"]


def test_what_was_only_fetched_is_weak(flux: Flux):
    found = flux.read(CODE, kind="gitrepository", name="shop")
    assert words(found) == [(B, gitops.REPOSITORY, "fetched", True)]


@pytest.mark.parametrize(
    ("more", "sign", "message", "weak"),
    [
        ({"ready": "Unknown", "message": "busy"}, Sign.CONVERGING, "it is being applied: busy", True),
        ({"ready": "False", "message": "no"}, Sign.LATEST_NOT_READY, "it is not ready: no", True),
        ({"ready": "?"}, Sign.LATEST_NOT_READY, "it is not ready: it does not say why", True),
        ({"suspend": True}, Sign.LATEST_WITHOUT_TRAFFIC, "it is suspended: nothing newer is applied", False),
    ],
)
def test_how_it_stands_is_told(flux: Flux, more: Any, sign: Sign, message: str, weak: bool):
    found = flux.read(CODE, gitops.kustomization(f"main@sha1:{A}", **more))
    assert [(one.sign, one.message) for one in found.remarks] == [(sign, message)]
    assert bool(found.remarks[0].since) is (sign is Sign.CONVERGING)
    assert found.revisions[0].weak is weak


FROM_ANOTHER = gitops.kustomization(
    A, sourceRef={"kind": "GitRepository", "name": "shop", "namespace": "shared"}
)
"""What it is made of is in a namespace that is not there."""


@pytest.mark.parametrize(
    ("rows", "more", "code", "words"),
    [
        ([CODE], {}, Code.NOT_FOUND, "namespace flux-system has no kustomization api"),
        ([], {"namespace": "../x"}, Code.NOT_FOUND, "/namespaces/..%2Fx/kustomizations"),
        ([], {"namespace": "team-{service}"}, Code.NOT_FOUND, "/namespaces/team-api/kustomizations"),
        ([CODE, FROM_ANOTHER], {}, Code.NOT_FOUND, "/namespaces/shared/gitrepositories"),
        ([CODE, gitops.kustomization("")], {}, Code.NO_REVISION, "kustomization api carries no commit id"),
        ([CODE, {**gitops.kustomization(A), "status": [7]}], {}, Code.NO_REVISION, "carries no commit id"),
        ([CODE, {**gitops.kustomization(A), "spec": None}], {}, Code.NO_REVISION, "carries no commit id"),
        ([gitops.helm_release("")], {"kind": "helmrelease"}, Code.NO_REVISION, "carries no commit id"),
    ],
)
def test_what_cannot_be_told_has_a_reason(flux: Flux, rows: Any, more: Any, code: Code, words: str):
    with pytest.raises(SourceError) as caught:
        flux.read(*rows, **more)
    assert caught.value.problem.code is code
    assert words in caught.value.message


MADE_OF = [
    (["deploy"], {}, False),
    (["deploy/api"], {}, False),
    (["deploy", "base"], {}, True),
    (["deploy", "base"], {"manifests": ["./base/"]}, False),
    (["api", "deploy"], {}, True),
    (["deployment"], {}, True),
    (["api"], {"manifests": ["."]}, False),
]


@pytest.mark.parametrize(("paths", "more", "weak"), MADE_OF)
def test_what_is_applied_is_a_proof_of_nothing_else(flux: Flux, paths: list[str], more: Any, weak: bool):
    found = flux.read(CODE, gitops.kustomization(A), target=made_of(paths), **more)
    assert found.revisions[0].weak is weak
    chart = flux.read(
        CODE, gitops.helm_release(f"1.0.0+{A}"), target=made_of(paths), kind="helmrelease", **more
    )
    assert chart.revisions[0].weak is weak


PACKED = [
    (gitops.kustomization(f"latest@sha256:{'0' * 64}", origin=f"main@sha1:{A}", made_of="OCIRepository"), {}),
    (gitops.helm_release("1.2.3", made_of="HelmRepository"), {"kind": "helmrelease"}),
]


@pytest.mark.parametrize(("row", "more"), PACKED)
def test_what_is_packed_is_a_proof_of_no_directory_that_is_not_named(flux: Flux, row: Any, more: Any):
    assert flux.read(row, target=made_of(["deploy"]), **more).revisions[0].weak
    named = flux.read(row, target=made_of(["deploy/api"]), manifests=["deploy"], **more)
    assert not named.revisions[0].weak


@pytest.mark.parametrize(
    ("more", "weak"),
    [({"wait": False}, True), ({"wait": None, "healthChecks": [{"kind": "Deployment"}]}, False)],
)
def test_what_is_ready_once_it_is_applied_need_not_run(flux: Flux, more: Any, weak: bool):
    assert flux.read(CODE, gitops.kustomization(A, **more)).revisions[0].weak is weak


def test_what_is_applied_from_the_top_may_lie_beside_anything(flux: Flux):
    found = flux.read(CODE, gitops.kustomization(A, path="./"), target=made_of(["deploy"]))
    assert found.revisions[0].weak


def test_what_is_applied_is_no_proof_of_what_is_built(flux: Flux):
    [origin] = made_of(["deploy"]).origins
    built = origin._replace(closure=origin.closure._replace(build=Build("Dockerfile")))
    for origins, weak in (((built,), True), ((built, origin), False)):
        found = flux.read(CODE, gitops.kustomization(A), target=API._replace(origins=origins))
        assert found.revisions[0].weak is weak
