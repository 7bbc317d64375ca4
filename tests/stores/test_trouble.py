"""A log that cannot be used: one clear error, and nothing by halves."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from tests.stores.test_processes import ROOT
from tests.stores.values import at, incident, kept, notice, round_of, seen, stood, write
from tests.support import postgres
from unshipped.errors import StoreError, UsageError
from unshipped.stores import version
from unshipped.stores.migrating import migrate
from unshipped.stores.opening import open_file, open_url, url_database
from unshipped.stores.tables import HEAD
from unshipped.stores.turnstile import by_file

HIDDEN = "tr0ub4dor"


def refused(call, *arguments, **named) -> str:
    with pytest.raises(StoreError) as caught:
        call(*arguments, **named)
    assert caught.value.__cause__ is None
    text = f"{caught.value.message}\n{caught.value.hint}"
    assert HIDDEN not in text
    assert "INSERT" not in text and "SELECT" not in text and "sqlalche" not in text
    assert len(caught.value.message.splitlines()) == 1
    return text


# ---------------------------------------------------------------- files


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "log.db"
    path.write_text("services:\n  api: {}\n" * 99)
    assert "is no database of SQLite" in refused(open_file, path)
    assert path.read_text().startswith("services")


def test_the_database_of_something_else(tmp_path):
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE cookies (id)")
    other.close()
    assert "holds the tables of something else" in refused(open_file, path)


def test_tables_that_somebody_makes_while_it_is_looked_for_them_are_its_own(tmp_path, monkeypatch):
    path = tmp_path / "log.db"

    def made_meanwhile(connection):
        monkeypatch.setattr(version, "inspect", inspect)
        open_file(path).close()
        return inspect(connection)

    monkeypatch.setattr(version, "inspect", made_meanwhile)
    open_file(path).close()


@pytest.mark.parametrize("begins", ["BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_who_opens_it_while_somebody_makes_it_waits_for_them(tmp_path, begins):
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute(begins)
        other.execute("SELECT * FROM sqlite_master").fetchall()
        done = threading.Timer(0.3, other.execute, ["COMMIT"])
        done.start()
        open_file(path).close()
        done.join()
    with closing(sqlite3.connect(path)) as made:
        assert made.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_who_cannot_open_it_for_too_long_is_told_so(tmp_path):
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"is being written by somebody else for 0\.2 s"):
            open_file(path, wait=0.2)


def test_a_directory(tmp_path):
    assert "is a directory" in refused(open_file, tmp_path)


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be made" in refused(open_file, tmp_path / "file" / "log.db")


@pytest.mark.parametrize("name", ["shop_feature%2Flogin", "is it live?", "50%", "a;b#c&d=e", "Übung"])
def test_a_folder_of_any_name(tmp_path, name):
    path = tmp_path / name / "log.db"
    open_file(path).close()
    assert [one.name for one in tmp_path.iterdir()] == [name]
    with closing(open_file(path)) as store:
        store.hold(kept())
    assert [one.name for one in path.parent.iterdir()] == ["log.db"]


def test_a_file_that_was_moved_away_takes_nothing_along(tmp_path):
    path, away = tmp_path / "log.db", tmp_path / "away.db"
    with closing(open_file(path)) as store:
        store.hold(kept())
        path.rename(away)
        assert "is gone" in refused(store.hold, kept("h2"))
        assert "is gone" in refused(store.holds, at(1))
        assert not path.exists()
        away.rename(path)
        assert [one.id for one in store.holds(at(1))] == ["h1"]


def test_a_file_that_another_one_took_the_place_of_is_that_one_from_then_on(tmp_path):
    path = tmp_path / "log.db"
    with closing(open_file(path)) as store:
        store.hold(kept())
        path.unlink()
        with closing(open_file(path)) as other:
            other.hold(kept("h2"))
            store.hold(kept("h3"))
            known = [one.id for one in other.holds(at(1))]
        assert [one.id for one in store.holds(at(1))] == known == ["h2", "h3"]


def test_a_damaged_file(tmp_path):
    path = tmp_path / "log.db"
    store = open_file(path)
    write(store, standings=[stood(seen(f"s{number}")) for number in range(500)])
    store.close()
    data = bytearray(path.read_bytes())
    data[4096 * 5 :] = os.urandom(len(data) - 4096 * 5)
    path.write_bytes(data)

    def read():
        damaged = open_file(path)
        try:
            damaged.standings()
        finally:
            damaged.close()

    assert "is damaged" in refused(read) or "no database" in refused(read)


@contextlib.contextmanager
def as_nobody(folder: Path):
    """Without any rights, in a folder that everybody may look into. Only root can give its rights away."""
    if os.geteuid() != 0:
        pytest.skip("only root can give its rights away")
    folders = [folder, *folder.parents[:3]]
    before = [one.stat().st_mode for one in folders]
    for one, mode in zip(folders, before, strict=True):
        one.chmod(mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for one, mode in zip(folders, before, strict=True):
            one.chmod(mode)


def test_what_may_not_be_read(tmp_path):
    path = tmp_path / "log.db"
    open_file(path).close()
    path.chmod(0o600)
    with as_nobody(tmp_path):
        assert "cannot be opened" in refused(open_file, path)


def test_what_may_not_be_written(tmp_path):
    path = tmp_path / "log.db"
    path.touch(0o644)
    store = open_file(path)
    with as_nobody(tmp_path):
        reader = open_file(path)
        assert reader.standings() == {}
        assert "may not be written" in refused(write, reader, incidents=[incident()])
        reader.close()
    store.close()


def test_a_folder_where_nothing_may_be_made(tmp_path):
    with as_nobody(tmp_path):
        assert "cannot be opened" in refused(open_file, tmp_path / "log.db")
        assert "cannot be made" in refused(open_file, tmp_path / "deep" / "log.db")


def test_a_folder_that_may_not_be_looked_into(tmp_path):
    (tmp_path / "closed").mkdir(0o700)
    with as_nobody(tmp_path):
        assert "Permission denied" in refused(open_file, tmp_path / "closed" / "log.db")


LITTLE = """
import resource, signal, sys; from pathlib import Path
from unshipped.stores.opening import open_file; from unshipped.errors import StoreError
from unshipped.stores.turnstile import by_file
from tests.stores.values import *
store = open_file(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
for number in range(100):
    try:
        with store.turn() as turn:
            turn.finish(round_of(number))
            turn.write(Entries(standings=tuple(stood(seen(f"s{number}-{n}")) for n in range(50))))
    except StoreError as error:
        print(number, error.message); break
print(len(store.rounds(since=at(-1))), len(store.standings()))
"""


def test_a_full_disk(tmp_path):
    path = tmp_path / "log.db"
    done = subprocess.run(
        [sys.executable, "-c", LITTLE, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    failed, counted = done.stdout.splitlines()
    number, _, message = failed.partition(" ")
    assert int(number) > 0
    assert "disk" in message
    assert counted == f"{number} {50 * int(number)}"
    store = open_file(path)  # with room again
    with store.turn() as turn:
        turn.finish(round_of(int(number)))
    assert len(store.rounds(since=at(-1))) == int(number) + 1
    store.close()


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_newer_version_is_refused(kind, tmp_path, request):
    newer = "UPDATE unshipped_version SET version_num = '9999'"
    if kind == "sqlite":
        open_file(tmp_path / "log.db").close()
        with closing(sqlite3.connect(tmp_path / "log.db")) as database, database:
            database.execute(newer)
        database.close()
        text = refused(open_file, tmp_path / "log.db")
    else:
        url = request.getfixturevalue("url")
        request.getfixturevalue("server").execute(newer, url.rpartition("/")[2])
        text = refused(open_url, url)
    assert f"is of version 9999, this program knows none after {HEAD}" in text
    assert "update this one" in text


# ---------------------------------------------------------------- writers that wait


def test_a_writer_that_waits_for_too_long_says_so(tmp_path):
    first, second = open_file(tmp_path / "log.db"), open_file(tmp_path / "log.db", wait=0.2)
    with first.turn():
        assert "being written by somebody else for 0.2 s" in refused(write, second, incidents=[incident()])
    write(second, incidents=[incident()])
    first.close()
    second.close()


def test_a_thread_that_waits_for_too_long_says_so(tmp_path):
    store = open_file(tmp_path / "log.db", wait=0.2)
    with store.turn():
        assert "being written" in refused(store.add, [notice()])
    store.close()


def test_threads_take_turns(store):
    write(store, incidents=[incident(steps=0)])

    def raise_it():
        for _ in range(10):
            with store.turn() as turn:
                (known,) = turn.situation([], at(0)).incidents
                turn.write(turn_entries(known))

    def turn_entries(known):
        from unshipped.core.watching import Entries

        return Entries(incidents=(known._replace(steps=known.steps + 1),))

    threads = [threading.Thread(target=raise_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.incidents()[0].steps == 80


# ---------------------------------------------------------------- PostgreSQL


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql://", "at the local socket"),
        (f"mysql://ana:{HIDDEN}@db/log", "only PostgreSQL has one"),
        (f"ana:{HIDDEN}@db/log", "is no address of a database"),
        (f"postgresql://ana:{HIDDEN}@127.0.0.1:1/log", "PostgreSQL at 127.0.0.1, database log"),
        (f"postgres://ana:{HIDDEN}@127.0.0.1:1/log", "PostgreSQL at 127.0.0.1, database log"),
        (f"postgresql+psycopg://ana:{HIDDEN}@nowhere.invalid/log", "PostgreSQL at nowhere.invalid"),
        (f"postgresql://ana:{HIDDEN}@/log?host=127.0.0.1:1&host=127.0.0.2:1", "at 127.0.0.1:1, 127.0.0.2:1,"),
        (f"postgresql://ana:{HIDDEN}@[::1/log", "no address"),
    ],
)
def test_an_address_that_leads_nowhere(address, message):
    with pytest.raises((StoreError, UsageError)) as caught:
        open_url(address, wait=2)
    assert message in caught.value.message
    assert HIDDEN not in str(caught.value) + caught.value.hint


def test_a_database_without_tables_says_what_to_run(server):
    url = server.url(server.create())
    assert "unshipped db migrate" in refused(open_url, url)
    database = url_database(url)
    assert migrate(database) == ("", HEAD)
    database.close()
    open_url(url).close()


def test_a_writer_that_is_stuck_holds_the_others_up_for_their_wait_only(url):
    first, second = open_url(url), open_url(url, wait=0.3)
    with first.turn():
        assert "being written by somebody else" in refused(write, second, incidents=[incident()])
    write(second, incidents=[incident()])
    first.close()
    second.close()


def test_who_may_enter_can_change_while_it_is_open(server, url):
    server.execute("DROP ROLE IF EXISTS rotated; CREATE ROLE rotated LOGIN SUPERUSER")
    secret = [url]
    store = open_url(url, again=lambda: secret[0])
    try:
        secret[0] = url.replace("unshipped@", f"rotated:{HIDDEN}@")
        store.close()  # as where the server ended every session
        with store.database.reading() as connection:
            assert connection.execute(text("SELECT current_user")).scalar() == "rotated"
        secret[0] = "a text that is none"
        store.close()
        with pytest.raises(UsageError):
            store.incidents()
    finally:
        store.close()


def test_whoever_is_gone_without_a_farewell_is_noticed_within_a_minute_on_both_sides(url):
    store = open_url(url)
    try:
        with store.database.writing() as connection:
            theirs = [
                connection.execute(text(f"SHOW tcp_keepalives_{name}")).scalar()
                for name in ("idle", "interval", "count")
            ]
            driver = connection.connection.driver_connection
            assert driver
            ours = socket.socket(fileno=os.dup(driver.fileno()))
    finally:
        store.close()
    assert theirs == ["30", "10", "3"]
    with ours:
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000


def test_a_database_that_is_away_for_a_while():
    if postgres.binaries() is None:
        pytest.skip("there is no PostgreSQL server here: Debian's package postgresql has one")
    server = postgres.server()
    try:
        server.start()
        url = server.url(server.create())
        database = url_database(url)
        migrate(database)
        database.close()
        store = open_url(url, wait=3)
        write(store, incidents=[incident()])

        def interrupted():
            with store.turn() as turn:
                turn.finish(round_of(1))
                server.stop()
                turn.finish(round_of(2))

        refused(interrupted)
        refused(store.standings)
        refused(store.add, [notice()])
        server.start()
        assert store.incidents() == [incident()]
        assert store.rounds(since=at(-1)) == []
        assert store.undelivered() == []
        store.add([notice()])
        store.close()
    finally:
        postgres.remove(server)


def test_a_new_log_is_for_its_owner_alone_with_all_that_lies_beside_it(tmp_path):
    store = open_file(tmp_path / "new" / "log.db")
    write(store, incidents=[incident()])
    with by_file(store.database, "api/production", 0):
        made = [path for path in tmp_path.rglob("*") if path != tmp_path]
        assert {path.name for path in made} > {"new", "log.db", "log.db-wal", "log.db-shm", "log.db-turns"}
        assert {path.name: path.stat().st_mode & 0o077 for path in made if path.stat().st_mode & 0o077} == {}
    store.close()


def test_a_log_that_others_may_read_stays_that(tmp_path):
    path = tmp_path / "log.db"
    path.touch(0o640)
    path.chmod(0o640)
    open_file(path).close()
    assert path.stat().st_mode & 0o777 == 0o640
