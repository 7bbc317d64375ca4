"""What is particular to the platforms of AWS."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.deployers import stages_aws
from tests.deployers.rooms import Room
from tests.sources.doubles import aws
from unshipped.deployers.contract import GONE, NEW, OLD, ORDER, Watcher
from unshipped.errors import DeployError


def refusal(stage: Any) -> DeployError:
    with pytest.raises(DeployError) as caught:
        stage.deployer(20).bring(ORDER, Watcher())
    return caught.value


# ---------------------------------------------------------------- ECS


def then(stage: stages_aws.Ecs, *more: dict[str, Any]) -> None:
    """Once a deploy was asked for, the service has these deployments."""
    usual = stage.UpdateService

    def update(sent: dict[str, Any]) -> Any:
        said = usual(sent)
        stage.service = aws.service("api", *more)
        return said

    stage.UpdateService = update  # type: ignore[method-assign]


def test_an_answer_from_before_the_deploy_is_no_way_back_of_ecs(room: Room):
    stage = stages_aws.Ecs(room)
    before, usual, old = stage.service, stage.DescribeServices, [1]

    def describe(sent: dict[str, Any]) -> Any:
        outdated = bool(stage.changes and old and old.pop())
        return {"services": [before], "failures": []} if outdated else usual(sent)

    stage.DescribeServices = describe  # type: ignore[method-assign]
    stage.deployer(20).bring(ORDER, Watcher())
    assert stage.share(NEW) == 1 and not old


def test_what_somebody_else_deploys_meanwhile_is_no_definite_no(room: Room):
    stage = stages_aws.Ecs(room)
    then(stage, aws.deployment("api:1", id="ecs-svc/77"))
    error = refusal(stage)
    assert not error.certain and "somebody deployed something else" in error.message


@pytest.mark.parametrize("id", ["ecs-svc/1", "ecs-svc/77"])
def test_that_ecs_goes_back_by_itself_is_a_definite_no(room: Room, id: str):  # noqa: A002 - as AWS calls it
    stage = stages_aws.Ecs(room)
    why = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1."
    then(stage, aws.deployment("api:1", id=id, rolloutStateReason=why, rolloutState="IN_PROGRESS"))
    error = refusal(stage)
    assert error.certain and "went back by itself: ECS deployment circuit breaker" in error.message


def test_that_its_deployment_failed_is_a_definite_no_whatever_serves(room: Room):
    stage = stages_aws.Ecs(room)
    failed = aws.deployment("api:2", 0, status="ACTIVE", id="ecs-svc/2", rolloutState="FAILED")
    then(stage, aws.deployment("api:1"), failed | {"rolloutStateReason": "tasks failed to start"})
    error = refusal(stage)
    assert error.certain and "the rollout failed: tasks failed to start" in error.message


def test_a_commit_whose_image_is_that_of_another_one_gets_a_definition_with_its_tag(room: Room):
    """What serves is known by the tag: two commits may be built to the same image."""
    stage = stages_aws.Ecs(room)
    stage.deployer(60).bring(ORDER, Watcher())
    stage.definitions[-1]["tags"] = [{"key": "commit-sha", "value": GONE}]
    stage.deployer(60).bring(ORDER._replace(number=1), Watcher())
    assert stage.changes == 2
    assert stage.definitions[-1]["tags"] == [{"key": "commit-sha", "value": NEW}]


def test_a_definition_whose_rollout_failed_is_rolled_out_anew(room: Room):
    """What it lacked, such as a secret, may be there by now."""
    stage = stages_aws.Ecs(room)
    stage.deployer(60).bring(ORDER, Watcher())
    stage.service["deployments"][0]["rolloutState"] = "FAILED"
    stage.deployer(60).bring(ORDER._replace(number=1), Watcher())
    assert (stage.changes, stage.share(NEW)) == (2, 1)


def test_nothing_but_the_image_and_the_tag_is_another(room: Room):
    """Whatever AWS itself says that a definition may hold."""
    asked = aws._model("ecs").operation_model("RegisterTaskDefinition").input_shape.members
    more = {name: shape for name, shape in asked.items() if name not in ("containerDefinitions", "tags")}
    stage = stages_aws.Ecs(room)
    stage.definitions[0]["taskDefinition"] |= {name: anything(shape) for name, shape in more.items()}
    before = deepcopy(stage.definitions[0]["taskDefinition"])
    stage.deployer(60).bring(ORDER, Watcher())
    made, (old,) = stage.definitions[-1], before["containerDefinitions"]
    assert made["taskDefinition"]["containerDefinitions"] == [old | {"image": stage.images[NEW]}]
    assert {name: made["taskDefinition"].get(name) for name in more} == {name: before[name] for name in more}
    assert {"key": "team", "value": "shop"} in made["tags"]


def anything(shape: Any) -> Any:
    """A value that has that shape."""
    if shape.type_name == "structure":
        return {name: anything(one) for name, one in shape.members.items()}
    if shape.type_name == "list":
        return [anything(shape.member)]
    if shape.type_name == "map":
        return {"key": anything(shape.value)}
    return {"integer": 1, "boolean": True}.get(shape.type_name) or (*getattr(shape, "enum", ()), "api")[0]


# ---------------------------------------------------------------- Lambda


def test_a_share_is_not_taken_from_what_somebody_else_deployed_meanwhile(room: Room):
    stage = stages_aws.Lambda(room)
    stage.deployer(60).bring(ORDER._replace(share=0.0), Watcher())
    stage.versions.append({"Version": "3", "Description": GONE, "image": "by hand"})
    stage.alias |= {"FunctionVersion": "3"}
    stage.deployer(60).shift(ORDER._replace(number=1, share=0.25), Watcher())
    assert stage.alias["FunctionVersion"] == "3"
    assert (stage.share(NEW), stage.share(OLD)) == (0.25, 0)


def left_behind(stage: stages_aws.Lambda, *states: str) -> None:
    """Somebody published a version of the commit and did not wait for it."""
    stage.versions.append({"Version": "2", "Description": NEW, "image": stage.images[NEW]})
    stage.states["2"] = list(states)


def test_a_version_of_the_commit_that_is_there_is_waited_for(room: Room):
    stage = stages_aws.Lambda(room)
    left_behind(stage, "Pending", "Pending", "Active")
    watcher = Watcher()
    stage.deployer(60).bring(ORDER, watcher)
    assert watcher.lines[0] == "function api: waiting for version 2 to be ready"
    assert (stage.alias["FunctionVersion"], stage.changes) == ("2", 0)


def test_a_version_of_the_commit_that_failed_is_not_used_again(room: Room):
    stage = stages_aws.Lambda(room)
    left_behind(stage, "Failed")
    stage.deployer(60).bring(ORDER, Watcher())
    assert (stage.alias["FunctionVersion"], stage.changes) == ("3", 1)


def test_an_older_version_of_the_commit_that_did_not_fail_is_the_way_back(room: Room):
    stage = stages_aws.Lambda(room)
    left_behind(stage, "Active")
    stage.versions.append(stage.versions[-1] | {"Version": "3"})
    stage.states["3"] = ["Failed"]
    stage.deployer(60).bring(ORDER, Watcher())
    assert (stage.alias["FunctionVersion"], stage.changes) == ("2", 0)


def test_a_commit_whose_image_is_that_of_another_one_gets_a_version_of_its_own(room: Room):
    """Lambda publishes none where neither code nor settings are others: it answers with the newest one."""
    stage = stages_aws.Lambda(room)
    stage.deployer(60).bring(ORDER, Watcher())
    stage.versions[-1]["Description"] = GONE
    stage.deployer(60).bring(ORDER._replace(number=1), Watcher())
    assert [one["Description"] for one in stage.versions] == [OLD, GONE, NEW]
    assert (stage.alias["FunctionVersion"], stage.described) == (
        "3",
        f"unshipped {ORDER._replace(number=1).key}",
    )
