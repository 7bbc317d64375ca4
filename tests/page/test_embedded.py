"""The component in somebody else's page, the board in a frame, a badge in plain HTML."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree as ET

import pytest

from tests.cli.program import world
from tests.page.built import HOST, run, set_up
from tests.page.place import answers, free_port

pytestmark = pytest.mark.slow
FRAMED = {"board": "/embed", "page": "/"}


@pytest.fixture(scope="module")
def hosted(place, frontend, browser) -> Iterator[str]:
    """The example: React 18, Tailwind 3 and FastAPI, built and started."""
    run("npm", "run", "--silent", "package", folder=frontend)
    set_up("examples/embed/node_modules/.ready")
    run("npm", "run", "--silent", "build", folder=HOST)
    port = free_port()
    command = [sys.executable, str(HOST / "host.py"), str(place.repo.path), str(port)]
    with subprocess.Popen(command, env=world(place.folder), cwd=place.folder) as host:
        try:
            answers(f"http://127.0.0.1:{port}/drift/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            host.kill()


def test_a_host_shows_the_component_in_its_own_colours(page, hosted):
    page.goto(hosted)
    page.get_by_role("button", name="worker production").wait_for()
    colour = "getComputedStyle(document.querySelector('.us-tone-critical')).color"
    assert page.evaluate(colour) == "rgb(185, 28, 28)"
    border = "getComputedStyle(document.querySelector('.unshipped .us-input')).borderTopWidth"
    assert page.evaluate(border) == "1px"
    assert page.title() == "Shop admin"


def test_the_component_changes_nothing_of_its_host(page, hosted):
    page.goto(hosted)
    page.get_by_role("button", name="worker production").wait_for()
    host = page.get_by_role("button", name="A button of the host")
    assert host.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(185, 28, 28)"
    assert host.evaluate("one => getComputedStyle(one).borderTopWidth") == "0px"
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"


def test_a_host_is_told_what_was_done_there(page, hosted):
    page.goto(hosted)
    page.get_by_role("button", name="worker production").click()
    page.get_by_role("button", name="Hold", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("from the admin page")
    dialog.get_by_role("button", name="Hold", exact=True).click()
    page.get_by_text("hold: worker").wait_for()


def test_a_part_without_leave_to_act_has_no_buttons(page, address):
    page.goto(f"{address}/embed?service=worker&theme=dark")
    page.get_by_role("button", name="worker production").click()
    page.locator(".us-detail .us-subject", has_text="Retry a receipt that bounced").wait_for()
    assert page.locator(".us-row .us-service").count() == 1
    assert page.get_by_role("button", name="Hold", exact=True).count() == 0


def test_the_board_may_be_framed_and_the_page_may_not(page, address):
    policies = {
        place: page.request.get(address + place).headers["content-security-policy"]
        for place in ("/", "/embed")
    }
    assert "frame-ancestors 'none'" in policies["/"]
    assert "frame-ancestors 'self'" in policies["/embed"]


def test_only_a_page_that_is_listed_shows_the_board_and_none_shows_the_page(browser, place):
    host, other = free_port(), free_port()
    frames = "".join(f"<iframe name={name} src='ADDRESS{path}'></iframe>" for name, path in FRAMED.items())
    with (
        place.served("--frame", f"http://127.0.0.1:{host}") as address,
        framing(frames, address, host, other),
    ):
        shown = {port: _shown(browser, port) for port in (host, other)}
    assert shown == {host: {"board": True, "page": False}, other: {"board": False, "page": False}}


def _shown(browser, port: int) -> dict[str, bool]:
    """Which of the frames has a page in it."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        found = {frame.name: frame for frame in page.frames if frame.name}
        return {name: found[name].locator("#root").count() == 1 for name in FRAMED}


@contextmanager
def framing(text: str, address: str, *ports: int) -> Iterator[None]:
    """Pages of somebody else, each of another origin."""
    body = text.replace("ADDRESS", address).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    servers = [ThreadingHTTPServer(("127.0.0.1", port), Page) for port in ports]
    for one in servers:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        for one in servers:
            one.shutdown()
            one.server_close()


def test_a_badge_is_a_picture_with_words(page, address):
    answer = page.request.get(f"{address}/badge.svg?service=worker")
    assert answer.headers["content-type"] == "image/svg+xml"
    drawn = ET.fromstring(answer.text())
    assert "worker: ■ 2 changes behind for" in drawn.attrib["aria-label"]
    assert page.request.get(f"{address}/badge.svg?service=nobody").status == 404
    assert "4 targets" in page.request.get(f"{address}/badge.svg").text()
