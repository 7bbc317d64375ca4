"""What happened to a target, as one story."""

from __future__ import annotations

from datetime import timedelta

from tests.app.test_tell import ROUTES, Post
from tests.core.watched import NEW, at, behind, in_sync, unknown
from unshipped.app.decide import take_note
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


def kinds(post: Post, begin: float, end: float, *targets: str) -> list[tuple[str, str]]:
    events = recall(post.store, targets or ("worker/production",), at(begin), at(end))
    return [(one.target.partition("/")[0], one.what) for one in events]


def test_both_ends_of_the_time_are_of_it():
    post = Post()
    post.look(0, in_sync())
    post.look(10, behind())
    post.tell()
    post.store.deployed(Deployment("worker", "production", NEW, at(10)))
    happened = ["behind", "deployed", "opened", "told", "told"]
    assert sorted(what for _, what in kinds(post, 10, 10)) == happened
    assert kinds(post, 0, 9.9) == [("worker", "in sync")]
    assert kinds(post, 10.1, 20) == []


def test_what_was_said_of_another_target_is_no_part_of_the_story():
    post = Post()
    post.look(0, in_sync("api"), in_sync("worker"))
    post.look(10, behind("api"))
    post.tell()
    assert kinds(post, 0, 20) == [("worker", "in sync")]
    both = kinds(post, 0, 20, "api/production", "worker/production")
    assert both[-2:] == [("worker", "in sync"), ("api", "in sync")]
    assert ("api", "told") in both


def test_who_did_something_is_named_and_who_is_not_known_is_not():
    post = Post()
    post.look(0, in_sync())
    post.look(10, behind())
    take_note(post.store, ["worker/production"], ROUTES, "ana", at(15), reason="on it")
    post.store.deployed(Deployment("worker", "production", NEW, at(29)))
    events = told(post)
    assert ("acknowledged", "info: on it (by ana)") in events
    assert ("deployed", NEW[:9]) in events
    assert ("in sync", f"runs {NEW[:9]}; same content as expected") in events


def test_what_nobody_knew_to_serve_is_not_said_to_run():
    post = Post()
    post.look(0, unknown())
    assert ("unknown", "the source refused to answer") in told(post)
