"""What the commands that deploy answer to machines has the fields that are documented, and no others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from docs.generator.contract_deploys import DEPLOY, PLAN, ROLLOUT, ROLLOUTS
from tests.support.crew import RECIPE, World
from unshipped.app import rollout_documents
from unshipped.app.take_up import opening, preview, take_up
from unshipped.cli import plan_text, rolling
from unshipped.core.rollout import Went
from unshipped.core.windows import Despite, Freeze, Lock
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
    found = rolling.settled(world.book, [world.book.rollouts()[0].id], world.now)
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


def test_what_waits_says_for_which_batch_and_until_when(tmp_path):
    world = World(tmp_path)
    nine = world.now + timedelta(hours=21)
    freeze = Freeze(world.now, nine, "the sale", "ben")
    world.recipes["api/production"] = RECIPE._replace(freezes=(freeze,))
    world.ask("api", world.land("api/app.py"), batch="b1")
    world.ask("worker", world.land("worker/main.py"), needs_approval=True)
    crew = world.crew()
    take_up(crew)
    wishes = world.book.wishes()
    opens = opening(crew, wishes, world.now)
    rows = [rollout_documents.wish(one, opens.get(one.asked.id)) for one in wishes]
    assert [(row["batch"], row["opens_at"]) for row in rows] == [("b1", "2026-02-06T09:00:00Z"), (None, None)]
    assert "until 2026-02-06 09:00:00 UTC: the sale" in rows[0]["waits"]


def test_what_a_step_said_is_told_before_how_it_went_however_late_it_is_looked_at(tmp_path, capsys):
    world = World(tmp_path)

    def bring(order, progress) -> None:
        progress.say("unpacking")
        world.serves["api"] = [(order.commit, 1.0)]

    def probe(_, progress) -> Probed:
        progress.say("asking")
        return Probed(Went.PASSED, "200")

    world.bring, world.probe = bring, probe
    world.ask("api", world.land("api/app.py"))
    world.carry()
    rolling.Show(world.book).look(world.book.rollouts())
    told = [
        line.split("  ", 1)[1].strip().split(" (")[0] for line in capsys.readouterr().err.splitlines()[1:]
    ]
    assert told[:-1] == ["✓ ready", "│ unpacking", "✓ deploy", "✓ verify", "│ asking", "✓ check health"]


def test_the_answer_says_what_to_do_next(tmp_path):
    world = rolled_back(tmp_path)
    [rollout] = world.book.rollouts()
    again = world.ask("api", rollout.plan.commit)
    take_up(world.crew())
    told = rolling.summary(rolling.settled(world.book, [again.id], world.now))
    assert "Next: merge what mends it, or step over that with --despite bad" in told
    assert rolling.summary(rolling.settled(world.book, [rollout.id], world.now)).endswith(
        f"Next: unshipped rollouts {rollout.id}\n"
    )
    waits = world.ask("worker", world.land("worker/main.py"), needs_approval=True)
    take_up(world.crew())
    assert f"Next: unshipped approve {waits.id}\n" in rolling.summary(
        rolling.settled(world.book, [waits.id], world.now)
    )
    new = world.land("api/app.py")
    world.serves["api"] = [(new, 1.0)]
    back = world.ask("api", world.old, rollback=True)
    world.carry()
    told = rolling.summary(rolling.settled(world.book, [back.id], world.now))
    assert "Next: unshipped unhold api -e production, once" in told


@pytest.mark.parametrize("ended", [False, True])
def test_what_is_proven_and_held_still_says_so(tmp_path, ended: bool):
    """Who stepped over the hold of a rollback has not ended it: nothing more is deployed by itself."""
    world = rolled_back(tmp_path)
    if ended:
        world.book.unhold("api", "production", "ben", world.now)
    mended = world.ask("api", world.land("api/app.py"), despite=(Despite.HELD,))
    world.carry()
    told = rolling.summary(rolling.settled(world.book, [mended.id], world.now))
    assert "is proven to serve" in told
    assert ("Next: unshipped unhold api -e production" in told) is not ended
