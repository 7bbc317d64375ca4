"""Somebody logs in to the page in a browser: by a certified provider, with TLS in front."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.page.clock import later
from tests.page.in_front import tls
from tests.page.place import Shop, free_port
from tests.support.provider import CLIENT_SECRET, PEOPLE, provided

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(place: Shop) -> Iterator[str]:
    """The page behind TLS; Ana may do something, Eve has no role."""
    port = free_port()
    here = f"https://127.0.0.1:{port}"
    people = {**PEOPLE, "eve": {"email": "eve@elsewhere.example", "groups": []}}
    with provided(here, people) as provider:
        access = place.folder / "access.yaml"
        access.write_text(f"""
secret: {"s" * 32}
oidc:
  issuer: {provider.issuer}
  client_id: unshipped
  client_secret: "{CLIENT_SECRET}"
  url: {here}
  scope: openid email groups
roles:
  - {{who: ["group:shop"], may: [read, hold]}}
""")
        with (
            place.served("--access", str(access)) as plain,
            tls(place.folder, port, plain.removeprefix("http://")),
        ):
            yield here


@pytest.fixture
def page(tab):
    return tab(ignore_https_errors=True)


def logs_in(page, person: str) -> None:
    page.get_by_role("link", name="Sign in").click()
    page.locator("input[name=login]").fill(person)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button").click()


def test_a_link_into_the_page_leads_there_also_through_a_login(page, address: str):
    page.goto(f"{address}/#/t/worker/production")
    logs_in(page, "ana")
    page.get_by_text("ana@example.com").wait_for()
    assert page.url == f"{address}/#/t/worker/production"
    page.get_by_text("Retry a receipt that bounced").first.wait_for()
    (cookie,) = [one for one in page.context.cookies() if "unshipped" in one["name"]]
    assert cookie["name"] == "__Host-unshipped"
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    body = '{"service": "worker", "environment": "production", "reason": "the migration runs"}'
    held = f"""fetch("/api/v1/holds", {{method: "POST", body: '{body}',
        headers: {{"Content-Type": "application/json"}}}}).then((it) => it.json())"""
    assert page.evaluate(held)["by"] == "ana@example.com"
    page.get_by_role("link", name="Sign out").click()
    page.get_by_text("Who are you?").wait_for()


def test_who_has_no_role_is_told_so(page, address: str):
    page.goto(address)
    logs_in(page, "eve")
    page.get_by_text("eve@elsewhere.example has no role here").wait_for()
    page.get_by_role("link", name="Sign out").wait_for()


def test_a_login_that_ends_while_the_page_is_open_is_begun_anew_beside_it(page, address: str):
    page.clock.install()
    page.goto(f"{address}/#/t/worker/production")
    logs_in(page, "ana")
    page.locator(".us-me").wait_for()
    page.context.clear_cookies(name="__Host-unshipped")
    later(page, page.get_by_text("Nobody knows any more who you are"))
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    opened.value.locator(".us-me").wait_for()
    assert opened.value.url == page.url
    page.clock.fast_forward("06:00")
    page.get_by_text("Nobody knows any more who you are").wait_for(state="detached")


def test_a_login_that_fails_is_a_page_for_a_person(page, address: str):
    page.goto(address)
    logs_in(page, "ben")
    page.get_by_text("has not verified the email").wait_for()
    page.get_by_role("link", name="Log in again").wait_for()


def test_where_too_many_ask_from_one_address_one_can_still_say_who_one_is(page, address: str):
    page.route("**/api/v1/targets?*", lambda route: route.fulfill(status=429, body='{"status": 429}'))
    page.goto(address)
    page.get_by_role("link", name="Sign in").wait_for()
