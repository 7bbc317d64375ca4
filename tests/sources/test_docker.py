"""Containers of Docker and Podman: by a double, and by Podman itself where it runs here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.sources.doubles.engine import container, engine
from tests.sources.doubles.json_api import answering
from tests.sources.served import serving
from tests.support.mutated import answers_or_says_why, mutated
from tests.support.podman import Podman, podman
from tests.support.reading import reading
from unshipped.core.model import Code, Reading, Sign
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.sources.containers._containers import digests
from unshipped.sources.containers.docker import DockerSource

A, B = "a1" * 20, "b2" * 20
REVISION, SOURCE = "org.opencontainers.image.revision", "org.opencontainers.image.source"
COMPOSE = "com.docker.compose.service"

__all__ = ["podman"]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short name: what a socket and podman's own folders may be called has a limit."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as made:
        yield Path(made)


def read(stack: ExitStack, *containers: dict[str, Any], **more: Any) -> Reading:
    served = stack.enter_context(serving(engine(list(containers))))
    return reading(DockerSource(host=served.url("").replace("http", "tcp"), **more))


def words(found: Reading) -> list[tuple[str, str, float, str]]:
    return [(one.text, one.part, one.share, one.said_by) for one in found.revisions]


def test_what_else_runs_there_is_told_by_the_name_of_its_service(stack: ExitStack):
    tier, other = {"tier": "live"}, {"tier": "test"}
    found = read(
        stack,
        container("shop-api-1", labels={COMPOSE: "api", "commit": A, **tier}),
        container("shop-old-1", labels={COMPOSE: "old", **tier}),
        container("shop-old-2", labels={COMPOSE: "old", **tier}),
        container("cache", labels=tier),
        container("stopped", labels=tier, state="exited"),
        container("migration", labels={"com.docker.compose.oneoff": "True", **tier}),
        container("k8s_web", labels={"io.kubernetes.pod.name": "web", **tier}),
        container("elsewhere", labels=other),
        service="shop-api-1",
        where=tier,
    )
    assert found.roster
    assert found.roster.names == {"api", "old", "cache"}
    assert found.roster.name == "api"


def test_one_that_cannot_say_its_commit_is_in_its_roster_all_the_same(stack: ExitStack):
    with pytest.raises(SourceError) as caught:
        read(stack, container("api"))
    assert isinstance(caught.value.roster, Roster)
    assert caught.value.roster.name == "api"


def test_every_word_of_what_runs_is_heard(stack: ExitStack):
    found = read(
        stack,
        container("api", built={REVISION: A, SOURCE: "https://github.com/shop/main"}),
        container("shop-api-2", labels={COMPOSE: "api", "commit": B}, variables={"GIT_SHA": A[:7]}),
        container(
            "shop-api-3", labels={COMPOSE: "api", REVISION: B}, built={REVISION: A}, image="api:b2b2b2b"
        ),
        container("worker", built={REVISION: B}),
        container("api-old", labels={COMPOSE: "api"}, state="exited"),
    )
    third = 1 / 3
    assert words(found) == [
        (A, "api", third, f"label {REVISION} of the image"),
        (B, "shop-api-2", third, "label commit"),
        (A[:7], "shop-api-2", third, "variable GIT_SHA"),
        (A, "shop-api-3", third, f"label {REVISION} of the image"),
        (B, "shop-api-3", third, f"label {REVISION}"),
        ("b2b2b2b", "shop-api-3", third, "tag of image api:b2b2b2b"),
    ]
    first = found.revisions[0]
    assert first.repository == "https://github.com/shop/main"
    assert first.since and first.since.isoformat() == "2026-02-05T12:00:00.716557+00:00"
    assert found.remarks == ()


def test_other_labels_choose_among_projects(stack: ExitStack):
    project = "com.docker.compose.project"
    found = read(
        stack,
        container("a", labels={COMPOSE: "api", project: "shop-production"}, built={REVISION: A}),
        container("b", labels={COMPOSE: "api", project: "shop-staging"}, built={REVISION: B}),
        where={project: "shop-{environment}"},
    )
    assert [one.part for one in found.revisions] == ["a"]


def test_a_command_that_compose_runs_once_serves_nothing_of_its_service(stack: ExitStack):
    shell = container(
        "api-run-1", labels={COMPOSE: "api", "com.docker.compose.oneoff": "True"}, built={REVISION: B}
    )
    serves = container("api-1", labels={COMPOSE: "api"}, built={REVISION: A})
    assert [(one.part, one.share) for one in read(stack, serves, shell).revisions] == [("api-1", 1.0)]
    with pytest.raises(SourceError) as caught:
        read(stack, shell)
    assert caught.value.problem.code is Code.NOT_FOUND
    assert [one.part for one in read(stack, serves, shell, service="api-run-1").revisions] == ["api-run-1"]


@pytest.mark.parametrize(
    ("tasks", "weak"),
    [
        ({"api": 2, "web": 9}, False),  # all of them are here
        ({"api": 3}, True),  # another node has one
        ({"web": 2}, True),  # it is not told
        ({}, True),  # no manager
    ],
)
def test_of_a_service_of_swarm_all_tasks_have_to_be_here(
    stack: ExitStack, tasks: dict[str, int], *, weak: bool
):
    of_swarm = {"com.docker.swarm.service.name": "api"}
    containers = [container(f"api.{number}.x", labels=of_swarm, built={REVISION: A}) for number in (1, 2)]
    served = stack.enter_context(serving(engine(containers, tasks)))
    found = reading(DockerSource(host=served.url("").replace("http", "tcp")))
    assert [(one.text, one.weak) for one in found.revisions] == [(A, weak)] * 2
    assert {"on this node of the swarm" in one.said_by for one in found.revisions} == {weak}
    assert len([one for one in served.asked if "/services" in one.line]) == 1


@pytest.mark.parametrize(
    ("name", "digest"),
    [("shop.example/web:1", "shop.example/web@sha256:2"), ("tagged-here:1", "shop.example/api@sha256:1")],
)
def test_an_image_is_asked_about_under_the_name_that_it_was_started_with(name: str, digest: str):
    """One that was tagged here is in a registry under another."""
    listed = ["shop.example/api@sha256:1", "shop.example/web@sha256:2", None]
    assert digests({"RepoDigests": listed}, name) == [digest]
    assert digests({"RepoDigests": None}, name) == []


def test_nobody_asks_about_a_swarm_that_is_not_there(stack: ExitStack):
    served = stack.enter_context(serving(engine([container("api", built={REVISION: A})])))
    assert not reading(DockerSource(host=served.url("").replace("http", "tcp"))).revisions[0].weak
    assert not [one for one in served.asked if "/services" in one.line]


def test_what_does_not_do_well_is_told(stack: ExitStack):
    found = read(
        stack,
        container("api", built={REVISION: A}, state="restarting"),
        container("api-2", labels={COMPOSE: "api"}, built={REVISION: A}, health="unhealthy"),
    )
    assert [(one.sign, one.message) for one in found.remarks] == [
        (Sign.UNHEALTHY, "api is restarting"),
        (Sign.UNHEALTHY, "api-2 is unhealthy"),
    ]


@pytest.mark.parametrize(
    ("containers", "code", "words"),
    [
        ([], Code.NOT_FOUND, "no container of that name among 0"),
        ([container("worker", built={REVISION: A})], Code.NOT_FOUND, "among 1"),
        ([container("api", state="exited")], Code.NO_REVISION, "none of 1 containers runs"),
        ([container("api")], Code.NO_REVISION, "api says nowhere which commit it is"),
    ],
)
def test_what_cannot_be_told_has_a_reason(stack: ExitStack, containers: list[Any], code: Code, words: str):
    with pytest.raises(SourceError) as caught:
        read(stack, *containers)
    assert caught.value.problem.code is code
    assert words in caught.value.message


def test_it_asks_at_a_socket_that_the_environment_names(
    stack: ExitStack, short: Path, monkeypatch: pytest.MonkeyPatch
):
    path = str(short / "d.sock")
    stack.enter_context(serving(engine([container("api", built={REVISION: A})]), socket_path=path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    assert words(reading(DockerSource())) == [(A, "api", 1.0, f"label {REVISION} of the image")]


@pytest.mark.parametrize("host", ["unix:///is/not/there", "ssh://elsewhere", "x"])
def test_a_place_that_cannot_be_asked_is_a_source_error(monkeypatch: pytest.MonkeyPatch, host: str):
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(SourceError) as caught:
        reading(DockerSource())
    assert caught.value.problem.code is Code.SOURCE_ERROR


def test_nothing_that_is_answered_makes_it_fall_over(stack: ExitStack):
    one = container("api", built={REVISION: A}, labels={COMPOSE: "api"}, variables={"COMMIT": A})
    row = {"Id": "api-id", "Names": ["/api"], "State": "running", "Labels": {COMPOSE: "api"}}
    said: dict[str, Any] = {}

    def now(key: str) -> Any:
        return lambda _query: said[key]

    served = stack.enter_context(
        serving(
            answering(
                {
                    "/containers/json": now("list"),
                    "/containers/api-id/json": now("one"),
                    f"/images/{one['Image'].replace(':', '%3A')}/json": now("image"),
                }
            )
        )
    )

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutated([row]), mutated(one), mutated(one["$image"]))
    def ask(listed: Any, shown: Any, image: Any) -> None:
        said.update(list=listed, one=shown, image=image)
        answers_or_says_why(DockerSource(host=served.url("")))

    ask()


@pytest.mark.slow
def test_podman_says_what_it_runs(podman: Podman):
    context = podman.folder / "context"
    libraries = subprocess.run(["ldd", "/bin/sleep"], capture_output=True, text=True, check=False).stdout
    for path in ["/bin/sleep", *re.findall(r"/\S+", libraries)]:
        place = context / "files" / path[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.path.realpath(path), place)
    label = f"LABEL {REVISION}={A}"
    (context / "Dockerfile").write_text(
        f'FROM scratch\nCOPY files /\nENV COMMIT_SHA={A[:7]}\n{label}\nCMD ["/bin/sleep", "60"]\n'
    )
    podman("build", "-q", "--isolation", "chroot", "-t", "localhost/shop:1", str(context))
    podman("run", "-d", "--name", "shop-api-1", "--label", f"{COMPOSE}=api", "localhost/shop:1")
    podman("run", "-d", "--name", "shop-api-2", "--label", f"{COMPOSE}=api", "--label", "commit=v1", "shop:1")
    found = reading(DockerSource(host=f"unix://{podman.socket}", labels=(REVISION, "commit")))
    assert sorted(words(found)) == [
        (A[:7], "shop-api-1", 0.5, "variable COMMIT_SHA"),
        (A[:7], "shop-api-2", 0.5, "variable COMMIT_SHA"),
        (A, "shop-api-1", 0.5, f"label {REVISION} of the image"),
        (A, "shop-api-2", 0.5, f"label {REVISION} of the image"),
        ("v1", "shop-api-2", 0.5, "label commit"),
    ]
    assert all(word.since for word in found.revisions)


def test_each_container_says_what_it_is_set_to(stack: ExitStack):
    found = read(stack, container("api", labels={"commit": A}, variables={"LEVEL": "a=b"}, image="x/api:1"))
    [one] = found.settings
    assert (one.part, one.image, one.min_instances) == ("api", "x/api:1", None)
    assert one.variables and one.variables["LEVEL"] == "a=b"
    assert one.labels and one.labels["commit"] == A
