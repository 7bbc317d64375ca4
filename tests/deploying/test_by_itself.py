"""What is merged is deployed by itself: by `serve`, which looks at what each service proves to run."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx2
import pytest

from tests.deploying.shop import Shop, catches
from tests.page.place import free_port
from tests.support.waiting import until

pytestmark = pytest.mark.slow

WATCH = 'watch: {schedule: "*/2 * * * * *", fetch: false}'
PAUSE = 0.5
"""Between two commands that look whether it is so."""


@contextmanager
def serving(shop: Shop, *command: str, **environment: str) -> Iterator[None]:
    process = shop.start(*(command or ("serve", "--no-fetch")), **environment)
    try:
        until(lambda: catches(process.pid, signal.SIGTERM), 60, "the start")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, out + err


@pytest.mark.parametrize("engine", ["local", "dbos"])
def test_a_merge_is_live_soon_and_what_fails_is_rolled_back_and_stays_so(make, engine: str):
    shop = make()
    shop.configure(f"  engine: {{kind: {engine}}}\n  mode: auto", WATCH)
    with serving(shop):
        new = shop.land("api")
        until(lambda: shop.serves("api") == new, 60, "the deploy")
        bad = shop.land("api", "500")
        until(lambda: ["api", bad, "ends"] in [row[1:] for row in shop.journal()], 60, "the bad one")
        until(lambda: shop.serves("api") == new, 60, "the way back")
        until(lambda: "rolled-back" in shop.run("rollouts").out, 60, "the end", PAUSE)
    assert [row[2] for row in shop.journal() if row[3] == "ends"] == [new, bad, new]


def test_who_works_beside_who_watches_deploys_what_landed_after_it_began(make):
    """Each has mirrors of its own, as in a pod of its own."""
    shop = make()
    shop.configure("  engine: {kind: local}\n  mode: auto", WATCH.replace(", fetch: false", ""))
    text = shop.config.read_text().replace("{path: repo}", f'{{url: "file://{shop.folder}/repo"}}')
    shop.config.write_text(text)
    one, other = ({"UNSHIPPED_MIRRORS": str(shop.folder / name)} for name in ("one", "other"))
    with serving(shop, "serve", "--role", "watch", **one), serving(shop, "serve", "--role", "work", **other):
        landed = shop.land("api")
        until(lambda: shop.serves("api") == landed, 90, "the first deploy")
        later = shop.land("api")
        until(lambda: shop.serves("api") == later, 90, "the second deploy")


def test_what_is_declared_while_it_is_served_is_deployed_without_a_new_start(make):
    shop = make()
    shop.configure("  engine: {kind: local}\n  mode: auto", WATCH)
    whole = shop.config.read_text()
    service = "services: {api: {paths: [api], deployed: abcdef1}}"
    shop.config.write_text(f"repositories: {{main: {{path: repo}}}}\n{WATCH}\n{service}\n")
    with serving(shop):
        new = shop.land("api")
        until(lambda: "unknown" in shop.run("history", "api").out, 60, "the first round", PAUSE)
        shop.config.write_text("services: [")
        until(lambda: shop.run("status").code == 2, 60, "the wrong file", PAUSE)
        shop.config.write_text(whole)
        until(lambda: shop.serves("api") == new, 60, "the deploy")


def test_what_has_to_be_approved_waits_for_it(make):
    shop = make()
    shop.configure("  engine: {kind: local}\n  mode: approve", WATCH)
    with serving(shop):
        new = shop.land("api")
        until(lambda: shop.run("rollouts", "--format", "json").json["waiting"], 60, "the wish", PAUSE)
        [wish] = shop.run("rollouts", "--format", "json").json["waiting"]
        assert (wish["needs_approval"], shop.serves("api")) == (True, shop.first)
        shop.run("approve", wish["id"])
        until(lambda: shop.serves("api") == new, 60, "the deploy")


def test_what_is_asked_for_elsewhere_is_carried_out_by_who_serves(make):
    shop = make("  engine: {kind: dbos}")
    with serving(shop):
        new = shop.land("api")
        ran = shop.run("deploy", "api")
        assert (ran.code, shop.serves("api")) == (0, new), ran
        assert "│ api serves from port" in ran.err


def test_who_serves_one_configuration_keeps_nobody_from_deploying_by_another_one(make):
    """Both lie in one folder, and so share a log."""
    dbos, shop = "  engine: {kind: dbos}", make()
    shop.services = ("worker",)
    shop.configure(dbos)
    with serving(shop):
        shop.services, shop.config = ("api",), shop.config.with_name("api.yaml")
        shop.configure(dbos)
        new = shop.land("api")
        ran = shop.run("deploy", "api", timeout=60)
        assert (ran.code, shop.serves("api")) == (0, new), ran


def test_what_fails_goes_back_also_while_the_file_is_wrong(make):
    shop = make()
    with serving(shop):
        _break_the_file_under_way(shop, lambda: shop.run("deploy", "api", "--queue"))
        until(lambda: ["api", shop.first, "ends"] in [row[1:] for row in shop.journal()], 60, "the way back")
    assert shop.serves("api") == shop.first


def test_who_deploys_while_the_file_becomes_wrong_goes_back_too(make):
    shop = make()
    made = []
    _break_the_file_under_way(shop, lambda: made.append(shop.start("deploy", "api")))
    out, err = made[0].communicate(timeout=60)
    assert (made[0].returncode, "rolled-back" in out, shop.serves("api")) == (1, True, shop.first), out + err


def _break_the_file_under_way(shop: Shop, deploy: Callable[[], object]) -> None:
    """While a revision is brought that answers 500."""
    shop.land("api", "late")
    deploy()
    until(shop.journal, 60, "the deploy")
    shop.config.write_text("services: [")
    time.sleep(3)  # so that it is looked whether something may begin
    (shop.place / "go").touch()


@pytest.mark.parametrize("command", [("serve", "--role", "watch"), ("serve", "--role", "web"), ("watch",)])
def test_who_only_looks_or_serves_begins_nothing(make, command: tuple[str, ...]):
    shop = make()
    shop.configure("  engine: {kind: local}\n  mode: auto", WATCH)
    shop.land("api")
    wish = shop.run("deploy", "api", "--queue").out.strip()
    listen = ["--listen", f"127.0.0.1:{free_port()}"] if "web" in command else ["--no-fetch"]
    with serving(shop, *command, *listen):
        if "web" in command:
            until(lambda: answered(listen[1]), 60, "the interface")
        else:
            until(lambda: "behind" in shop.run("history", "api").out, 60, "the first round", PAUSE)
        assert [one["id"] for one in shop.run("rollouts", "--format", "json").json["waiting"]] == [wish]
    assert shop.journal() == []


def test_who_watches_sees_what_another_process_has_deployed_before_the_next_round(make):
    shop = make()
    shop.configure("", 'watch: {schedule: "0 0 1 1 *", fetch: false}')
    shop.land("api")
    with serving(shop, "watch", "--no-fetch"):
        until(lambda: "behind" in shop.run("history", "api").out, 60, "the first round", PAUSE)
        assert shop.run("deploy", "api").code == 0
        until(lambda: "in sync" in shop.run("history", "api").out, 60, "the look at what was deployed", PAUSE)


def answered(address: str) -> bool:
    with suppress(httpx2.HTTPError):
        return httpx2.get(f"http://{address}/healthz").is_success
    return False
