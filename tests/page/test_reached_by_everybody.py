"""Nobody is shut out: axe finds nothing in either theme, and nothing is cut off at any width."""

from __future__ import annotations

import pytest

from tests.page import axe

pytestmark = pytest.mark.slow
WEEK = "/report?week=2026-W06"
PLACES = [
    "/",
    "/t/worker/production",
    "/timeline?days=7",
    "/deployments",
    "/incidents?days=30",
    "/report",
    WEEK,
]


def settled(page, address: str, place: str):
    """Nothing is waited for any more."""
    page.goto(f"{address}/#{place}")
    page.locator("main").locator(".us-table, .us-incidents, .us-lanes").first.wait_for()
    page.locator(".us-waiting").wait_for(state="detached")
    return page


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(page, story, frontend, place):
    settled(page, story, place)
    assert axe.wrong(page, widths=(1280, axe.NARROW)) == []
    for width in (320, axe.NARROW, 640, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        fits = "width => innerWidth === width && document.documentElement.scrollWidth <= width"
        page.wait_for_function(fits, arg=width)  # pictures are drawn anew after the page has another width


@pytest.mark.parametrize("width", [768, 900, 1024, 1180, 1280])
def test_the_table_is_as_wide_as_its_place_and_leaves_room_for_the_reasons(page, story, width):
    page.set_viewport_size({"width": width, "height": 800})
    settled(page, story, "/")
    end, place, why = page.evaluate("""() => [".us-chevron", "table", "th.us-cell-why"].map((one) => {
      const box = document.querySelector(one).getBoundingClientRect();
      return one === "th.us-cell-why" ? box.width : box.right;
    })""")
    assert place - end < 40
    assert why > 180


def test_axe_finds_nothing_in_the_list_of_keys_and_the_services_by_environment(page, story, frontend):
    settled(page, story, "/").get_by_role("button", name="By environment").click()
    page.get_by_role("button", name="By environment", pressed=True).wait_for()
    found = axe.wrong(page, widths=(1280, axe.NARROW))
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    assert found + axe.wrong(page) == []


def test_the_theme_can_be_chosen_and_stays(page, story):
    page.emulate_media(color_scheme="dark")
    settled(page, story, "/").get_by_role("button", name="look: auto").click()
    page.reload()
    assert page.locator(".unshipped").get_attribute("data-theme") == "light"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.unshipped')).backgroundColor")
        == "rgb(255, 255, 255)"
    )


def test_states_are_told_by_shape_and_word_too(page, story):
    settled(page, story, "/")
    shapes = page.locator(".us-row .us-mark").evaluate_all("all => all.map(one => one.innerHTML)")
    words = page.locator(".us-row .us-cell-state").all_inner_texts()
    assert len(set(shapes)) == 6
    assert all(word.strip() for word in words)
