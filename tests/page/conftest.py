"""The page in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.page.built import FRONTEND, run, set_up
from tests.page.hosting import host_of, hosting
from tests.page.place import Shop, shop
from tests.page.server import Server


@pytest.fixture(scope="session")
def frontend():
    """Its sources, with what they are built by."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here: install Node 20 or newer")
    set_up("frontend/node_modules/.ready")
    return FRONTEND


@pytest.fixture(scope="session")
def packed(frontend, once) -> Path:
    """The package as npm packs it, unpacked as whoever installs it has it."""

    def pack(folder: Path) -> None:
        cloned = folder / "frontend"  # as it is in a clone, where nothing is built
        shutil.copytree(frontend, cloned, ignore=shutil.ignore_patterns("node_modules", "dist"))
        shutil.copy(frontend.parent / "LICENSE", folder)
        (cloned / "node_modules").symlink_to(frontend / "node_modules")
        run("npm", "pack", "--silent", f"--pack-destination={folder}", folder=cloned)
        (made,) = folder.glob("*.tgz")
        run("tar", "-xzf", str(made), folder=folder)

    found: Path = once("packed", pack) / "package"
    return found


CHROMIUM = shutil.which("chromium")
SHELL = shutil.which("chromium-headless-shell")
WHOLE = {"test_login", "test_in_a_host"}
"""Files that ask all of the browser that people have. The shell is the same engine without windows around it,
and takes a third less of a processor: the others ask it, where it is installed.
"""
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
SECONDS = 60
"""How long a test waits for what it is shown: in a machine that does much beside it, that may take long."""


@pytest.fixture(scope="module")
def browser(request):
    """One browser for a file of tests: while it runs, nothing else in this process may run an event loop."""
    whole = request.path.stem in WHOLE
    found = CHROMIUM if whole or SHELL is None else SHELL
    if found is None:
        pytest.skip("no chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
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
def tab(browser):
    """Opens pages, each as somebody else. They fail the test where a script of one fails, or where its policy
    was broken.
    """
    wrong: list[str] = []
    contexts = []

    def opened(script: str = "", **more: Any):
        size = {"width": 1280, "height": 800}
        context = browser.new_context(viewport=size, reduced_motion="reduce", **more)
        contexts.append(context)
        context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"a dialog: {dialog.message}"))
        page.on("console", lambda said: wrong.extend([said.text] if "Content Security" in said.text else []))
        return page

    yield opened
    for one in contexts:
        for left in one.pages:  # an answer that a route still waits for has nobody to go to
            left.unroute_all(behavior="ignoreErrors")
        one.close()
    assert wrong == []


@pytest.fixture
def page(tab):
    return tab()


@pytest.fixture(scope="session")
def hosts(packed, frontend, once):
    """A host of one file and one style: the same one is built once."""

    @cache
    def made(source: str, style: str) -> Path:
        name = sha256(f"{source}{style}".encode()).hexdigest()[:16]
        folder: Path = once(f"host-{name}", partial(host_of, source, style, packed, frontend))
        return folder / "dist"

    return made


@pytest.fixture
def built(page, hosts):
    return hosting(page, hosts)


@pytest.fixture
def server(browser) -> Iterator[Server]:
    made = Server()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def story(browser) -> Iterator[str]:
    """The address of a server that tests only read: a fleet with a month behind it."""
    made = Server()
    made.start()
    yield made.address
    made.stop()
