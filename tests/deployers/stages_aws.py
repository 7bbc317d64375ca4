"""Amazon ECS and AWS Lambda that remember, held against the vendor's description of what is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.deployers.stages import Platform, images
from tests.sources.doubles import aws
from tests.sources.served import body
from unshipped.deployers.aws_lambda import LambdaDeployer
from unshipped.deployers.contract import OLD, SECRET
from unshipped.deployers.ecs import EcsDeployer
from unshipped.ports.deploying import Deployer

Row = dict[str, Any]
IMAGE = "registry.example.com/shop/{service}:{commit}"


@dataclass
class OfAws(Platform):
    """What asks with the credentials of the environment."""

    def set_up(self) -> None:
        for name, value in {**aws.CREDENTIALS, "AWS_SECRET_ACCESS_KEY": SECRET}.items():
            self.room.patch.setenv(name, value)
        self.registry, self.images = images(self.room)

    def lose(self) -> bool:
        for name in aws.CREDENTIALS:
            if name.endswith(("KEY", "KEY_ID")):
                self.room.patch.delenv(name)
        return True

    def settings(self, timeout: float) -> dict[str, Any]:
        place = {"region": aws.REGION, "endpoint": self.address, "registry": self.registry}
        return {**place, "image": IMAGE, "timeout": timeout}


@dataclass
class Ecs(OfAws):
    """One service, `api`, in a cluster, `shop`, whose rollouts are over at once."""

    def set_up(self) -> None:
        super().set_up()
        first = aws.definition("api:1", image=self.images[OLD], variables={"A": "b"}, tags={"team": "shop"})
        first["taskDefinition"] |= {
            "cpu": "256",
            "memory": "512",
            "status": "ACTIVE",
            "compatibilities": ["EC2"],
        }
        self.definitions = [first]
        self.ids = count(1)
        self._roll(1)

    def _roll(self, revision: int) -> None:
        state = "IN_PROGRESS" if self.stalled else "COMPLETED"
        one = aws.deployment(
            f"api:{revision}", desiredCount=2, rolloutState=state, id=f"ecs-svc/{next(self.ids)}"
        )
        if self.stalled:
            one["runningCount"] = 0
        self.service = aws.service("api", one)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.refusing:
            aws.refused("AccessDeniedException")(handler)
            return
        operation = handler.headers["X-Amz-Target"].rpartition(".")[2]
        sent = json.loads(handler.sent)  # type: ignore[attr-defined]
        aws.conforms("ecs", aws_input("ecs", operation), sent)
        body(json.dumps(getattr(self, operation)(sent)), kind="application/x-amz-json-1.1")(handler)

    def DescribeServices(self, sent: Row) -> Any:
        return {"services": [self.service] if sent["services"] == ["api"] else [], "failures": []}

    def DescribeTaskDefinition(self, sent: Row) -> Any:
        return self.definitions[int(sent["taskDefinition"].rpartition(":")[2]) - 1]

    def RegisterTaskDefinition(self, sent: Row) -> Any:
        number = len(self.definitions) + 1
        kept = {key: value for key, value in sent.items() if key != "tags"}
        arn = f"{aws.ARN}:task-definition/api:{number}"
        made = {**kept, "taskDefinitionArn": arn, "revision": number}
        self.definitions.append({"taskDefinition": made, "tags": sent["tags"]})
        return {"taskDefinition": made}

    def UpdateService(self, sent: Row) -> Any:
        self.changes += 1
        self._roll(int(sent["taskDefinition"].rpartition(":")[2]))
        return {"service": self.service}

    def deployer(self, timeout: float) -> Deployer:
        return EcsDeployer(**self.settings(timeout), cluster="shop")

    def share(self, commit: str) -> float:
        (primary,) = self.service["deployments"]
        known = self.DescribeTaskDefinition({"taskDefinition": primary["taskDefinition"]})
        runs = known["taskDefinition"]["containerDefinitions"][0]["image"]
        return float(runs == self.images.get(commit) and primary["rolloutState"] == "COMPLETED")


@dataclass
class Lambda(OfAws):
    """One function, `api`, and its alias, `live`."""

    def set_up(self) -> None:
        super().set_up()
        self.code = self.images[OLD]
        self.versions: list[Row] = [{"Version": "1", "Description": OLD, "image": self.code}]
        self.alias: Row = {"Name": "live", "FunctionVersion": "1"}
        self.described = ""
        self.states: dict[str, list[str]] = {}
        """Of a version, its states from now on; the last one stays."""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.refusing:
            aws.refused("AccessDeniedException", 403)(handler)
            return
        asked = urlsplit(handler.path)
        sent = json.loads(handler.sent) if handler.sent else {}  # type: ignore[attr-defined]
        rest = unquote(asked.path).partition("/functions/api")[2]
        found = self._said(handler.command, rest, dict(parse_qsl(asked.query)), sent)
        body(json.dumps(found), 200 if found else 404, "application/json")(handler)

    def _said(self, method: str, rest: str, query: Row, sent: Row) -> Any:
        if method == "GET" and rest == "/versions":
            latest = {"Version": "$LATEST", "Description": ""}
            return {
                "Versions": [
                    latest,
                    *({"Version": v["Version"], "Description": v["Description"]} for v in self.versions),
                ]
            }
        if method == "PUT" and rest == "/code":
            aws.conforms("lambda", "UpdateFunctionCodeRequest", {"FunctionName": "api", **sent})
            self.changes += 1
            self.code = sent["ImageUri"]
            return {"CodeSha256": self.code[-8:]}
        if method == "POST" and rest == "/versions":
            aws.conforms("lambda", "PublishVersionRequest", {"FunctionName": "api", **sent})
            assert sent["CodeSha256"] == self.code[-8:]
            number, made_of = str(len(self.versions) + 1), (self.code, self.described)
            if self.versions[-1].get("made_of", (self.versions[-1]["image"], "")) != made_of:
                made = {"Version": number, "Description": sent["Description"], "image": self.code}
                self.versions.append(made | {"made_of": made_of})
            last = self.versions[-1]
            state = self.states.get(last["Version"], ["Active"])[0]
            return {"Version": last["Version"], "Description": last["Description"], "State": state}
        if method == "PUT" and rest == "/configuration":
            aws.conforms("lambda", "UpdateFunctionConfigurationRequest", {"FunctionName": "api", **sent})
            self.described = sent["Description"]
            return {"CodeSha256": self.code[-8:]}
        if method == "GET" and not rest:
            update = "InProgress" if self.stalled else "Successful"
            later = self.states.get(query["Qualifier"], ["Active"])
            state = later.pop(0) if len(later) > 1 else later[0]
            return {"Configuration": {"State": state, "LastUpdateStatus": update}}
        if rest == "/aliases/live" and method == "PUT":
            aws.conforms("lambda", "UpdateAliasRequest", {"FunctionName": "api", "Name": "live", **sent})
            self.alias = {"Name": "live", **sent}
        return self.alias if rest == "/aliases/live" else None

    def deployer(self, timeout: float) -> Deployer:
        return LambdaDeployer(**self.settings(timeout))

    def share(self, commit: str) -> float:
        weights = self.alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        shares = {**weights, self.alias["FunctionVersion"]: 1 - sum(weights.values())}
        own = [one["Version"] for one in self.versions if one["image"] == self.images.get(commit)]
        return float(sum(shares.get(version, 0) for version in own))


def aws_input(service: str, operation: str) -> str:
    """The shape of what an operation is asked with."""
    return str(aws._model(service).operation_model(operation).input_shape.name)
