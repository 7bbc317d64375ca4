"""A log of an older version becomes one of this version, and loses nothing on the way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.stores.values import (
    at,
    bypass,
    decision,
    incident,
    kept,
    notice,
    resolved,
    round_of,
    seen,
    silence,
    step,
    stood,
    unseen,
)
from unshipped.core.alerting import Said
from unshipped.core.gating import Purpose
from unshipped.core.incidents import Step
from unshipped.core.logged.deployments import Deployment
from unshipped.core.model import Severity, State
from unshipped.errors import StoreError
from unshipped.stores import opening
from unshipped.stores.database import Database
from unshipped.stores.migrating import migrate
from unshipped.stores.opening import file_database, open_file, open_url, url_database
from unshipped.stores.sql import SqlStore
from unshipped.stores.tables import HEAD, METADATA, VERSION
from unshipped.stores.version import version as version_of

VERSIONS = sorted({path.name.partition(".")[0] for path in (Path(__file__).parent / "versions").iterdir()})


def old(name: str, engine: str) -> str:
    """A log of that version as SQL text, as it was when that version was the newest."""
    return (Path(__file__).parent / "versions" / f"{name}.{engine}.sql").read_text()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """An empty database."""
    if request.param == "sqlite":
        made = file_database(tmp_path / "log.db")
    else:
        server = request.getfixturevalue("server")
        made = url_database(server.url(server.create()))
    yield made
    made.close()


def load(database: Database, name: str, request) -> None:
    if database.file:
        with closing(sqlite3.connect(database.place)) as connection, connection:
            connection.executescript(old(name, "sqlite"))
        connection.close()
    else:
        text = old(name, "postgresql")
        request.getfixturevalue("server").execute(text, str(database.engine.url.database))


def assert_it_is_all_there(store: SqlStore) -> None:
    """But for what served before, which those versions did not keep."""
    one, over = incident(), resolved(incident("over", "worker", -60), -30)
    in_sync = seen("worker", 5, state=State.IN_SYNC, severity=Severity.NONE)
    unknown = stood(seen(), unseen(minutes=5))._replace(past=())
    lasting = {"api/production": unknown, "worker/production": stood(in_sync)}
    assert store.standings() == lasting
    assert store.stretches(since=at(-9), until=at(9)) == [stood(seen()), *lasting.values()]
    assert store.incidents() == [one, over]
    assert store.transitions(["one", "over"]) == [step(), step("over"), step("over", 2, -30, Step.RESOLVED)]
    assert [one.id for one, _ in store.deliveries(since=at(0))] == ["n1"]
    assert store.undelivered() == [notice("n2", receiver="mail")]
    with store.turn() as turn:
        assert turn.situation([], at(0)).said[("one", "mail")] == Said(1, Severity.WARNING)
    assert store.rounds(since=at(0)) == [round_of(0), round_of(10, error="no repository")]
    assert (store.holds(at(1)), store.silences(at(1)), store.bypasses(at(1))) == (
        [kept()],
        [silence()],
        [bypass()],
    )
    assert store.decisions(since=at(0)) == [decision()._replace(purpose=Purpose.WORK, deploys="")]
    whole = Deployment("api", "production", "d" * 40, at(0), "upgraded", "Ana", "https://example.com/1")
    assert store.deployments(since=at(0)) == [whole]
    store.add([notice("n3", group="one")])
    (claim,) = store.claim("me", at(3), lease=60, most=1)
    assert (claim.reference, claim.heard) == ("", ("one",))


@pytest.mark.parametrize("name", VERSIONS)
def test_a_log_of_an_older_version_keeps_everything(database, name, request):
    load(database, name, request)
    assert migrate(database) == (name, HEAD)
    assert_it_is_all_there(SqlStore(database))
    assert migrate(database) == (HEAD, HEAD)


def test_the_migrations_lead_to_the_tables_of_this_version(database):
    migrate(database)
    assert version_of(database) == HEAD
    with database.engine.connect() as connection:
        options = {"version_table": VERSION.name, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_a_new_file_has_what_the_migrations_make(tmp_path):
    """To the letter: conditions of indexes too, which the comparison above does not see."""
    database = file_database(tmp_path / "migrated.db")
    migrate(database)
    database.close()
    open_file(tmp_path / "new.db").close()
    assert schema(tmp_path / "new.db") == schema(tmp_path / "migrated.db")


def schema(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows if name != VERSION.name}


def test_the_newest_migration_is_the_version_of_the_tables():
    config = Config()
    config.set_main_option("script_location", "unshipped.stores:migrations")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    known = sorted(one.revision for one in script.walk_revisions())
    assert known == [f"{number:04}" for number in range(1, len(known) + 1)]
    assert known[:-1] == VERSIONS, "a log of each older version lies in tests/stores/versions"


def test_a_small_file_of_an_older_version_is_brought_up_to_date_where_it_is_opened(tmp_path, request):
    database = file_database(tmp_path / "log.db")
    load(database, "0001", request)
    database.close()
    store = open_file(tmp_path / "log.db")
    assert_it_is_all_there(store)
    store.close()


def test_a_large_file_of_an_older_version_says_what_to_run(tmp_path, request, monkeypatch):
    database = file_database(tmp_path / "log.db")
    load(database, "0001", request)
    database.close()
    monkeypatch.setattr(opening, "MIGRATED_AT_ONCE", 1000)
    with pytest.raises(StoreError, match=f"is of version 0001, this program needs {HEAD}") as caught:
        open_file(tmp_path / "log.db")
    assert caught.value.hint == "unshipped db migrate"


def test_a_server_with_an_older_version_says_what_to_run(server, request):
    database = url_database(server.url(server.create()))
    load(database, "0001", request)
    database.close()
    with pytest.raises(StoreError, match="is of version 0001") as caught:
        open_url(database.engine.url.render_as_string())
    assert caught.value.hint == "unshipped db migrate"


def test_a_migration_that_fails_leaves_everything_as_it_was(database, request):
    load(database, "0001", request)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE exports (something integer)")
    with pytest.raises(StoreError, match="already exists"):
        migrate(database)
    assert version_of(database) == "0001"
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE exports")
    migrate(database)
    assert_it_is_all_there(SqlStore(database))


def test_a_log_that_is_up_to_date_is_opened_without_alembic(tmp_path):
    code = (
        "import sys; from pathlib import Path; from unshipped.stores.opening import open_file;"
        f"open_file(Path({str(tmp_path / 'log.db')!r})).close(); print('alembic' in sys.modules)"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "False\n"
