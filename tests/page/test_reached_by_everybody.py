"""Nobody is shut out: axe finds nothing in either theme, and nothing is cut off at any width."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.page.place import free_port
from tests.page.story import CONFIG, written
from unshipped.web.access import Anybody
from unshipped.web.ground import Ground
from unshipped.web.serving import served

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


@pytest.fixture(scope="module")
def story(browser):
    """A fleet with a month behind it."""
    now = datetime.now(UTC)
    ground = Ground(written(now), Anybody(), lambda: datetime.now(UTC), config=lambda: CONFIG)
    port = free_port()
    with served(ground, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"


def settled(page, address: str, place: str):
    """Nothing is waited for any more."""
    page.goto(f"{address}/#{place}")
    page.locator("main").locator(".us-table, .us-incidents, .us-lanes").first.wait_for()
    page.locator(".us-waiting").wait_for(state="detached")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page, story, frontend, theme):
    page.emulate_media(color_scheme=theme)
    axe = (frontend / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    wrong = []
    for place in PLACES:
        settled(page, story, place)
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        wrong += [
            f"{place} {one['id']}: {node['html'][:200]} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"][:3]
        ]
    assert wrong == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_a_dialog(page, story, frontend, theme):
    page.emulate_media(color_scheme=theme)
    settled(page, story, "/t/worker/production?act=hold").get_by_role("dialog").wait_for()
    page.evaluate((frontend / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []


@pytest.mark.parametrize("width", [320, 375, 640, 1280, 1920])
def test_no_place_is_wider_than_the_screen(page, story, width):
    page.set_viewport_size({"width": width, "height": 800})
    wide = []
    for place in PLACES:
        settled(page, story, place)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(place)
    assert wide == []


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
