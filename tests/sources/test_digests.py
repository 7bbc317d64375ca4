"""The registry of an image that a platform names by its digest: one more word, or a remark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.sources.doubles import aws, engine, google, kubernetes
from tests.sources.doubles.json_api import answering
from tests.sources.doubles.registry import Content
from tests.sources.served import Answer, body, serving
from tests.support.reading import reading
from unshipped.app.look import OneLook
from unshipped.core.model import Code, Reading, Remark, Revision, Sign
from unshipped.errors import SourceError
from unshipped.platforms.registry import image as image_of
from unshipped.ports import Source
from unshipped.sources.aws.aws_lambda import LambdaSource
from unshipped.sources.aws.ecs import EcsSource
from unshipped.sources.clusters.kubernetes import KubernetesSource
from unshipped.sources.containers.docker import DockerSource
from unshipped.sources.google.cloud_function import CloudFunctionSource
from unshipped.sources.google.cloud_run import CloudRunSource
from unshipped.sources.google.cloud_run_job import CloudRunJobSource
from unshipped.sources.registry.digests import Registries, pinned
from unshipped.sources.shared.hearing import Part

A, B = "a1" * 20, "b2" * 20
REVISION = "org.opencontainers.image.revision"
SAID_BY = f"label {REVISION} of its image in the registry"


class Room:
    """Servers that end with the test, and who asks them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack

    def serve(self, answer: Answer) -> str:
        return self._stack.enter_context(serving(answer)).url("")

    def image(self, revision: str = A) -> str:
        """An image in a registry, by its digest."""
        content = Content()
        digest = content.image({REVISION: revision})["digest"]
        return f"{self.serve(content.serve()).removeprefix('http://')}/shop/api@{digest}"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as stack:
        made = Room(tmp_path, stack)
        key = google.key_file(tmp_path, made.serve(answering({"/token": google.TOKEN})) + "/token")
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        yield made


def _google(kind: Any, room: Room, answer: Answer, **more: Any) -> Source:
    address = room.serve(answer)
    return kind(project="shop", region="europe-west1", endpoint=address, registry=True, **more)  # type: ignore[no-any-return]


def cloud_run(room: Room, image: str) -> Source:
    revision = google.revision("api-1", image=image)
    revision["containerStatuses"] = [{"imageDigest": image.partition("@")[2]}]
    service = google.service("api", {"api-1": 100}, image=f"{image.partition('@')[0]}:latest")
    return _google(CloudRunSource, room, google.cloud_run([service], [revision]))


def cloud_function(room: Room, image: str) -> Source:
    revision = google.revision("api-1", image="base")
    revision["containerStatuses"] = [{"imageDigest": image}]
    services = [google.service("api", {"api-1": 100})]
    address = room.serve(google.cloud_functions([google.function("api")], services, [revision]))
    return CloudFunctionSource(
        project="shop", region="europe-west1", endpoint=address, run_endpoint=address, registry=True
    )


def cloud_run_job(room: Room, image: str) -> Source:
    return _google(CloudRunJobSource, room, google.cloud_run_jobs([google.job("api", image=image)], []))


def in_kubernetes(room: Room, image: str) -> Source:
    objects = kubernetes.running(kubernetes.deployment())
    for status in (row for one in objects for row in one.get("status", {}).get("containerStatuses", ())):
        status["imageID"] = f"docker-pullable://{image}"
    path = kubernetes.kubeconfig(room.folder, room.serve(kubernetes.api(*objects)))
    return KubernetesSource(kubeconfig=str(path), registry=True)


def ecs(room: Room, image: str) -> Source:
    answer = aws.ecs([aws.service("api", aws.deployment("api:7"))], [aws.definition("api:7", image=image)])
    return EcsSource(region=aws.REGION, endpoint=room.serve(answer), cluster="shop", registry=True)


def ecs_by_its_tasks(room: Room, image: str) -> Source:
    """The definition names a tag: what that was, the tasks know. What runs beside is not asked about."""
    name, _, digest = image.partition("@")
    tasks = [aws.task("api:7", digest, number, envoy="sha256:" + "0" * 64) for number in (1, 2)]
    for one in (container for task in tasks for container in task["containers"]):
        one["image"] = f"{name}:live"
    definition = aws.definition("api:7", image=f"{name}:live")
    answer = aws.ecs([aws.service("api", aws.deployment("api:7"))], [definition], tasks=tasks)
    return EcsSource(region=aws.REGION, endpoint=room.serve(answer), cluster="shop", registry=True)


def aws_lambda(room: Room, image: str) -> Source:
    function = aws.function("$LATEST")
    function["Code"] |= {"ImageUri": image.partition("@")[0], "ResolvedImageUri": image}
    answer = aws.functions({"api": [function]}, {})
    return LambdaSource(region=aws.REGION, endpoint=room.serve(answer), registry=True)


def docker(room: Room, image: str) -> Source:
    one = engine.container("api", image=image.partition("@")[0])
    one["$image"]["RepoDigests"] = ["elsewhere.example.com/api@sha256:" + "0" * 64, image]
    return DockerSource(host=room.serve(engine.engine([one])), registry=True)


SOURCES = [cloud_run, cloud_function, cloud_run_job, in_kubernetes, ecs, ecs_by_its_tasks, aws_lambda, docker]


@pytest.mark.parametrize("make", SOURCES)
def test_what_the_registry_knows_of_the_digest_that_runs_is_heard(
    room: Room, make: Callable[[Room, str], Source]
):
    found = reading(make(room, room.image()))
    assert [(one.text, one.said_by, one.weak) for one in found.revisions] == [(A, SAID_BY, False)]
    assert all(one.part for one in found.revisions)


@pytest.mark.parametrize("make", SOURCES)
def test_a_registry_that_fails_is_the_reason_where_nothing_else_is_said(
    room: Room, make: Callable[[Room, str], Source]
):
    refusing = room.serve(body("no", 403)).removeprefix("http://")
    with pytest.raises(SourceError) as caught:
        reading(make(room, f"{refusing}/shop/api@sha256:{'0' * 64}"))
    assert caught.value.problem.code is Code.SOURCE_DENIED


def asked(own: list[Revision], *images: str, wanted: bool = True) -> Reading:
    registries = Registries(OneLook(), monotonic() + 5, wanted=wanted)
    return Reading(tuple(registries.beside(Part("api-1", 0.5), own, images)), tuple(registries.remarks))


OWN = Revision(B, part="api-1", share=0.5, said_by="label commit")


def test_it_stands_beside_what_the_platform_says(room: Room):
    found = asked([OWN], room.image())
    assert [(one.text, one.part, one.share) for one in found.revisions] == [
        (B, "api-1", 0.5),
        (A, "api-1", 0.5),
    ]
    assert found.remarks == ()


def test_a_registry_that_fails_is_told_beside_what_the_platform_says(room: Room):
    gone = room.image().rpartition("@")[0] + "@sha256:" + "0" * 64
    found = asked([OWN], gone)
    assert found.revisions == (OWN,)
    assert [one.sign for one in found.remarks] == [Sign.SILENT_SOURCE]
    assert found.remarks[0].message.startswith("the registry: ")
    assert "404" in found.remarks[0].message


def test_one_that_is_not_wanted_is_not_asked(room: Room):
    assert asked([OWN], room.image(), wanted=False) == Reading((OWN,))


@pytest.mark.parametrize(
    "image", ["", "a.io/shop/api:production", "a.io/b@md5:00", "sha256:" + "0" * 64, "A b"]
)
def test_an_image_that_is_not_named_by_a_digest_is_not_asked_about(image: str):
    assert asked([OWN], image) == Reading((OWN,))


def test_an_image_that_many_parts_run_is_asked_about_once():
    content = Content()
    digest = content.image({REVISION: A})["digest"]
    with serving(content.serve()) as served:
        look = OneLook()
        for part in ("api-1", "api-2"):
            registries = Registries(look, monotonic() + 5, wanted=True)
            name = f"127.0.0.1:{served.port}/shop/api:{part}@{digest}"
            [said] = registries.beside(Part(part), [], [name])
            assert (said.text, said.part) == (A, part)
        lines = [one.line for one in served.asked]
    assert len(lines) == len(set(lines))


def test_a_registry_costs_no_more_than_what_is_left_of_the_time():
    registries = Registries(OneLook(), monotonic() - 1, wanted=True)
    assert registries.beside(Part("api-1"), [OWN], ["127.0.0.1:1/api@sha256:" + "0" * 64]) == [OWN]
    assert [type(one) for one in registries.remarks] == [Remark]


@pytest.mark.parametrize(
    ("name", "digest", "reference"),
    [
        ("a.io/b:latest", "a.io/b@sha256:1", "a.io/b@sha256:1"),
        ("a.io/b", "sha256:1", "a.io/b@sha256:1"),
        ("a.io/b@sha256:0", "sha256:1", "a.io/b@sha256:1"),
        ("a.io/b:latest", "", "a.io/b:latest"),
    ],
)
def test_a_digest_is_told_whole_or_beside_the_name(name: str, digest: str, reference: str):
    assert pinned(name, digest) == reference


def rolled_out_anew(room: Room, *tasks: dict[str, Any]) -> Reading:
    """A service of ECS whose definition names a tag that moves, and whose tasks were started anew."""
    host = tasks[0]["containers"][0]["image"].rpartition(":")[0]
    definition = aws.definition("api:7", image=f"{host}:live")
    service = aws.service("api", aws.deployment("api:7", 1), aws.deployment("api:7", 3, status="ACTIVE"))
    answer = aws.ecs([service], [definition], tasks=tasks)
    source = EcsSource(region=aws.REGION, endpoint=room.serve(answer), cluster="shop", registry=True)
    return reading(source)


def of_images(room: Room, *revisions: str) -> list[dict[str, Any]]:
    """A task for each of them, started from one tag."""
    content = Content()
    digests = [content.image({REVISION: revision})["digest"] for revision in revisions]
    host = room.serve(content.serve()).removeprefix("http://")
    tasks = [aws.task("api:7", digest, number) for number, digest in enumerate(digests)]
    for one in tasks:
        one["containers"][0]["image"] = f"{host}/shop/api:live"
    return tasks


def test_tasks_of_before_and_after_a_tag_was_moved_are_heard_by_their_share(room: Room):
    found = rolled_out_anew(room, *of_images(room, B, A, A, A))
    assert [(one.text, one.share) for one in found.revisions] == [(B, 0.25), (A, 0.75)]
    assert len({one.part for one in found.revisions}) == 2
    assert all(one.part.startswith("api:7 as sha256:") for one in found.revisions)


def test_the_registry_is_asked_about_the_container_that_counts(room: Room):
    """And not about an agent beside it, which has a port and another repository."""
    [task] = of_images(room, A)
    host, _, _ = task["containers"][0]["image"].rpartition(":")
    definition = aws.definition("api:7", image=f"{host}:live")
    agent = {"name": "agent", "image": room.image(B), "portMappings": [{"containerPort": 8126}]}
    definition["taskDefinition"]["containerDefinitions"].insert(0, agent)
    answer = aws.ecs([aws.service("api", aws.deployment("api:7"))], [definition], tasks=[task])
    source = EcsSource(region=aws.REGION, endpoint=room.serve(answer), cluster="shop", registry=True)
    assert [(one.text, one.said_by, one.weak) for one in reading(source).revisions] == [(A, SAID_BY, False)]


def test_a_task_that_does_not_run_yet_has_no_share(room: Room):
    beginning, runs = of_images(room, B, A)
    found = rolled_out_anew(room, beginning | {"lastStatus": "PENDING"}, runs)
    assert [(one.text, one.part, one.share) for one in found.revisions] == [(A, "api:7", 1.0)]


def test_what_a_tag_was_resolved_to_is_as_old_as_the_task_and_not_as_its_definition(room: Room):
    older, newer = of_images(room, A, A)
    [word] = rolled_out_anew(room, older, newer | {"startedAt": aws.MADE + 7200}).revisions
    assert word.since
    assert word.since.isoformat() == "2026-02-05T13:00:00.500000+00:00"
    [word] = rolled_out_anew(room, {name: of for name, of in older.items() if name != "startedAt"}).revisions
    assert word.since
    assert word.since.isoformat() == "2026-02-05T12:00:00.500000+00:00"


def labelled_on_cloud_run(room: Room, image: str) -> Source:
    service = google.service("api", {"api-1": 100}, image=image)
    revision = google.revision("api-1", labels={"commit-sha": A})
    return _google(CloudRunSource, room, google.cloud_run([service], [revision]))


def labelled_job(room: Room, image: str) -> Source:
    one = google.job("api", variables={"COMMIT_SHA": A}, image=image)
    return _google(CloudRunJobSource, room, google.cloud_run_jobs([one], []))


def labelled_in_kubernetes(room: Room, image: str) -> Source:
    made_of = kubernetes.template(kubernetes.container(image=image, COMMIT_SHA=A))
    objects = kubernetes.running(kubernetes.deployment(made_of=made_of))
    path = kubernetes.kubeconfig(room.folder, room.serve(kubernetes.api(*objects)))
    return KubernetesSource(kubeconfig=str(path))


def labelled_in_ecs(room: Room, image: str) -> Source:
    definition = aws.definition("api:7", image=image, variables={"COMMIT_SHA": A})
    answer = aws.ecs([aws.service("api", aws.deployment("api:7"))], [definition])
    return EcsSource(region=aws.REGION, endpoint=room.serve(answer), cluster="shop")


def labelled_in_lambda(room: Room, image: str) -> Source:
    function = aws.function("$LATEST", variables={"COMMIT_SHA": A}, image=image)
    return LambdaSource(region=aws.REGION, endpoint=room.serve(aws.functions({"api": [function]}, {})))


def labelled_in_docker(room: Room, image: str) -> Source:
    one = engine.container("api", image=image, variables={"COMMIT_SHA": A})
    return DockerSource(host=room.serve(engine.engine([one])))


LABELLED = [
    labelled_on_cloud_run,
    labelled_job,
    labelled_in_kubernetes,
    labelled_in_ecs,
    labelled_in_lambda,
    labelled_in_docker,
]


@pytest.mark.parametrize("make", LABELLED)
def test_what_somebody_says_of_an_image_with_a_tag_that_moves_is_told_as_that(
    room: Room, make: Callable[[Room, str], Source]
):
    found = reading(make(room, "registry.example.com/shop/api:latest"))
    assert {one.text for one in found.revisions} == {A}
    [told] = [one.message for one in found.remarks if one.sign is Sign.MOVING_TAG]
    assert " was deployed as registry.example.com/shop/api:latest, a tag that moves" in told


@pytest.mark.parametrize("make", LABELLED)
@pytest.mark.parametrize("image", ["shop/api:2.4.0", f"shop/api:{A}", f"shop/api:live@sha256:{'0' * 64}"])
def test_an_image_that_is_one_for_good_is_no_remark(
    room: Room, make: Callable[[Room, str], Source], image: str
):
    assert Sign.MOVING_TAG not in {one.sign for one in reading(make(room, image)).remarks}


def test_an_image_that_says_it_itself_may_have_any_tag(room: Room):
    moving = "registry.example.com/shop/api:latest"
    of_label = engine.container("api", image=moving, built={REVISION: A})
    of_variable = engine.container("api", image=moving, variables={"COMMIT_SHA": A})
    of_variable["$image"]["Config"]["Env"] = [f"COMMIT_SHA={A}"]
    replaced = engine.container("api", image=moving, variables={"COMMIT_SHA": A})
    replaced["$image"]["Config"]["Env"] = [f"COMMIT_SHA={B}"]
    signs = [
        [one.sign for one in reading(DockerSource(host=room.serve(engine.engine([each])))).remarks]
        for each in (of_label, of_variable, replaced)
    ]
    assert signs == [[], [], [Sign.MOVING_TAG]]


def test_a_registry_that_knows_the_image_bears_out_a_tag_that_moves(room: Room):
    registries = Registries(OneLook(), monotonic() + 5, wanted=True)
    registries.beside(Part("api-1"), [OWN], [room.image()], "shop/api:latest")
    assert registries.remarks == []


@pytest.mark.parametrize(
    ("name", "moving"),
    [
        ("shop/api", True),
        ("a.io:5000/shop/api", True),
        ("shop/api:main", True),
        ("shop/api:py3-latest", True),
        *(
            (f"shop/api:{tag}", True)
            for tag in ("v1", "1.27", "prod-eu1", "us-east-1", "staging2", "build-7")
        ),
        *((f"shop/api:{tag}", False) for tag in ("build-1234", "1234", "2024.1", "v1.2.3-rc1", "a1b2c3d4")),
        ("shop/api:main-a1b2c3d", False),
        ("shop/api:v1.2.3", False),
        ("shop/api:20260205-172903", False),
        (f"shop/api@sha256:{'0' * 64}", False),
        (f"shop/api:latest@sha256:{'0' * 64}", False),
    ],
)
def test_a_tag_that_tells_no_build_moves(name: str, *, moving: bool):
    assert image_of(name).moves is moving
