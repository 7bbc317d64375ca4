"""Several processes and one log: they exclude each other, and one that is killed leaves nothing by halves."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.stores.values import at, incident, notice, write
from tests.stores.worker import opened
from tests.support.forked import Forked
from tests.support.waiting import until
from unshipped.stores.opening import open_file

ROOT = Path(__file__).parents[2]


def begin(what, address, *arguments):
    return Forked([what, address, *map(str, arguments)], ROOT, os.environ, door="tests.stores.worker:main")


def writes(process, lines=1):
    """Wait until it has printed so many lines: the first says that it is ready to write."""
    until(lambda: process.written()[0].count(b"\n") >= lines or process.poll() is not None, 60, every=0.01)
    assert process.poll() is None, process.written()


def lines(process):
    """What a process printed. It has to end well."""
    printed, complained = process.communicate(timeout=120)
    assert process.returncode == 0, complained
    return printed.split()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """Where an empty log lies."""
    if request.param == "postgresql":
        return request.getfixturevalue("url")
    open_file(tmp_path / "log.db").close()
    return str(tmp_path / "log.db")


@pytest.fixture
def log(address):
    store = opened(address)
    yield store
    store.close()


@pytest.mark.parametrize("several", [2, 5])
def test_turns_exclude_each_other(log, address, several):
    write(log, incidents=[incident(steps=0)])
    for process in [begin("raise_it", address, 20) for _ in range(several)]:
        lines(process)
    assert [one.steps for one in log.incidents()] == [20 * several]


@pytest.mark.parametrize("several", [2, 5])
def test_a_notice_is_claimed_once(log, address, several):
    notices = [notice(f"n{number}", group=f"g{number % 7}") for number in range(60)]
    log.add(notices)
    processes = [begin("say_it", address, f"speaker-{number}") for number in range(several)]
    said = [name for process in processes for name in lines(process)]
    assert sorted(said) == sorted(one.id for one in notices)
    assert log.undelivered() == []
    assert {one.attempt for _, one in log.deliveries(since=at(0))} == {1}


@pytest.mark.parametrize("several", [2, 5])
def test_a_round_is_finished_once(log, address, several):
    processes = [begin("finish_it", address, 20) for _ in range(several)]
    finished = [number for process in processes for number in lines(process)]
    assert sorted(map(int, finished)) == list(range(20))


def test_several_that_open_a_new_log_at_once_make_one(tmp_path):
    address = str(tmp_path / "deep" / "log.db")
    for process in [begin("finish_it", address, 3) for _ in range(5)]:
        lines(process)
    store = opened(address)
    assert len(store.rounds(since=at(-1))) == 3
    store.close()


def test_a_killed_writer_leaves_all_of_a_turn_or_nothing_and_loses_nothing_that_it_told(log, address):
    told: list[int] = []
    for life in range(6):
        process = begin("write_on", address, len(log.rounds(since=at(-1))))
        writes(process)
        time.sleep(0.05 + 0.037 * life)
        os.kill(process.pid, signal.SIGKILL)
        printed, _ = process.communicate(timeout=60)
        told += [int(line) for line in printed.split()[1:]]
    rounds = [int((one.slot - at(0)).total_seconds() / 60) for one in log.rounds(since=at(-1))]
    assert set(told) <= set(rounds)
    assert [one.id for one in reversed(log.incidents())] == [f"i{number}" for number in rounds]
    assert [one.id for one in log.undelivered()] == [f"n{number}" for number in rounds]
    assert len(log.transitions([f"i{number}" for number in rounds])) == len(rounds)
    assert len(log.standings()) == 20 * len(rounds)


def test_a_killed_writer_holds_nobody_up(log, address):
    process = begin("write_on", address, 0)
    writes(process)
    os.kill(process.pid, signal.SIGSTOP)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    started = time.monotonic()
    write(log, incidents=[incident("after")])
    assert time.monotonic() - started < 10
