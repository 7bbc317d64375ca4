"""What somebody reads on the page, against the real program over a real repository."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.page import axe, keys
from tests.page.place import HOSTILE

pytestmark = pytest.mark.slow


def opened(page, address, place="/"):
    page.goto(f"{address}/#{place}")
    return page


def row(page, service):
    return page.locator(".us-row", has=page.get_by_role("link", name=f"{service} production"))


def test_it_answers_in_one_line_and_lists_what_wants_somebody_first(page, address):
    opened(page, address)
    page.get_by_text("4 targets: 2 behind, 1 unknown, 1 in sync").wait_for()
    names = page.locator(".us-row .us-service").all_text_contents()
    assert names == ["worker", "search", "api"]
    assert "critical past 12 h" in row(page, "worker").inner_text()
    assert row(page, "worker").locator(".us-cell-changes").inner_text() == "2"


def test_the_tab_shows_trouble(page, address):
    opened(page, address)
    page.wait_for_function("() => document.title.startsWith('(3) critical')")
    assert "icon-critical" in page.locator("link[rel=icon]").get_attribute("href")


def test_what_is_in_sync_is_folded_and_can_be_shown(page, address):
    opened(page, address).get_by_role("button", name="1 in sync: show").click()
    assert "in sync" in row(page, "site").inner_text()


def test_a_row_says_what_is_missing_why_it_counts_and_what_to_do(page, address):
    opened(page, address).get_by_role("link", name="worker production").click()
    detail = page.locator(".us-detail")
    detail.locator(".us-subject", has_text="Retry a receipt that bounced (#4)").wait_for()
    assert "worker/main.py counts by worker" in detail.inner_text()
    assert "shared/money.py counts by shared" in detail.inner_text()
    assert detail.get_by_text("unshipped explain worker -e production").is_visible()
    assert page.url.endswith("#/t/worker/production")


def test_a_link_to_a_target_opens_it(page, address):
    opened(page, address, "/t/site/production").get_by_text("Nothing is missing.").wait_for()


def test_a_link_among_the_environments_opens_it_too(page, address):
    def several(route):
        found = route.fetch().json()
        found["targets"].append(found["targets"][0] | {"environment": "staging"})
        route.fulfill(json=found)

    page.route("**/api/v1/targets?*", several)
    opened(page, address).get_by_role("button", name="By environment").click()
    page.get_by_role("cell", name="unknown").get_by_role("link").click()
    page.locator(".us-detail").get_by_text("read from").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="By environment", pressed=True).wait_for()


def test_a_link_leads_to_its_row_however_far_down_that_is(page, address):
    def many(route):
        found = route.fetch().json()
        fine = found["targets"][-1]
        found["targets"] += [fine | {"service": f"site-{number}"} for number in range(300)]
        route.fulfill(json=found)

    page.route("**/api/v1/targets?*", many)
    link = opened(page, address, "/t/site-299/production").get_by_role("link", name="site-299 production")
    link.wait_for()
    page.wait_for_function("() => document.activeElement.textContent === 'site-299 production'")
    assert link.evaluate("one => one.getBoundingClientRect().top < innerHeight")


def test_its_sources_are_asked_when_somebody_wants_to_know(page, address, place):
    opened(page, address, "/t/worker/production").get_by_role("button", name="Look now").click()
    page.locator(".us-detail").get_by_text(place.serving["worker"]).first.wait_for()
    page.locator(".us-detail-side").get_by_text(re.compile(r"Looked at \d+ s ago")).wait_for()


def test_texts_of_others_are_shown_as_they_are_and_hide_nothing(page, address):
    opened(page, address, "/t/worker/production")
    shown = HOSTILE.replace("\u202e", "\\u202e")  # what reorders a text can be seen, as on a terminal
    page.get_by_text(f"{shown} (#9)").wait_for()
    opened(page, address, "/t/search/production").locator(".us-reasons").first.wait_for()
    assert page.locator("img, .us-detail script").count() == 0


def test_a_change_of_ten_thousand_files_is_listed_and_cut(page, address):
    opened(page, address, "/t/api/production").get_by_text("Ten thousand pages").wait_for()
    page.get_by_text("further paths not listed").wait_for()
    page.get_by_role("button", name="show 16 more").click()
    assert page.locator(".us-paths code").count() < 50


def test_it_finds_out_whether_a_change_is_live(page, frontend, address):
    opened(page, address).get_by_role("search").get_by_role("searchbox").fill("#4")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Is #4 live?").wait_for()
    page.get_by_text("Retry a receipt that bounced").wait_for()
    assert "worker production" in page.locator(".us-incidents").inner_text()
    assert axe.wrong(page) == []


def test_a_change_that_nobody_knows_is_said_to_be_unknown(page, address):
    opened(page, address, "/where/ffffffffff").get_by_role("alert").wait_for()


@pytest.mark.parametrize(
    ("view", "heading"),
    [
        ("timeline", "How long each service was stale"),
        ("deployments", "Deployments"),
        ("incidents", "Incidents"),
    ],
)
def test_each_view_has_a_place_of_its_own(page, address, view, heading):
    opened(page, address, f"/{view}?days=1").get_by_role("heading", name=heading).wait_for()
    assert page.get_by_role("link", name="24 h").get_attribute("aria-current") == "true"


def test_the_timeline_is_a_table_too(page, address):
    opened(page, address, "/timeline").get_by_role("img").first.wait_for()
    page.get_by_role("button", name="Show as table").click()
    assert "worker" in page.get_by_role("group", name="the timeline as a table").inner_text()


def test_other_thresholds_say_when_it_would_have_been_told(page, frontend, address):
    opened(page, address, "/t/worker/production").get_by_role("button", name="Try other thresholds").click()
    page.get_by_text("By its thresholds: the incident opens at").wait_for()
    page.get_by_label("Grace in minutes").fill("1260")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_text("By these: the incident opens at").wait_for()
    told = [one.split(" at ")[1] for one in page.get_by_text("the incident opens at").all_inner_texts()]
    own, other = (datetime.fromisoformat(one.replace(" UTC", "+00:00")) for one in told)
    assert other - own == timedelta(minutes=1260 - 15)
    page.get_by_label("Critical from changes").fill("1")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("alert").get_by_text("critical would begin before warning").wait_for()
    assert axe.wrong(page, widths=(1280, axe.NARROW)) == []


def test_an_open_row_shows_its_past_with_the_lines_that_it_crossed(page, address):
    opened(page, address, "/t/worker/production")
    picture = page.locator(".us-detail").get_by_role("img")
    picture.wait_for()
    assert "warning from 6 h on; critical from 12 h on" in picture.get_attribute("aria-label")
    assert picture.locator(".us-limit text").all_text_contents() == ["warning 6 h", "critical 12 h"]


def test_the_week_of_a_report_is_chosen_and_has_an_address(page, address):
    opened(page, address, "/report?week=2026-W06").get_by_role("link", name="The week before").click()
    page.get_by_role("heading", name="Mon 2026-01-26 to Sun 2026-02-01").wait_for()
    assert page.url.endswith("#/report?week=2026-W05")
    page.get_by_role("link", name="The last whole week").click()
    page.wait_for_function("() => location.hash === '#/report'")


def test_no_key_is_lost_however_fast_they_are_pressed(page, address):
    opened(page, address).get_by_role("link", name="worker production").wait_for()
    page.evaluate("""() => {
      for (const key of ["j", "j", "j", "k"]) {
        const press = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
        document.activeElement.dispatchEvent(press);
      }
    }""")
    assert page.evaluate("document.activeElement.textContent") == "search production"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.wait_for_function("() => location.hash === '#/'")
    page.locator(".us-detail").wait_for(state="detached")


@pytest.mark.parametrize(("hours", "told"), [(26, "1 d ahead"), (-3.5, "3 h behind")])
def test_a_clock_that_is_wrong_makes_no_age_wrong(page, address, hours, told):
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
    opened(page, address).get_by_text(f"The clock of this machine is {told}").wait_for()
    assert row(page, "worker").locator(".us-cell-waiting").inner_text() == "20 h"
    assert " d " not in page.locator(".us-fresh span").first.inner_text()


def test_all_of_it_is_reached_by_keyboard(page, address):
    opened(page, address).get_by_role("link", name="worker production").wait_for()
    for name in ("worker production", "search production"):
        page.keyboard.press("j")
        keys.at(page, name)
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.locator(".us-detail").wait_for()
    page.keyboard.press("Escape")
    page.locator(".us-detail").wait_for(state="detached")
    page.keyboard.press("/")
    page.keyboard.type("sea")
    page.get_by_role("link", name="worker production").wait_for(state="detached")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")


def test_a_timeline_that_has_not_room_for_all_says_so(page, address):
    def cut(route):
        found = route.fetch().json()
        route.fulfill(status=200, body=json.dumps(found | {"total": 1204}))

    page.route("**/api/v1/timeline?*", cut)
    opened(page, address, "/timeline").get_by_text("The worst 4 of 1,204 targets.").wait_for()


def test_a_fleet_that_has_not_room_in_one_answer_is_not_shown_as_if_it_was_whole(page, address):
    def cut(route):
        found = route.fetch().json()
        route.fulfill(status=200, body=json.dumps(found | {"total": 12_345}))

    page.route("**/api/v1/targets?*", cut)
    opened(page, address).get_by_text("The worst 4 of 12,345 targets.").wait_for()
    opened(page, address, "/t/quiet/production")
    page.get_by_text("quiet/production is not among these.").wait_for()
    page.goto(f"{address}/embed?service=quiet")
    page.get_by_text("None of what is meant here is among these.").wait_for()


@pytest.mark.parametrize(("many", "said"), [(999, "There is no such incident"), (1000, "over for long")])
def test_incidents_that_there_was_no_room_for_are_not_said_to_be_none(page, address, many, said):
    def crowded(route):
        (first, *_) = (found := route.fetch().json())["incidents"]
        over = [first | {"id": f"{number}", "open": False} for number in range(many)]
        route.fulfill(status=200, body=json.dumps(found | {"incidents": over}))

    page.route("**/api/v1/incidents?*", crowded)
    opened(page, address, "/i/long-ago").get_by_text(said).wait_for()
    opened(page, address, "/incidents").get_by_role("heading", name=f"Resolved ({many})").wait_for()
    assert page.get_by_text("The newest ones: there may be more").count() == (many == 1000)


@pytest.mark.parametrize("many", [999, 1000])
def test_deployments_that_there_was_no_room_for_are_told(page, address, many):
    one = dict.fromkeys(("page", "before", "not_before")) | dict.fromkeys(("rollback", "recorded"), False)
    one |= {"service": "api", "environment": "production", "commit": "a" * 40, "by": "ana", "by_hand": True}
    rows = [one | {"id": f"{number}", "at": "2026-02-05T16:37:00Z", "seen": True} for number in range(many)]
    found = {"schema_version": 1, "since": "2026-02-01T00:00:00Z", "total": 4000, "deployments": rows}
    page.route("**/api/v1/deployments?*", lambda route: route.fulfill(status=200, body=json.dumps(found)))
    opened(page, address, "/deployments")
    page.get_by_role("group", name="deployments").wait_for()
    assert page.get_by_text("The newest 1,000: there may be more").count() == (many == 1000)


def test_a_part_of_the_fleet_has_a_sentence_of_its_own(page, address):
    page.goto(f"{address}/embed?service=site")
    page.get_by_text("1 target: all in sync.").wait_for()
    page.goto(f"{address}/embed")
    page.get_by_text("4 targets:").wait_for()
