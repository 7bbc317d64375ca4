"""What keeps rollouts going: one suite for each engine. It decides nothing, and it forgets nothing."""

from __future__ import annotations

import sys
import threading
import time
import uuid
from collections import defaultdict
from types import SimpleNamespace

import pytest

from unshipped.engine.local import LocalEngine
from unshipped.errors import StoreError
from unshipped.ports.rolling import Engine

# DBOS leaves the loop of its threads open when it is closed.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

WAIT = 30.0
ENGINES = [
    "local",
    "dbos-sqlite",
    pytest.param("dbos-postgresql", marks=pytest.mark.slow),
    pytest.param("temporal", marks=pytest.mark.slow),
]


class Steps:
    """Rollouts of three steps. Which was asked for, how often, and by how many at once."""

    def __init__(self) -> None:
        self.calls: dict[str, list[float]] = defaultdict(list)
        self.inside: dict[str, int] = defaultdict(int)
        self.most: dict[str, int] = defaultdict(int)
        self.at_once = 0
        self.trouble: list[Exception] = []
        self.pause = 0.0
        self.length = 0.02
        self._lock = threading.Lock()

    def advance(self, rollout: str) -> float | None:
        with self._lock:
            self.calls[rollout].append(time.monotonic())
            self.inside[rollout] += 1
            self.most[rollout] = max(self.most[rollout], self.inside[rollout])
            self.at_once = max(self.at_once, sum(self.inside.values()))
        try:
            time.sleep(self.length)
            if self.trouble:
                raise self.trouble.pop()
            return None if len(self.calls[rollout]) > 2 else self.pause
        finally:
            with self._lock:
                self.inside[rollout] -= 1


@pytest.fixture(params=ENGINES)
def make(request, tmp_path):
    """Makes the engine anew, as the next process would."""
    made: list[Engine] = []
    place = f"queue-{uuid.uuid4().hex[:8]}"
    url = ""
    if request.param == "dbos-postgresql":
        server = request.getfixturevalue("server")
        url = server.url(server.create()).replace("postgresql://", "postgresql+psycopg://")

    def start(steps: Steps) -> Engine:
        engine: Engine
        if request.param == "local":
            engine = LocalEngine(steps.advance)
        elif request.param == "temporal":
            from unshipped.engine.temporal import TemporalEngine
            from unshipped.engine.temporal_worker import Place

            address = request.getfixturevalue("temporal").address
            engine = TemporalEngine(steps.advance, Place(address, queue=place))
        else:
            from unshipped.engine.embedded import EmbeddedEngine

            engine = EmbeddedEngine(steps.advance, url or f"sqlite:///{tmp_path / 'engine.db'}", "one")
        made.append(engine)
        return engine

    yield start
    for engine in made:
        engine.close()


def name() -> str:
    return f"r-{uuid.uuid4().hex[:8]}"


def test_a_rollout_is_kept_going_until_it_has_ended(make):
    steps, rollout = Steps(), name()
    engine = make(steps)
    engine.start(rollout)
    assert engine.wait(rollout, WAIT)
    assert len(steps.calls[rollout]) == 3


def test_what_is_started_many_times_is_kept_going_once(make):
    steps, rollout = Steps(), name()
    engine = make(steps)
    for _ in range(5):
        engine.start(rollout)
    assert engine.wait(rollout, WAIT)
    assert (len(steps.calls[rollout]), steps.most[rollout]) == (3, 1)


def test_several_go_side_by_side(make):
    steps = Steps()
    steps.length = 0.5
    engine = make(steps)
    rollouts = [name() for _ in range(3)]
    for rollout in rollouts:
        engine.start(rollout)
    assert all(engine.wait(rollout, WAIT) for rollout in rollouts)
    assert steps.at_once > 1


def test_trouble_in_a_step_is_no_end(make, caplog):
    steps, rollout = Steps(), name()
    steps.trouble = [OSError("the log is being written by somebody else")]
    engine = make(steps)
    engine.start(rollout)
    assert engine.wait(rollout, WAIT)
    assert len(steps.calls[rollout]) == 3


def test_it_waits_for_as_long_as_it_is_told(make):
    steps, rollout = Steps(), name()
    steps.pause = 0.6
    engine = make(steps)
    engine.start(rollout)
    assert engine.wait(rollout, WAIT)
    first, second, third = steps.calls[rollout]
    assert second - first >= 0.6 and third - second >= 0.6


def test_what_has_not_ended_is_said_to_go_on(make):
    steps, rollout = Steps(), name()
    steps.length = 0.5
    engine = make(steps)
    engine.start(rollout)
    assert not engine.wait(rollout, 0.2)
    assert engine.wait(rollout, WAIT)


def test_who_is_closed_again_ends_nobody_who_came_after(make):
    steps, rollout = Steps(), name()
    first = make(steps)
    first.close()
    second = make(steps)
    first.close()
    second.start(rollout)
    assert second.wait(rollout, WAIT)


def test_what_is_not_finished_is_taken_up_by_the_next_one(make):
    steps, rollout = Steps(), name()
    steps.pause = 2.0
    first = make(steps)
    first.start(rollout)
    until = time.monotonic() + WAIT
    while not steps.calls[rollout] and time.monotonic() < until:
        time.sleep(0.02)
    first.close()
    done = len(steps.calls[rollout])
    assert done < 3
    second = make(steps)
    second.start(rollout)
    assert second.wait(rollout, WAIT)
    assert len(steps.calls[rollout]) >= 3


def test_what_has_ended_is_kept_going_anew_where_that_is_wanted(make, monkeypatch):
    """The log may have been put back to what it was while the rollout was under way."""
    monkeypatch.setattr("unshipped.engine.temporal._ASK_AGAIN", 0.1)
    steps, rollout = Steps(), name()
    for _process in range(2):
        engine = make(steps)
        for _time in range(2):
            steps.calls.clear()
            until = time.monotonic() + WAIT
            while len(steps.calls[rollout]) < 3 and time.monotonic() < until:
                engine.start(rollout)
                time.sleep(0.1)
            assert engine.wait(rollout, WAIT)
            assert len(steps.calls[rollout]) >= 3
        engine.close()


def test_a_state_of_dbos_that_is_not_there_is_told_and_the_next_one_can_be_made(tmp_path):
    from unshipped.engine.embedded import EmbeddedEngine

    steps, rollout = Steps(), name()
    with pytest.raises(StoreError, match="cannot be reached: connection"):
        EmbeddedEngine(steps.advance, "postgresql+psycopg://ana@127.0.0.1:1/none", "one")
    engine = EmbeddedEngine(steps.advance, f"sqlite:///{tmp_path / 'engine.db'}", "one")
    engine.start(rollout)
    assert engine.wait(rollout, WAIT)
    engine.close()


def test_a_newer_python_on_an_older_system_keeps_rollouts_going_too(monkeypatch, tmp_path):
    """From Python 3.12 on DBOS asks SQLite for what 3.42 brought; the system may have an older one."""
    from dbos import _migration, _sys_db

    from unshipped.engine.embedded import EmbeddedEngine

    monkeypatch.setattr(_sys_db, "sys", SimpleNamespace(version_info=(3, 13), maxsize=sys.maxsize))
    made = _migration.sqlite_migrations
    newer = [one.replace("(strftime('%s','now') * 1000)", "(unixepoch('subsec') * 1000)") for one in made]
    monkeypatch.setattr("dbos._sys_db_sqlite.sqlite_migrations", newer)
    steps, rollout = Steps(), name()
    engine = EmbeddedEngine(steps.advance, f"sqlite:///{tmp_path / 'engine.db'}", "one")
    engine.start(rollout)
    assert engine.wait(rollout, WAIT)
    engine.close()


@pytest.mark.slow
def test_a_server_of_temporal_that_is_killed_and_started_again_forgets_nothing(temporal, tmp_path):
    from tests.support.servers import Temporal
    from unshipped.engine.temporal import TemporalEngine
    from unshipped.engine.temporal_worker import Place

    own = Temporal(tmp_path)
    own.start()
    steps, rollout = Steps(), name()
    steps.pause = 1.0
    engine = TemporalEngine(steps.advance, Place(own.address), silence=2.0)
    try:
        engine.start(rollout)
        until = time.monotonic() + WAIT
        while not steps.calls[rollout] and time.monotonic() < until:
            time.sleep(0.02)
        own.kill()
        time.sleep(1)
        own.start()
        assert engine.wait(rollout, 90)
        assert len(steps.calls[rollout]) >= 3
    finally:
        engine.close()
        own.kill()
