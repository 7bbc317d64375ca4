"""Amazon ECS, by a double that is held against the vendor's description, and by an emulator."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from tests.sources.doubles import aws
from tests.sources.served import Answer, Served, serving
from tests.support.reading import API, reading
from unshipped.app.look import OneLook
from unshipped.app.read import Ask, read_all
from unshipped.core.model import Closure, Code, Origin, Problem, Reading, Rule, Sign
from unshipped.core.roster import Roster
from unshipped.core.settings import Settings
from unshipped.errors import SourceError
from unshipped.platforms import by_botocore
from unshipped.sources.aws.ecs import EcsSource

A, B = "a1" * 20, "b2" * 20
TAGGED = aws.definition("api:7", tags={"commit-sha": A})

Read = Callable[..., Reading]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def asking(stack: ExitStack, answer: Answer, **more: Any) -> tuple[EcsSource, Served]:
    served = stack.enter_context(serving(answer))
    return EcsSource(region=aws.REGION, **{"cluster": "shop", "endpoint": served.url(""), **more}), served


def read(stack: ExitStack, service: dict[str, Any], *definitions: dict[str, Any]) -> Reading:
    return reading(asking(stack, aws.ecs([service], list(definitions)))[0])


def words(found: Reading) -> list[tuple[str, str, float, str, bool]]:
    return [(one.text, one.part, one.share, one.said_by, one.weak) for one in found.revisions]


def signs(found: Reading) -> list[tuple[Sign, str]]:
    return [(one.sign, one.message) for one in found.remarks]


def test_what_else_runs_in_the_cluster_is_told(stack: ExitStack):
    idle = aws.service("idle", aws.deployment("idle:1", 0), desired=0)
    starting = aws.service("new", aws.deployment("new:1", 0))
    services = [aws.service(name, aws.deployment("api:7")) for name in ("api", "old")]
    source, _ = asking(stack, aws.ecs([*services, idle, starting], [TAGGED]))
    where = f"Amazon ECS, {aws.REGION}, cluster shop"
    assert reading(source).roster == Roster(where, "api", frozenset({"api", "old", "new"}))


def test_what_one_cluster_has_says_nothing_of_another_one(stack: ExitStack):
    source, _served = asking(stack, aws.ecs([aws.service("api", aws.deployment("api:7"))], [TAGGED]))
    look = OneLook()
    assert source.read(API, look).revisions[0].text == A
    with pytest.raises(SourceError, match="ClusterNotFoundException"):
        replace(source, cluster="bank").read(API, look)


def test_a_service_that_does_not_say_its_commit_is_in_the_roster_all_the_same(stack: ExitStack):
    with pytest.raises(SourceError) as caught:
        read(stack, aws.service("api", aws.deployment("api:7")), aws.definition("api:7"))
    assert caught.value.roster == Roster(f"Amazon ECS, {aws.REGION}, cluster shop", "api", frozenset({"api"}))


def test_every_word_of_what_runs_is_heard_by_its_share_of_the_tasks(stack: ExitStack):
    service = aws.service(
        "api",
        aws.deployment("api:8", 1, rolloutState="IN_PROGRESS"),
        aws.deployment("api:7", 3, status="ACTIVE"),
        commit=B,
    )
    newer = aws.definition("api:8", labels={"commit": B}, variables={"GIT_COMMIT": B}, image="x/api:b2b2b2b")
    found = read(stack, service, TAGGED, newer)
    assert words(found) == [
        (B, "api:8", 0.25, "tag commit of the service", True),
        (B, "api:8", 0.25, "label commit", False),
        (B, "api:8", 0.25, "variable GIT_COMMIT", False),
        ("b2b2b2b", "api:8", 0.25, "tag of image x/api:b2b2b2b", False),
        (A, "api:7", 0.75, "tag commit-sha", False),
        (B, "api:7", 0.75, "tag commit of the service", True),
    ]
    assert found.revisions[0].since
    assert found.revisions[0].since.isoformat() == "2026-02-05T12:00:00.500000+00:00"
    assert signs(found) == [(Sign.CONVERGING, "a deployment is under way")]
    assert found.remarks[0].since and found.remarks[0].since.tzinfo


def test_deployments_of_one_task_definition_are_one_part(stack: ExitStack):
    twice = aws.service("api", aws.deployment("api:7", 1), aws.deployment("api:7", 1, status="ACTIVE"))
    assert [(one.part, one.share) for one in read(stack, twice, TAGGED).revisions] == [("api:7", 1.0)]


@pytest.mark.parametrize(
    ("failed", "message"),
    [
        ({"rolloutState": "FAILED"}, "api:8 could not be deployed"),
        (
            {"rolloutState": "FAILED", "rolloutStateReason": "ECS deployment circuit breaker: rolling back"},
            "api:8 could not be deployed: ECS deployment circuit breaker: rolling back",
        ),
        ({"failedTasks": 4}, "4 tasks of api:8 failed in a row"),
    ],
)
def test_while_the_newest_fails_the_one_before_it_serves(
    stack: ExitStack, failed: dict[str, Any], message: str
):
    service = aws.service(
        "api", aws.deployment("api:8", 0, **failed), aws.deployment("api:7", status="ACTIVE")
    )
    found = read(stack, service, TAGGED)
    assert [(one.text, one.share) for one in found.revisions] == [(A, 1.0)]
    assert signs(found) == [(Sign.LATEST_NOT_READY, message)]


def test_what_runs_beside_the_container_with_a_port_says_nothing_of_it(stack: ExitStack):
    made = aws.definition("api:7", variables={"GIT_COMMIT": A})
    described = made["taskDefinition"]
    proxy = {"name": "proxy", "image": "x/proxy:b2b2b2b", "dockerLabels": {"commit": B}}
    own = described["containerDefinitions"][0] | {"portMappings": [{"containerPort": 8080}]}
    described["containerDefinitions"] = [proxy, own]
    found = read(stack, aws.service("api", aws.deployment("api:7", 1), desired=1), made)
    assert words(found) == [(A, "api:7", 1.0, "variable GIT_COMMIT", False)]


def test_what_runs_beside_is_not_heard_where_the_whole_says_which_commit_it_is(stack: ExitStack):
    """As after a deploy by digest that tags the definition: an agent's image is of another repository."""
    made = aws.definition("api:7", tags={"commit-sha": A})
    made["taskDefinition"]["containerDefinitions"].append({"name": "agent", "image": "x/agent:b2b2b2b"})
    found = read(stack, aws.service("api", aws.deployment("api:7", 1), desired=1), made)
    assert words(found) == [(A, "api:7", 1.0, "tag commit-sha", False)]


AGENT = {
    "name": "agent",
    "image": "x/agent:b2b2b2b",
    "portMappings": [{"containerPort": 8126}],
    "dockerLabels": {"commit": B},
}
"""What watches others: it has a port, and they have none."""


@pytest.mark.parametrize(
    ("service", "family", "container"),
    [
        ("api", "shop", "api"),  # as the service is called in the map
        ("shop-api", "shop", "shop-api"),  # in ECS
        ("shop", "worker", "worker"),  # as the family of its definition
    ],
)
def test_the_container_that_is_called_as_the_service_counts_before_one_with_a_port(
    stack: ExitStack, service: str, family: str, container: str
):
    made = aws.definition(f"{family}:7", variables={"GIT_COMMIT": A})
    [own] = made["taskDefinition"]["containerDefinitions"]
    made["taskDefinition"]["containerDefinitions"] = [AGENT, own | {"name": container}]
    answer = aws.ecs([aws.service(service, aws.deployment(f"{family}:7"))], [made])
    found = reading(asking(stack, answer, service=service)[0])
    assert words(found) == [(A, f"{family}:7", 1.0, "variable GIT_COMMIT", False)]
    assert [one.variables for one in found.settings] == [{"GIT_COMMIT": A, "PASSWORD": None}]


def test_the_container_that_counts_is_named_where_it_is_called_otherwise(stack: ExitStack):
    made = aws.definition("api:7", variables={"GIT_COMMIT": A})
    [own] = made["taskDefinition"]["containerDefinitions"]
    made["taskDefinition"]["containerDefinitions"] = [AGENT, own | {"name": "api-main"}]
    answer = aws.ecs([aws.service("api", aws.deployment("api:7"))], [made])
    found = reading(asking(stack, answer, container="{service}-main")[0])
    assert words(found) == [(A, "api:7", 1.0, "variable GIT_COMMIT", False)]
    with pytest.raises(SourceError, match="api has no container web among 2") as caught:
        reading(asking(stack, answer, container="web")[0])
    assert caught.value.problem.code is Code.NOT_FOUND


def test_scaled_to_zero_the_newest_is_what_would_run(stack: ExitStack):
    before = aws.deployment("api:6", 0, status="ACTIVE")
    found = read(stack, aws.service("api", aws.deployment("api:7", 0), before, desired=0), TAGGED)
    assert [(one.text, one.share) for one in found.revisions] == [(A, 1.0)]
    assert signs(found) == [(Sign.SCALED_TO_ZERO, "it is set to run no task")]


def test_of_task_sets_the_primary_one_gets_the_traffic(stack: ExitStack):
    sets = [aws.task_set("api:8", 2, "ACTIVE"), aws.task_set("api:7", 2, "PRIMARY")]
    found = read(stack, aws.service("api") | {"taskSets": sets}, TAGGED)
    assert [(one.text, one.part, one.share) for one in found.revisions] == [(A, "api:7", 1.0)]
    assert [one.sign for one in found.remarks] == [Sign.CONVERGING]
    alone = read(stack, aws.service("api") | {"taskSets": sets[1:]}, TAGGED)
    assert alone.remarks == ()


def test_a_deployment_has_been_under_way_since_the_newest_was_made(stack: ExitStack):
    newest = aws.deployment("api:7", 1, rolloutState="IN_PROGRESS", createdAt=aws.MADE + 3600)
    service = aws.service("api", newest, aws.deployment("api:7", 1, status="ACTIVE"))
    [told] = read(stack, service, TAGGED).remarks
    assert str(told.since) == "2026-02-05 13:00:00.500000+00:00"


@pytest.mark.parametrize(
    ("service", "code", "words"),
    [
        (
            aws.service("web", aws.deployment("web:1")),
            Code.NOT_FOUND,
            "no service api among 1 of cluster shop",
        ),
        (aws.service("api"), Code.NO_REVISION, "runs none of the 2 tasks"),
        (aws.service("api", aws.deployment("api:7", 0)), Code.NO_REVISION, "runs none of the 2 tasks"),
        (
            aws.service("api", aws.deployment("api:1")),
            Code.NO_REVISION,
            "api:1 says nowhere which commit it is",
        ),
        (aws.service("api", aws.deployment("api:9")), Code.SOURCE_ERROR, "ClientException to DescribeTask"),
    ],
)
def test_what_cannot_be_told_has_a_reason(stack: ExitStack, service: dict[str, Any], code: Code, words: str):
    with pytest.raises(SourceError) as caught:
        read(stack, service, aws.definition("api:1"))
    assert caught.value.problem.code is code
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (aws.refused("AccessDeniedException"), Code.SOURCE_DENIED, "AccessDeniedException to ListServices"),
        (aws.refused("ExpiredTokenException"), Code.SOURCE_DENIED, "ExpiredTokenException"),
        (aws.refused("UnrecognizedClientException"), Code.SOURCE_DENIED, "UnrecognizedClientException"),
        (aws.refused("InvalidSignatureException"), Code.SOURCE_DENIED, "InvalidSignatureException"),
        (aws.refused("ClusterNotFoundException"), Code.NOT_FOUND, "ClusterNotFoundException"),
        (aws.refused("ThrottlingException"), Code.SOURCE_ERROR, "ThrottlingException"),
        (aws.refused("ServerException", 500), Code.SOURCE_ERROR, "ServerException"),
        (aws.refused("hunter2", 418), Code.SOURCE_ERROR, "answered 418"),
    ],
)
def test_a_refusal_has_a_reason(stack: ExitStack, answer: Answer, code: Code, words: str):
    source, _served = asking(stack, answer, timeout=15)
    with pytest.raises(SourceError) as caught:
        reading(source)
    assert caught.value.problem.code is code
    assert words in caught.value.message
    assert "hunter2" not in f"{caught.value.message} {caught.value.hint}"


def test_a_service_that_is_listed_and_not_described_is_no_absence(stack: ExitStack):
    services = [aws.service(name, aws.deployment("api:7")) for name in ("api", "web")]
    failed = {services[0]["serviceArn"]: "MISSING"}
    source, _ = asking(stack, aws.ecs(services, [TAGGED], failed=failed))
    with pytest.raises(SourceError, match="does not describe service api of cluster shop: MISSING") as caught:
        reading(source)
    assert caught.value.problem.code is Code.SOURCE_ERROR
    source, _ = asking(stack, aws.ecs(services, [TAGGED], failed=failed), service="web")
    assert reading(source).revisions[0].text == A


def test_who_is_too_busy_is_asked_again(stack: ExitStack):
    whole = aws.ecs([aws.service("api", aws.deployment("api:7"))], [TAGGED])
    answers = iter([aws.refused("ThrottlingException"), aws.refused("TooManyRequestsException", 429)])

    def answer(handler: Any) -> None:
        next(answers, whole)(handler)

    source, served = asking(stack, answer)
    assert reading(source).revisions[0].text == A
    assert len(served.asked) == 5


def test_a_fleet_is_listed_once(stack: ExitStack):
    names = [f"api-{number}" for number in range(25)]
    services = [aws.service(name, aws.deployment("api:7"), commit=A) for name in names]
    source, served = asking(stack, aws.ecs(services, [TAGGED], size=10))
    origin = Origin("main", Closure(("api",)), Rule(), ())
    nowhere = Problem(Code.REPOSITORY_ERROR, "")
    signals = read_all([Ask(API._replace(service=name), origin, "ecs", source, nowhere) for name in names])
    assert [signal.revisions[0].text for signal in signals] == [A] * 25
    asked = [one.headers["X-Amz-Target"].rpartition(".")[2] for one in served.asked]
    assert (asked.count("ListServices"), asked.count("DescribeServices")) == (3, 3)
    assert "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/" in served.asked[0].headers["Authorization"]


def test_tasks_are_asked_about_where_nothing_else_knows_the_digest(stack: ExitStack):
    """All pages of their list, described at most a hundred at a time; and not asked for without need."""
    service = aws.service("api", aws.deployment("api:7"))
    tasks = [aws.task("api:7", f"sha256:{number:064}", number) for number in range(120)]
    for image, wanted, tasks_asked in (
        ("127.0.0.1:1/api:live", True, ["ListTasks"] * 40 + ["DescribeTasks"] * 2),
        ("127.0.0.1:1/api:live@sha256:" + "0" * 64, True, []),
        ("127.0.0.1:1/api:live", False, []),
    ):
        definition = aws.definition("api:7", tags={"commit": A}, image=image)
        source, served = asking(stack, aws.ecs([service], [definition], tasks=tasks), registry=wanted)
        found = reading(source)
        operations = [one.headers["X-Amz-Target"].rpartition(".")[2] for one in served.asked]
        assert [one for one in operations if one.endswith("Tasks")] == tasks_asked
        assert (
            len([one for one in found.remarks if one.sign is Sign.SILENT_SOURCE])
            == {
                0: int(wanted),
                42: 120,
            }[len(tasks_asked)]
        )


def test_who_may_not_ask_about_tasks_is_told(stack: ExitStack):
    whole = aws.ecs([aws.service("api", aws.deployment("api:7"))], [TAGGED])
    denied = aws.refused("AccessDeniedException")

    def answer(handler: Any) -> None:
        (denied if handler.headers["X-Amz-Target"].endswith("ListTasks") else whole)(handler)

    with pytest.raises(SourceError, match="AccessDeniedException to ListTasks") as caught:
        reading(asking(stack, answer, registry=True)[0])
    assert caught.value.problem.code is Code.SOURCE_DENIED


def test_without_credentials_it_is_denied(stack: ExitStack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    source, served = asking(stack, aws.ecs([], []))
    with pytest.raises(SourceError, match="NoCredentialsError") as caught:
        reading(source)
    assert caught.value.problem.code is Code.SOURCE_DENIED
    assert served.asked == []


def test_a_profile_that_is_not_there_is_denied(stack: ExitStack):
    source, _served = asking(stack, aws.ecs([], []), profile="{environment}")
    with pytest.raises(SourceError, match="ProfileNotFound") as caught:
        reading(source)
    assert caught.value.problem.code is Code.SOURCE_DENIED


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "unshipped.platforms.by_botocore", None)
    with pytest.raises(SourceError, match="not installed") as caught:
        reading(EcsSource(region=aws.REGION))
    assert "unshipped[aws]" in caught.value.hint


def test_what_is_no_region_is_said(stack: ExitStack):
    with pytest.raises(SourceError, match="that is no region") as caught:
        reading(EcsSource(region="eu west"))
    assert caught.value.problem.code is Code.SOURCE_ERROR


def test_the_authorities_are_those_that_aws_is_told_of(stack: ExitStack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere.pem")
    source, _served = asking(stack, aws.ecs([], []))
    with pytest.raises(SourceError, match="ca_file /nowhere"):
        reading(source)


def test_credentials_that_never_come_time_out(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
):
    config = tmp_path / "config"
    config.write_text("[profile slow]\ncredential_process = sleep 5\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    source, _served = asking(stack, aws.ecs([], []), profile="slow", timeout=1)
    with pytest.raises(SourceError, match="no credentials within 1 s") as caught:
        reading(source)
    assert caught.value.problem.code is Code.SOURCE_TIMEOUT


# ---------------------------------------------------------------- against somebody else's idea of ECS


def test_an_emulator_understands_what_is_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MOTO_ECS_SERVICE_RUNNING", "2")
    monkeypatch.setattr(
        by_botocore, "_send", lambda request, **_more: None
    )  # the emulator answers in its place
    with mock_aws():
        client = botocore.session.Session().create_client("ecs", region_name=aws.REGION)
        client.create_cluster(clusterName="shop")
        environment = [{"name": "COMMIT", "value": A}]
        container = {"name": "api", "image": "api:1.0.0", "memory": 128, "environment": environment}
        tags = [{"key": "commit", "value": A}]
        client.register_task_definition(family="api", containerDefinitions=[container], tags=tags)
        for name in ["api", *(f"web-{number}" for number in range(12))]:
            client.create_service(
                cluster="shop", serviceName=name, taskDefinition="api", desiredCount=2, tags=tags
            )
        found = reading(EcsSource(region=aws.REGION, cluster="shop"))
        with pytest.raises(SourceError, match="ClusterNotFoundException") as caught:
            reading(EcsSource(region=aws.REGION, cluster="elsewhere"))
    assert words(found) == [
        (A, "api:1", 1.0, "tag commit", False),
        (A, "api:1", 1.0, "tag commit of the service", True),
        (A, "api:1", 1.0, "variable COMMIT", False),
    ]
    assert found.remarks == ()
    assert caught.value.problem.code is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ("ListServicesResponse", {"serviceArns": ["x"], "nextToken": "2"}),
        (
            "DescribeServicesResponse",
            {
                "services": [
                    aws.service("api", aws.deployment("api:7", failedTasks=1, rolloutStateReason=""), a="b"),
                    aws.service("api") | {"taskSets": [aws.task_set("api:7", 2, "PRIMARY")]},
                ],
                "failures": [],
            },
        ),
        ("ListTasksResponse", {"taskArns": ["x"], "nextToken": "2"}),
        ("DescribeTasksResponse", {"tasks": [aws.task("api:7", "sha256:1")], "failures": []}),
        (
            "DescribeTaskDefinitionResponse",
            aws.definition("api:7", tags={"a": "b"}, labels={"a": "b"}, variables={"A": "b"}),
        ),
    ],
)
def test_the_double_has_the_fields_that_aws_describes(shape: str, shown: dict[str, Any]):
    aws.conforms("ecs", shape, shown)


def test_a_task_definition_says_what_it_is_set_to(stack: ExitStack):
    tags, team = {"commit-sha": A}, {"team": "shop"}
    made = aws.definition("api:7", tags=tags, labels=team, variables={"LEVEL": "info"})
    [container] = made["taskDefinition"]["containerDefinitions"]
    container["secrets"] = [{"name": "PASSWORD", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/db"}]
    variables = {"LEVEL": "info", "PASSWORD": None}
    expected = Settings("api:7", variables, tags | team, container["image"])
    assert read(stack, aws.service("api", aws.deployment("api:7")), made).settings == (expected,)
    container["environmentFiles"] = [{"value": "arn:aws:s3:::shop/api.env", "type": "s3"}]
    found = read(stack, aws.service("api", aws.deployment("api:7")), made)
    assert found.settings == (expected._replace(open=True),)
