"""The page in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.page.built import FRONTEND, set_up
from tests.page.place import Shop, shop


@pytest.fixture(scope="session")
def frontend():
    """Its sources, with what they are built by."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here: install Node 20 or newer")
    set_up("frontend/node_modules/.ready")
    return FRONTEND


CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser():
    """One browser for a file of tests: while it runs, nothing else in this process may run an event loop."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory, browser) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("place")) as made:
        yield made


@pytest.fixture(scope="module")
def address(place: Shop) -> Iterator[str]:
    with place.served() as found:
        yield found


@pytest.fixture
def page(browser):
    """A page that fails the test where a script of it fails, or where its policy was broken."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("dialog", lambda dialog: wrong.append(f"a dialog: {dialog.message}"))
    opened.on("console", lambda said: wrong.extend([said.text] if "Content Security" in said.text else []))
    yield opened
    context.close()
    assert wrong == []
