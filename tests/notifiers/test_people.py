"""Who is mentioned of a rollout that came back: the authors whom somebody named, at each chat in its form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.core.watched import at
from tests.support.crew import World
from unshipped.app.tell import tell
from unshipped.core.alerting import Notice, Route, Topic
from unshipped.core.messages import Message, compose
from unshipped.core.rollout import Went
from unshipped.notifiers import kind
from unshipped.ports.deploying import Probed

BACK = compose(
    Notice("chat/rollout/w1", "chat", Topic.ROLLOUT, at(0), why="api was rolled back", body="It failed.\n"),
    (),
    {},
    at(0),
    ("Ana", "Ben"),
)


@pytest.mark.parametrize(
    ("name", "handle", "said"),
    [
        ("slack", "U024BE7LH", '"user_id": "U024BE7LH"'),
        ("slack-webhook", "U024BE7LH", '"user_id": "U024BE7LH"'),
        ("teams", "ana@shop.example", "<at>ana@shop.example</at>"),
        ("discord", "80351110224678912", "<@80351110224678912>"),
        ("github-issue", "ana-of-shop", "@ana-of-shop"),
    ],
)
def test_an_author_is_mentioned_in_the_form_of_the_receiver(name: str, handle: str, said: str):
    made: Any = kind(name)
    told = json.dumps(made(**made.EXAMPLE, people={"ana": handle}).preview(BACK))
    assert said in told
    assert said not in json.dumps(made(**made.EXAMPLE).preview(BACK))


def test_an_author_gets_a_copy_of_the_mail():
    made: Any = kind("email")
    mail = made(**made.EXAMPLE, people={"Ana": "ana@shop.example"}).mail(BACK, "")
    assert mail["Cc"] == "ana@shop.example"


@pytest.mark.parametrize(("went", "authors"), [(Went.FAILED, ("Ana",)), (Went.PASSED, ())])
def test_the_authors_of_what_came_back_are_told_and_of_what_stays_nobody(tmp_path, went: Went, authors):
    heard: list[Message] = []

    class Chat:
        def say(self, message: Message, reference: str) -> str:
            heard.append(message)
            return reference

    world = World(tmp_path)
    world.routes = (Route(("chat",)),)
    new = world.land("api/app.py")
    world.probe = lambda order, _: Probed(went if order.commit == new else Went.PASSED, "")
    world.ask("api", new)
    world.carry()
    tell(world.book, lambda _: Chat(), by="one", clock=lambda: world.now)
    assert [one.authors for one in heard] == [authors]
