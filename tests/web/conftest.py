"""The interface over a log in memory, asked as another program asks it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.core.watched import OLD, at, behind, in_sync
from tests.support import stored
from tests.web.described import Described
from unshipped.app.ask_gate import House
from unshipped.config.values import Config, RepositorySpec
from unshipped.core.alerting import Route
from unshipped.core.model import Closure, Origin, Rule, Severity, Target
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Anybody, Scope
from unshipped.web.app import application
from unshipped.web.ground import Ground
from unshipped.web.tokens import Tokens, digest_of

ROUTES = (Route(("chat",)),)
HOUSE = House((("api", "production"), ("worker", "production")))
CONFIG = Config(
    {"main": RepositorySpec("main", ".")},
    tuple(
        Target(name, "production", (Origin("main", Closure((name, "shared")), Rule(), ()),), owner="shop")
        for name in ("api", "worker")
    ),
    "main",
)
SECRETS = {scope: f"{scope.value}-hunter2" for scope in Scope}


@pytest.fixture
def store() -> MemoryStore:
    """`worker` is behind for long, `api` in sync; both were looked at ten minutes ago."""
    made = MemoryStore()
    for minute, seen in ((0, [in_sync("api"), in_sync("worker", OLD)]), (10, [in_sync("api"), late()])):
        stored.seen(made, seen, ROUTES, at(minute))
    return made


def late():
    seen = behind("worker", Severity.CRITICAL, changes=7)
    waiting = tuple(one._replace(paths=("shared/money.py",)) for one in seen.waiting)
    return seen._replace(web="https://github.com/acme/shop", waiting=waiting)


def ground(store: MemoryStore, **more) -> Ground:
    return Ground(
        store,
        Anybody(),
        lambda: at(20),
        lambda: ROUTES,
        house=lambda: HOUSE,
        config=lambda: CONFIG,
        fresh=0.0,
    )._replace(**more)


@pytest.fixture
def client(store: MemoryStore) -> TestClient:
    """From this machine, where everybody may do everything."""
    return Described(application(ground(store)), client=("127.0.0.1", 5000), base_url="http://127.0.0.1:8080")


@pytest.fixture
def guarded(store: MemoryStore, tmp_path: Path) -> TestClient:
    """From elsewhere, where a token says what one may do."""
    path = tmp_path / "tokens"
    rows = [
        {
            "name": f"a {scope.value}",
            "digest": digest_of(secret),
            "scopes": [scope.value],
            "until": (at(20) + timedelta(days=1)).isoformat(),
        }
        for scope, secret in SECRETS.items()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Described(application(ground(store, access=Tokens(path))), client=("10.1.2.3", 5000))


def bearer(scope: Scope) -> dict[str, str]:
    return {"Authorization": f"Bearer {SECRETS[scope]}"}
