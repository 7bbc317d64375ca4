"""A stage for each kind: a new kind adds its own, and passes the suite as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.deployers import stages, stages_aws, stages_more
from tests.deployers.benches_script import Script
from tests.deployers.rooms import Room
from unshipped.deployers.contract import SECRET, Stage


@dataclass(frozen=True)
class Bench:
    """One kind, and how a stage for it is made."""

    name: str
    make: Callable[[Room], Stage]


def script(room: Room) -> Stage:
    room.patch.setenv("DEPLOY_TOKEN", SECRET)
    return Script(room.next())


def sharing_script(room: Room) -> Stage:
    room.patch.setenv("DEPLOY_TOKEN", SECRET)
    return Script(room.next(), sharing=True)


BENCHES = [
    Bench("command", script),
    Bench("command, with shares", sharing_script),
    Bench("cloud-run", stages.CloudRun),
    Bench("cloud-function", stages.CloudFunction),
    Bench("kubernetes", stages.Cluster),
    Bench("helm", stages_more.helm),
    Bench("ecs", stages_aws.Ecs),
    Bench("lambda", stages_aws.Lambda),
    Bench("argocd", stages_more.ArgoCd),
    Bench("github", stages_more.Github),
    Bench("compose", stages_more.compose),
]
