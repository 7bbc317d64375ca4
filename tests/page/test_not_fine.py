"""What is old or unknown does not look as if everything was fine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.page import axe
from tests.page.story import written

pytestmark = pytest.mark.slow
GREEN, OLD = "rgb(18, 134, 106)", "rgb(119, 130, 143)"


@pytest.fixture
def calm(page, server):
    """A fleet that is in sync, all of it."""
    said = page.request.get(f"{server.address}/api/v1/targets").json()
    said["targets"] = [one for one in said["targets"] if one["severity"] == "none"]
    said["summary"]["sentence"] = "12 targets: all in sync."
    page.route("**/api/v1/targets?*", lambda route: route.fulfill(json=said))
    page.clock.install()
    page.goto(f"{server.address}/")
    page.get_by_text("all in sync").wait_for()
    return page


def greens(page) -> set[str]:
    """The colours of what says that something is in sync: its marks, and its part of the bar."""
    marks = page.locator(".us-tone-sync").evaluate_all("all => all.map(one => getComputedStyle(one).color)")
    bars = page.locator(".us-fill-sync").evaluate_all("all => all.map(one => getComputedStyle(one).fill)")
    assert len(marks) > 1
    assert bars
    return {*marks, *bars}


def test_what_was_in_sync_when_the_server_last_answered_is_not_green(calm, server, frontend):
    assert greens(calm) == {GREEN}
    calm.route("**/api/v1/targets?*", lambda route: route.abort())
    server.stop()
    calm.clock.fast_forward("08:00:00")
    told = calm.get_by_text("The server does not answer. This is what it said")
    told.wait_for()
    assert greens(calm) == {OLD}
    sentence = calm.get_by_text("all in sync")
    assert told.bounding_box()["y"] < sentence.bounding_box()["y"]
    assert axe.wrong(calm, widths=(1280, axe.NARROW)) == []
    calm.unroute("**/api/v1/targets?*")
    server.start()
    calm.get_by_role("button", name="Try again").click()
    told.wait_for(state="detached")
    assert greens(calm) == {GREEN}


def test_what_should_have_been_asked_again_by_now_is_not_green(calm):
    calm.route("**/api/v1/**", lambda _: None)  # nothing comes back, as after a sleep
    calm.clock.set_system_time(datetime.now(UTC) + timedelta(hours=8))
    calm.clock.run_for(16_000)
    calm.get_by_text("Asked 8 h ago").wait_for()
    assert greens(calm) == {OLD}


@pytest.mark.parametrize("view", ["timeline", "deployments", "incidents"])
def test_each_view_says_how_old_it_is_where_nobody_answers(page, server, view):
    page.clock.install()
    page.goto(f"{server.address}/#/{view}")
    page.locator(".us-lanes, .us-deploys, .us-incidents").first.wait_for()
    server.stop()
    for _ in range(4):
        page.clock.fast_forward("02:00:00")
        page.wait_for_timeout(100)
    page.get_by_text("This is what it said 8 h ago.").first.wait_for()


def test_that_it_is_listened_to_is_no_green_and_is_not_said_to_be_live(page, server):
    page.goto(f"{server.address}/")
    page.get_by_text("Live updates", exact=True).wait_for()
    dot = page.locator(".us-live").evaluate("one => getComputedStyle(one, '::before').backgroundColor")
    assert dot != GREEN
    assert page.get_by_text("Live", exact=True).count() == 0  # that is what a button says of what is deployed


def test_where_nobody_looks_any_more_that_is_what_it_says_first(page, server):
    server.store = written(datetime.now(UTC) - timedelta(days=3))
    server.stop()
    server.start()
    page.goto(f"{server.address}/")
    page.get_by_text("Nobody has looked for 3 d: does the watch run?").wait_for()
    rows = page.locator(".us-row", has=page.get_by_role("link", name="auth production"))
    assert rows.locator(".us-cell-waiting").inner_text() == "3 d"  # and not for as long as it was in sync
