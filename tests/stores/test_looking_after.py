"""Whether a log is sound, and a copy of it while it is written."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from tests.stores.test_processes import begin, writes
from tests.stores.values import at, delivery, incident, notice, seen, step, stood, unseen, write
from tests.support import postgres
from unshipped.errors import StoreError
from unshipped.stores.looking_after import copy, examine
from unshipped.stores.opening import open_file, open_url
from unshipped.stores.version import version_in


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request, tmp_path):
    """A log in a database, with something in it."""
    store = open_file(tmp_path / "log.db") if request.param == "sqlite" else None
    store = store or open_url(request.getfixturevalue("url"))
    write(store, standings=[stood(seen())], incidents=[incident()], transitions=[step()], notices=[notice()])
    write(store, standings=[stood(seen(), unseen(minutes=5))])
    (one,) = store.claim("me", at(0), lease=60, most=1)
    store.record(one, delivery(one))
    yield store
    store.close()


def test_a_sound_log_is_counted(log):
    health = examine(log.database)
    assert health.problems == ()
    counted = {name: count for name, count in health.rows.items() if count}
    assert counted == {
        "conversations": 1,
        "deliveries": 1,
        "incidents": 1,
        "notices": 1,
        "said": 1,
        "stretches": 2,
        "transitions": 1,
    }


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("DELETE FROM stretches WHERE latest", "nothing says how a target stands now: api/production"),
        ("UPDATE incidents SET steps = 0", "an incident has fewer steps than were written down: one"),
        ("DELETE FROM deliveries", "a notice is settled without an attempt: n1"),
    ],
)
def test_what_no_writer_leaves_behind_is_found(log, change, problem):
    with log.database.writing() as connection:
        connection.exec_driver_sql(change)
    assert examine(log.database).problems == (problem,)


def test_a_page_that_was_changed_from_outside_is_found(tmp_path):
    store = open_file(tmp_path / "log.db")
    write(store, standings=[stood(seen(f"s{number}")) for number in range(300)])
    store.close()
    data = (tmp_path / "log.db").read_bytes()
    before, name, after = data.rpartition(b"s123/production")
    (tmp_path / "log.db").write_bytes(before + b"s12x" + name[4:] + after)
    store = open_file(tmp_path / "log.db")
    assert examine(store.database).problems
    store.close()


def test_a_row_that_refers_to_nothing_is_found(tmp_path):
    store = open_file(tmp_path / "log.db")
    write(store, incidents=[incident()], transitions=[step()])
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection, connection:
        connection.execute("DELETE FROM incidents")
    connection.close()
    assert examine(store.database).problems == ("transitions: a row refers to none of incidents",)
    store.close()


def test_a_copy_is_a_log_of_one_file(tmp_path):
    store = open_file(tmp_path / "log.db")
    write(store, standings=[stood(seen())])
    copy(store.database, tmp_path / "copy.db")
    write(store, standings=[stood(seen("worker"))])
    store.close()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy.db", "log.db"]
    copied = open_file(tmp_path / "copy.db")
    assert list(copied.standings()) == ["api/production"]
    copied.close()


def test_a_copy_that_is_made_while_others_write_is_of_one_moment(tmp_path):
    address = str(tmp_path / "log.db")
    store = open_file(tmp_path / "log.db")
    writer = begin("write_on", address, 0)
    try:
        for number in range(5):
            writes(writer, number + 2)
            copy(store.database, tmp_path / f"copy-{number}.db")
    finally:
        writer.kill()
        writer.communicate()
    for number in range(5):
        copied = open_file(tmp_path / f"copy-{number}.db")
        rounds = copied.rounds(since=at(-1))
        assert len(rounds) > number
        assert len(copied.incidents()) == len(copied.undelivered()) == len(rounds)
        assert len(copied.standings()) == 20 * len(rounds)
        assert examine(copied.database).problems == ()
        copied.close()
    store.close()


def test_a_copy_that_is_put_back_is_read_while_it_is_written(tmp_path):
    path = tmp_path / "log.db"
    with closing(open_file(path)) as store:
        copy(store.database, tmp_path / "copy.db")
    os.replace(tmp_path / "copy.db", path)
    with closing(open_file(path, wait=0.2)) as reader, closing(open_file(path, wait=0.2)) as writer:
        with reader.database.reading() as connection:
            version_in(connection, str(path))
            write(writer, standings=[stood(seen())])
        assert list(reader.standings()) == ["api/production"]


def test_a_copy_is_not_ruined_by_what_a_killed_process_left_beside_the_log(tmp_path):
    path = tmp_path / "log.db"
    with closing(open_file(path)) as store:
        write(store, standings=[stood(seen())])
        copy(store.database, tmp_path / "copy.db")
    writer = begin("write_on", str(path), 0)
    writes(writer, 3)
    writer.kill()
    writer.communicate()
    os.replace(tmp_path / "copy.db", path)
    (tmp_path / "link.db").symlink_to(path)
    with pytest.raises(StoreError, match="is a copy"):
        open_file(tmp_path / "link.db")
    with pytest.raises(StoreError, match="is a copy") as refused:
        open_file(path)
    assert f"remove {path}-wal and {path}-shm" in refused.value.hint
    for end in ("wal", "shm"):
        os.unlink(f"{path}-{end}")
    with closing(open_file(path)) as store:
        assert list(store.standings()) == ["api/production"]
        assert examine(store.database).problems == ()


def test_a_copy_overwrites_nothing(tmp_path):
    store = open_file(tmp_path / "log.db")
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(StoreError, match="is there already"):
        copy(store.database, tmp_path / "copy.db")
    with pytest.raises(StoreError, match="cannot be written"):
        copy(store.database, tmp_path / "nowhere" / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"
    store.close()


def test_a_server_is_copied_with_its_own_tools_which_the_error_names(server, url, tmp_path):
    store = open_url(url)
    write(store, standings=[stood(seen())])
    with pytest.raises(StoreError) as caught:
        copy(store.database, tmp_path / "copy")
    words = caught.value.hint.replace("FILE", str(tmp_path / "copy")).replace("DATABASE", url).split()
    assert words[0] == "pg_dump"
    folder = postgres.binaries()
    assert folder
    assert os.spawnv(os.P_WAIT, str(folder / "pg_dump"), words) == 0
    again = server.create()
    restore = ["pg_restore", "--no-owner", "-d", server.url(again), str(tmp_path / "copy")]
    assert os.spawnv(os.P_WAIT, str(folder / "pg_restore"), restore) == 0
    copied = open_url(server.url(again))
    assert copied.standings() == store.standings()
    copied.close()
    store.close()
