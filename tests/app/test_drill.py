"""A fire drill goes the whole way and touches nothing real."""

from __future__ import annotations

from tests.app.test_tell import Post
from tests.core.watched import at, behind, in_sync
from tests.support.stored import steps
from unshipped.app.drill import drill
from unshipped.app.report import past
from unshipped.core.alerting import Matcher, Route
from unshipped.core.counting.figures import Span
from unshipped.core.model import Severity
from unshipped.errors import NotifyError

ROUTES = (Route(("chat",)), Route(("mail",), Severity.CRITICAL))


def drilled(post: Post, severity: Severity = Severity.CRITICAL, routes: tuple[Route, ...] = ROUTES):
    return drill(post.store, post.receiver, routes, severity, by="one", clock=lambda: post.now)


def test_everybody_on_the_route_hears_that_it_begins_and_that_it_is_over():
    post = Post()
    result = drilled(post)
    assert (result.heard, result.notices, len(result.attempts)) == (True, 4, 4)
    assert [one.resolved for one in post.chat.heard] == [False, True]
    assert [one.why for one in post.chat.heard] == ["it began", "it is over"]
    assert "unshipped-drill in drill" in post.mail.heard[0].title
    assert "this is a drill: nothing is wrong" in post.mail.heard[0].items[0].reasons


def test_who_is_told_from_critical_on_is_not_woken_by_a_small_one():
    post = Post()
    assert drilled(post, Severity.INFO).heard
    assert post.mail.heard == []


def test_who_hears_of_real_targets_alone_is_named():
    routes = (Route(("chat",)), Route(("mail",), match=Matcher(environments=("production",))))
    result = drilled(Post(), routes=routes)
    assert (result.heard, result.notices, result.spared) == (True, 2, ("mail",))
    assert drilled(Post()).spared == ()


def test_it_can_be_repeated():
    post = Post()
    assert drilled(post).heard
    post.now = at(1)
    assert drilled(post).heard
    assert len(post.chat.heard) == 4


def test_no_real_incident_is_touched():
    post = Post()
    post.look(0, in_sync())
    post.look(10, behind())
    before = (post.store.incidents(target="worker/production"), steps(post.store))
    drilled(post)
    assert post.store.incidents(target="worker/production") == before[0]
    assert [one for one in steps(post.store) if "unshipped-drill" not in one.incident] == before[1]
    assert not [one for one in post.store.incidents(open_only=True) if one.service == "unshipped-drill"]


def test_reports_leave_it_out():
    post = Post()
    post.look(0, in_sync())
    drilled(post)
    known = past(post.store, Span(at(-1440), at(1440)))
    assert (known.incidents, known.transitions, known.deliveries) == ((), (), ())
    assert [one.seen.target for one in known.stretches] == ["worker/production"]


def test_a_receiver_that_is_not_reached_fails_the_drill():
    post = Post()
    post.mail.fails = [NotifyError("the token was revoked", final=True)]
    assert not drilled(post).heard


def test_a_drill_that_nobody_hears_of_has_failed():
    post = Post()
    assert not drilled(post, routes=(Route(("chat",), match=Matcher(services=("api",))),)).heard
