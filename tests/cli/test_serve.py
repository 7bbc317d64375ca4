"""`unshipped serve`: who may not be let in, roles as processes of their own, and an end in time."""

from __future__ import annotations

import gc
import json
import signal
import subprocess
from datetime import timedelta
from pathlib import Path
from time import monotonic

import httpx2
import pytest

from tests.cli.program import start
from tests.page.place import SECONDS, Shop, answers, free_port, shop
from tests.support.postgres import binaries, remove, server
from tests.support.run import NOW, run
from unshipped.cli import serve
from unshipped.cli.commands import grammar_of
from unshipped.cli.parser import Parser
from unshipped.core.logged.journal import Round
from unshipped.errors import UsageError
from unshipped.schedule import Schedule
from unshipped.stores.memory import MemoryStore


@pytest.fixture
def place(tmp_path: Path):
    with shop(tmp_path) as made:
        yield made


def refused(place: Shop, *words: str) -> str:
    done = run(["serve", "--repo", str(place.repo.path), *words], place.folder, timeout=60)
    assert done.code == 2, done.said()
    return done.stderr


def test_it_refuses_to_let_strangers_in(place: Shop):
    assert "say who may ask what" in refused(place, "--listen", "0.0.0.0:8080")
    access = place.repo.path / "access.yaml"
    access.write_text("tokens: tokens\n")
    assert "lies in the repository that is watched" in refused(
        place, "--listen", "0.0.0.0:8080", "--access", str(access)
    )
    empty = str(_empty(place.folder))
    assert "lets nobody in" in refused(place, "--listen", "0.0.0.0:8080", "--access", empty)
    assert "go together" in refused(place, "--role", "web")


def _empty(folder: Path) -> Path:
    (folder / "access.yaml").write_text("")
    return folder / "access.yaml"


def test_it_serves_without_the_page_where_that_is_wanted(place: Shop):
    with place.served("--no-page") as address:
        assert httpx2.get(f"{address}/", timeout=SECONDS).status_code == 404
        assert httpx2.get(f"{address}/api/v1/targets", timeout=SECONDS).json()["total"] == 4


def test_it_stops_in_time_whoever_listens(place: Shop):
    with place.served() as address, httpx2.stream("GET", f"{address}/api/v1/stream", timeout=SECONDS) as told:
        lines = told.iter_lines()
        next(lines)
        program = place.running
        assert program
        before = monotonic()
        program.send_signal(signal.SIGTERM)
        assert program.wait(SECONDS) == 0
        assert monotonic() - before < 10
        assert [line for line in lines if line.startswith("data")] == []


@pytest.mark.slow
@pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed")
def test_the_roles_are_processes_of_their_own_several_of_each(place: Shop):
    database = server()
    database.start()
    config = json.loads((place.repo.path / "unshipped.yaml").read_text())
    config["store"] = {"url": database.url(database.create())}
    (place.repo.path / "unshipped.yaml").write_text(json.dumps(config))
    repo = ["--repo", str(place.repo.path)]
    assert run(["db", "migrate", *repo], place.folder).code == 0
    ports = [free_port(), free_port()]
    commands = [
        *[["--role", "watch", "--no-fetch"]] * 2,
        *[["--role", "work"]] * 2,
        *[["--role", "web", "--listen", f"127.0.0.1:{port}"] for port in ports],
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    programs = [start(["serve", *repo, *words], place.folder, **quiet) for words in commands]
    try:
        for port in ports:
            answers(f"http://127.0.0.1:{port}/healthz")
        seen = _looked(ports[0])
        body = {"service": "worker", "environment": "production", "reason": "the migration runs"}
        with httpx2.stream("GET", f"http://127.0.0.1:{ports[1]}/api/v1/stream", timeout=SECONDS) as told:
            lines = told.iter_lines()
            next(lines)
            assert httpx2.post(f"http://127.0.0.1:{ports[0]}/api/v1/holds", json=body).status_code == 201
            news = next(json.loads(line[6:]) for line in lines if line.startswith("data: "))
        assert seen == 4
        assert "people" in news["topics"], "what one process wrote another one tells of"
    finally:
        for program in programs:
            program.terminate()
        codes = [program.wait(SECONDS) for program in programs]
        database.stop()
        remove(database)
    assert codes == [0] * len(programs)


def _looked(port: int) -> int:
    until = monotonic() + 60
    total = 0
    while total < 4 and monotonic() < until:
        total = httpx2.get(f"http://127.0.0.1:{port}/api/v1/targets", timeout=SECONDS).json()["total"]
    return total


@pytest.mark.parametrize("schedule", ["*/5 * * * *", "0 * * * *", "0 6 * * *"])
def test_a_watch_that_died_is_late_since_its_next_look_was_due(schedule: str):
    plan, store = Schedule([schedule]), MemoryStore()
    slot = plan.latest(NOW)
    assert slot
    three_days = timedelta(days=3)
    for later in (timedelta(0), three_days):
        found = serve.late(plan, store, "1/1", NOW, NOW + later)
        assert found == (NOW + later - slot).total_seconds(), "nobody has looked yet"
    with store.turn() as turn:
        turn.finish(Round("1/1", slot, slot, 1.0, 4, 4, 4))
    assert serve.late(plan, store, "1/1", NOW, NOW) == 0
    assert serve.late(plan, store, "1/1", NOW, plan.next(slot) + three_days) == three_days.total_seconds()


def test_what_goes_on_for_weeks_looks_for_garbage(place: Shop):
    gc.disable()  # as the installed command does for what is short
    try:
        options = Parser(grammar_of("serve")).read(["--repo", str(place.repo.path), "--role", "web"])
        with pytest.raises(UsageError):
            serve.run(options)
        assert gc.isenabled()
    finally:
        gc.enable()
