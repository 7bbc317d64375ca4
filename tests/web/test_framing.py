"""Who may show what in a frame: the board where it is allowed, and nothing else anywhere."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import ground
from unshipped.errors import UsageError
from unshipped.stores.memory import MemoryStore
from unshipped.web.app import application
from unshipped.web.page import framing


def headers(store: MemoryStore, place: str, *frames: str):
    app = application(ground(store, frames=frames))
    return TestClient(app, client=("127.0.0.1", 1), base_url="http://127.0.0.1:8080").get(place).headers


def ancestors(found) -> str:
    policy = str(found["content-security-policy"])
    (part,) = (one for one in policy.split("; ") if one.startswith("frame-ancestors"))
    return part


def test_the_board_is_for_its_own_origin_and_those_that_are_listed(store: MemoryStore):
    assert ancestors(headers(store, "/embed")) == "frame-ancestors 'self'"
    found = headers(store, "/embed", "https://admin.example.com", "https://*.example.org")
    assert ancestors(found) == "frame-ancestors 'self' https://admin.example.com https://*.example.org"
    assert "x-frame-options" not in found


@pytest.mark.parametrize("place", ["/", "/api/v1/targets", "/healthz", "/nothing"])
def test_everything_else_is_for_no_frame(store: MemoryStore, place: str):
    found = headers(store, place, "https://admin.example.com")
    assert ancestors(found) == "frame-ancestors 'none'"
    assert found["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "admin.example.com",
        "https://a;script-src *",
        "https://a b",
        "https://a/page",
        "'self'",
        "data:",
        "",
    ],
)
def test_what_is_no_origin_becomes_no_policy(text: str):
    with pytest.raises(UsageError, match="is no origin of a page"):
        framing(text)
