"""Deploying over HTTP: the plan first, each order once, and everything that was done by whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from starlette.testclient import TestClient

from tests.core.watched import behind, in_sync
from tests.support import stored
from tests.support.crew import World
from tests.web.conftest import ground
from tests.web.described import Described
from unshipped.app.aftermath import unseen
from unshipped.app.take_up import take_up
from unshipped.config.values import Config, Deploying
from unshipped.core.logged.journal import Kept
from unshipped.core.model import Hold
from unshipped.core.rollout import End
from unshipped.core.windows import Freeze, Lock
from unshipped.ports.deploying import Order, Progress
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Person, Scope
from unshipped.web.app import application

API = {"service": "api", "environment": "production"}
MINUTE = timedelta(minutes=1)
NOT_HERE = "it is not deployed from here: `deploy:` says how"


@pytest.fixture
def world(tmp_path) -> World:
    made = World(tmp_path, MemoryStore())
    seen(made, "api", made.land("api/app.py"))
    return made


def log_of(world: World) -> MemoryStore:
    assert isinstance(world.book, MemoryStore)
    return world.book


def seen(world: World, service: str, expected: str) -> None:
    """A round of the watch saw how it stands, a minute later."""
    world.now += MINUTE
    live = world.serves[service][0][0]
    look = in_sync(service, live) if live == expected else behind(service, deployed=live)
    stored.seen(log_of(world), [look._replace(expected=expected)], (), world.now)


def served(world: World, **more) -> TestClient:
    def config() -> Config:
        return Config({}, tuple(world.targets.values()), "main", deploying=Deploying(world.recipes))

    made = ground(log_of(world), clock=lambda: world.now, config=config, crew=world.crew, **more)
    return Described(application(made), client=("127.0.0.1", 5000), base_url="http://127.0.0.1:8080")


@pytest.fixture
def asking(world: World) -> TestClient:
    return served(world)


def button(asking: TestClient, which: str = "deploy") -> tuple[bool, str, str]:
    found = asking.get("/api/v1/targets/api/production").json()[which]
    assert found["declared"] is (found["reason"] != NOT_HERE)
    return found["allowed"], found["caption"], found["reason"]


def ordered(asking: TestClient, **more) -> dict:
    answer = asking.post("/api/v1/rollouts", json=API | more)
    assert answer.status_code == 202, answer.text
    found: dict = answer.json()
    return found


def test_the_plan_says_what_ships_how_it_is_checked_and_the_way_back(asking, world: World):
    new = world.land("shared/money.py", message="Round half a cent (#3)")
    plan = asking.post("/api/v1/plans", json=API).json()
    assert (plan["live"], plan["commit"], plan["way_back"]) == (world.old, new, world.old)
    assert [one["subject"] for one in plan["ships"]] == [
        "Round half a cent (#3)",
        "Keep prices in cents (#9)",
    ]
    assert [one["do"] for one in plan["steps"]] == ["ready", "deploy", "verify", "check"]
    assert [one["do"] for one in plan["back"]] == ["deploy", "verify", "check"]
    assert (world.brought, world.book.wishes()) == ([], [])


def test_the_same_order_is_carried_out_once_however_often_it_is_sent(asking, world: World):
    for _ in range(3):
        assert ordered(asking, id="one-press-1")["id"] == "one-press-1"
    world.carry()
    ordered(asking, id="one-press-1")
    world.carry()
    assert [one.number for one in world.brought] == [1]
    assert [one["what"] for one in asking.get("/api/v1/actions").json()["actions"]] == ["deploy"]


def test_a_way_back_that_is_sent_again_while_it_is_under_way_is_the_same_one(asking, world: World):
    for commit in (world.land("api/app.py"), world.land("api/app.py")):
        world.ask("api", commit)
        world.carry()
    back = {**API, "rollback": True, "reason": "prices are wrong"}
    wanted = back | {"id": "one-press-1"}
    for _ in range(2):
        assert asking.post("/api/v1/rollouts", json=wanted).status_code == 202
        take_up(world.crew())
    other = asking.post("/api/v1/rollouts", json=back)
    assert (other.status_code, "is under way" in other.json()["detail"]) == (400, True)


def test_a_way_back_that_is_sent_again_once_it_is_over_is_the_same_one(asking, world: World):
    world.ask("api", world.land("api/app.py"))
    world.carry()
    wanted = {"rollback": True, "reason": "prices are wrong", "id": "one-press-1"}
    first = ordered(asking, **wanted)
    world.carry()
    assert ordered(asking, **wanted) == first
    world.carry()
    assert [one.number for one in world.brought] == [1, 1]
    assert [one["what"] for one in asking.get("/api/v1/actions").json()["actions"]] == ["hold", "rollback"]


def test_the_same_order_sent_at_once_stands_once_among_the_actions(asking, world: World, monkeypatch):
    acted = world.book.acted

    def slowly(action) -> None:
        acted(action)
        sleep(0.1)

    monkeypatch.setattr(world.book, "acted", slowly)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: ordered(asking, id="one-press-1")["id"], range(4)))
    assert found == ["one-press-1"] * 4
    assert [one["what"] for one in asking.get("/api/v1/actions").json()["actions"]] == ["deploy"]


def test_an_id_that_another_order_has_begins_nothing(asking, world: World):
    ordered(asking, id="one-press-1")
    wanted = {"service": "worker", "environment": "production", "id": "one-press-1"}
    other = asking.post("/api/v1/rollouts", json=wanted)
    assert (other.status_code, other.json()["detail"]) == (409, "another order has this id already")
    assert [one["what"] for one in asking.get("/api/v1/actions").json()["actions"]] == ["deploy"]
    assert [one.asked.service for one in world.book.wishes()] == ["api"]


def test_what_is_asked_for_otherwise_under_one_id_is_another_order(asking, world: World):
    first = world.repo.id("main")
    known = ordered(asking, id="one-press-1", to=first)
    new = world.land("api/app.py")
    for more in ({"to": new}, {"to": first, "canary": True}, {"to": first, "needs_approval": True}):
        other = asking.post("/api/v1/rollouts", json=API | {"id": "one-press-1"} | more)
        assert (other.status_code, other.json()["detail"]) == (409, "another order has this id already")
    for to in (first, first.upper(), "", "main"):  # a name may mean another commit by now
        assert ordered(asking, id="one-press-1", to=to) == known
    assert known["commit"] == first


def test_an_id_that_another_process_was_given_at_the_same_moment_is_that_order_and_no_other(
    asking, world: World, monkeypatch
):
    ordered(asking, id="theirs-1")
    theirs = world.book.wishes(ids=["theirs-1"])[0].asked._replace(id="one-press-1")
    monkeypatch.setattr(world.book, "acted", lambda _: world.book.wish(theirs))
    wanted = {"service": "worker", "environment": "production", "id": "one-press-1"}
    assert asking.post("/api/v1/rollouts", json=wanted).status_code == 409


def test_it_is_followed_from_the_queue_to_its_end(asking, world: World):
    def bring(order: Order, progress: Progress) -> None:
        progress.say(f"bringing {order.commit}")
        world.serves["api"] = [(order.commit, 1.0)]

    world.bring = bring
    made = ordered(asking, id="followed-1", reason="the sale")
    assert asking.get("/api/v1/rollouts").json()["waiting"] == [made]
    world.carry()
    found = asking.get("/api/v1/rollouts/followed-1").json()
    assert (found["rollout"]["end"], found["rollout"]["reason"], found["waiting"]) == (
        "proven",
        "the sale",
        None,
    )
    assert {one["went"] for one in found["steps"]} == {"passed"}
    (line,) = asking.get("/api/v1/rollouts/followed-1/output").json()["lines"]
    assert line["text"] == f"bringing {made['commit']}\n"
    behind_it = asking.get(f"/api/v1/rollouts/followed-1/output?after={line['seq']}").json()
    assert (behind_it["lines"], behind_it["more"]) == ([], False)


def test_who_asked_second_is_told_why_nothing_was_begun(asking, world: World):
    ordered(asking, id="ana-pressed")
    world.carry()
    ordered(asking, id="ben-pressed")
    world.carry()
    assert "same content" in asking.get("/api/v1/rollouts/ben-pressed").json()["settled"]
    assert asking.get("/api/v1/rollouts/nobody-did").status_code == 404


def test_what_waits_is_approved_or_taken_back_and_what_is_over_is_not(asking, world: World):
    made = ordered(asking, id="approved-1", needs_approval=True)
    assert (made["needs_approval"], take_up(world.crew())) == (True, [])
    assert asking.post("/api/v1/rollouts/approved-1/approve").json()["needs_approval"] is False
    assert take_up(world.crew()) == ["approved-1"]
    assert asking.post("/api/v1/rollouts/approved-1/approve").status_code == 409
    stopped = asking.post("/api/v1/rollouts/approved-1/cancel", json={"reason": "not now"}).json()
    assert stopped["rollout"]["cancelled_by"] == "local"
    world.carry()
    assert asking.post("/api/v1/rollouts/approved-1/cancel", json={}).status_code == 409
    done = asking.get("/api/v1/actions").json()["actions"]
    assert [(one["what"], one["reason"]) for one in done] == [
        ("cancel", "refused: it has ended, or was cancelled before"),
        ("cancel", "not now"),
        ("approve", "refused: it does not wait any more"),
        ("approve", None),
        ("deploy", None),
    ]


def as_person(world: World, name: str, *may: Scope) -> TestClient:
    return served(world, access=Known(Person(name, frozenset({Scope.READ, *may}))))


def test_who_asked_is_refused_and_told_who_may_where_it_has_to_be_another(world: World):
    world.recipes = {name: one._replace(another=True) for name, one in world.recipes.items()}
    ana, ben = (as_person(world, name, Scope.DEPLOY) for name in ("ana", "ben"))
    eve = as_person(world, "eve")
    made = ordered(ana, id="by-ana-1")
    why = "ana asked for it: somebody other than ana has to approve it"
    assert (made["needs_approval"], made["approved_by"], made["may_not_approve"]) == (True, None, why)
    answer = ana.post("/api/v1/rollouts/by-ana-1/approve")
    assert (answer.status_code, answer.json()["detail"]) == (403, why)
    assert "--despite unapproved --reason TEXT" in answer.json()["hint"]
    assert take_up(world.crew()) == []
    told = [one.get("/api/v1/rollouts").json()["waiting"][0] for one in (ana, ben, eve)]
    assert [one["may_not_approve"] for one in told] == [why, None, "eve may not deploy it"]
    assert told[0]["waits"] == "somebody other than ana has to approve it"
    assert eve.post("/api/v1/rollouts/by-ana-1/approve").status_code == 403
    assert ben.post("/api/v1/rollouts/by-ana-1/approve").json()["approved_by"] == "ben"
    assert take_up(world.crew()) == ["by-ana-1"]
    assert ben.get("/api/v1/rollouts/by-ana-1").json()["plan"]["notes"] == ["approved by ben"]
    done = [(one["by"], one["what"], one["reason"]) for one in ana.get("/api/v1/actions").json()["actions"]]
    assert done == [("ben", "approve", None), ("ana", "approve", f"refused: {why}"), ("ana", "deploy", None)]


def test_what_cannot_wait_for_another_is_begun_with_a_reason(world: World):
    world.recipes = {name: one._replace(another=True) for name, one in world.recipes.items()}
    ana = as_person(world, "ana", Scope.DEPLOY)
    asked = API | {"id": "at-night-1", "despite": ["unapproved"]}
    assert ana.post("/api/v1/rollouts", json=asked).status_code == 422
    assert ordered(ana, **(asked | {"reason": "the shop is down"}))["needs_approval"] is False
    assert take_up(world.crew()) == ["at-night-1"]
    found = ana.get("/api/v1/rollouts/at-night-1").json()
    assert (found["plan"]["notes"], found["rollout"]["reason"]) == (
        ["despite unapproved"],
        "the shop is down",
    )


def test_a_way_back_has_a_reason_holds_and_is_written_down_first(asking, world: World):
    ordered(asking, id="forward-1")
    world.carry()
    assert asking.post("/api/v1/rollouts", json=API | {"rollback": True}).status_code == 422
    made = ordered(asking, id="backward-1", rollback=True, reason="prices are wrong")
    assert made["commit"] == world.old
    (hold,) = asking.get("/api/v1/holds").json()["holds"]
    assert hold["reason"] == "rollback: prices are wrong"
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.PROVEN, [(world.old, 1.0)])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"service": "nobody"}, 404),
        ({"to": "nothing-like-it"}, 400),
        ({"to": "--upload-pack=touch"}, 400),
        ({"to": "main^{/((a{1,100}){1,100}){1,100}}"}, 422),
        ({"despite": ["bad"]}, 422),
        ({"despite": ["everything"]}, 422),
        ({"id": "../../etc"}, 422),
        ({"rollback": True, "reason": "x"}, 400),
    ],
)
def test_what_is_asked_for_wrongly_is_not_asked_for(asking, world: World, body, status):
    assert asking.post("/api/v1/rollouts", json=API | body).status_code == status
    assert (world.book.wishes(), world.book.holds(world.now)) == ([], [])


def test_the_button_says_what_may_be_done_and_why_not(asking, world: World):
    assert button(asking) == (True, "Deploy", "")
    assert button(asking, "rollback") == (
        False,
        "Roll back",
        "no earlier revision of it has passed a rollout",
    )
    ordered(asking)
    assert button(asking) == (False, "Asked for", "local asked for it: it waits for a worker")
    take_up(world.crew())
    assert button(asking)[:2] == (False, "Deploying")
    world.carry()
    seen(world, "api", world.serves["api"][0][0])
    assert button(asking)[:2] == (False, "Live")
    assert button(asking, "rollback") == (True, "Roll back", "")
    seen(world, "api", world.land("api/app.py"))
    world.book.hold(Kept("h1", "api", "production", Hold("the audit", "Ana"), world.now))
    assert button(asking)[:2] == (False, "Held")
    assert button(asking, "rollback")[0]
    world.book.lock(Lock("l1", "the database is moved", "Ben", world.now))
    assert button(asking) == (False, "Locked", "locked by Ben: the database is moved")
    assert button(asking, "rollback") == (False, "Roll back", "locked by Ben: the database is moved")


def test_the_button_says_until_when_nothing_is_deployed(asking, world: World):
    freeze = Freeze(world.now, world.now + 60 * MINUTE, "holidays", "Ana")
    world.recipes = {name: one._replace(freezes=(freeze,)) for name, one in world.recipes.items()}
    assert button(asking)[:2] == (False, "Closed until 2026-02-05 13:01:00 UTC")


def test_what_is_deployed_by_nobody_here_has_no_way_back_either(asking, world: World):
    world.recipes = {}
    assert button(asking) == (False, "Deploy", NOT_HERE)
    assert button(asking, "rollback") == (False, "Roll back", NOT_HERE)


def test_what_a_rollout_changed_is_looked_at_once_and_soon(world: World):
    world.ask("api", world.land("api/app.py"))
    assert unseen(world.book, world.now) == set()
    world.carry()
    assert unseen(world.book, world.now) == {"api/production"}
    seen(world, "api", world.serves["api"][0][0])
    assert unseen(world.book, world.now) == set()


def test_what_ended_long_ago_is_left_to_the_rounds(world: World):
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert unseen(world.book, world.now + 11 * MINUTE) == set()


def test_a_lock_is_placed_seen_heeded_and_ended_by_anybody_who_may(asking, world: World):
    made = asking.post("/api/v1/locks", json={"services": ["a*"], "reason": "the move", "seconds": 3600})
    assert made.status_code == 201
    lock = made.json()
    assert lock["sentence"] == "a* locked by local until 2026-02-05 13:01:00 UTC: the move"
    assert asking.get("/api/v1/locks").json()["locks"] == [lock]
    assert asking.get("/api/v1/targets/api/production").json()["locks"] == [lock]
    assert asking.post("/api/v1/plans", json=API).json()["waits"].startswith("locked by local until")
    ordered(asking)
    assert take_up(world.crew()) == []
    assert asking.delete(f"/api/v1/locks/{lock['id']}").json() == lock
    assert asking.delete(f"/api/v1/locks/{lock['id']}").status_code == 404
    assert len(take_up(world.crew())) == 1
    acts = [
        (one["what"], one["about"], one["reason"]) for one in asking.get("/api/v1/actions").json()["actions"]
    ]
    assert ("lock", "a*", "the move") in acts and ("unlock", lock["id"], None) in acts


def test_a_lock_on_everything_is_for_who_may_deploy_everything(world: World):
    person = Person("ana", frozenset({Scope.READ}), owned={"service:api": frozenset({Scope.DEPLOY})})
    made = ground(log_of(world), clock=lambda: world.now, access=Known(person))
    config = Config({}, tuple(world.targets.values()), "main", deploying=Deploying(world.recipes))
    asking = Described(application(made._replace(config=lambda: config)), client=("10.1.2.3", 5000))
    answers = [
        asking.post("/api/v1/locks", json={"services": services, "reason": "x"}).status_code
        for services in (["api"], ["worker"], ["*"], [], ["nobody"])
    ]
    assert answers == [201, 403, 403, 403, 403]


class Known:
    """One person, whoever asks."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def who(self, headers, address, now) -> Person:
        return self.person
