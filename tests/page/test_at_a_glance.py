"""What somebody sees without a click: nothing is cut off or hidden, on a phone or on paper."""

from __future__ import annotations

from functools import partial

import pytest

pytestmark = pytest.mark.slow
PHONE = {"width": 320, "height": 640}
HEBREW = "אבי"


def opened(page, story: str, place: str, *, phone: bool = False):
    if phone:
        page.set_viewport_size(PHONE)
    page.goto(f"{story}/#{place}")
    page.locator("main").locator(".us-table, .us-incidents, .us-lanes, .us-blank").first.wait_for()
    page.locator(".us-waiting").wait_for(state="detached")
    return page


def inside(page, thing) -> bool:
    box = thing.bounding_box()
    return bool(box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"])


def changed(page, story: str, path: str, change) -> None:
    """The server says it in other words."""
    said = page.request.get(f"{story}/api/v1/{path}").json()
    change(said)
    page.route(f"**/api/v1/{path}*", partial(_say, said))


def _say(said: object, route) -> None:
    route.fulfill(json=said)


@pytest.mark.parametrize("width", [768, 1024, 1280, 1920])
def test_a_reason_is_read_whole_and_in_a_wide_table_its_row_is_no_higher(page, story, width):
    page.set_viewport_size({"width": width, "height": 800})
    row = opened(page, story, "/").locator(".us-row", has=page.get_by_role("link", name="billing production"))
    why = row.locator(".us-lines")
    assert "prices come out wrong" in why.inner_text()
    assert why.evaluate("one => one.scrollHeight <= one.clientHeight")
    cut = """all => all.filter((one) => {
      const shown = getComputedStyle(one).visibility === "visible" && one.textContent !== "Action";
      return shown && one.scrollWidth > one.clientWidth;
    }).length"""
    assert page.locator(".us-table thead th").evaluate_all(cut) == 0
    other = page.locator(".us-row", has=page.get_by_role("link", name="api production"))
    assert width < 1280 or row.bounding_box()["height"] == other.bounding_box()["height"]


def test_on_a_phone_every_view_can_be_seen_to_be_there(page, story):
    opened(page, story, "/", phone=True)
    for name in ("Status", "Timeline", "Deployments", "Incidents", "Report"):
        assert inside(page, page.get_by_role("link", name=name, exact=True))


def test_on_a_phone_a_table_within_a_row_has_its_head(page, story):
    opened(page, story, "/t/worker/production", phone=True)
    head = page.locator(".us-detail").get_by_role("columnheader", name="When")
    head.wait_for()
    assert inside(page, head)


def test_on_a_phone_it_is_seen_when_something_was_deployed(page, story):
    opened(page, story, "/deployments?days=30", phone=True)
    assert inside(page, page.locator(".us-deploys time").first)


def test_on_a_phone_an_incident_has_the_line_to_itself(page, story):
    opened(page, story, "/incidents", phone=True)
    told = page.locator(".us-incident").first.bounding_box()
    button = page.get_by_role("button", name="Acknowledge").first.bounding_box()
    assert told["width"] > 220
    assert button["y"] >= told["y"] + told["height"]


def test_open_incidents_begin_with_the_worst(page, story):
    opened(page, story, "/incidents")
    first = page.locator(".us-incidents").first.locator("li").first
    assert "open, critical" in first.inner_text()


def test_the_figures_of_a_report_say_which_are_those_of_before(page, story):
    opened(page, story, "/report").get_by_role("columnheader", name="Before").first.wait_for()
    page.set_viewport_size(PHONE)
    before = page.locator(".us-before:not(:empty)").first
    assert "before" in before.evaluate("one => getComputedStyle(one, '::before').content")


def test_a_link_to_what_is_gone_leads_to_where_that_is_said(page, story):
    said = opened(page, story, "/t/nope/production").get_by_text("nope/production is not watched")
    said.wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement === document.body")
    assert page.evaluate("scrollY") == 0


def test_a_name_that_is_read_from_the_right_leaves_what_follows_it_in_its_place(page, story):
    def named(said):
        said["changes"][0] |= {"author": HEBREW, "subject": f"{HEBREW} (#9)"}

    changed(page, story, "targets/worker/production", named)
    opened(page, story, "/t/worker/production")
    by = page.locator(".us-change-by").first
    name = by.get_by_text(HEBREW)
    name.wait_for()
    age = by.locator("time").evaluate("""one => {
      const range = document.createRange();
      range.setStart(one.firstChild, 0);
      range.setEnd(one.firstChild, 1);
      return range.getBoundingClientRect().x;
    }""")
    assert age > name.bounding_box()["x"] + name.bounding_box()["width"]


def test_on_paper_it_is_dark_on_white_with_every_row_and_nothing_to_press(page, story):
    def many(said):
        first = said["targets"][0]
        said["targets"] += [first | {"service": f"site-{number}"} for number in range(300)]

    changed(page, story, "targets", many)
    page.add_init_script("localStorage.setItem('unshipped-theme', 'dark')")
    opened(page, story, "/")
    rows = page.locator(".us-row:not(.us-fold)")
    assert rows.count() < 100
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert rows.count() == 306
    colour = page.locator(".us-service").first.evaluate("one => getComputedStyle(one).color")
    assert colour == "rgb(27, 33, 41)"
    for one in (page.get_by_role("searchbox", name="Filter"), page.get_by_role("navigation")):
        assert not one.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_function("document.querySelectorAll('.us-row').length < 100")


def test_how_it_looks_is_a_button_that_says_so(page, story):
    opened(page, story, "/")
    button = page.get_by_role("button", name="look: auto")
    assert button.get_attribute("title") == "look: auto; change to light"


def test_a_plan_is_scrolled_by_keys(page, story):
    def allowed(said):
        said["deploy"] = {"declared": True, "allowed": True, "caption": "Deploy", "reason": ""}

    said: dict[str, object] = {
        "commit": "1" * 40,
        "live": "a" * 40,
        "way_back": None,
        "waits": None,
        "rollback": False,
    }
    said |= {name: [] for name in ("steps", "back", "ships", "notes")} | {"final": False}
    changed(page, story, "targets/worker/production", allowed)
    page.route("**/api/v1/plans", lambda route: route.fulfill(json=said))
    opened(page, story, "/t/worker/production").get_by_role("button", name="Deploy", exact=True).click()
    page.get_by_role("group", name="the plan").focus()
    assert page.evaluate("document.activeElement.className") == "us-plan"
