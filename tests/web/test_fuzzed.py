"""The interface asked at random, from its own description: it answers as described, and never with a bug."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.core.watched import at
from tests.core.watched import behind as seen_behind
from tests.web.conftest import CONFIG, HOUSE, ROUTES
from unshipped.core.logged.observations import Standing
from unshipped.core.model import Severity
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Anybody
from unshipped.web.app import application
from unshipped.web.ground import Ground

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e\x00\ud800 {{7*7}}"
PATH = "shared/" + HOSTILE.replace("\ud800", "\udcff")
"""A path is bytes: what of it is no text is kept so."""
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


class Here:
    """Whoever asks is on this machine, under a name that is ours, and not counted."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As if it came from here."""
        if scope["type"] == "http":
            scope = {**scope, "client": ("127.0.0.1", 1)}
        await self.app(scope, receive, send)


def made() -> ASGIApp:
    """A log with texts that nobody would write without meaning harm."""
    store = MemoryStore()
    seen = seen_behind("worker", Severity.CRITICAL)
    waiting = tuple(one._replace(subject=HOSTILE, author=HOSTILE, paths=(PATH,)) for one in seen.waiting)
    hostile = seen._replace(waiting=waiting, reasons=(HOSTILE,), source=HOSTILE)
    for service in ("worker", HOSTILE.replace("/", "")):
        one = hostile._replace(service=service, at=at(10))
        store.tables.standings[one.target] = Standing(one, at(0), at(10), at(10))
    names = (HOSTILE.replace("/", ""), "worker")
    targets = tuple(one._replace(service=name) for one, name in zip(CONFIG.targets, names, strict=True))
    ground = Ground(store, Anybody(), lambda: at(20), lambda: ROUTES, house=lambda: HOUSE)
    app = application(ground._replace(config=lambda: CONFIG._replace(targets=targets), fresh=0.0))
    app.state.herald.close()
    app.state.limits.wait = lambda *_: 0.0
    return app


APP = made()
SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", Here(APP))


@SCHEMA.exclude(path_regex="/hooks/|/stream$").parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_is_answered_as_it_is_described(case):
    case.call_and_validate(checks=list(CHECKS))


@pytest.mark.parametrize("path", ["/api/v1/targets", "/api/v1/targets/worker/production", "/api/v1/timeline"])
def test_hostile_texts_arrive_as_text_in_valid_json(path: str):
    from starlette.testclient import TestClient

    answer = TestClient(Here(APP)).get(path)
    assert answer.status_code == 200
    assert "onerror" in answer.text
    assert answer.headers["content-type"] == "application/json"
    assert "\ud800" not in answer.content.decode("utf-8")
