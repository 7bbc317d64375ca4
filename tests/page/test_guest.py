"""The component as a guest: it asks for no more than it shows, keeps nothing, and looks like its host."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.waiting import until

pytestmark = pytest.mark.slow
HOST = """
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { type Client, createHttpClient, DeploymentStatus } from "unshipped-deployment-status";
import "unshipped-deployment-status/style.css";
import "./plain.css";

const { status, ...others } = createHttpClient("/a");
const heard: WeakRef<object>[] = [];
const client: Client = {
  ...others,
  async status(...words) {
    const said = await status(...words);
    heard.push(new WeakRef(said));
    return said;
  },
};
Object.assign(window, { heard });

function Host() {
  const [there, setThere] = useState(true);
  return (
    <>
      <button onClick={() => setThere(!there)}>Turn</button>
      {there && (
        <>
          <DeploymentStatus client={client} scope={{ services: ["worker"] }} />
          <DeploymentStatus client={client} scope={{ services: ["gone"], environments: ["staging"] }} />
        </>
      )}
    </>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Host />
  </StrictMode>,
);
"""
STYLE = ".unshipped { color-scheme: light } .dark .unshipped { color-scheme: dark }"
"""As the guide says it, for a host that has a class for it."""
BLACK, WHITE = "rgb(16, 20, 26)", "rgb(255, 255, 255)"


@pytest.fixture
def guest(page, built, address):
    """The server answers what it is asked for; what that was."""
    built(HOST, STYLE)
    asked: list[dict[str, list[str]]] = []

    def answered(route):
        query = urlsplit(route.request.url).query
        asked.append(parse_qs(query))
        route.fulfill(json=page.request.get(f"{address}/api/v1/targets?{query}").json())

    page.route("http://host.test/a/targets?*", answered)
    page.goto("http://host.test/")
    page.get_by_role("button", name="worker production").wait_for()
    return page, asked


def test_it_asks_for_the_part_that_it_shows_and_for_no_more(guest):
    page, asked = guest
    page.get_by_text("None of what is meant here is watched, or not any more.").wait_for()
    limit = {"limit": ["10000"]}
    wanted = [limit | {"service": ["worker"]}, limit | {"service": ["gone"], "environment": ["staging"]}]
    assert all(one in wanted for one in asked)
    assert all(one in asked for one in wanted)
    page.get_by_text("1 target: 1 behind, 0 in sync; the longest wait is 20 h").wait_for()


def test_what_it_heard_is_let_go_with_it(guest):
    page, _ = guest
    for _ in range(3):
        page.get_by_role("button", name="Turn").click()
        page.wait_for_timeout(200)
    assert page.get_by_role("button", name="worker production").count() == 0
    line = page.context.new_cdp_session(page)

    def nothing_is_left() -> bool:
        line.send("HeapProfiler.collectGarbage")
        return bool(page.evaluate("heard.length > 1 && heard.every((one) => !one.deref())"))

    until(nothing_is_left, 60, "that all of it is let go")


def test_in_strict_mode_it_goes_on_to_hear(guest):
    page, asked = guest
    before = len(asked)
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    page.clock.install()
    page.get_by_role("button", name="Turn").click()
    page.get_by_role("button", name="Turn").click()
    page.get_by_role("button", name="worker production").wait_for()
    page.clock.fast_forward(310_000)

    def asks() -> bool:
        page.wait_for_timeout(100)  # what is asked is answered by this process, which has to listen for it
        return len(asked) >= before + 4

    until(asks, 60, "that it asks")


def grounds(page) -> list[str]:
    """Of each part."""
    script = "all => all.map(one => getComputedStyle(one).backgroundColor)"
    found: list[str] = page.locator(".unshipped").evaluate_all(script)
    return found


def test_it_is_dark_where_its_host_is(guest):
    page, _ = guest
    page.emulate_media(color_scheme="dark")
    assert grounds(page) == [WHITE, WHITE]
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.className = 'dark'")
    assert grounds(page) == [BLACK, BLACK]
