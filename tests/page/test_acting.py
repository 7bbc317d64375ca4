"""What somebody does on the page: asked once more, with a reason, and written down by the server."""

from __future__ import annotations

import json
import urllib.request

import pytest

from tests.page import axe, keys
from tests.page.place import HOSTILE

pytestmark = pytest.mark.slow
API = "/api/v1"


@pytest.fixture
def detail(page, address):
    """The opened row of a target."""

    def opened(service: str, act: str = ""):
        page.goto(f"{address}/#/t/{service}/production{act and f'?act={act}'}")
        found = page.locator(".us-detail")
        found.get_by_role("group", name=f"what can be done about {service}").wait_for()
        return found

    return opened


def known(address: str, path: str):
    with urllib.request.urlopen(f"{address}{API}{path}", timeout=10) as answer:
        return json.load(answer)


def written(page, title: str, reason: str | None = None) -> None:
    """Press the button, write why, and do it."""
    page.get_by_role("group").get_by_role("button", name=title, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    if reason is not None:
        dialog.get_by_role("textbox").fill(reason)
    dialog.get_by_role("button", name=title, exact=True).click()
    dialog.wait_for(state="detached")


def test_a_target_is_held_with_a_reason_and_let_go_again(page, address, detail):
    found = detail("worker")
    written(page, "Hold", HOSTILE)
    found.get_by_text("hold by local until").first.wait_for()
    assert [one["reason"] for one in known(address, "/holds")["holds"]] == [HOSTILE]
    written(page, "End the hold")
    page.get_by_role("button", name="Hold", exact=True).wait_for()
    assert known(address, "/holds")["holds"] == []


def test_nothing_is_done_without_a_reason_or_after_cancel(page, address, detail):
    detail("worker")
    page.get_by_role("button", name="Hold", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Hold", exact=True).click()
    assert dialog.is_visible()
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="detached")
    assert known(address, "/holds")["holds"] == []


def test_a_target_is_silenced_and_spoken_of_again(page, address, detail):
    detail("worker")
    written(page, "Silence", "known to everybody")
    page.get_by_role("button", name="End the silence").wait_for()
    assert [one["services"] for one in known(address, "/silences")["silences"]] == [["worker"]]
    written(page, "End the silence")
    page.get_by_role("button", name="Silence", exact=True).wait_for()
    assert known(address, "/silences")["silences"] == []


def test_work_passes_the_gate_for_a_time(page, address, detail):
    detail("worker")
    written(page, "Bypass the gate", "the batch cannot wait")
    (found,) = known(address, "/bypasses")["bypasses"]
    assert (found["service"], found["reason"]) == ("worker", "the batch cannot wait")
    page.locator(".us-decided").get_by_text("the batch cannot wait").wait_for()
    written(page, "End the bypass")
    page.get_by_role("button", name="Bypass the gate").wait_for()
    assert known(address, "/bypasses")["bypasses"] == []
    done = known(address, "/actions")["actions"][:2]
    assert [(one["what"], one["reason"], one["door"]) for one in done] == [
        ("revoke", None, "web"),
        ("bypass", "the batch cannot wait", "web"),
    ]


def lose_an_answer(page) -> None:
    """The first thing that is sent is done, and nobody hears of it."""
    sent: list[str] = []

    def lost(route):
        if route.request.method != "POST" or sent:
            route.continue_()
            return
        sent.append(route.request.url)
        route.fetch()
        route.abort()

    page.route("**/api/v1/**", lost)


@pytest.mark.parametrize(
    ("title", "what", "end"),
    [
        ("Hold", "holds", "End the hold"),
        ("Silence", "silences", "End the silence"),
        ("Bypass the gate", "bypasses", "End the bypass"),
    ],
)
def test_who_presses_again_since_the_answer_was_lost_does_it_once(page, address, detail, title, what, end):
    detail("worker")
    lose_an_answer(page)
    page.get_by_role("group").get_by_role("button", name=title, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("the move")
    dialog.get_by_role("button", name=title, exact=True).click()
    dialog.get_by_text("It may have been done all the same").wait_for()
    dialog.get_by_role("button", name=title, exact=True).click()
    dialog.wait_for(state="detached")
    assert [one["reason"] for one in known(address, f"/{what}")[what]] == ["the move"]
    written(page, end)
    page.get_by_role("button", name=title, exact=True).wait_for()


def test_a_lock_whose_answer_was_lost_is_placed_once(page, address):
    lose_an_answer(page)
    page.goto(f"{address}/#/deployments")
    page.get_by_role("button", name="Lock…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why").fill("the move")
    dialog.get_by_role("button", name="Lock", exact=True).click()
    dialog.get_by_text("It may have been done all the same").wait_for()
    dialog.get_by_role("button", name="Lock", exact=True).click()
    dialog.wait_for(state="detached")
    assert [one["reason"] for one in known(address, "/locks")["locks"]] == ["the move"]
    page.get_by_role("button", name="End it").click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    page.get_by_text("Nothing is locked.").wait_for()


def test_the_button_of_a_message_leads_to_what_it_is_about(page, address):
    (incident,) = (one for one in known(address, "/incidents")["incidents"] if one["service"] == "worker")
    page.goto(f"{address}/incidents/{incident['id'].replace('/', '%2F')}?act=silence")
    page.get_by_role("dialog").get_by_text("Silence: worker in production").wait_for()
    page.goto(f"{address}/targets/worker/production?act=hold")
    page.get_by_role("dialog").get_by_text("Hold: worker in production").wait_for()
    assert known(address, "/silences")["silences"] == []


def test_what_is_deployed_by_nobody_here_says_so_and_offers_no_way_back(page, address, detail):
    found = detail("worker")
    button = found.get_by_role("button", name="Deploy", exact=True)
    assert button.get_attribute("aria-disabled") == "true"
    found.get_by_text("it is not deployed from here: `deploy:` says how").wait_for()
    assert found.get_by_role("button", name="Roll back").count() == 0
    button.click(force=True)
    assert page.get_by_role("dialog").count() == 0


def test_each_of_it_is_done_by_keys_alone_and_nobody_is_shut_out_of_its_dialog(page, frontend, address):
    page.goto(f"{address}/#/")
    page.get_by_role("link", name="worker production").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    actions = page.get_by_role("group", name="what can be done about worker")
    found = []
    for name, reason, then in (
        ("Acknowledge", "on it", "Hold"),
        ("Hold", "by keys", "End the hold"),
        ("End the hold", None, "Hold"),
        ("Silence", "by keys", "End the silence"),
        ("End the silence", None, "Silence"),
        ("Bypass the gate", "by keys", "End the bypass"),
        ("End the bypass", None, "Bypass the gate"),
    ):
        dialog = keys.opened(page, actions.get_by_role("button", name=name, exact=True))
        found += axe.wrong(page, widths=(1280, axe.NARROW))
        keys.done(page, dialog, name, reason)
        actions.get_by_role("button", name=then, exact=True).wait_for()
        keys.stays(page)
    assert found == []
    assert known(address, "/holds")["holds"] == known(address, "/silences")["silences"] == []
    assert known(address, "/bypasses")["bypasses"] == []
    (incident,) = (one for one in known(address, "/incidents")["incidents"] if one["service"] == "worker")
    assert incident["acknowledged_by"] == "local"
