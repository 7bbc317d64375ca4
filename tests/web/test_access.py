"""Who may ask what: a table of everybody by everything, and what pages of others may not do."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from tests.core.watched import at
from tests.support import stored
from tests.web.conftest import bearer, ground
from unshipped.app.forge_gate import GITHUB, Forge, Webhook
from unshipped.errors import UsageError
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Anybody, FirstOf, Person, Proxy, Role, Scope, is_local, person_of
from unshipped.web.app import application
from unshipped.web.ground import name_of
from unshipped.web.limits import STRANGERS
from unshipped.web.serving import served
from unshipped.web.tokens import Token, Tokens, digest_of, read_tokens, written


def test_a_token_ends(store: MemoryStore, tmp_path: Path):
    path = tmp_path / "tokens"
    path.write_text(written([Token("ci", digest_of("s3cret"), frozenset({Scope.READ}), at(30))]))
    asked = {"authorization": "Bearer s3cret"}
    assert Tokens(path).who(asked, "", at(29)) == Person("ci", frozenset({Scope.READ}))
    assert Tokens(path).who(asked, "", at(30)) is None


@pytest.mark.parametrize("path", ["/api/v1/targets", "/api/v1/me", "/api/v1/gate/worker", "/badge.svg"])
def test_a_token_file_that_became_wrong_lets_nobody_in_and_says_nothing_of_itself(
    guarded: TestClient, tmp_path: Path, path: str
):
    (tmp_path / "tokens").write_text("hunter2")
    answer = guarded.get(path, headers=bearer(Scope.ADMIN))
    assert (answer.status_code, answer.json()["detail"]) == (503, "who may ask what cannot be read")
    assert "tokens" not in answer.text


def test_a_stranger_who_asks_too_often_waits_and_nobody_else_does(guarded: TestClient):
    answers = [guarded.get("/api/v1/targets").status_code for _ in range(STRANGERS.burst + 5)]
    assert (answers[0], answers[-1]) == (401, 429)
    assert guarded.get("/api/v1/targets", headers=bearer(Scope.READ)).status_code == 200


ROW = {"name": "a", "digest": "b", "scopes": ["hold"], "until": "2026-02-05T12:30:00Z"}


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "x",
        json.dumps(ROW | {"scopes": ["all"]}),
        json.dumps(ROW | {"until": "x"}),
        *(json.dumps(ROW | {"to": to}) for to in ([], None, "service:a-*", ["a-*"], ["owner:a", 7])),
    ],
)
def test_a_token_file_that_is_wrong_says_in_which_line(line: str, tmp_path: Path):
    path = tmp_path / "tokens"
    path.write_text("\n" + line)
    with pytest.raises(UsageError, match=":2: this is no token"):
        read_tokens(path)


def test_a_file_of_tokens_that_is_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be read"):
        Tokens(tmp_path / "none")


def test_without_any_access_only_this_machine_may_ask(store: MemoryStore):
    app = application(ground(store))
    assert TestClient(app, client=("127.0.0.1", 1)).get("/api/v1/targets").status_code == 200
    assert TestClient(app, client=("10.0.0.7", 1)).get("/api/v1/targets").status_code == 401


def test_who_is_called_local_somewhere_else_speaks_for_nobody_else():
    here = Anybody().who({}, "127.0.0.1", at(0))
    assert here and name_of(here) == ""
    for scopes in ({Scope.GATE}, set(Scope)):
        assert name_of(Person("local", frozenset(scopes))) == "local"


def test_a_name_that_somebody_gave_themselves_is_no_group():
    roles = [Role(("group:platform",), frozenset({Scope.ADMIN})), Role(("*",), frozenset({Scope.READ}))]
    assert person_of("group:platform", [], roles).scopes == {Scope.READ}
    assert person_of("ana", ["platform"], roles).scopes == {Scope.ADMIN, Scope.READ}


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_who_comes_through_a_proxy_of_this_machine_is_not_this_machine(client: TestClient, header: str):
    assert client.get("/api/v1/targets", headers={header: "127.0.0.1"}).status_code == 401


@pytest.mark.parametrize(("listed", "name"), [("127.0.0.1", "ana"), ("10.0.0.1", "")])
def test_a_proxy_is_where_its_requests_come_from_whatever_a_header_says(store: MemoryStore, listed, name):
    access = Proxy("X-User", [listed], [Role(("*",), frozenset({Scope.READ}))])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = {"X-User": "ana", "X-Forwarded-For": "10.0.0.1"}
    with served(ground(store, access=access), "127.0.0.1", port):
        found = httpx2.get(f"http://127.0.0.1:{port}/api/v1/me", headers=said, timeout=20)
    assert found.json()["name"] == name


def test_a_proxy_is_believed_from_its_own_address_only():
    roles = (
        Role(("*",), frozenset({Scope.READ})),
        Role(("group:shop",), frozenset({Scope.HOLD}), frozenset({"owner:shop"})),
    )
    proxy = Proxy("X-User", ["10.0.0.1"], roles, "X-Groups")
    assert proxy.who({"x-user": "ana"}, "10.0.0.1", at(0)) == Person("ana", frozenset({Scope.READ}))
    ben = proxy.who({"x-user": "ben", "x-groups": "shop, ops"}, "10.0.0.1", at(0))
    assert ben and ben.may(Scope.HOLD, "api", "shop") and not ben.may(Scope.HOLD, "api", "search")
    assert proxy.who({"x-user": "ana"}, "10.0.0.2", at(0)) is None
    assert proxy.who({"x-user": " "}, "10.0.0.1", at(0)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_may_change_nothing(client: TestClient, store: MemoryStore, headers):
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    answer = client.post(f"/api/v1/incidents/{found['id']}/acknowledge", json={}, headers=headers)
    assert answer.status_code == 403
    assert not store.incidents()[0].acknowledged_by
    for place in ("gate/worker", "gate?gate=nightly"):
        assert client.get(f"/api/v1/{place}", headers=headers).status_code == 403
    assert client.get("/api/v1/gates", headers=headers).status_code == 200
    assert not stored.decided(store), "a gate is promoted by what it has answered"


def test_our_own_page_is_ours_also_where_a_proxy_changes_the_host(client: TestClient):
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    headers = {"Origin": "https://drift.example.com", "Sec-Fetch-Site": "same-origin"}
    answer = client.post(f"/api/v1/incidents/{found['id']}/acknowledge", json={}, headers=headers)
    assert answer.status_code == 200


def test_a_name_that_leads_here_and_is_not_ours_is_refused(store: MemoryStore):
    app = application(ground(store, hosts=frozenset({"127.0.0.1"})))
    rebound = TestClient(app, client=("127.0.0.1", 1), base_url="http://evil.example")
    assert rebound.get("/api/v1/targets").status_code == 421


def test_every_answer_says_how_to_treat_it(client: TestClient):
    for path in ("/api/v1/targets", "/nothing", "/healthz"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_nothing_that_somebody_was_answered_is_kept_for_others(client: TestClient):
    for path in ("/api/v1/targets", "/api/v1/me", "/badge.svg"):
        assert client.get(path).headers["cache-control"] == "private, no-cache"
    for path in ("/nothing", "/healthz", "/api/v1/targets/nobody/production"):
        assert client.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("whole", [True, False])
def test_what_a_stranger_sends_is_read_no_further_than_it_may_be_long(guarded: TestClient, whole: bool):
    taken: list[bytes] = []

    def sent():
        for _ in range(100):
            taken.append(b"x" * 100_000)
            yield taken[-1]

    content = b"x" * 10_000_000 if whole else sent()
    answer = guarded.post("/api/v1/holds", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert "1,000,000" in answer.json()["detail"]


@pytest.mark.parametrize("mounted", ["", "/deployments"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_name_that_looks_like_a_hook_lets_nobody_send_more(store: MemoryStore, whole: bool, mounted: str):
    app = Starlette(routes=[Mount(mounted, application(ground(store, access=FirstOf())))])
    content = b"x" * 1_100_000 if whole else iter([b"x" * 100_000] * 11)
    path = f"{mounted}/api/v1/incidents/api/v1/hooks/x/acknowledge"
    answer = TestClient(app).post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("mounted", ["", "/deployments"])
def test_a_hook_is_read_as_far_as_a_forge_may_send(store: MemoryStore, mounted: str):
    hook = Webhook(Forge("hunter2", "batches", GITHUB), lambda _: None)
    app = Starlette(routes=[Mount(mounted, application(ground(store, forges={"github": hook})))])
    path = f"{mounted}/api/v1/hooks/github/deployment-protection-rule"
    assert TestClient(app).post(path, content=b"x" * 1_100_000).status_code == 401
    assert TestClient(app).post(path, content=b"x" * 25_000_001).status_code == 413


LOCAL = ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "localhost"]
FOREIGN = ["192.0.2.1", "::", "0.0.0.0", "10.0.0.1", "::ffff:10.0.0.1", "localhost.example.org", ""]


@pytest.mark.parametrize("address", LOCAL)
def test_anybody_is_somebody_on_this_machine(address: str):
    assert is_local(address)
    assert Anybody().who({}, address, at(0))


@pytest.mark.parametrize("address", FOREIGN)
def test_anybody_is_nobody_elsewhere(address: str):
    assert not is_local(address)
    assert Anybody().who({}, address, at(0)) is None
