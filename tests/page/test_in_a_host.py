"""The component among whatever a host has around it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow
HOST = """
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { createHttpClient, DeploymentStatus } from "unshipped-deployment-status";
import "unshipped-deployment-status/style.css";
import "./plain.css";

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


@pytest.mark.parametrize("style", ["", PANE, SHEET])
def test_the_rows_are_there_whatever_is_above_them_and_whatever_scrolls_them(page, built, address, style):
    built(HOST, style)
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
    page.wait_for_function("() => document.activeElement.textContent === 'site-460 production'")
