"""The component in somebody else's page, the board in a frame, a badge in plain HTML."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from tests.cli.program import world
from tests.page.built import HOST, run, set_up
from tests.page.place import answers, free_port

pytestmark = pytest.mark.slow


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
    page.locator(".us-detail").get_by_text("Retry a receipt that bounced").wait_for()
    assert page.locator(".us-row .us-service").count() == 1
    assert page.get_by_role("button", name="Hold", exact=True).count() == 0


def test_the_board_may_be_framed_and_the_page_may_not(page, address):
    policies = {
        place: page.request.get(address + place).headers["content-security-policy"]
        for place in ("/", "/embed")
    }
    assert "frame-ancestors 'none'" in policies["/"]
    assert "frame-ancestors 'self'" in policies["/embed"]


def test_a_badge_is_a_picture_with_words(page, address):
    answer = page.request.get(f"{address}/badge.svg?service=worker")
    assert answer.headers["content-type"] == "image/svg+xml"
    drawn = ET.fromstring(answer.text())
    assert "worker: ■ 2 changes behind for" in drawn.attrib["aria-label"]
    assert page.request.get(f"{address}/badge.svg?service=nobody").status == 404
    assert "4 targets" in page.request.get(f"{address}/badge.svg").text()
