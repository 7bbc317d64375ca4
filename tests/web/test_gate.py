"""A gate, asked over HTTP by programs and by forges."""

from __future__ import annotations

import hmac
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.core.watched import at
from tests.support.stored import notices
from tests.web.conftest import SECRETS, bearer, ground
from unshipped.app.ask_gate import house
from unshipped.app.forge_gate import GITHUB, Forge, Reply, Webhook
from unshipped.core.alerting import Route
from unshipped.core.gating import Answer, Gate, Guard, Mode
from unshipped.errors import LapsedError, StoreError
from unshipped.gate import Where, check_deployment_drift
from unshipped.http.exchange import HttpError, RefusedError
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Scope
from unshipped.web.app import application
from unshipped.web.routes import gate

EVENT = Path(__file__).parents[1] / "gate" / "github" / "deployment_protection_rule.json"
HOUSE = house([("worker", "production"), ("api", "production")], ())


@pytest.fixture
def sent() -> list[tuple[str, dict]]:
    return []


@pytest.fixture
def asking(store: MemoryStore, sent) -> TestClient:
    hook = Webhook(Forge("hunter2", "batches", GITHUB), lambda reply: sent.append(reply[:2]))
    app = application(ground(store, house=lambda: HOUSE, forges={"github": hook}))
    return TestClient(app, client=("127.0.0.1", 1), base_url="http://127.0.0.1")


def test_work_is_let_through_warned_or_stopped_with_reasons(asking: TestClient):
    worker = asking.get("/api/v1/gate/worker?max_behind=3&mode=enforce").json()
    assert worker["answer"] == "block"
    assert any("7 commits behind" in reason for reason in worker["reasons"])
    assert asking.get("/api/v1/gate/api?max_behind=3&mode=enforce").json()["answer"] == "allow"


def test_a_bypass_lets_it_through_is_written_down_and_told(asking: TestClient, store: MemoryStore):
    body = {"bypass": {"reason": "the nightly batch", "by": "ana", "seconds": 600}}
    answer = asking.post("/api/v1/gate/worker?max_behind=3&mode=enforce", json=body).json()
    assert answer["answer"] == "allow"
    assert [one.reason for one in store.bypasses(at(20))] == ["the nightly batch"]
    assert [one.topic.value for one in notices(store)][-1] == "bypass"


def test_a_bypass_for_a_declared_gate_needs_no_name_of_a_service(store: MemoryStore):
    guard = Guard(Gate("batches", Mode.ENFORCE, max_behind=3), ("worker",), "production")
    app = application(ground(store, house=lambda: house(HOUSE.targets, [guard])))
    asking = TestClient(app, client=("127.0.0.1", 1), base_url="http://127.0.0.1")
    path = "/api/v1/gate?gate=batches"
    assert asking.get(path).json()["answer"] == "block"
    given = asking.post(path, json={"bypass": {"reason": "the fix is in here", "by": "ana"}})
    assert (given.status_code, given.json()["answer"]) == (200, "allow")
    assert asking.get(path).json()["answer"] == "allow"
    assert [(one.gate, one.service) for one in store.bypasses(at(20))] == [("batches", "worker")]


def test_what_is_not_declared_or_not_understood_has_the_shape_of_every_error(asking: TestClient):
    for path, status in (("nobody", 404), ("worker?max_behind=many", 400), ("worker?more=1", 400)):
        answer = asking.get(f"/api/v1/gate/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["code"]


def test_a_token_for_the_gate_may_ask_it_and_is_who_asks(guarded: TestClient):
    assert guarded.get("/api/v1/gate/worker").status_code == 401
    assert guarded.get("/api/v1/gate/worker", headers=bearer(Scope.READ)).status_code == 403
    answer = guarded.get("/api/v1/gate/worker", headers=bearer(Scope.GATE))
    assert (answer.status_code, answer.json()["asked_by"]) == (200, "a gate")


def signed(body: bytes, secret: str = "hunter2") -> dict[str, str]:
    digest = hmac.digest(secret.encode(), body, "sha256").hex()
    return {"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Event": "deployment_protection_rule"}


def test_github_is_answered_at_its_callback_once_its_signature_is_right(asking: TestClient, sent):
    body = EVENT.read_bytes()
    path = "/api/v1/hooks/github/deployment-protection-rule"
    assert asking.post(path, content=body, headers=signed(body, "wrong")).status_code == 401
    assert sent == []
    answer = asking.post(path, content=body, headers=signed(body))
    assert answer.status_code == 200
    callback = json.loads(body)["deployment_callback_url"]
    assert [url for url, _ in sent] == [callback, callback]
    assert sent[-1][1]["state"] == answer.json()["state"]


class Gone(MemoryStore):
    """A log that is away."""

    def mark(self) -> object:
        raise StoreError("the log in PostgreSQL at db.internal failed")

    standings = decisions = decided = mark  # type: ignore[assignment]


def test_a_forge_is_answered_while_the_log_is_away_and_a_stranger_is_told_nothing_of_it(sent):
    def routes() -> tuple[Route, ...]:
        raise LapsedError("unshipped.yaml:3:5: `acme-secret-project` is misspelt")

    hook = Webhook(Forge("hunter2", "batches", GITHUB), lambda reply: sent.append(reply[:2]))
    guard = Guard(Gate("batches", Mode.ENFORCE, on_unknown=Answer.BLOCK), ("worker",), "production")
    there = house([("worker", "production")], [guard])
    app = application(ground(Gone(), house=lambda: there, routes=routes, forges={"github": hook}))
    asking = TestClient(app, client=("10.0.0.7", 1))
    body = EVENT.read_bytes()
    path = "/api/v1/hooks/github/deployment-protection-rule"
    stranger = asking.post(path, content=body, headers=signed(body, "wrong"))
    assert (stranger.status_code, "db.internal" in stranger.text, sent) == (401, False, [])
    assert asking.post(path, content=body, headers=signed(body)).json() == {"state": "rejected"}
    assert [reply.get("state") for _, reply in sent] == [None, "rejected"]
    assert "nobody knows" in sent[-1][1]["comment"]


@pytest.mark.parametrize(
    ("trouble", "times"),
    [
        (HttpError("github cannot be asked"), 3),
        (RefusedError("502", 502, {}), 3),
        (RefusedError("404", 404, {}), 1),
    ],
)
def test_a_forge_that_is_away_for_a_moment_is_answered_all_the_same(
    store: MemoryStore, monkeypatch, trouble: HttpError, times: int
):
    monkeypatch.setattr(gate, "AGAIN", (0.0, 0.0, 0.0))
    tried: list[str] = []

    def send(reply: Reply) -> None:
        tried.append(reply.body.get("state", ""))
        if tried.count(tried[-1]) < 3:
            raise trouble

    hook = Webhook(Forge("hunter2", "batches", GITHUB), send)
    app = application(ground(store, house=lambda: HOUSE, forges={"github": hook}))
    asking = TestClient(app, client=("127.0.0.1", 1), base_url="http://127.0.0.1")
    body = EVENT.read_bytes()
    answer = asking.post(
        "/api/v1/hooks/github/deployment-protection-rule", content=body, headers=signed(body)
    )
    assert tried == [""] * times + [answer.json()["state"]] * times


def test_a_forge_that_is_not_set_up_has_no_webhook(asking: TestClient):
    assert asking.post("/api/v1/hooks/gitlab/external-status-check", content=b"{}").status_code == 404


def test_the_library_asks_a_server_that_really_listens(store: MemoryStore, tmp_path: Path):
    from unshipped.web.serving import served
    from unshipped.web.tokens import Tokens

    tokens = tmp_path / "tokens"
    row = {"name": "ci", "digest": __import__("hashlib").sha256(b"s3cret").hexdigest()}
    tokens.write_text(json.dumps(row | {"scopes": ["gate"], "until": "2099-01-01T00:00:00+00:00"}))
    port = _free_port()
    with served(ground(store, house=lambda: HOUSE, access=Tokens(tokens)), "127.0.0.1", port):
        where = Where(server=f"http://127.0.0.1:{port}", token="s3cret", deadline=5)
        found = check_deployment_drift("worker", max_behind=3, mode="warn", where=where)
    assert (found.answer, found.would) == ("warn", "block")
    assert SECRETS


def _free_port() -> int:
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
