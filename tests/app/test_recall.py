"""What happened to a target, as one story."""

from __future__ import annotations

from datetime import timedelta

from tests.app.test_tell import Post
from tests.core.watched import NEW, at, behind, in_sync
from unshipped.app.recall import recall
from unshipped.core.logged.deployments import Deployment
from unshipped.core.words import moment
from unshipped.errors import NotifyError


def told(post: Post, **since) -> list[tuple[str, str]]:
    events = recall(post.store, ["worker/production"], at(-60), at(600))
    assert [one.at for one in events] == sorted((one.at for one in events), reverse=True)
    return [(one.what, one.text) for one in events]


def test_it_tells_how_a_target_stood_its_incidents_who_was_told_and_what_was_deployed():
    post = Post()
    post.look(0, in_sync())
    post.look(10, behind())
    post.mail.fails = [NotifyError("connection refused")]
    post.tell(11)
    post.store.deployed(Deployment("worker", "production", NEW, at(29), by="ana"))
    post.look(30, in_sync(deployed=NEW))
    events = told(post)
    assert ("deployed", f"{NEW[:9]} by ana") in events
    assert ("opened", "info: 1 behind") in events
    assert ("resolved", "same content as expected") in events
    assert ("told", "chat") in events
    assert ("not told", "mail: connection refused") in events


def test_what_lies_outside_of_the_time_is_left_out():
    post = Post()
    post.look(0, in_sync())
    post.look(10, behind())
    post.look(30, in_sync(deployed=NEW))
    events = recall(post.store, ["worker/production"], at(20), at(25))
    assert events == []
    assert recall(post.store, ["worker/production"], at(20), at(31) + timedelta(seconds=1))


def test_reasons_that_grow_are_told_with_the_look_that_they_are_of():
    post = Post()
    post.look(0, in_sync())
    for minute in (10, 20, 30):
        post.look(minute, behind())
    [(_, text)] = [event for event in told(post) if event[0] == "behind"]
    assert text.endswith(f" (last seen so {moment(at(30))})")
