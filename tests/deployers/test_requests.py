"""What a platform's refusal, or its silence, says: before, at and behind the first change."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.deployers import stages, stages_aws, stages_more
from tests.deployers.rooms import Room
from tests.sources.served import body
from unshipped.deployers.contract import OLD, ORDER, Watcher
from unshipped.errors import DeployError

PLATFORMS: list[type[stages.Platform]] = [
    stages.CloudRun,
    stages.CloudFunction,
    stages.Cluster,
    stages_aws.Ecs,
    stages_aws.Lambda,
    stages_more.ArgoCd,
    stages_more.Github,
]


def failing(stage: Any, status: int, which: Callable[[BaseHTTPRequestHandler], bool]) -> DeployError:
    """What comes of a deploy to a platform that answers some requests with that status."""
    usual = stage.answer

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (body("{}", status, "application/json") if which(handler) else usual)(handler)

    stage.address = stage.room.serve(answer)
    with pytest.raises(DeployError) as caught:
        stage.deployer(8).bring(ORDER, Watcher())
    return caught.value


def changes(handler: BaseHTTPRequestHandler) -> bool:
    asked = handler.headers.get("X-Amz-Target", "")
    return asked.endswith("UpdateService") if asked else handler.command != "GET"


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("status", [403, 409])
def test_a_first_change_that_is_refused_touched_nothing(platform: Any, status: int, room: Room):
    stage = platform(room)
    error = failing(stage, status, changes)
    assert error.early and error.certain
    assert stage.begun() == 0 and stage.share(OLD) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_first_change_that_is_asked_for_too_often_touched_nothing(platform: Any, room: Room):
    stage = platform(room)
    error = failing(stage, 429, changes)
    assert error.early and not error.certain
    assert stage.begun() == 0 and stage.share(OLD) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_of_a_first_change_that_is_not_answered_nobody_knows(platform: Any, room: Room):
    error = failing(platform(room), 503, changes)
    assert not error.early and not error.certain


@pytest.mark.parametrize("platform", [stages.CloudRun, stages_aws.Lambda])
def test_a_second_change_that_is_refused_is_a_definite_no(platform: Any, room: Room):
    stage = platform(room)
    error = failing(stage, 409, lambda handler: changes(handler) and stage.begun() == 1)
    assert error.certain and not error.early


@pytest.mark.parametrize(
    ("platform", "path"), [(stages.CloudRun, "/services/api"), (stages_aws.Lambda, "/aliases/live")]
)
@pytest.mark.parametrize("status", [429, 503])
def test_behind_a_change_a_look_that_fails_leaves_open_what_was_touched(
    platform: Any, path: str, status: int, room: Room
):
    stage = platform(room)
    error = failing(stage, status, lambda asked: asked.path.endswith(path) and stage.begun() == 1)
    assert not error.early and not error.certain
