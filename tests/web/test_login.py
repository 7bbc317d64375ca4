"""A login by a real provider of OpenID Connect, there and back; and what does not let anybody in."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.web.conftest import ground
from tests.web.test_stream import SECONDS
from unshipped.cli.options import clock
from unshipped.errors import ConfigError, UsageError
from unshipped.stores.memory import MemoryStore
from unshipped.web.app import application
from unshipped.web.settings import entrance

HERE = "http://127.0.0.1:8080"
ANA = '{"sub": "ana", "email": "ana@example.com", "groups": ["shop"]}'


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider that knows Ana."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "-p",
        str(port),
        "--user-claims",
        ANA,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = monotonic() + SECONDS
    issuer = ""
    try:
        while not issuer and monotonic() < until:
            try:
                issuer = httpx2.get(
                    f"http://localhost:{port}/.well-known/openid-configuration", timeout=1
                ).json()["issuer"]
            except httpx2.HTTPError:
                sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(SECONDS)


def access_file(folder: Path, issuer: str, roles: str = "") -> Path:
    path = folder / "access.yaml"
    path.write_text(f"""
secret: {"s" * 32}
oidc: {{issuer: "{issuer}", client_id: unshipped, client_secret: hunter2, url: "{HERE}"}}
roles:
  - {{who: ["*"], may: [read]}}
  - {{who: ["group:shop"], may: [hold], owners: [shop]}}
{roles}""")
    return path


@pytest.fixture
def client(store: MemoryStore, tmp_path: Path, provider: str) -> TestClient:
    found = entrance(access_file(tmp_path, provider))
    made = ground(store, access=found.access, login=found.login, clock=lambda: clock(None))
    return TestClient(application(made), client=("10.1.2.3", 1), base_url=HERE, follow_redirects=False)


def logged_in(client: TestClient, back: str = "/?targets") -> httpx2.Response:
    """Go to the provider, say who one is, and come back."""
    there = client.get("/login", params={"back": back}).headers["location"]
    answer = httpx2.post(there, data={"sub": "ana"}, follow_redirects=False, timeout=SECONDS)
    place = urlsplit(answer.headers["location"])
    assert place.path == "/login/callback"
    return client.get(f"{place.path}?{place.query}")


def test_somebody_logs_in_acts_in_their_own_name_and_leaves(client: TestClient, store: MemoryStore):
    assert client.get("/api/v1/targets").status_code == 401
    assert client.get("/api/v1/me").json()["login"] == "/login"
    done = logged_in(client)
    assert (done.status_code, done.headers["location"]) == (303, "/?targets")
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["groups"], me["owned"]) == ("ana@example.com", ["shop"], {"owner:shop": ["hold"]})
    body = {"service": "worker", "environment": "production", "reason": "the migration runs"}
    assert client.post("/api/v1/holds", json=body).json()["by"] == "ana@example.com"
    assert (
        client.post("/api/v1/holds", json=body, headers={"Origin": "https://evil.example"}).status_code == 403
    )
    client.get("/logout")
    assert client.get("/api/v1/targets").status_code == 401


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "x\r\ny"])
def test_nobody_is_led_elsewhere_by_a_login(client: TestClient, back: str):
    assert logged_in(client, back).headers["location"] == "/"


def test_what_comes_back_without_having_gone_is_refused(client: TestClient):
    assert client.get("/login/callback?code=x&state=y").status_code == 400
    there = client.get("/login").headers["location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    assert client.get("/login/callback?code=x&state=other").status_code == 400
    assert client.get("/login/callback?code=x&state=%C3%A9").status_code == 400
    assert client.get(f"/login/callback?code=made-up&state={state}").status_code == 403
    assert client.get("/api/v1/targets").status_code == 401


def test_a_cookie_that_was_changed_or_is_another_one_is_none(client: TestClient):
    logged_in(client)
    good = client.cookies["unshipped"]
    client.cookies.clear()
    for bad in (good[:-2], good + "x", re.sub("^.", "X", good), ""):
        client.cookies["unshipped"] = bad
        assert client.get("/api/v1/targets").status_code == 401
    client.get("/login")
    way = next(name for name in client.cookies if name.startswith("unshipped-login-"))
    client.cookies["unshipped"] = client.cookies[way]
    assert client.get("/api/v1/targets").status_code == 401


def test_the_way_there_is_for_this_login_alone(client: TestClient):
    asked = parse_qs(urlsplit(client.get("/login").headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"] != parse_qs(urlsplit(client.get("/login").headers["location"]).query)["nonce"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lets nobody in"),
        ("tokens: none", "cannot be read"),
        ("proxy: {header: X-User, addresses: [here]}", "no address and no network"),
        ("oidc: {issuer: 'https://a', client_id: b, client_secret: c, url: 'https://d'}", "secret"),
        (
            f"secret: {'s' * 32}\noidc: {{issuer: 'http://a.example', client_id: b, client_secret: c, url: 'https://d'}}",
            "https",
        ),
        (
            f"secret: {'s' * 32}\noidc: {{issuer: 'https://a', client_id: b, client_secret: c, url: 'https://d/e'}}",
            "has a path",
        ),
        ("tokns: x", "tokns"),
        ("roles: [{who: [a], may: [all]}]", "may"),
    ],
)
def test_a_file_that_is_wrong_says_what_is(tmp_path: Path, text: str, said: str):
    path = tmp_path / "access.yaml"
    path.write_text(text)
    with pytest.raises((UsageError, ConfigError), match=said):
        entrance(path)


def test_who_may_act_is_not_said_in_what_is_watched(tmp_path: Path, provider: str):
    with pytest.raises(UsageError, match="lies in the repository"):
        entrance(access_file(tmp_path, provider), tmp_path)
    watched, tokens = tmp_path / "watched", tmp_path / "access.yaml"
    watched.mkdir()
    (watched / "tokens").touch()
    tokens.write_text("tokens: watched/tokens\n")
    with pytest.raises(UsageError, match="tokens lies in the repository"):
        entrance(tokens, watched)
