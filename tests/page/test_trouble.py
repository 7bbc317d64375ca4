"""What the page says when something goes wrong under it: clear, nothing done twice, nothing lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.core.watched import in_sync
from tests.page.clock import later
from tests.page.server import Server
from tests.page.story import CONFIG, written
from tests.support.stored import seen as seen_anew
from unshipped.app.decide import keep
from unshipped.core.incidents import Kind
from unshipped.core.logged.journal import Kept
from unshipped.core.model import Hold

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)


@pytest.fixture
def shown(page, server):
    """The page, with a row open."""
    page.clock.install()
    page.goto(f"{server.address}/#/t/worker/production")
    page.locator(".us-detail").get_by_role("button", name="Hold", exact=True).wait_for()
    return page


def told(server: Server) -> None:
    """Somebody does something elsewhere: the log moves on."""
    now = datetime.now(UTC)
    keep(server.store, Kept("h2", "api", "production", Hold("told elsewhere", "ben", now + HOUR), now))


def test_a_server_that_went_away_is_told_and_what_was_known_stays(shown, server):
    server.stop()
    later(shown, shown.get_by_text("The server does not answer. This is what it said"))
    assert shown.locator(".us-row .us-service").count() == 6
    shown.wait_for_function("() => document.title === '? no answer · unshipped'")
    assert "icon-unknown" in shown.locator("link[rel=icon]").get_attribute("href")


def test_what_cannot_be_done_leaves_what_was_written(shown, server):
    shown.get_by_role("button", name="Hold", exact=True).click()
    dialog = shown.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("prices come out wrong")
    server.stop()
    dialog.get_by_role("button", name="Hold", exact=True).click()
    dialog.get_by_text("The server does not answer.").wait_for()
    server.start()
    dialog.get_by_role("button", name="Hold", exact=True).click()
    dialog.wait_for(state="detached")
    held = [one for one in server.store.holds(datetime.now(UTC)) if one.service == "worker"]
    assert [one.hold.reason for one in held] == ["prices come out wrong"]


def test_a_session_that_ends_in_the_middle_loses_nothing(shown, server):
    shown.get_by_role("button", name="Hold", exact=True).click()
    dialog = shown.get_by_role("dialog")
    dialog.get_by_role("textbox").first.fill("prices come out wrong")
    server.knows = False
    dialog.get_by_role("button", name="Hold", exact=True).click()
    dialog.get_by_text("Nobody knows any more who you are.").wait_for()
    shown.get_by_text("nobody knows who you are. This is what it said").wait_for()
    assert not [one for one in server.store.holds(datetime.now(UTC)) if one.service == "worker"]
    server.knows = True
    dialog.get_by_role("button", name="Hold", exact=True).click()
    dialog.wait_for(state="detached")
    assert len([one for one in server.store.holds(datetime.now(UTC)) if one.service == "worker"]) == 1


def test_a_stranger_is_asked_who_they_are(page, server):
    server.knows = False
    page.goto(f"{server.address}/")
    page.get_by_text("Who are you?").wait_for()
    page.get_by_label("A token").fill("not-a…")
    page.keyboard.press("Enter")
    page.get_by_text("This is no whole token").wait_for()
    assert page.get_by_role("button", name="Use it").is_disabled()
    page.get_by_label("A token").fill("not-a-token")
    server.knows = True
    page.get_by_role("button", name="Use it").click()
    page.get_by_role("link", name="worker production").wait_for()


def test_a_service_that_vanishes_while_it_is_open_is_said_to_be_gone(shown, server):
    server.config = CONFIG._replace(targets=tuple(one for one in CONFIG.targets if one.service != "worker"))
    told(server)
    shown.get_by_text("worker/production is not watched, or not any more.").wait_for()
    shown.get_by_role("button", name="Close").click()
    shown.get_by_role("link", name="search production").wait_for()


def test_who_knows_of_what_they_read_does_not_know_of_what_came_meanwhile(shown, server):
    (read,) = [one for one in server.store.incidents(open_only=True) if one.target == "worker/production"]
    shown.get_by_role("button", name="Acknowledge", exact=True).click()
    dialog = shown.get_by_role("dialog")
    dialog.get_by_text("changes behind").wait_for()
    other = read._replace(id="worker/production/other", kind=Kind.UNKNOWN, opened_at=datetime.now(UTC))
    server.store.tables.incidents[other.id] = other
    told(server)
    shown.get_by_text("told elsewhere").wait_for()
    dialog.get_by_role("button", name="Acknowledge", exact=True).click()
    dialog.wait_for(state="detached")
    found = {one.id: one.acknowledged_by for one in server.store.incidents(ids=[read.id, other.id])}
    assert found == {read.id: "local", other.id: ""}


def test_a_change_is_shown_when_the_server_tells_of_it(shown, server):
    shown.get_by_text("Live updates", exact=True).wait_for()
    told(server)
    shown.get_by_text("told elsewhere").wait_for()


def test_news_that_come_faster_than_answers_keep_nobody_from_an_answer(page, server):
    page.goto(f"{server.address}/")
    page.get_by_text("Live updates", exact=True).wait_for()
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 2000, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", slow)
    shown = page.get_by_text("told elsewhere")
    for _ in range(80):
        told(server)
        page.wait_for_timeout(700)
        if shown.count():
            return
    raise AssertionError("nothing was shown for as long as there was news")


def test_a_row_that_moves_takes_no_dialog_with_it(shown):
    shown.get_by_role("button", name="Hold", exact=True).click()
    dialog = shown.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("prices come out wrong")
    shown.evaluate("""() => {  // as it is moved where another target has become worse
      const row = document.querySelector(".us-detail").closest("tbody");
      row.parentElement.append(row);
    }""")
    assert dialog.evaluate("one => one.matches(':modal')")
    assert dialog.get_by_role("textbox").input_value() == "prices come out wrong"


def test_a_long_table_that_is_scrolled_takes_no_dialog_with_it(shown):
    def many(route):
        found = route.fetch().json()
        found["targets"] += [found["targets"][0] | {"service": f"site-{number}"} for number in range(300)]
        route.fulfill(json=found)

    shown.route("**/api/v1/targets?*", many)
    shown.reload()
    shown.get_by_role("button", name="Hold", exact=True).click()
    text = shown.get_by_role("dialog").get_by_role("textbox")
    text.fill("prices come out wrong")
    row = shown.get_by_role("link", name="worker production")
    top = "one => one.getBoundingClientRect().top + scrollY"
    before = row.evaluate(top)
    shown.mouse.move(640, 780)
    shown.mouse.wheel(0, 8_000)
    shown.get_by_role("link", name="site-200 production").wait_for()
    shown.mouse.wheel(0, 2_000)
    shown.get_by_role("link", name="site-260 production").wait_for()
    assert text.input_value() == "prices come out wrong"
    assert abs(row.evaluate(top) - before) < 2


def test_a_line_that_is_cut_is_taken_up_again(shown, server):
    shown.get_by_text("Live updates", exact=True).wait_for()
    server.stop()
    # That the line is cut is a reason to ask, which it may have answered before it was gone: the next
    # question is one by the clock.
    later(shown, shown.get_by_text("This is what it said"))
    server.start()
    shown.clock.fast_forward(120_000)
    shown.get_by_text("Live updates", exact=True).wait_for()
    shown.get_by_text("This is what it said").wait_for(state="detached")


def test_an_answer_that_is_no_answer_is_trouble_and_no_blank_page(page, server):
    page.route("**/api/v1/targets?*", lambda route: route.fulfill(status=200, body="<html>a proxy</html>"))
    page.goto(f"{server.address}/")
    page.get_by_role("alert").get_by_text("The server's answer is not understood.").wait_for()


def test_what_a_proxy_says_in_the_servers_place_is_told_and_what_was_known_stays(shown):
    """As one does where a session has ended."""
    shown.route("**/api/v1/targets**", lambda route: route.fulfill(json={"error": "login required"}))
    shown.clock.fast_forward(310_000)
    shown.get_by_text("The server's answer is not understood. This is what it said").wait_for()
    assert shown.locator(".us-row .us-service").count() == 6
    shown.wait_for_function("() => document.title === '? no answer · unshipped'")


def test_an_empty_log_says_what_to_do(page, server):
    answer = {
        "as_of": "2026-02-05T16:37:00Z",
        "summary": {"sentence": "0 targets: none was looked at yet."},
        "targets": [],
    }
    page.route("**/api/v1/targets?*", lambda route: route.fulfill(status=200, body=json.dumps(answer)))
    page.goto(f"{server.address}/")
    page.get_by_text("unshipped watch --once").wait_for()


def test_without_a_network_nothing_is_said_to_be_live(shown):
    shown.context.set_offline(True)
    shown.clock.fast_forward(400_000)
    shown.wait_for_function("() => document.title === '? no answer · unshipped'")
    shown.get_by_text("The server does not answer. This is what it said").wait_for()


def test_a_line_that_leads_nowhere_any_more_is_not_live(shown, server):
    shown.get_by_text("Live updates", exact=True).wait_for()
    shown.route("**/api/v1/**", lambda _: None)  # nothing comes back, as after a sleep
    shown.clock.fast_forward(50_000)
    shown.get_by_text("Live updates", exact=True).wait_for(state="detached")
    for _ in range(12):
        shown.clock.fast_forward(30_000)
    shown.wait_for_function("() => document.title === '? no answer · unshipped'")


def seen(page, *, hidden: bool) -> None:
    """Somebody looks at another tab, or at this one again."""
    page.evaluate(
        """hidden => {
      const state = hidden ? "hidden" : "visible";
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }""",
        hidden,
    )


def is_stream(request) -> bool:
    return str(request.url).endswith("/api/v1/stream")


def test_a_tab_that_nobody_looks_at_leaves_the_line_to_others_and_asks_each_minute(shown, server):
    shown.get_by_text("Live updates", exact=True).wait_for()
    with shown.expect_event("requestfailed", is_stream):
        seen(shown, hidden=True)
    shown.wait_for_timeout(1_500)  # that the line is gone is a reason to ask, too
    told(server)
    for _ in range(3):
        shown.clock.fast_forward(16_000)
    later(shown, shown.get_by_text("told elsewhere"), 16_000)
    with shown.expect_request(is_stream) as asked:
        seen(shown, hidden=False)
    assert asked.value.headers["last-event-id"]
    shown.get_by_text("Live updates", exact=True).wait_for()


def test_a_tab_that_nobody_looks_at_tells_that_the_server_went_away(shown, server):
    seen(shown, hidden=True)
    server.stop()
    shown.clock.fast_forward(61_000)
    shown.wait_for_function("() => document.title === '? no answer · unshipped'")
    server.start()
    shown.clock.fast_forward(120_000)
    shown.wait_for_function("() => document.title.startsWith('(')")


def test_who_gets_no_answer_to_a_press_does_not_wait_for_ever(shown):
    shown.get_by_role("button", name="Hold", exact=True).click()
    dialog = shown.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("prices come out wrong")
    shown.route("**/api/v1/holds", lambda _: None)
    dialog.get_by_role("button", name="Hold", exact=True).click()
    dialog.get_by_role("button", name="…").wait_for()
    shown.clock.fast_forward(151_000)
    dialog.get_by_text("The server does not answer. It may have been done all the same").wait_for()
    assert dialog.get_by_role("textbox").input_value() == "prices come out wrong"
    assert dialog.get_by_role("button", name="Hold", exact=True).is_enabled()


def test_a_plan_that_somebody_reads_does_not_change_under_them(shown, server):
    plans, orders = [], []

    def planned(route):
        plans.append(route.request.post_data)
        plan = {"commit": f"{len(plans)}" * 40, "live": "a" * 40, "way_back": None, "rollback": False}
        told: dict[str, object] = {
            "steps": [],
            "back": [],
            "ships": [],
            "notes": [],
            "waits": None,
            "final": False,
        }
        route.fulfill(status=200, body=json.dumps(plan | told))

    def allowed(route):
        found = route.fetch().json()
        found["deploy"] = {"declared": True, "allowed": True, "caption": "Deploy", "reason": ""}
        route.fulfill(status=200, body=json.dumps(found))

    def ordered(route):
        orders.append(json.loads(route.request.post_data))
        route.abort() if len(orders) == 1 else route.fulfill(status=202, body="{}")

    shown.route("**/api/v1/plans", planned)
    shown.route("**/api/v1/rollouts", ordered)
    shown.route("**/api/v1/targets/worker/production", allowed)
    shown.reload()
    shown.get_by_role("button", name="Deploy", exact=True).first.click()
    dialog = shown.get_by_role("dialog")
    dialog.get_by_text("1111111").wait_for()
    told(server)
    shown.get_by_text("told elsewhere").wait_for()
    shown.clock.fast_forward(310_000)
    shown.wait_for_timeout(500)
    assert dialog.get_by_text("1111111").count() == 1
    press = dialog.get_by_role("button", name="Deploy", exact=True)
    press.click()  # it is carried out, and the answer is lost
    dialog.get_by_text("The server does not answer.").wait_for()
    shown.wait_for_timeout(500)
    press.click()
    dialog.wait_for(state="detached")
    assert len(plans) == 1
    assert [(one["id"], one["to"]) for one in orders] == [(orders[0]["id"], "1" * 40)] * 2
    shown.get_by_role("button", name="Deploy", exact=True).first.click()
    dialog.get_by_text("2222222").wait_for()
    assert dialog.get_by_text("1111111").count() == 0
    shown.unroute("**/api/v1/plans")
    shown.route("**/api/v1/plans", lambda _: None)
    dialog.get_by_label("share by share").check()
    dialog.get_by_role("status", name="loading").wait_for()
    shown.clock.fast_forward(151_000)
    dialog.get_by_text("The server does not answer.").wait_for()


def test_a_change_that_goes_live_while_somebody_looks_is_shown_to_be(page, server):
    found = {"service": "api", "environment": "production", "deployed": None, "waiting_since": None}
    said = found | {"place": "waiting", "reason": "it waits"}
    more = {"commit": "a" * 40, "title": "Retry a receipt", "page": None, "not_concerned": 0}
    page.route("**/api/v1/where?*", lambda route: route.fulfill(json=more | {"targets": [said]}))
    page.clock.install()
    page.goto(f"{server.address}/#/where/aaaaaaa")
    page.get_by_text("it waits").wait_for()
    page.wait_for_timeout(1_000)
    page.clock.fast_forward(6_000)
    said = found | {"place": "live", "reason": "it is live"}
    seen_anew(server.store, [in_sync("api")], (), datetime.now(UTC))
    page.wait_for_timeout(2_000)
    page.clock.fast_forward(6_000)
    page.get_by_text("it is live").wait_for()


def test_what_nobody_has_looked_at_for_long_is_not_shown_as_it_was(page, server):
    server.store = written(datetime.now(UTC) - timedelta(days=3))
    server.stop()
    server.start()
    page.goto(f"{server.address}/")
    page.get_by_text("18 targets: 18 unknown, 0 in sync.").wait_for()
    page.wait_for_function("() => document.title === '(18) unknown · unshipped'")
    page.get_by_text("nobody has looked for 3 d").first.wait_for()


def test_that_nothing_is_locked_is_said_where_that_is_known(page, server):
    page.route("**/api/v1/rollouts?*", lambda _: None)
    page.goto(f"{server.address}/#/deployments")
    page.get_by_role("group", name="deployments").wait_for()
    assert page.get_by_text("Nothing is locked.").count() == 0
    said = {"status": 403, "detail": "nobody may see that"}
    page.unroute("**/api/v1/rollouts?*")
    page.route("**/api/v1/rollouts?*", lambda route: route.fulfill(status=403, json=said))
    page.reload()
    locks = page.get_by_role("region", name="locks")
    locks.get_by_role("alert").get_by_text("nobody may see that").wait_for()
    assert page.get_by_text("Nothing is locked.").count() == 0
    page.unroute("**/api/v1/rollouts?*")
    locks.get_by_role("button", name="Try again").click()
    page.get_by_text("Nothing is locked.").wait_for()
