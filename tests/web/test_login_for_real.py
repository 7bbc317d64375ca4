"""A login by a certified provider, in all the ways in which it may be set up; and what fails there."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.page.place import free_port
from tests.support.provider import CLIENT_SECRET, PEOPLE, SECONDS, People, Provided, provided
from tests.web.conftest import ground
from unshipped.cli.options import clock
from unshipped.stores.memory import MemoryStore
from unshipped.web.app import application
from unshipped.web.settings import entrance

pytestmark = pytest.mark.slow
HERE = "http://127.0.0.1:8080"
POST = {"token_endpoint_auth_method": "client_secret_post"}
WANTED = "/#/t/worker/production"
GROUPS = [f"CN=group number {number},OU=people,DC=example,DC=com" for number in range(300)]
MORE: People = {
    "dora": {"email": "dora@example.com", "groups": [*GROUPS, "shop"]},
    "finn": {"email": "finn@example.com", "email_verified": "false"},
}


class Browser(TestClient):
    """Somebody's browser, and this server before it. `at` is by how much its clock is wrong."""

    def __init__(self, folder: Path, issuer: str, *, secret: str = CLIENT_SECRET, more: str = "") -> None:
        path = folder / "access.yaml"
        proof = f'client_secret: "{secret}",' if secret else ""
        path.write_text(f"""
secret: {"s" * 32}
oidc: {{issuer: "{issuer}", client_id: unshipped, {proof} url: "{HERE}", scope: openid email groups{more}}}
roles:
  - {{who: ["*"], may: [read]}}
  - {{who: ["group:shop"], may: [hold], owners: [shop]}}
""")
        self.at = timedelta()
        found = entrance(path)
        made = ground(MemoryStore(), access=found.access, login=found.login, clock=self._now)
        super().__init__(application(made), client=("10.1.2.3", 1), base_url=HERE, follow_redirects=False)

    def _now(self) -> datetime:
        return clock(None) + self.at

    def begins(self) -> str:
        """Where they are sent to."""
        return self.get("/login", params={"back": WANTED}).headers["location"]

    def comes_back(self, place: str) -> httpx2.Response:
        parts = urlsplit(place)
        return self.get(f"{parts.path}?{parts.query}", headers={"Accept": "text/html"})

    def logs_in(self, provider: Provided, person: str = "ana") -> httpx2.Response:
        return self.comes_back(provider.visited(self.begins(), person))

    def owned(self) -> dict[str, list[str]]:
        owned: dict[str, list[str]] = self.get("/api/v1/me").json()["owned"]
        return owned


@pytest.fixture(scope="module")
def provider() -> Iterator[Provided]:
    with provided(HERE, {**PEOPLE, **MORE}) as made:
        yield made


@pytest.fixture
def browser(tmp_path: Path, provider: Provided) -> Browser:
    return Browser(tmp_path, provider.issuer)


@pytest.mark.parametrize("person", ["ana", "cleo", "dora"])
def test_its_userinfo_says_who_somebody_is_where_its_token_does_not(
    browser: Browser, provider: Provided, person: str
):
    done = browser.logs_in(provider, person)
    assert (done.status_code, done.headers["location"]) == (303, WANTED)
    assert max(map(len, done.headers.get_list("set-cookie"))) < 4096, "a browser would not keep it"
    assert browser.owned() == {"owner:shop": ["hold"]}


@pytest.mark.parametrize("person", ["ben", "finn"])
def test_an_email_that_it_has_not_verified_is_nobody(browser: Browser, provider: Provided, person: str):
    done = browser.logs_in(provider, person)
    assert done.status_code == 403 and "has not verified the email" in done.text
    assert browser.get("/api/v1/targets").status_code == 401


def test_an_email_that_a_pointer_names_has_to_be_verified_as_well(tmp_path: Path, provider: Provided):
    browser = Browser(tmp_path, provider.issuer, more=', name: "/email"')
    assert "has not verified the email" in browser.logs_in(provider, "finn").text
    assert browser.logs_in(provider).headers.get("location") == WANTED


@pytest.mark.parametrize(
    ("settings", "secret"),
    [
        ({"client": POST}, CLIENT_SECRET),
        ({"clientAuthMethods": ["client_secret_post"], "client": POST}, CLIENT_SECRET),
        ({"public": True}, ""),
        ({"conformIdTokenClaims": False}, CLIENT_SECRET),
        ({"client": {"id_token_signed_response_alg": "ES256"}}, CLIENT_SECRET),
    ],
    ids=["by post", "by post alone", "no secret", "all in the token", "another kind of key"],
)  # fmt: skip
def test_it_may_be_set_up_otherwise(tmp_path: Path, settings: dict, secret: str):
    with provided(HERE, **settings) as provider:
        browser = Browser(tmp_path, provider.issuer, secret=secret)
        assert browser.logs_in(provider).headers.get("location") == WANTED
        assert browser.owned() == {"owner:shop": ["hold"]}


NESTED: People = {"ana": {"email": "ana@example.com", "groups": {"of": {"shop": ["search", "shop"]}}}}
NAMED: People = {"ana": {"email": "ana@example.com", "https://example.com/groups": ["shop"]}}


@pytest.mark.parametrize(
    ("people", "groups"), [(NESTED, "/groups/of/shop"), (NAMED, "https://example.com/groups")]
)
@pytest.mark.parametrize("in_userinfo", [True, False])
def test_groups_may_lie_inside_of_another_claim_or_have_an_address_for_a_name(
    tmp_path: Path, people: People, groups: str, in_userinfo: bool
):
    claims = {"email": ["email", "email_verified"], "groups": ["groups", "https://example.com/groups"]}
    with provided(HERE, people, conformIdTokenClaims=in_userinfo, claims=claims) as provider:
        browser = Browser(tmp_path, provider.issuer, more=f', groups: "{groups}"')
        assert browser.logs_in(provider).headers.get("location") == WANTED
        assert browser.owned() == {"owner:shop": ["hold"]}


def test_groups_that_are_not_where_they_should_be_are_none(tmp_path: Path):
    with provided(HERE, NESTED) as provider:
        browser = Browser(tmp_path, provider.issuer, more=', groups: "/groups/of/nobody"')
        assert browser.logs_in(provider).headers.get("location") == WANTED
        assert browser.owned() == {}


def test_a_secret_that_is_wrong_is_told_to_whoever_runs_it(
    tmp_path: Path, provider: Provided, caplog: pytest.LogCaptureFixture
):
    browser = Browser(tmp_path, provider.issuer, secret="another")
    with caplog.at_level(logging.WARNING, "unshipped"):
        assert browser.logs_in(provider).status_code == 403
    assert "invalid_client" in caplog.text and "another" not in caplog.text


def test_a_new_key_of_the_provider_is_no_reason_to_start_anew(browser: Browser, provider: Provided):
    assert browser.logs_in(provider).status_code == 303
    provider.rotate()
    assert browser.logs_in(provider).status_code == 303


def test_two_tabs_log_in_at_once_and_each_goes_on_where_it_was(browser: Browser, provider: Provided):
    first, second = browser.begins(), browser.begins()
    assert browser.comes_back(provider.visited(first, "ana")).headers["location"] == WANTED
    assert browser.comes_back(provider.visited(second, "ana")).headers["location"] == WANTED


def test_who_never_comes_back_leaves_no_heap_of_cookies(browser: Browser):
    for _ in range(30):
        browser.begins()
    assert len(browser.cookies) <= 6


def test_the_end_of_a_login_counts_once(browser: Browser, provider: Provided):
    there = provider.visited(browser.begins(), "ana")
    kept = dict(browser.cookies)
    assert browser.comes_back(there).status_code == 303
    assert browser.comes_back(there).headers["location"] == "/", (
        "whoever goes back in the history is somebody"
    )
    browser.get("/logout")
    assert browser.comes_back(there).status_code == 400
    for name, value in kept.items():
        browser.cookies[name] = value
    assert browser.comes_back(there).status_code == 403, "a copy of the cookie for the way: its code was used"
    assert browser.get("/api/v1/targets").status_code == 401


def test_a_login_ends_after_its_time(browser: Browser, provider: Provided):
    browser.logs_in(provider)
    browser.at = timedelta(hours=11, minutes=59)
    assert browser.get("/api/v1/targets").status_code == 200
    browser.at = timedelta(hours=12, minutes=1)
    assert browser.get("/api/v1/targets").status_code == 401


@pytest.mark.parametrize("wrong", [timedelta(seconds=50), timedelta(seconds=-50)])
def test_a_clock_may_be_a_little_wrong(browser: Browser, provider: Provided, wrong: timedelta):
    browser.at = wrong
    assert browser.logs_in(provider).status_code == 303


@pytest.mark.parametrize("wrong", [timedelta(hours=2), timedelta(minutes=-5)])
def test_a_clock_that_is_far_off_is_said_to_be(browser: Browser, provider: Provided, wrong: timedelta):
    browser.at = wrong
    done = browser.logs_in(provider)
    assert done.status_code == 403 and "its clock and that of this server differ" in done.text


def test_another_issuer_than_was_named_is_none(tmp_path: Path, provider: Provided):
    browser = Browser(tmp_path, provider.issuer.replace("127.0.0.1", "localhost"))
    done = browser.get("/login", headers={"Accept": "text/html"})
    assert done.status_code == 502 and "another one than was named" in done.text


def test_a_provider_that_is_away_for_a_time_is_asked_again(tmp_path: Path):
    port = free_port()
    browser = Browser(tmp_path, f"http://127.0.0.1:{port}")
    done = browser.get("/login", headers={"Accept": "text/html"})
    assert done.status_code == 502 and "does not answer" in done.text and 'href="/login"' in done.text
    with provided(HERE, port=port) as provider:
        assert browser.logs_in(provider).status_code == 303
        there = provider.visited(browser.begins(), "ana")
    assert browser.comes_back(there).status_code == 502
    assert browser.get("/api/v1/targets").status_code == 200, "who is in stays in"
    browser.at = timedelta(hours=2)
    assert browser.get("/login").status_code == 303, "what it said of itself is known"


def test_a_word_of_another_provider_is_refused(browser: Browser, provider: Provided):
    there = provider.visited(browser.begins(), "ana")
    assert parse_qs(urlsplit(there).query)["iss"] == [provider.issuer]
    assert browser.comes_back(there.replace("iss=http", "iss=https")).status_code == 400


def test_cookies_of_other_programs_of_the_host_take_nobody_out(browser: Browser, provider: Provided):
    browser.logs_in(provider)
    cookie = f'prefs={{"a": "b c"}}; unshipped={browser.cookies["unshipped"]}; =; x'
    browser.cookies.clear()
    assert browser.get("/api/v1/targets", headers={"Cookie": cookie}).status_code == 200


def test_a_place_that_is_too_long_to_be_kept_is_the_top(browser: Browser, provider: Provided):
    there = browser.get("/login", params={"back": "/" + "x" * 5000}).headers["location"]
    assert browser.comes_back(provider.visited(there, "ana")).headers["location"] == "/"


def test_a_whole_company_logs_in_within_a_minute(browser: Browser):
    assert {browser.get("/login").status_code for _ in range(150)} == {303}


def test_a_provider_that_keeps_silent_takes_no_more_than_half_of_the_threads(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent, ThreadPoolExecutor(30) as threads:
        browser = Browser(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}")
        answers = [threads.submit(browser.get, "/login") for _ in range(30)]
        refused = [one.result(SECONDS) for one in answers]
    assert sorted({one.status_code for one in refused}) == [502, 503]
