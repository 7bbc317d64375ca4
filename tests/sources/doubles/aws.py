"""Amazon ECS and AWS Lambda as their interfaces show them, held against the vendor's description."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import botocore.session
from botocore.validate import ParamValidator

from tests.sources.served import Answer, body

REGION = "eu-west-1"
ARN = f"arn:aws:ecs:{REGION}:123456789012"
MADE = 1770292800.5
"""2026-02-05T12:00:00.5Z, as ECS writes it."""

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "hunter2-hunter2-hunter2",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}

Answering = Callable[[dict[str, Any]], Any]
"""What is answered to what was asked: JSON, or the name of an error."""


def conforms(service: str, shape: str, shown: object) -> None:
    """Raises where something has a field that the vendor's description of its shape does not know."""
    report = ParamValidator().validate(shown, _model(service).shape_for(shape))
    assert not report.has_errors(), report.generate_report()


@cache
def _model(service: str) -> Any:
    return botocore.session.Session().get_service_model(service)


# ---------------------------------------------------------------- ECS


def service(name: str, *deployments: dict[str, Any], desired: int = 2, **tags: str) -> dict[str, Any]:
    return {
        "serviceArn": f"{ARN}:service/shop/{name}",
        "serviceName": name,
        "status": "ACTIVE",
        "desiredCount": desired,
        "runningCount": sum(one["runningCount"] for one in deployments),
        "taskDefinition": deployments[0]["taskDefinition"] if deployments else "",
        "deployments": list(deployments),
        "tags": _tags(tags),
    }


def deployment(name: str, running: int = 2, *, status: str = "PRIMARY", **more: Any) -> dict[str, Any]:
    """One of a task definition, `FAMILY:REVISION`."""
    return {
        "id": "ecs-svc/1234567890123456789",
        "status": status,
        "taskDefinition": f"{ARN}:task-definition/{name}",
        "runningCount": running,
        "createdAt": MADE,
        "rolloutState": "COMPLETED",
        **more,
    }


def task_set(name: str, running: int, status: str) -> dict[str, Any]:
    """What a service has in place of deployments where CodeDeploy or somebody else deploys it."""
    return {
        "taskSetArn": f"{ARN}:task-set/shop/api/ecs-svc/{running}",
        "status": status,
        "taskDefinition": f"{ARN}:task-definition/{name}",
        "runningCount": running,
    }


def definition(
    name: str,
    *,
    tags: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    image: str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:2.4.0",
) -> dict[str, Any]:
    family, _, revision = name.partition(":")
    container = {
        "name": family,
        "image": image,
        "dockerLabels": dict(labels or {}),
        "environment": [{"name": key, "value": value} for key, value in (variables or {}).items()],
        "secrets": [{"name": "PASSWORD", "valueFrom": "arn:aws:ssm:eu-west-1:123456789012:parameter/db"}],
    }
    described = {
        "taskDefinitionArn": f"{ARN}:task-definition/{name}",
        "family": family,
        "revision": int(revision),
        "registeredAt": MADE,
        "containerDefinitions": [container],
    }
    return {"taskDefinition": described, "tags": _tags(tags or {})}


def task(name: str, digest: str = "", number: int = 1, **more: str) -> dict[str, Any]:
    """A task that runs, of a task definition, `FAMILY:REVISION`; `more` are digests of further containers."""
    family = name.partition(":")[0]
    digests = {family: digest} | more
    containers = [
        {"name": one, "image": f"127.0.0.1:1/{one}:live"} | ({"imageDigest": digest} if digest else {})
        for one, digest in digests.items()
    ]
    return {
        "taskArn": f"{ARN}:task/shop/{name.replace(':', '-')}-{number}",
        "taskDefinitionArn": f"{ARN}:task-definition/{name}",
        "lastStatus": "RUNNING",
        "startedAt": MADE + 3600,
        "containers": containers,
    }


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def ecs(
    services: list[dict[str, Any]],
    definitions: list[dict[str, Any]],
    size: int = 3,
    tasks: Sequence[dict[str, Any]] = (),
    failed: Mapping[str, str] | None = None,
) -> Answer:
    """One cluster, `shop`, whose lists have pages of that size; the tasks are those of the service `api`.
    Those that `failed`, by ARN, are listed and not described, with the reason.
    """
    known = {one["serviceArn"]: one for one in services}
    made_of = {one["taskDefinition"]["taskDefinitionArn"]: one for one in definitions}

    running = {one["taskArn"]: one for one in tasks}

    def listed(key: str, every: Sequence[str]) -> Answering:
        def answer(asked: dict[str, Any]) -> Any:
            if asked["cluster"] != "shop":
                return "ClusterNotFoundException"
            start = int(asked.get("nextToken", "0"))
            page: dict[str, Any] = {key: every[start : start + size]}
            return page | ({"nextToken": str(start + size)} if start + size < len(every) else {})

        return answer

    def describe(asked: dict[str, Any]) -> Any:
        names = asked["services"]
        assert 0 < len(names) <= 10, "the interface describes at most ten at once"
        failures = [{"arn": name, "reason": why} for name, why in (failed or {}).items() if name in names]
        described = [known[name] for name in names if name not in (failed or {})]
        return {"services": described, "failures": failures}

    tasks_of = {"api": listed("taskArns", list(running))}
    return _operations(
        {
            "ListServices": listed("serviceArns", list(known)),
            "DescribeServices": describe,
            "ListTasks": lambda asked: tasks_of[asked["serviceName"]](asked),
            "DescribeTasks": lambda asked: {"tasks": [running[name] for name in asked["tasks"]]},
            "DescribeTaskDefinition": lambda asked: made_of.get(asked["taskDefinition"], "ClientException"),
        }
    )


def _operations(operations: Mapping[str, Answering]) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        operation = handler.headers["X-Amz-Target"].rpartition(".")[2]
        found = operations[operation](json.loads(handler.sent))  # type: ignore[attr-defined]
        return refused(found)(handler) if isinstance(found, str) else _json(found)(handler)

    return answer


def refused(code: str, status: int = 400) -> Answer:
    """An error in the way of AWS: the body names it."""
    said = {"__type": f"com.amazonaws.ecs#{code}", "message": CREDENTIALS["AWS_SECRET_ACCESS_KEY"]}
    return body(json.dumps(said), status, "application/x-amz-json-1.1", x_amzn_ErrorType=code)


def _json(found: object) -> Answer:
    return body(json.dumps(found), kind="application/x-amz-json-1.1")


# ---------------------------------------------------------------- Lambda


def function(
    version: str = "$LATEST",
    *,
    tags: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    image: str = "",
    **more: Any,
) -> dict[str, Any]:
    """What GetFunction says of one version of a function."""
    code = (
        {"RepositoryType": "ECR", "ImageUri": image} if image else {"Location": "https://s3.example/x?token"}
    )
    configuration = {
        "FunctionName": "api",
        "Version": version,
        "LastModified": "2026-02-05T12:00:00.000+0000",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Environment": {"Variables": dict(variables or {})},
        **more,
    }
    return {"Configuration": configuration, "Code": code, "Tags": dict(tags or {})}


def alias(version: str, weights: Mapping[str, float] | None = None) -> dict[str, Any]:
    return {
        "Name": "live",
        "FunctionVersion": version,
        "RoutingConfig": {"AdditionalVersionWeights": dict(weights or {})},
    }


def functions(
    versions: Mapping[str, list[dict[str, Any]]], aliases: Mapping[str, dict[str, Any]] | None = None
) -> Answer:
    """Versions by function, and what the alias `live` of a function says."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(handler.path)
        name, *rest = asked.path.removeprefix("/2015-03-31/functions/").split("/")
        version = dict(parse_qsl(asked.query)).get("Qualifier", "$LATEST")
        if rest == ["aliases", "live"]:
            found = (aliases or {}).get(name)
        else:
            rows = versions.get(name, [])
            found = next((row for row in rows if row["Configuration"]["Version"] == version), None)
        return _json(found)(handler) if found else refused("ResourceNotFoundException", 404)(handler)

    return answer
