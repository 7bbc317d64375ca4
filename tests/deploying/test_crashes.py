"""Whoever carries a rollout out is killed, at every point, and so is what it stands on: the server, and the
connection to it. The next one goes on, or it does itself; nothing is done by halves.

The points are counted by `crashing.py`. Here each engine takes a share of them; all of them at once are
`UNSHIPPED_EVERY_POINT=1 pytest tests/deploying/test_crashes.py`, whose figures stand in
`docs/decisions/0015-rollouts-in-the-log.md`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.deploying.severing import risen
from tests.support import postgres
from tests.support.forked import forked
from tests.support.servers import Temporal
from tests.support.waiting import until
from unshipped.stores.migrating import migrate
from unshipped.stores.opening import url_database

pytestmark = pytest.mark.slow

EVERY = bool(os.environ.get("UNSHIPPED_EVERY_POINT"))
STORIES = [
    ("local", "bad", "1/32"),
    ("local", "good", "2/24"),
    ("dbos-sqlite", "bad", "3/40"),
    ("dbos-postgresql", "bad", "6/48"),
    ("temporal", "bad", "4/48"),
]
SEVERED = [
    ("local-postgresql", "connection", "5/48"),
    ("dbos-postgresql", "connection", "9/64"),
    ("dbos-postgresql", "answer", "14/60"),
    ("dbos-postgresql", "server", "40/56"),
    ("temporal", "connection", "7/64"),
    ("temporal", "server", "30/48"),
]


@pytest.mark.parametrize(("engine", "story", "share"), STORIES)
def test_whoever_dies_wherever_it_ends_as_it_should(engine: str, story: str, share: str, request, tmp_path):
    place = "-"
    if engine == "temporal":
        place = request.getfixturevalue("temporal").address
    if engine == "dbos-postgresql":
        server, template = request.getfixturevalue("server"), request.getfixturevalue("template")
        place = server.url(server.create(template))
    found = crashed(engine, tmp_path, place, story, "4", share, "process")
    assert found["killed"] >= (50 if EVERY else 3)


@pytest.mark.parametrize(("engine", "dies", "share"), SEVERED)
def test_whatever_it_stands_on_dies_it_goes_on_by_itself(
    engine: str, dies: str, share: str, request, tmp_path
):
    with standing(engine, dies, request, tmp_path) as (place, what):
        found = crashed(engine, tmp_path, place, "bad", "1" if what else "4", share, what or dies)
    assert found["killed"] >= (50 if EVERY else 2)


def test_a_deploy_as_it_is_typed_outlives_a_restart_of_the_server_of_its_log(make, template):
    own = postgres.server()
    own.start()
    database = url_database(own.url("postgres"))
    migrate(database)
    database.close()
    try:
        shop = make()
        shop.configure("  engine: {kind: local}", f'store: {{url: "{own.url("postgres")}"}}')
        new = shop.land("api", "waits")
        process = shop.start("deploy", "api")
        until(shop.journal, what="the deploy")
        own.stop()
        time.sleep(1)
        own.start()
        (shop.place / "go").touch()
        out, err = process.communicate(timeout=60)
        assert (process.returncode, shop.serves("api")) == (0, new), out + err
        assert err.count("it is tried again for 30 s") == 1
        assert [row[3] for row in shop.journal()] == ["begins", "ends"]
    finally:
        postgres.remove(own)


@contextmanager
def standing(engine: str, dies: str, request, folder: Path) -> Iterator[tuple[str, str]]:
    """The address of a server, and the file with its process where it is one of its own, to be killed."""
    temporal = engine == "temporal"
    if dies != "server":
        server = request.getfixturevalue("temporal" if temporal else "server")
        yield (
            server.address if temporal else server.url(server.create(request.getfixturevalue("template"))),
            "",
        )
        return
    request.getfixturevalue("temporal" if temporal else "template")  # is skipped where there is none
    own: Any = Temporal(folder) if temporal else postgres.server()
    try:
        own.start()
        place = own.address if temporal else own.url(own.create())
        if not temporal:
            database = url_database(place)
            migrate(database)
            database.close()
        with risen(own, folder / "pid"):
            yield place, str(folder / "pid")
    finally:
        own.kill() if temporal else postgres.remove(own)


def crashed(engine: str, folder: Path, place: str, story: str, at_once: str, share: str, dies: str) -> dict:
    arguments = [engine, str(folder), place, story, at_once, "1/1" if EVERY else share, dies]
    code, out, err = forked(
        arguments, folder, os.environ, 2400 if EVERY else 300, door="tests.deploying.crashing:main"
    )
    said = err.decode()[-3000:]
    assert code == 0, said
    found: dict = json.loads(out.splitlines()[-1])  # the client of Temporal warns on standard output
    sys.stdout.write(f"{found}\n")
    assert found["wrong"] == {}, said
    return found
