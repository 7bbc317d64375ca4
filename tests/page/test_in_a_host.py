"""The component among whatever a host has around it."""

from __future__ import annotations

import pytest

from tests.page import keys
from tests.page.hosting import with_a_row_open

pytestmark = pytest.mark.slow
HOST = """
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { createHttpClient, DeploymentStatus } from "unshipped-deployment-status";
import "unshipped-deployment-status/style.css";

const client = createHttpClient("/a");

function Host() {
  const [height, setHeight] = useState(0);
  return (
    <div className="pane">
      <button onClick={() => setHeight(4000)}>Charts</button>
      <div ref={(it) => void it?.style.setProperty("height", `${height}px`)} />
      <DeploymentStatus client={client} />
    </div>
  );
}

createRoot(document.getElementById("root")!).render(<Host />);
"""
PANE = "body { margin: 0 } .pane { height: 100vh; overflow: auto }"
SHEET = "html, body { height: 100%; overflow: auto }"


def answered(page, address) -> None:
    """A server of five hundred targets."""
    said = page.request.get(f"{address}/api/v1/targets").json()
    said["targets"] = [said["targets"][0] | {"service": f"site-{number}"} for number in range(500)]
    page.route("http://host.test/a/targets?*", lambda route: route.fulfill(json=said | {"total": 500}))


ORDINARY = """
a { color: #c00; text-decoration: underline; font-weight: bold }
h1, h2 { line-height: 3; text-transform: uppercase; border-bottom: 1px solid }
p, li, dd { line-height: 2; color: #c00; max-width: 30ch }
ul, ol { padding-left: 2rem }
dt { font-weight: 700; float: left }
table { background: #fee; border: 1px solid; margin-bottom: 1rem }
th, td { background: #04aa6d; color: #fff; padding: 20px; text-transform: uppercase }
tr:nth-child(even) { background: #f2f2f2 }
thead { background: #333 }
label { display: block; font-weight: bold }
code { color: #e83e8c; background: #eee; white-space: pre }
strong, time { color: #c00; font-style: italic }
input, select { box-shadow: inset 0 0 4px #000; width: 50%; font-size: 24px }
input[type=search] { border-radius: 30px; padding: 20px; height: 60px }
button { background: #04aa6d; color: #fff; min-height: 48px; min-width: 100px; text-shadow: 0 1px #000 }
svg { display: block; width: 100%; max-width: 100%; margin: 8px }
section, form { display: flex; flex-wrap: wrap; padding: 30px; background: #fee }
dialog { border: 8px solid red; width: 200px; padding: 60px }
"""
"""What pages give to elements by their names, as frameworks without classes do."""
ADOPT = """text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [sheet];
}"""
LOOK = """names => [...document.querySelectorAll(".unshipped *")].map((one) => {
  const style = getComputedStyle(one);
  return [one.outerHTML.slice(0, 80), ...names.map((name) => `${name}: ${style.getPropertyValue(name)}`)];
})"""
LOOKS: tuple[str, ...] = (
    "color",
    "background-color",
    "display",
    "width",
    "height",
    "margin-left",
    "margin-bottom",
)
LOOKS += ("padding-left", "padding-top", "max-width", "min-height", "font-size", "font-weight", "font-style")
LOOKS += ("line-height", "text-transform", "text-decoration-line", "text-shadow", "box-shadow", "float")
LOOKS += ("border-top-width", "border-bottom-width", "border-radius", "white-space", "flex-wrap")


def test_what_a_host_gives_to_elements_by_their_name_ends_at_it(page, built, address):
    built(HOST)
    with_a_row_open(page, address)
    before = page.evaluate(LOOK, LOOKS)
    page.evaluate(ADOPT, ORDINARY)
    assert page.evaluate(LOOK, LOOKS) == before


def test_it_is_english_and_read_from_the_left_whatever_a_host_speaks(page, built, address):
    built(HOST)
    with_a_row_open(page, address)
    page.evaluate("Object.assign(document.documentElement, { lang: 'ar', dir: 'rtl' })")
    read = """() => [...document.querySelectorAll(".unshipped, .unshipped *")].map((one) =>
      `${one.closest("[lang]").lang} ${getComputedStyle(one).direction}`)"""
    assert set(page.evaluate(read)) == {"en ltr"}


def test_what_a_host_lays_above_it_stays_above_it(page, built, address):
    built(HOST, late=PANE)
    answered(page, address)
    page.goto("http://host.test/")
    page.get_by_role("button", name="site-0 production").wait_for()
    page.evaluate(ADOPT, ".pane > button { position: sticky; top: 0; z-index: 1; width: 100% }")
    page.mouse.move(600, 400)
    page.mouse.wheel(0, 3_000)
    page.get_by_role("button", name="site-70 production").wait_for()
    assert page.evaluate("document.elementFromPoint(600, 8).textContent") == "Charts"


def test_what_scrolls_it_is_the_only_thing_that_scrolls(page, built, address):
    built(HOST, late=PANE)
    with_a_row_open(page, address)
    page.locator(".us-incidents .us-hidden").first.wait_for(state="attached")
    page.get_by_role("button", name="Charts").click()
    assert page.evaluate("document.querySelector('.pane').scrollHeight") > 4_000
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0


def test_a_row_that_opens_in_its_place_leaves_its_environment_to_be_read(page, built, address):
    built(HOST)
    answered(page, address)
    page.goto("http://host.test/")
    page.get_by_role("button", name="site-0 production").wait_for()
    cut = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    assert page.locator(".us-environment").evaluate_all(cut) == 0


@pytest.mark.parametrize("style", ["", PANE, SHEET])
def test_the_rows_are_there_whatever_is_above_them_and_whatever_scrolls_them(page, built, address, style):
    built(HOST, late=style)
    answered(page, address)
    page.goto("http://host.test/")
    row = page.get_by_role("button", name="site-0 production")
    row.wait_for()
    page.get_by_role("button", name="Charts").click()
    page.mouse.move(600, 400)
    for name, far in (("site-0", 3_900), ("site-40", 1_500), ("site-400", 13_000)):
        page.mouse.wheel(0, far)
        page.get_by_role("button", name=f"{name} production").wait_for()
        page.wait_for_function(
            "name => [...document.querySelectorAll('.us-row')].some((one) => one.textContent.includes(name)"
            " && one.getBoundingClientRect().top < innerHeight && one.getBoundingClientRect().bottom > 0)",
            arg=name,
        )
    page.get_by_role("button", name="site-400 production").focus()
    for _ in range(60):
        page.keyboard.press("ArrowDown")
    keys.at(page, "site-460 production")


IN_SIGHT = """() => {
  const { top, bottom } = document.activeElement.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""
BURST = """async times => {
  const key = { key: "ArrowDown", bubbles: true, cancelable: true };
  for (let pressed = 0; pressed < times; pressed++) {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", key));
    await null;
  }
  return document.activeElement.textContent;
}"""


def test_keys_reach_a_row_in_a_page_that_scrolls_smoothly(page, built, address):
    built(HOST)
    answered(page, address)
    page.goto("http://host.test/")
    page.evaluate(ADOPT, "html { scroll-behavior: smooth }")  # as the reset of Bootstrap says
    page.get_by_role("button", name="site-0 production").focus()
    keys.at(page, "site-0 production")
    for _ in range(150):
        page.keyboard.press("ArrowDown")
    keys.at(page, "site-150 production")
    # Nothing has to be drawn between one key and the next: none is lost where that takes long.
    assert page.evaluate(BURST, 60) == "site-210 production"
    page.wait_for_function(IN_SIGHT)
    page.mouse.wheel(0, 6000)  # away from where the keys are
    page.wait_for_function(f"() => !({IN_SIGHT})()")
    page.keyboard.press("ArrowDown")
    keys.at(page, "site-211 production")
    page.wait_for_function(IN_SIGHT)


@pytest.mark.parametrize("width", [400, 690, 900])
def test_what_is_shown_goes_by_the_room_that_it_has_and_not_by_the_window(page, built, address, width):
    around = "display: flex; flex-direction: column; align-items: center"
    built(HOST, late=f".pane {{ width: {width}px; {around} }}")
    answered(page, address)
    page.goto("http://host.test/")
    name = page.get_by_role("button", name="site-0 production")
    name.wait_for()
    assert name.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.locator(".us-row .us-cell-why").first.bounding_box()["width"] > 180
    assert page.evaluate("document.querySelector('.unshipped').scrollWidth") <= width
