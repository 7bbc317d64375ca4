"""Deploys to Amazon's services as moto plays them: what botocore sends there is taken."""

from __future__ import annotations

from contextlib import suppress

import botocore.session
import pytest
from moto import mock_aws

from tests.deployers.rooms import Room
from tests.deployers.stages import images
from tests.sources.doubles import aws
from unshipped.deployers.contract import NEW, OLD, ORDER, Watcher
from unshipped.deployers.ecs import EcsDeployer
from unshipped.errors import DeployError
from unshipped.platforms import by_botocore


@pytest.mark.slow
@mock_aws
def test_ecs_is_given_a_definition_that_differs_in_the_image_and_the_tag(room: Room):
    for name, value in aws.CREDENTIALS.items():
        room.patch.setenv(name, value)
    room.patch.setattr(by_botocore, "_send", lambda request, **_more: None)  # moto stands in its place
    registry, known = images(room)
    ecs = botocore.session.Session().create_client("ecs", region_name=aws.REGION)
    ecs.create_cluster(clusterName="shop")
    container = {
        "name": "api",
        "image": known[OLD],
        "memory": 128,
        "environment": [{"name": "A", "value": "b"}],
    }
    first = ecs.register_task_definition(
        family="api", containerDefinitions=[container], cpu="256", tags=[{"key": "team", "value": "shop"}]
    )
    ecs.create_service(cluster="shop", serviceName="api", taskDefinition="api", desiredCount=1)
    made = EcsDeployer(
        region=aws.REGION,
        cluster="shop",
        image="registry.example.com/shop/{service}:{commit}",
        registry=registry,
        timeout=20,
    )
    with suppress(DeployError):  # moto rolls nothing out, so that the service goes on as it was
        made.bring(ORDER, Watcher())
    [service] = ecs.describe_services(cluster="shop", services=["api"])["services"]
    found = ecs.describe_task_definition(taskDefinition=service["taskDefinition"], include=["TAGS"])
    before, after = first["taskDefinition"], found["taskDefinition"]
    assert after["revision"] == before["revision"] + 1
    assert after["containerDefinitions"][0] == {**before["containerDefinitions"][0], "image": known[NEW]}
    tags = {row["key"]: row["value"] for row in found["tags"]}
    assert tags == {"team": "shop", "commit-sha": NEW}
