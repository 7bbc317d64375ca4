"""A page that is kept open: by keyboard, on a phone, while the fleet moves on under it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from tests.page import keys
from tests.page.clock import later
from unshipped.app.decide import keep
from unshipped.core.logged.journal import Kept
from unshipped.core.model import Hold

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)


LONG = "notification-preferences-reconciliation-worker"


def test_what_a_filter_shows_is_not_taken_from_whoever_reads_it(page, server):
    page.goto(f"{server.address}/")
    page.get_by_role("group", name="show only").get_by_role("button", name="critical").click()
    page.get_by_role("link", name="worker production").click()
    page.get_by_role("button", name="Hold", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("prices come out wrong")
    now = datetime.now(UTC)
    keep(server.store, Kept("ben-1", "worker", "production", Hold("ben was faster", "ben", now + HOUR), now))
    page.locator(".us-decided").get_by_text("ben was faster").wait_for()
    assert dialog.get_by_role("textbox").input_value() == "prices come out wrong"
    page.keyboard.press("Escape")
    page.get_by_role("link", name="worker production").click()
    page.get_by_text("Nothing fits this filter.").wait_for()


def test_by_environment_too_a_wait_goes_on_while_nobody_answers(page, server):
    page.clock.install()
    page.goto(f"{server.address}/")
    page.get_by_role("button", name="By environment").click()
    waits = page.get_by_role("link", name="behind 5, 20 h")
    waits.wait_for()
    server.stop()
    page.clock.fast_forward("08:00:00")
    page.get_by_role("link", name="behind 5, 1 d").wait_for()
    page.get_by_text("This is what it said 8 h ago").wait_for()


def test_by_environment_a_large_fleet_keeps_nobody_waiting(page, server):
    def many(route):
        found = route.fetch().json()
        found["targets"] += [found["targets"][0] | {"service": f"site-{number}"} for number in range(1_000)]
        route.fulfill(json=found)

    page.route("**/api/v1/targets?*", many)
    page.goto(f"{server.address}/")
    page.get_by_role("button", name="By environment").click()
    page.get_by_text("and 515 more: the filter finds them").wait_for()
    assert page.locator(".us-grid tbody tr").count() == 500
    page.get_by_role("searchbox", name="Filter").fill("site-999")
    page.get_by_role("rowheader", name="site-999").wait_for()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_long_name_leaves_it_readable_which_environment_it_is(page, server, width):
    def named(route):
        found = route.fetch().json()
        one = found["targets"][0] | {"service": LONG}
        found["targets"] = [one, one | {"environment": "staging"}, one | {"service": "old"}]
        route.fulfill(json=found)

    page.route("**/api/v1/targets?*", named)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{server.address}/")
    page.get_by_role("link", name=f"{LONG} staging").wait_for()
    cut = page.locator(".us-environment").evaluate_all("""all => all.filter((one) => {
      const [cell, it] = [one.closest("th").getBoundingClientRect(), one.getBoundingClientRect()];
      return it.right > cell.right || one.scrollWidth > one.clientWidth + 1;
    }).length""")
    assert cut == 0


def test_a_name_that_is_one_long_word_leaves_room_for_when_it_was_deployed(page, server):
    def named(route):
        found = route.fetch().json()
        found["deployments"][0]["service"] = "x" * 300
        route.fulfill(json=found)

    page.route("**/api/v1/deployments?*", named)
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{server.address}/#/deployments")
    page.get_by_role("rowheader", name="xxx").wait_for()
    when = page.get_by_role("columnheader", name="When").bounding_box()
    assert when["x"] + when["width"] < 375


@pytest.mark.parametrize("place", [f"/where/{'a' * 40}", f"/where/{LONG * 4}", f"/t/{'a' * 60}/x"])
def test_a_long_word_makes_the_page_no_wider_than_a_phone(page, server, place):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{server.address}/#{place}")
    page.locator(".us-trouble, .us-blank").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_token_that_nobody_knows_is_told_and_another_one_can_be_typed_at_once(page, server):
    server.knows = False
    page.goto(f"{server.address}/")
    page.get_by_text("Who are you?").wait_for()
    page.wait_for_function("() => document.title === '? who are you · unshipped'")
    told = page.get_by_role("alert").get_by_text("is not known, or has ended")
    assert told.count() == 0
    page.get_by_label("A token").fill("not-this-one")
    page.get_by_role("button", name="Use it").click()
    told.wait_for()
    page.keyboard.type("half of another")
    page.evaluate("dispatchEvent(new Event('online'))")  # the network is there again: it is asked anew
    page.wait_for_timeout(1_500)
    assert page.get_by_label("A token").input_value() == "half of another"


REFUSED = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });"""


def test_who_lets_the_page_keep_nothing_reads_it_all_the_same(tab, server):
    page = tab(REFUSED)
    page.goto(f"{server.address}/")
    page.get_by_role("button", name="look: auto").click()
    page.get_by_role("button", name="look: light").wait_for()
    server.knows = False
    page.reload()
    page.get_by_label("A token").fill("a-token")
    with page.expect_request(lambda asked: asked.headers.get("authorization") == "Bearer a-token"):
        page.get_by_role("button", name="Use it").click()
    page.goto(f"{server.address}/embed")
    page.get_by_text("nobody knows who you are").wait_for()


SAID = """() => {
  window.said = [];
  new MutationObserver((all) => {
    for (const one of all) {
      const place = one.target.nodeType === Node.TEXT_NODE ? one.target.parentElement : one.target;
      const live = place?.closest("[role=alert], [role=status]");
      if (live) window.said.push(live.textContent);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def test_who_hears_the_page_is_told_once_that_nobody_answers(page, server):
    page.clock.install()
    page.goto(f"{server.address}/#/t/worker/production")
    page.get_by_text("Live updates", exact=True).wait_for()
    server.stop()
    later(page, page.get_by_text("The server does not answer. This is what it said"))
    page.get_by_role("alert").get_by_text("The server does not answer.").first.wait_for()
    page.evaluate(SAID)
    for _ in range(12):
        page.clock.fast_forward("05:00")
    page.get_by_text("This is what it said 1 h ago").wait_for()
    assert page.evaluate("said") == []


def test_who_seeks_a_change_stays_where_they_typed(page, server):
    page.goto(f"{server.address}/")
    sought = page.get_by_role("search").get_by_role("searchbox")
    sought.fill("#4")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Is #4 live?").wait_for()
    assert sought.evaluate("one => one === document.activeElement")
    page.get_by_role("link", name="unshipped").click()
    page.get_by_role("link", name="worker production").wait_for()
    assert sought.input_value() == ""


def test_who_leaves_what_is_open_by_escape_goes_on_at_its_row(page, server):
    page.goto(f"{server.address}/#/t/api/production")
    page.get_by_role("button", name="Hold", exact=True).focus()
    page.keyboard.press("Escape")
    page.locator(".us-detail").wait_for(state="detached")
    keys.at(page, "api production")
    page.goto(f"{server.address}/#/t/site/production")
    page.get_by_role("button", name="Hold", exact=True).focus()
    page.keyboard.press("Escape")
    page.locator(".us-detail").wait_for(state="detached")
    page.wait_for_function("() => document.activeElement.textContent.includes('in sync: show')")


def test_keys_go_on_from_what_is_open_and_scroll_what_scrolls(page, server):
    page.goto(f"{server.address}/#/t/api/production")
    hold = page.get_by_role("button", name="Hold", exact=True)
    hold.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "mail production"
    hold.focus()
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "search production"
    deployments = page.locator(".us-detail .us-scroll").first
    deployments.focus()
    page.keyboard.press("ArrowDown")
    assert deployments.evaluate("one => one === document.activeElement")


def test_who_tries_again_and_fails_again_can_press_once_more(page, server):
    answers = count(1)

    def refused(route):
        route.fulfill(status=404, json={"status": 404, "detail": f"refused for the {next(answers)}. time"})

    page.route("**/api/v1/stream", lambda route: route.abort())  # that it listens is a reason to ask, too
    page.route("**/api/v1/incidents?*", refused)
    page.goto(f"{server.address}/#/incidents")
    again = page.get_by_role("alert").get_by_role("button", name="Try again")
    again.focus()
    for number in (1, 2):
        page.get_by_text(f"refused for the {number}. time").wait_for()
        page.keyboard.press("Enter")
        page.get_by_text(f"refused for the {number + 1}. time").wait_for()
        keys.stays(page)
    with page.expect_response("**/api/v1/incidents?days=30"):
        page.goto(f"{server.address}/#/incidents?days=30")
    page.unroute("**/api/v1/incidents?*")
    again.click()
    page.get_by_role("heading", name="Open (5)").wait_for()
    assert page.get_by_role("alert").count() == 0


def test_after_a_sleep_it_is_not_live_by_what_was_heard_before(page, server):
    page.clock.install()
    page.goto(f"{server.address}/")
    page.get_by_text("Live updates", exact=True).wait_for()
    page.route("**/api/v1/**", lambda _: None)
    page.clock.set_system_time(datetime.now(UTC) + 8 * HOUR)  # no timer runs in a machine that sleeps
    page.clock.run_for(5_100)
    page.get_by_text("Live updates", exact=True).wait_for(state="detached")
    page.get_by_text("Asked 8 h ago").wait_for()


def test_a_command_is_copied_and_where_that_cannot_be_there_is_no_button(tab, server):
    page = tab(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{server.address}/#/t/worker/production")
    page.get_by_role("button", name="copy the command").click()
    page.get_by_role("button", name="copied the command").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "unshipped explain worker -e production"
    page = tab("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as without TLS
    page.goto(f"{server.address}/#/t/worker/production")
    page.get_by_text("unshipped explain worker -e production").wait_for()
    assert page.get_by_role("button", name="copy").count() == 0


def test_the_times_below_the_timeline_say_whose_they_are(page, server):
    page.goto(f"{server.address}/#/timeline?days=1")
    page.locator(".us-axis").get_by_text("times in UTC").wait_for()
