"""What a browser needs for 1,000 targets: until they can be read, for each frame and each letter of a filter.

Debian's Chromium, without a graphics card. Times of the processor are those of the page's own thread: they do
not hang on who else has one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from benchmarks.api import TARGETS, Server, made
from benchmarks.bench import Bench
from benchmarks.rows import Note, Row

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

_SEEN = """
new MutationObserver(() => {
  if (!window.seen && document.querySelector(".us-row"))
    requestAnimationFrame(() => { window.seen = performance.now(); });
}).observe(document, {childList: true, subtree: true});
"""
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_SCROLLED = """async () => {
  let frames = 0;
  for (let y = 0; y < document.documentElement.scrollHeight - innerHeight; y += 120, frames++) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  return frames;
}"""
_FRAME = 1000 / 60


def rows(bench: Bench) -> Iterator[Row | Note]:
    """Until the first rows stand there, and what each frame and each letter takes."""
    chromium = shutil.which("chromium")
    if chromium is None:
        yield Note("the page", f"{TARGETS:,} targets", "chromium is not installed")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this row needs it

    folder = bench.folder / "page"
    made(folder)
    with ExitStack() as stack:
        server = stack.enter_context(Server(folder))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        stack.callback(browser.close)
        times = [_opened(browser.new_page(), server.address) for _ in range(min(5, bench.runs))]
        painted, seen = (sorted(one)[len(times) // 2] for one in zip(*times, strict=True))
        yield Note(
            "first paint, empty cache", f"{TARGETS:,} targets", f"{painted:.0f} ms", "< 1 s", painted < 1000
        )
        yield Note("first rows, empty cache", f"{TARGETS:,} targets", f"{seen:.0f} ms", "< 1 s", seen < 1000)
        page = browser.new_page()
        _opened(page, server.address)
        yield from _moved(page, page.context.new_cdp_session(page))


def _opened(page: Page, address: str) -> tuple[float, float]:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.add_init_script(_SEEN)
    page.goto(f"{address}/#/")
    page.wait_for_function("() => window.seen")
    return page.evaluate(_PAINTED), page.evaluate("window.seen")


def _moved(page: Page, session: CDPSession) -> Iterator[Note]:
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.keyboard.press("End")
    page.get_by_role("button", name="in sync: show").click()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)
    before = _worked(session)
    frames: Any = page.evaluate(_SCROLLED)
    spent = (_worked(session) - before) / frames
    on = f"{TARGETS:,} rows, 120 pixels a frame"
    yield Note("scrolling, each frame", on, f"{spent:.1f} ms of processor time", "< 16.7 ms", spent < _FRAME)
    page.evaluate("scrollTo(0, 0)")
    page.get_by_label("Filter").click()
    letters = []
    for letter in "s09":
        before = _worked(session)
        page.keyboard.press(letter)
        page.wait_for_timeout(300)
        letters.append(_worked(session) - before)
    told = ", ".join(f"{one:.0f}" for one in letters)
    yield Note("filtering, each letter of s09", f"{TARGETS:,} rows to 100", f"{told} ms of processor time")


def _worked(session: CDPSession) -> float:
    """For how many milliseconds the page's own thread had a processor."""
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * float(told["TaskDuration"])
