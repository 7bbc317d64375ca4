"""Where links lead that stand in messages: to the page, whatever a proxy has it below."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.web.conftest import ground
from unshipped.stores.memory import MemoryStore
from unshipped.web.app import application

LINKS = [
    ("/targets/worker/production?act=hold", "t/worker/production?act=hold"),
    (
        "/incidents/drift%3Aworker%2Fproduction%3A1?act=silence",
        "i/drift%3Aworker%2Fproduction%3A1?act=silence",
    ),
]


@pytest.mark.parametrize("mounted", ["", "/deployments"])
@pytest.mark.parametrize(("link", "place"), LINKS)
def test_a_link_leads_to_the_page_wherever_that_is(store: MemoryStore, link: str, place: str, mounted: str):
    app = Starlette()
    app.mount(mounted, application(ground(store)))
    answer = TestClient(app).get(mounted + link, follow_redirects=False)
    assert answer.status_code == 303
    for top in (mounted, f"/behind/a/proxy{mounted}"):
        found = urljoin(f"https://drift.test{top}{link}", answer.headers["location"])
        assert found == f"https://drift.test{top}/#/{place}"
