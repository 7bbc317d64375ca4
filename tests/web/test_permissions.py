"""Who may ask what: everybody by every route. A route that has no row here fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from tests.core.watched import at
from tests.web.conftest import CONFIG, HOUSE, ground
from tests.web.described import Described
from unshipped.core.alerting import Matcher, Silence
from unshipped.core.gating import Bypass, Gate, Guard
from unshipped.core.windows import Asked, Lock
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Scope
from unshipped.web.app import application
from unshipped.web.ground import Ground
from unshipped.web.limits import Limits
from unshipped.web.tokens import Tokens, digest_of

READ, RECORD, HOLD, GATE, DEPLOY = Scope.READ, Scope.RECORD, Scope.HOLD, Scope.GATE, Scope.DEPLOY
OPEN, SIGNED = "open", "signed"
WHY = {"reason": "the migration runs"}
WORKER = {"service": "worker", "environment": "production"}


class Row(NamedTuple):
    """One route: who may ask, and a question that is understood."""

    needs: Scope | str
    owned: bool = False
    """Whether it is done to one service, so that its owner is enough."""
    path: Mapping[str, str] = WORKER
    body: Any = None
    query: str = ""


INCIDENT = {"identity": "INCIDENT"}
ROWS = {
    ("GET", "/healthz"): Row(OPEN),
    ("HEAD", "/healthz"): Row(OPEN),
    ("GET", "/readyz"): Row(OPEN),
    ("HEAD", "/readyz"): Row(OPEN),
    ("GET", "/"): Row(OPEN),
    ("GET", "/assets/{name}"): Row(OPEN, path={"name": "x"}),
    ("GET", "/embed"): Row(OPEN),
    ("GET", "/incidents/{identity:path}"): Row(OPEN, path={"identity": "i1"}),
    ("GET", "/targets/{service}/{environment}"): Row(OPEN),
    ("GET", "/badge.svg"): Row(READ),
    ("GET", "/metrics"): Row(READ),
    ("GET", "/api/v1/stream"): Row(READ),
    ("GET", "/api/v1/targets"): Row(READ),
    ("GET", "/api/v1/targets/{service}/{environment}"): Row(READ),
    ("GET", "/api/v1/targets/{service}/{environment}/history"): Row(READ),
    ("GET", "/api/v1/targets/{service}/{environment}/explanation"): Row(READ),
    ("GET", "/api/v1/where"): Row(READ, query="?change=1"),
    ("GET", "/api/v1/map"): Row(READ),
    ("GET", "/api/v1/me"): Row(OPEN),
    ("GET", "/api/v1/timeline"): Row(READ),
    ("GET", "/api/v1/deployments"): Row(READ),
    ("GET", "/api/v1/report"): Row(READ),
    ("GET", "/api/v1/gates"): Row(READ),
    ("GET", "/api/v1/decisions"): Row(READ),
    ("GET", "/api/v1/actions"): Row(READ),
    ("GET", "/api/v1/holds"): Row(READ),
    ("POST", "/api/v1/holds"): Row(HOLD, owned=True, body=WORKER | WHY),
    ("DELETE", "/api/v1/holds/{service}/{environment}"): Row(HOLD, owned=True),
    ("GET", "/api/v1/silences"): Row(READ),
    ("POST", "/api/v1/silences"): Row(HOLD, owned=True, body={"services": ["worker"], "seconds": 60.0} | WHY),
    ("DELETE", "/api/v1/silences/{identity}"): Row(HOLD, owned=True, path={"identity": "s1"}),
    ("GET", "/api/v1/bypasses"): Row(READ),
    ("DELETE", "/api/v1/bypasses/{identity}"): Row(GATE, owned=True, path={"identity": "b1"}),
    ("GET", "/api/v1/incidents"): Row(READ),
    ("GET", "/api/v1/incidents/{identity:path}/transitions"): Row(READ, path=INCIDENT),
    ("POST", "/api/v1/incidents/{identity:path}/acknowledge"): Row(HOLD, owned=True, path=INCIDENT, body={}),
    ("GET", "/api/v1/gate"): Row(GATE, query="?gate=nightly"),
    ("GET", "/api/v1/gate/{services}"): Row(GATE, path={"services": "worker"}),
    ("POST", "/api/v1/gate"): Row(GATE, owned=True, query="?gate=nightly", body={"bypass": WHY}),
    ("POST", "/api/v1/gate/{services}"): Row(
        GATE, owned=True, path={"services": "worker"}, body={"bypass": WHY}
    ),
    ("GET", "/api/v1/rollouts"): Row(READ),
    ("GET", "/api/v1/rollouts/{identity}"): Row(READ, path={"identity": "r1"}),
    ("GET", "/api/v1/rollouts/{identity}/output"): Row(READ, path={"identity": "r1"}),
    ("POST", "/api/v1/plans"): Row(DEPLOY, owned=True, body=WORKER),
    ("POST", "/api/v1/rollouts"): Row(DEPLOY, owned=True, body=WORKER),
    ("POST", "/api/v1/rollouts/{identity}/cancel"): Row(DEPLOY, owned=True, path={"identity": "r1"}, body={}),
    ("POST", "/api/v1/rollouts/{identity}/approve"): Row(DEPLOY, owned=True, path={"identity": "r1"}),
    ("GET", "/api/v1/locks"): Row(READ),
    ("POST", "/api/v1/locks"): Row(DEPLOY, owned=True, body={"services": ["worker"]} | WHY),
    ("DELETE", "/api/v1/locks/{identity}"): Row(DEPLOY, owned=True, path={"identity": "l1"}),
    ("GET", "/api/v1/targets/{service}/{environment}/what-if"): Row(READ),
    ("GET", "/login"): Row(OPEN),
    ("GET", "/login/callback"): Row(OPEN),
    ("GET", "/logout"): Row(OPEN),
    ("POST", "/api/v1/events"): Row(RECORD, body={}),
    ("POST", "/api/v1/hooks/github/deployment-protection-rule"): Row(SIGNED, body={}),
    ("POST", "/api/v1/hooks/gitlab/external-status-check"): Row(SIGNED, body={}),
    ("POST", "/api/v1/hooks/slack/actions"): Row(SIGNED, body={}),
}

MOST = [scope.value for scope in Scope if scope is not Scope.ADMIN]
PEOPLE: dict[str, tuple[list[str], list[str]]] = {
    **{f"only {scope.value}": ([scope.value], []) for scope in Scope},
    "owner": (MOST, ["owner:shop"]),
    "team of its services": (MOST, ["service:work*"]),
    "owner of something else": (
        [scope.value for scope in Scope if scope is not Scope.ADMIN],
        ["owner:search"],
    ),
}
"""What each may do, and to what of whom; without an owner, to everything."""


@pytest.fixture
def asking(store: MemoryStore, tmp_path: Path) -> TestClient:
    """Seen from elsewhere, with a token for each of them."""
    store.silence(Silence("s1", Matcher(("worker",)), "Ana", "known", at(0), at(60)))
    store.bypass(Bypass("b1", "nightly", "worker", "Ben", "hotfix", at(0), at(60)))
    store.lock(Lock("l1", "the move", "Ana", at(0), services=("worker",)))
    store.wish(Asked("r1", "worker", "production", "b" * 40, "Ana", at(0), needs_approval=True))
    until = (at(20) + timedelta(days=1)).isoformat()
    rows = [
        {"name": name, "digest": digest_of(name), "scopes": scopes, "until": until}
        | ({"to": to} if to else {})
        for name, (scopes, to) in PEOPLE.items()
    ]
    (tmp_path / "tokens").write_text("".join(json.dumps(row) + "\n" for row in rows))
    access = Tokens(tmp_path / "tokens")
    guards = (Guard(Gate("nightly"), ("worker",), ""),)
    config, declared = CONFIG._replace(guards=guards), HOUSE._replace(guards=guards)
    app = application(ground(store, access=access, config=lambda: config, house=lambda: declared))
    app.state.herald.close()  # so that a stream ends
    return Described(app, client=("10.1.2.3", 5000))


def allowed(name: str, row: Row) -> bool:
    scopes, to = PEOPLE[name]
    if name == "only admin":
        return True
    if not isinstance(row.needs, Scope) or row.needs.value not in scopes:
        return False
    return not to or not row.owned or bool({"owner:shop", "service:work*"} & {*to})


def asked(asking: TestClient, store: MemoryStore, method: str, path: str, who: str | None) -> int:
    row = ROWS[method, path]
    place = path.replace(":path", "").format(**row.path).replace("INCIDENT", store.incidents()[0].id)
    headers = {"Authorization": f"Bearer {who}"} if who else {}
    return asking.request(method, place + row.query, json=row.body, headers=headers).status_code


def operations() -> set[tuple[str, str]]:
    app = application(Ground(MemoryStore(), None, lambda: at(0)))  # type: ignore[arg-type]
    return {(method, one.path) for one in _flat(app.routes) for method in one.methods or ()}


def _flat(routes: Any) -> list[APIRoute]:
    found: list[APIRoute] = []
    for one in routes:
        inner = getattr(one, "original_router", None) or getattr(one, "router", None)
        found += [one] if isinstance(one, APIRoute) else _flat(inner.routes) if inner else []
    return found


def test_every_route_has_a_row():
    assert operations() == set(ROWS)


@pytest.mark.parametrize(("method", "path"), ROWS)
def test_a_stranger_may_ask_what_is_open_and_nothing_else(asking, store, method, path):
    expected = ROWS[method, path].needs
    status = asked(asking, store, method, path, None)
    assert (status == 401) is isinstance(expected, Scope)
    assert asked(asking, store, method, path, "wrong") == status


@pytest.mark.parametrize("who", PEOPLE)
def test_who_is_known_may_do_what_is_theirs_and_nothing_else(asking, store, who):
    for (method, path), row in ROWS.items():
        if isinstance(row.needs, Scope):
            asking.app.state.limits = Limits()
            status = asked(asking, store, method, path, who)
            assert (status not in (401, 403)) is allowed(who, row), (method, path, status)


@pytest.mark.parametrize("services", ["api,worker", "api%23,worker", "worker%2Capi", "api#,worker"])
def test_a_bypass_is_given_to_what_one_may_let_through_however_it_is_written(
    asking, store, services, monkeypatch
):
    """One server cuts an address at its `#`, another one does not."""
    monkeypatch.setattr("unshipped.web.routes.gate.target_of", lambda _: f"/api/v1/gate/{services}")
    headers = {"Authorization": "Bearer team of its services"}
    answer = asking.post("/api/v1/gate/worker", json={"bypass": WHY}, headers=headers)
    assert answer.status_code in (403, 404)
    assert [one.service for one in store.bypasses(at(20))] == ["worker"]  # that of the log
