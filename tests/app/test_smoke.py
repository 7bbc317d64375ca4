"""The smoke test: what each answer says of what serves, and that nothing is touched for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from docs.generator.contract_deploys import SMOKE
from tests.cli.test_deploy_documents import fields
from tests.support.crew import BY, RECIPE, World
from unshipped.app.smoke import smoke
from unshipped.cli.smoke import as_json, as_text, exit_code
from unshipped.core.rollout import Went
from unshipped.errors import DeployError, StoreError
from unshipped.ports.deploying import Probed

P, F, C = Went.PASSED, Went.FAILED, Went.COULD_NOT


def asked(world: World, commit: str, service: str = "api", within: float = 0):
    [found] = smoke(
        world.crew(),
        [world.wish(service, commit)],
        world.now,
        within=within,
        told=lambda _, line: world.said.append(line),
    )
    assert world.brought == []
    return found


def went(found) -> list[Went]:
    return [answer.went for _, answer in found.answers]


def test_what_should_serve_and_is_well_passes(world: World):
    found = asked(world, world.old)
    assert (went(found), found.live) == ([P, P], world.old)
    assert exit_code([found]) == 0
    assert fields(as_json([found])) == set(SMOKE)
    assert as_text([found]) == (
        f"api/production\n  ✓ identity  {world.old[:9]} serves\n  ✓ health    200\n"
        "1 target asked: 2 passed, 0 failed, 0 could not run.\n"
    )


def test_the_same_content_by_another_commit_is_what_should_serve(world: World):
    found = asked(world, new := world.land("worker/main.py"))
    assert (went(found), found.live) == ([P, P], world.old)
    assert f"with the content of {new[:9]}" in found.answers[0][1].detail


def test_an_old_revision_fails_however_well_it_is_and_it_is_what_the_checks_are_asked_of(world: World):
    of = []

    def probe(order, _) -> Probed:
        of.append(order.commit)
        return Probed(P, "200")

    world.probe = probe
    found = asked(world, new := world.land("api/app.py"))
    assert (went(found), of, found.live) == ([F, P], [world.old], world.old)
    assert found.answers[0][1].detail == f"{world.old[:9]} serves, and {new[:9]} should"
    assert exit_code([found]) == 1


def test_what_becomes_the_intended_revision_in_time_passes(world: World):
    new = world.land("api/app.py")
    later = world.now + timedelta(seconds=5)

    class Soon(list):
        def __iter__(self):
            return iter([(new if world.now >= later else world.old, 1.0)])

    world.serves["api"] = Soon()
    assert went(asked(world, new, within=2)) == [F, P]
    found = asked(world, new, within=10)
    assert (went(found), found.live) == ([P, P], new)


def test_a_share_of_another_revision_fails(world: World):
    new = world.land("api/app.py")
    world.serves["api"] = [(new, 0.9), (world.old, 0.1)]
    found = asked(world, new)
    assert (went(found), found.live) == ([F, P], "")
    assert f"{world.old[:9]} (10%) serves" in found.answers[0][1].detail


def test_nobody_knows_outranks_a_failure(world: World):
    world.silent = "no answer within 5 s"
    world.probe = lambda *_: Probed(F, "500")
    found = asked(world, world.old)
    assert went(found) == [C, F]
    assert "no answer within 5 s" in found.answers[0][1].detail
    assert exit_code([found]) == 3
    assert "  ? identity  could not run: nobody knows" in as_text([found])


def test_where_nobody_knows_what_serves_the_checks_are_asked_of_what_should(world: World):
    of = []

    def probe(order, _) -> Probed:
        of.append((order.commit, order.number))
        return Probed(P, "200")

    world.silent, world.probe = "no answer within 5 s", probe
    world.recipes["api/production"] = RECIPE._replace(checks=(("health", BY), ("prices", BY)))
    found = asked(world, new := world.land("api/app.py"))
    assert (found.live, of) == ("", [(new, 0), (new, 1)])
    assert [name for name, _ in found.answers] == ["identity", "health", "prices"]


def test_what_cannot_be_compared_with_what_serves_could_not_be_told(world: World):
    found = asked(world, "f" * 40)
    assert went(found) == [C, P]
    assert found.answers[0][1].detail.startswith(f"{world.old[:9]} serves; it cannot be compared: ")


def test_what_several_repositories_make_has_no_one_commit_that_should_serve(world: World):
    api = world.targets["api/production"]
    world.targets["api/production"] = api._replace(origins=api.origins * 2)
    found = asked(world, world.old)
    assert went(found) == [C, P]
    assert found.answers[0][1].detail.startswith("it is fed by several repositories")


def test_what_a_check_says_on_its_way_is_told_with_its_target(world: World):
    heard = []

    def probe(_, progress) -> Probed:
        progress.say("asking /health")
        return Probed(P, "200")

    world.probe = probe
    wishes = [world.wish(service, world.old) for service in ("api", "worker")]
    smoke(world.crew(), wishes, world.now, within=0, told=lambda *said: heard.append(said))
    assert sorted(heard) == [("api/production", "asking /health"), ("worker/production", "asking /health")]


def test_a_check_that_breaks_could_not_run(world: World):
    def probe(*_):
        raise DeployError("no such program")

    world.probe = probe
    found = asked(world, world.old)
    assert (went(found), found.answers[1][1].detail) == ([P, C], "DeployError: no such program")


def test_without_any_target_nothing_was_asked(world: World):
    assert exit_code(smoke(world.crew(), [], world.now, within=0, told=print)) == 4


def test_where_the_log_is_away_nothing_is_waited_for_any_more(world: World):
    def probe(*_) -> Probed:
        raise StoreError("the log is away")

    world.probe, began = probe, world.now
    wishes = [world.wish("api", world.old), world.wish("worker", world.land("worker/main.py"))]
    with pytest.raises(StoreError):
        smoke(world.crew(), wishes, world.now, within=10_000, told=lambda *_: None)
    assert (world.now - began).total_seconds() < 10_000
