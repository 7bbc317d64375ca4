"""What the commands that deploy answer to machines has the fields that are documented, and no others."""

from __future__ import annotations

from typing import Any

from docs.generator.contract_deploys import DEPLOY, PLAN, ROLLOUT, ROLLOUTS
from tests.support.crew import RECIPE, World
from unshipped.app import rollout_documents
from unshipped.app.take_up import preview
from unshipped.cli import plan_text, rolling
from unshipped.core.rollout import Went
from unshipped.core.windows import Lock
from unshipped.ports.deploying import Probed


def fields(value: Any, path: str = "") -> set[str]:
    """The fields of a document, as the reference writes them."""
    if isinstance(value, dict):
        below = (fields(item, f"{path}.{name}" if path else name) for name, item in value.items())
        return ({path} if path else set()).union(*below)
    if isinstance(value, list):
        return {f"{path}[]"}.union(*(fields(item, f"{path}[]") for item in value))
    return {path}


def rolled_back(tmp_path) -> World:
    world = World(tmp_path)
    new = world.land("api/app.py")
    world.probe = lambda order, _: Probed(Went.FAILED if order.commit == new else Went.PASSED, "")
    world.ask("api", new, batch="b1")
    world.carry()
    return world


def test_a_plan(tmp_path):
    world = World(tmp_path)
    world.recipes["api/production"] = RECIPE._replace(bake=60)
    world.book.lock(Lock("l1", "moving", "ben", world.now))
    asked = world.wish("api", world.land("api/app.py"))
    found = preview(world.crew(), [asked], world.now)
    assert fields(plan_text.plan_json(found)) | {"plans[].notes[]"} == set(PLAN)
    assert "waits: locked by ben: moving" in plan_text.plan_text(found)


def test_how_it_ended(tmp_path):
    world = rolled_back(tmp_path)
    found = rolling.settled(world.book, [world.book.rollouts()[0].id])
    assert fields(rolling.as_json(found)) == set(DEPLOY)
    assert rolling.exit_code(found) == 1


def test_what_was_and_what_waits(tmp_path):
    world = rolled_back(tmp_path)
    world.ask("api", world.land("api/app.py"))
    [rollout], [wish] = world.book.rollouts(), world.book.wishes()
    document = {
        "schema_version": 1,
        "waiting": [rollout_documents.wish(wish)],
        "rollouts": [rollout_documents.rollout(rollout)],
    }
    assert fields(document) == set(ROLLOUTS)
    steps = rollout_documents.steps(rollout.plan, world.book.steps(rollout.id))
    whole = rollout_documents.rollout(rollout) | {"steps": steps, "output": ""}
    assert fields({"schema_version": 1, "rollout": whole}) == set(ROLLOUT)
