"""The smoke test as a person types it, of services that really run behind a proxy."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.deploying.shop import Shop

pytestmark = pytest.mark.slow


@pytest.fixture
def elsewhere():
    """A server that sends people to a login of another host, and one that never answers."""

    class Leads(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/silent":
                time.sleep(3)
                return
            self.send_response(302)
            self.send_header("Location", "http://login.example.com/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Leads)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def answers(ran) -> dict[str, str]:
    return {
        f"{one['service']} {check['name']}": check["went"]
        for one in ran.json["targets"]
        for check in one["checks"]
    }


def test_it_tells_passed_failed_and_could_not_run_apart_and_deploys_nothing(shop: Shop, elsewhere: str):
    ran = shop.run("smoke")
    assert ran.code == 0, ran
    assert f"api/production\n  ✓ identity  {shop.first[:9]} serves\n  ✓ health" in ran.out
    assert ran.out.endswith("2 targets asked: 4 passed, 0 failed, 0 could not run.\n")
    new = shop.land("api", "500")
    old = shop.run("smoke", "--format", "json")
    assert (old.code, answers(old)["api identity"], answers(old)["worker identity"]) == (
        1,
        "failed",
        "passed",
    )
    shop.deploy_by_hand("api", new)
    brought = len(shop.journal())
    broken = shop.run("smoke", "api", "--to", new[:12])
    assert broken.code == 1
    assert "✗ health    failed: " in broken.out and "answered 500, 200 was expected" in broken.out
    checks = {
        "silent": {"check": "http", "url": f"{elsewhere}/silent", "timeout": 1, "attempts": 1},
        "login": {"check": "http", "url": f"{elsewhere}/login", "attempts": 1},
        "missing": {"check": "command", "command": ["./no-such-test"]},
        "asks": {"check": "command", "command": ["sh", "-c", "read answer"]},
    }
    text = shop.config.read_text().replace("checks: {", f"checks: {{{json.dumps(checks)[1:-1]}, ")
    shop.config.write_text(text)
    unknown = shop.run("smoke", "worker", "--format", "json")
    assert unknown.code == 3, unknown
    assert answers(unknown) == {
        "worker identity": "passed",
        "worker silent": "could-not-run",
        "worker login": "could-not-run",
        "worker missing": "could-not-run",
        "worker asks": "failed",
        "worker health": "passed",
    }
    (shop.place / "worker.port").write_text("1")
    gone = shop.run("smoke", "worker")
    assert gone.code == 3 and "? identity  could not run: nobody knows what serves" in gone.out
    assert len(shop.journal()) == brought
    assert shop.run("rollouts", "--format", "json").json == {
        "schema_version": 1,
        "waiting": [],
        "rollouts": [],
    }


def test_it_needs_no_log(shop: Shop):
    """As where the database is what is down, or the checkout cannot be written."""
    shop.configure(more="store: {path: /proc/log.db}")
    ran = shop.run("smoke", "api")
    assert ran.code == 0, ran
    shop.configure()
    assert shop.run("smoke", "api").code == 0
    assert not (shop.folder / ".unshipped").exists()


def test_what_is_asked_for_wrongly_says_what_to_do(shop: Shop):
    wrong: tuple[tuple[list[str], str], ...] = (
        (["smoke", "nobody"], "no service 'nobody'"),
        (["smoke", "api", "--to", "nothing-like-it"], "nothing-like-it"),
        (["smoke", "api", "--within", "soon"], "is no length of time"),
    )
    for arguments, message in wrong:
        ran = shop.run(*arguments)
        assert (ran.code, ran.out) == (2, ""), ran
        assert message in ran.err
