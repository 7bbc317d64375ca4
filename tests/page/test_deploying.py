"""Somebody deploys from the page: services that really run, their team's script, the real program."""

from __future__ import annotations

import pytest

from tests.page import axe, keys
from tests.page.deployed import MAY, Town, deployed
from tests.support.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def town(tmp_path_factory, browser):
    with deployed(tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture
def opened(tab, town: Town):
    """The row of a service, as somebody sees it."""

    def open_row(service: str, who: str = "ana"):
        page = tab(f"sessionStorage.setItem('unshipped-token', '{who}')")
        page.goto(f"{town.address}/#/t/{service}/production")
        buttons(page).get_by_role("button").first.wait_for()
        return page

    return open_row


def buttons(page):
    return page.get_by_role("group", name="what can be done")


def landed(town: Town, service: str, behaviour: str) -> str:
    commit = town.shop.land(service, behaviour)
    town.look()
    return commit


def planned(page, title: str):
    """The dialog, once the plan is in it."""
    buttons(page).get_by_role("button", name=title, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", name="Steps").wait_for()
    return dialog


def pressed(dialog, title: str) -> None:
    dialog.get_by_role("button", name=title, exact=True).click()
    dialog.wait_for(state="detached")


def test_what_waits_is_shown_whole_then_deployed_by_keys_followed_and_proven(opened, town: Town, frontend):
    landed(town, "api", "ok")
    new = landed(town, "api", "waits")
    page = opened("api")
    button = buttons(page).get_by_role("button", name="Deploy", exact=True)
    dialog = keys.opened(page, button)
    dialog.get_by_role("heading", name="Steps").wait_for()
    said = dialog.inner_text()
    assert f"{town.shop.first[:7]} → {new[:7]}" in said
    for part in ("What ships\n", "rides along (1)", "check health", f"back to {town.shop.first[:7]}"):
        assert part.lower() in said.lower()
    assert axe.wrong(page, widths=(1280, axe.NARROW)) == []
    assert town.brought("api") == []
    with town.holding():
        keys.done(page, dialog, "Deploy", "")
        page.get_by_role("log").get_by_text(f"deploying api at {new}").wait_for()
        running = buttons(page).get_by_role("button", name="Deploying")
        assert running.get_attribute("aria-disabled") == "true"
        assert axe.wrong(page, widths=(1280, axe.NARROW)) == []
        keys.stays(page)
    page.locator(".us-rollouts").get_by_text("proven", exact=True).wait_for()
    page.get_by_role("log").get_by_text("api serves from port").wait_for()
    buttons(page).get_by_role("button", name="Live").wait_for()
    page.locator(".us-row.us-open").get_by_text("in sync", exact=True).wait_for()
    assert (town.shop.serves("api"), town.brought("api")) == (new, [new])


def test_it_goes_back_by_keyboard_when_somebody_says_why(opened, town: Town, frontend):
    good, bad = town.shop.serves("api"), landed(town, "api", "ok")
    assert town.shop.run("deploy", "api").code == 0
    page = opened("api")
    dialog = keys.opened(page, buttons(page).get_by_role("button", name="Roll back", exact=True))
    dialog.get_by_role("heading", name="Steps").wait_for()
    assert axe.wrong(page) == []
    page.keyboard.press("Enter")
    assert dialog.is_visible()  # it has no reason yet
    page.keyboard.type("prices come out wrong")
    page.keyboard.press("Enter")
    dialog.wait_for(state="detached")
    page.locator(".us-rollouts").get_by_text(f"rollback to {good[:7]}").wait_for()
    page.locator(".us-decided").get_by_text("prices come out wrong").wait_for()
    page.get_by_text(f"{bad[:7]}").first.wait_for()
    buttons(page).get_by_role("button", name="Held").wait_for()
    assert town.shop.serves("api") == good


def test_what_answers_500_goes_back_and_is_held_also_where_nobody_tells_of_it(opened, town: Town):
    new = landed(town, "worker", "500")
    page = opened("worker")
    page.route("**/api/v1/stream", lambda route: route.abort())
    page.reload()
    pressed(planned(page, "Deploy"), "Deploy")
    shown = page.locator(".us-rollouts")
    shown.get_by_text("rolled-back", exact=True).wait_for()
    shown.get_by_text("answered 500, 200 was expected").first.wait_for()
    page.locator(".us-decided").get_by_text("was rolled back").wait_for()
    page.locator(".us-row.us-open.us-row-locked").wait_for()
    assert town.brought("worker") == [new, town.shop.first]
    reason = buttons(page).get_by_role("button", name="Held").get_attribute("title")
    assert "hold by unshipped" in reason


def test_two_who_press_at_once_deploy_it_once(opened, town: Town):
    new = landed(town, "mail", "waits")
    ana, ben = opened("mail"), opened("mail", "ben")
    with town.holding():
        dialogs = [planned(one, "Deploy") for one in (ana, ben)]
        for one in dialogs:
            one.get_by_role("button", name="Deploy", exact=True).click()
        for one in dialogs:
            one.wait_for(state="detached")
    for page in (ana, ben):
        page.locator(".us-rollouts").get_by_text("proven", exact=True).wait_for()
    assert town.brought("mail") == [new]
    untold = [page.locator(".us-rollouts").get_by_text("not begun", exact=True) for page in (ana, ben)]
    until(lambda: sorted(one.count() for one in untold) == [0, 1], what="that one of them is told")
    asked = [one["by"] for one in town.known("/actions")["actions"] if "mail" in one["about"]]
    assert sorted(asked) == ["ana", "ben"]


def test_a_session_that_ends_over_the_plan_deploys_nothing_and_loses_nothing(opened, town: Town):
    new = landed(town, "mail", "ok")
    page = opened("mail")
    dialog = planned(page, "Deploy")
    dialog.get_by_role("textbox").fill("before the sale")
    town.knows("ben", "eve")
    dialog.get_by_role("button", name="Deploy", exact=True).click()
    dialog.get_by_text("Nobody knows any more who you are.").wait_for()
    assert town.known("/rollouts")["waiting"] == []
    town.knows(*MAY)
    dialog.get_by_role("button", name="Deploy", exact=True).click()
    dialog.wait_for(state="detached")
    page.locator(".us-rollouts").get_by_text(f"{new[:7]} by ana").wait_for()
    until(lambda: town.shop.serves("mail") == new)
    (reason,) = [one["reason"] for one in town.known("/rollouts")["rollouts"] if one["commit"] == new]
    assert reason == "before the sale"


def test_a_server_that_dies_in_the_middle_goes_on_when_it_is_back(opened, town: Town):
    new = landed(town, "mail", "waits")
    page = opened("mail")
    until(lambda: not town.known("/rollouts")["waiting"])
    with town.holding():
        pressed(planned(page, "Deploy"), "Deploy")
        page.get_by_role("log").get_by_text(f"deploying mail at {new}").wait_for()
        town.stop()
        page.get_by_text("This is what it said").wait_for()
        town.start()
    page.locator(".us-rollouts").get_by_text(f"proven {new[:7]}").wait_for()
    assert town.brought("mail")[-1] == new == town.shop.serves("mail")
    assert town.brought("mail").count(new) == 1


def test_what_is_locked_is_not_deployed_until_that_is_over(opened, town: Town, frontend):
    page = opened("mail")
    dialog = keys.opened(page, buttons(page).get_by_role("button", name="Lock", exact=True))
    found = axe.wrong(page)
    keys.done(page, dialog, "Lock", "the database is moved")
    page.locator(".us-decided").get_by_text("mail in production locked by ana").wait_for()
    ends = buttons(page).get_by_role("button", name="End the lock")
    keys.done(page, keys.opened(page, ends), "End the lock")
    ends.wait_for(state="detached")
    keys.stays(page)
    page.goto(f"{town.address}/#/deployments")
    locks = page.get_by_role("region", name="locks")
    dialog = keys.opened(page, locks.get_by_role("button", name="Lock…"))
    found += axe.wrong(page, widths=(1280, axe.NARROW))
    keys.done(page, dialog, "Lock", "everything is moved")
    page.get_by_text("everything is moved").wait_for()
    keys.done(page, keys.opened(page, locks.get_by_role("button", name="End it")), "End it")
    page.get_by_text("Nothing is locked.").wait_for()
    keys.stays(page)
    assert found + axe.wrong(page) == []
    done = [one["what"] for one in town.known("/actions")["actions"]]
    assert [one for one in done if "lock" in one] == ["unlock", "lock", "unlock", "lock"]


def test_what_is_to_be_approved_waits_for_somebody_else_and_goes_share_by_share(opened, town: Town, frontend):
    new = landed(town, "pay", "ok")
    ana, ben = opened("pay"), opened("pay", "ben")
    dialog = planned(ana, "Deploy")
    assert "on 10 % of the traffic" not in dialog.inner_text()
    dialog.get_by_label("share by share").check()
    dialog.get_by_text("on 10 % of the traffic").first.wait_for()
    dialog.get_by_label("Wait until somebody approves it").check()
    dialog.get_by_role("textbox").fill("before the sale")
    pressed(dialog, "Deploy")
    for page in (ana, ben):
        waits = page.locator(".us-rollouts").get_by_text(f"waits {new[:7]}")
        waits.get_by_text("somebody has to approve it").wait_for()
        assert "asked for by ana: before the sale" in waits.inner_text()
    assert town.brought("pay")[-1:] != [new]
    dialog = keys.opened(ben, ben.locator(".us-rollouts").get_by_role("button", name="Approve"))
    assert axe.wrong(ben) == []
    keys.done(ben, dialog, "Approve")
    for page in (ana, ben):
        page.locator(".us-rollouts").get_by_text(f"proven {new[:7]}").wait_for()
    keys.stays(ben)
    newest = ana.locator(".us-rollouts > li").first
    if not newest.locator(".us-steps").count():  # it was over before this page heard that it had begun
        newest.get_by_role("button", name="steps and output").click()
    steps = newest.locator(".us-steps").inner_text()
    assert [word in steps for word in ("10 % of the traffic", "50 % of the traffic")] == [True, True]
    told = [(one["by"], one["what"]) for one in town.known("/actions")["actions"][:2]]
    assert told == [("ben", "approve"), ("ana", "deploy")]


def test_who_asked_is_shown_that_another_one_has_to_approve_it(opened, town: Town, frontend):
    new = landed(town, "pay", "ok")
    ana, ben = opened("pay"), opened("pay", "ben")
    with town.saying("pay", "approval: another"):
        dialog = planned(ana, "Deploy")
        dialog.get_by_label("share by share").check()
        dialog.get_by_text("It waits before it begins: somebody other than ana has to approve it").wait_for()
        pressed(dialog, "Deploy")
        hers, his = (one.locator(".us-rollouts").get_by_role("button", name="Approve") for one in (ana, ben))
        ana.locator(".us-rollouts").get_by_text("somebody other than ana has to approve it").wait_for()
        assert hers.get_attribute("aria-disabled") == "true"
        assert hers.get_attribute("title") == "ana asked for it: somebody other than ana has to approve it"
        hers.focus()
        ana.keyboard.press("Enter")
        assert ana.get_by_role("dialog").count() == 0
        assert axe.wrong(ana) == []
        keys.done(ben, keys.opened(ben, his), "Approve")
        ben.locator(".us-rollouts").get_by_text(f"proven {new[:7]}").wait_for()
    assert town.brought("pay")[-1] == new


def test_what_waits_or_is_under_way_is_cancelled_by_keys(opened, town: Town, frontend):
    landed(town, "pay", "waits")
    page = opened("pay")
    cancel = page.locator(".us-rollouts").get_by_role("button", name="Cancel it")
    dialog = planned(page, "Deploy")
    dialog.get_by_label("Wait until somebody approves it").check()
    pressed(dialog, "Deploy")
    dialog = keys.opened(page, cancel)
    assert axe.wrong(page) == []
    keys.done(page, dialog, "Cancel it", "not today")
    page.get_by_role("status").get_by_text("cancelled by ana: not today").wait_for()
    keys.stays(page)
    with town.holding():
        pressed(planned(page, "Deploy"), "Deploy")
        page.get_by_role("log").get_by_text("deploying pay at").wait_for()
        keys.done(page, keys.opened(page, cancel), "Cancel it", "the wrong one")
        page.locator(".us-rollouts").get_by_text("the wrong one").first.wait_for()
    ends = buttons(page).get_by_role("button", name="End the hold")
    keys.done(page, keys.opened(page, ends), "End the hold")
    ends.wait_for(state="detached")
    keys.stays(page)


def test_who_may_only_read_sees_why_not(opened):
    page = opened("worker", "eve")
    button = buttons(page).get_by_role("button", name="Deploy", exact=True)
    assert button.get_attribute("aria-disabled") == "true"
    page.get_by_text("eve may not deploy it").wait_for()
    assert buttons(page).get_by_role("button", name="Lock", exact=True).get_attribute("title")


def test_a_service_that_is_declared_no_more_is_said_to_be_gone(opened, town: Town):
    page = opened("worker")
    text = town.shop.config.read_text()
    town.shop.config.write_text("\n".join(one for one in text.splitlines() if "  worker:" not in one))
    town.look()
    page.get_by_text("worker/production is not watched, or not any more.").wait_for()
