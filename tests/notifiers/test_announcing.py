"""Rollouts as data: deployments as GitHub describes them, events as whoever knows CDEvents reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.notifiers.benches import Room, made
from tests.notifiers.doubles import asked, query, saying
from tests.notifiers.hostile import NOW
from tests.sources.served import body, serving
from tests.support.crew import World
from tests.support.reading import reading
from unshipped.app.roll_out import advance
from unshipped.app.take_up import take_up
from unshipped.app.tell import tell
from unshipped.core.logged import deployments
from unshipped.core.logged.journal import Outcome
from unshipped.core.messages import compose
from unshipped.core.rollout import Went
from unshipped.errors import NotifyError
from unshipped.notifiers.samples import test_message as a_test
from unshipped.ports.deploying import Probed
from unshipped.sources.forges.github import GithubSource

PUBLISHED = json.loads((Path(__file__).parent / "github/deployments.schema.json").read_text())
PLACE = "/repos/acme/shop/deployments"


@dataclass
class GitHub:
    """The deployments of a repository, the newest first, each with its statuses."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    refuses: int = 0
    """So many of the next requests are refused."""

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.partition("?")[0]
        assert path.startswith(PLACE) and handler.headers["Authorization"] == "Bearer of-the-test"
        if self.refuses:
            self.refuses -= 1
            return saying({"message": "try later"}, 503)(handler)
        rest = path.removeprefix(PLACE).strip("/").split("/")
        if handler.command == "GET":
            return saying(self._listed(handler.path) if rest == [""] else self.statuses[int(rest[0])])(
                handler
            )
        sent = asked(handler)
        if rest == [""]:
            jsonschema.validate(sent, PUBLISHED["deployment"])
            return saying(self._created(sent), 201)(handler)
        jsonschema.validate(sent, PUBLISHED["status"])
        assert len(sent["description"]) <= 140
        known = self.statuses[int(rest[0])]
        known.insert(0, {"id": len(known) + 1, "created_at": self._time(), **sent})
        return saying(known[0], 201)(handler)

    def _listed(self, path: str) -> list[dict[str, Any]]:
        wanted = query(path)
        assert set(wanted) <= set(PUBLISHED["query"])
        names = [name for name in ("sha", "task", "environment") if name in wanted]
        return [one for one in self.kept if all(one[name] == wanted[name] for name in names)]

    def _created(self, sent: dict[str, Any]) -> dict[str, Any]:
        number, time = len(self.kept) + 1, self._time()
        row = {**sent, "id": number, "sha": sent["ref"], "created_at": time, "updated_at": time}
        self.kept.insert(0, row)
        self.statuses[number] = []
        return row

    def _time(self) -> str:
        return f"2026-02-05T16:00:{len(self.kept) + sum(map(len, self.statuses.values())):02}Z"

    def said(self) -> list[tuple[str, list[str]]]:
        """Commits with their states, as they were written."""
        return [
            (one["sha"], [status["state"] for status in reversed(self.statuses[one["id"]])])
            for one in reversed(self.kept)
        ]


@dataclass
class Story:
    """A rollout that is announced to a receiver at an address."""

    world: World
    room: Room
    github: GitHub = field(default_factory=GitHub)

    def __post_init__(self) -> None:
        self.world.announce = ("forge",)
        self.place = self.room.serve(self.github)
        self.token: Any = self.room.secret("of-the-test")
        self.forge = made("github-deployment", repository="acme/shop", token=self.token, endpoint=self.place)

    def tell(self) -> list[Outcome]:
        now = self.world.now
        return [
            one.outcome for one in tell(self.world.book, lambda _: self.forge, by="one", clock=lambda: now)
        ]

    def live(self, service: str) -> str:
        """What the source of that name says."""
        asked: dict[str, Any] = {
            "repository": "acme/shop",
            "task": f"deploy:{service}",
            "endpoint": self.place,
        }
        source = GithubSource(**asked, token=self.token)
        return reading(source).revisions[0].text


@pytest.fixture
def story(tmp_path, room: Room) -> Story:
    return Story(World(tmp_path), room)


def failing(commit: str):
    return lambda order, _: Probed(Went.FAILED if order.commit == commit else Went.PASSED, "answered 500")


def test_a_rollout_is_a_deployment_that_begins_and_succeeds(story: Story):
    new = story.world.land("api/app.py")
    story.world.ask("api", new)
    story.world.carry()
    assert story.tell() == [Outcome.SENT, Outcome.SENT]
    assert story.github.said() == [(new, ["in_progress", "success"])]
    [row] = story.github.kept
    assert (row["environment"], row["task"], row["payload"]["service"]) == ("production", "deploy:api", "api")
    assert (row["auto_merge"], row["required_contexts"]) == (False, [])
    assert story.github.statuses[1][0]["auto_inactive"] is False  # worker has the same environment there
    assert story.live("api") == new


def test_while_it_goes_on_it_is_said_to_be_in_progress(story: Story):
    new = story.world.land("api/app.py")

    def bring(*_: object) -> None:
        story.tell()

    story.world.bring = bring
    story.world.ask("api", new)
    crew = story.world.crew()
    [rollout] = take_up(crew)
    advance(crew, rollout)
    assert story.github.said() == []
    advance(crew, rollout)
    assert story.github.said() == [(new, ["in_progress"])]


def test_what_came_back_is_a_failure_and_what_serves_again_a_success(story: Story):
    world, new = story.world, story.world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new)
    world.carry()
    story.tell()
    assert story.github.said() == [(new, ["in_progress", "failure"]), (world.old, ["in_progress", "success"])]
    assert "answered 500" in story.github.statuses[1][0]["description"]
    assert story.live("api") == world.old


def test_a_refusal_in_between_makes_nothing_twice_and_no_order_wrong(story: Story):
    world, new = story.world, story.world.land("api/app.py")
    world.ask("api", new)
    world.carry()
    story.github.refuses = 1  # the first notice fails: the end is told before the beginning is tried again
    assert story.tell() == [Outcome.FAILED, Outcome.SENT]
    world.now = world.now.replace(hour=13)
    assert story.tell() == [Outcome.SENT]
    assert story.github.said() == [(new, ["in_progress", "success"])]


def test_what_touched_nothing_is_no_deployment(story: Story):
    world = story.world
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    world.book.cancel(rollout, "ben", "", world.now)
    world.carry()
    assert (story.tell(), story.github.kept) == ([], [])


def test_a_test_asks_whether_the_token_may_and_writes_nothing(story: Story):
    story.forge.say(a_test("forge", "t1", story.world.now), "")
    assert story.github.kept == []


@pytest.mark.parametrize("status", [200, 404])
def test_a_test_asks_who_it_is_where_the_repository_is_that_of_a_service(room: Room, status: int):
    served = room.stack.enter_context(serving(body("{}", status=status)))
    made("github-deployment", repository="acme/{service}", token=room.secret(), endpoint=served.url("")).say(
        a_test("forge", "t1", NOW), ""
    )
    assert [one.line.split()[1] for one in served.asked] == ["/rate_limit"]


def test_a_test_of_such_a_one_fails_where_the_token_is_wrong(room: Room):
    served = room.stack.enter_context(serving(body("{}", status=401)))
    forge = made(
        "github-deployment", repository="acme/{service}", token=room.secret(), endpoint=served.url("")
    )
    with pytest.raises(NotifyError, match="GitHub answered 401"):
        forge.say(a_test("forge", "t1", NOW), "")


def events(story: Story, form: str) -> list[dict[str, Any]]:
    """What a webhook was told of all that waits to be told."""
    served = story.room.stack.enter_context(serving(body("")))
    hook = made("webhook", url=served.url("/in"), format=form)
    for notice in story.world.book.undelivered():
        hook.say(compose(notice, (), {}, notice.at), "")
    return [json.loads(one.body) for one in served.asked]


def test_the_events_of_a_rollout_are_those_of_cdevents(story: Story):
    world, new = story.world, story.world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new)
    world.carry()
    told = events(story, "cdevents")
    assert [one["type"] for one in told] == [
        "dev.cdevents.service.upgraded.0.2.0",
        "dev.cdevents.service.rolledback.0.2.0",
    ]
    assert len({one["id"] for one in told}) == 2
    heard = [one for event in told if (one := deployments.understood(event))]
    assert [(one.service, one.commit, one.by) for one in heard] == [
        ("api", new, "unshipped/ana"),
        ("api", world.old, "unshipped/ana"),
    ]


def test_the_events_of_this_project_say_how_it_ended(story: Story):
    new = story.world.land("api/app.py")
    story.world.ask("api", new, reason="the sale")
    story.world.carry()
    begins, ends = (one["data"] for one in events(story, "cloudevents"))
    assert (begins["end"], begins["commit"], begins["why"]) == (None, new, "the sale")
    assert (ends["end"], [one["commit"] for one in ends["served"]]) == ("proven", [new])
