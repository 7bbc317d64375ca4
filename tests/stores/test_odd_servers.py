"""PostgreSQL as others set it up: its encoding, and what it has as the default of each session."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from tests.stores.values import at, incident, notice, seen, stood, write
from unshipped.core.watching import Entries
from unshipped.errors import StoreError
from unshipped.locking import patiently
from unshipped.stores.migrating import migrate
from unshipped.stores.opening import open_url, url_database

WORDS = "Größe ✓ 漢字"


@pytest.fixture
def log(server, template, request):
    """An empty log in a database with that setting."""
    name = server.create(template)
    server.execute(f"ALTER DATABASE {name} SET {request.param}")
    with closing(open_url(server.url(name))) as store:
        yield store


@pytest.mark.parametrize(
    "log",
    [
        "client_encoding = 'LATIN1'",
        "client_encoding = 'SQL_ASCII'",
        "DateStyle = 'German, DMY'",
        "TimeZone = 'Asia/Kathmandu'",
    ],
    indirect=True,
)
def test_what_is_written_is_read_again_whatever_a_session_begins_with(log):
    target = seen(owner=WORDS, reasons=(WORDS,))
    write(log, standings=[stood(target)], notices=[notice(why=WORDS)])
    beaten = stood(target, target._replace(at=at(5)))
    write(log, standings=[beaten])
    assert log.standings() == {"api/production": beaten}
    assert log.undelivered() == [notice(why=WORDS)]


@pytest.mark.parametrize("log", ["default_transaction_isolation = 'serializable'"], indirect=True)
def test_who_waited_for_its_turn_sees_what_was_written_meanwhile(log, server):
    write(log, incidents=[incident(steps=0)])

    def raise_it(store):
        with store.turn() as turn:
            (known,) = turn.situation([], at(0)).incidents
            turn.write(Entries(incidents=(known._replace(steps=known.steps + 1),)))

    with closing(open_url(log.database.engine.url.render_as_string(hide_password=False))) as other:
        with log.turn() as turn:
            waits = threading.Thread(target=raise_it, args=[other])
            waits.start()
            assert patiently(lambda: _waiting(server), 10)
            turn.write(Entries(incidents=(incident(steps=5),)))
        waits.join()
    assert [one.steps for one in log.incidents()] == [6]


def test_roles_that_have_schemas_of_their_own_take_turns_in_the_log_that_they_share(server, url):
    name = url.rpartition("/")[2]
    server.execute("DROP ROLE IF EXISTS web; CREATE ROLE web LOGIN SUPERUSER")
    server.execute("CREATE SCHEMA web AUTHORIZATION web", name)
    with closing(open_url(url)) as one, closing(open_url(url.replace("unshipped@", "web@"), wait=0.3)) as web:
        with one.turn(), pytest.raises(StoreError, match="being written by somebody else"):
            web.add([notice()])
        with one.alone("api/production", 0) as mine, web.alone("api/production", 0) as theirs:
            assert (mine is not None, theirs) == (True, None)
        web.add([notice()])
        assert one.undelivered() == [notice()]


@pytest.mark.parametrize(
    ("role", "hint"),
    [
        ("LOGIN", "its role has to read and write every table"),
        ("LOGIN SUPERUSER", "SET statement_timeout"),
        ("LOGIN CONNECTION LIMIT 0", "42 at most"),
    ],
)
def test_what_the_owner_of_a_server_has_to_change_is_said(server, url, role, hint):
    server.execute(f"DROP ROLE IF EXISTS watch; CREATE ROLE watch {role}")
    server.execute("ALTER ROLE watch SET statement_timeout = '200ms'")
    theirs = url.replace("unshipped@", "watch@")
    with (
        closing(open_url(url)) as other,
        other.turn(),
        pytest.raises(StoreError) as refused,
        closing(open_url(theirs)) as stuck,
    ):
        stuck.add([notice()])
    assert hint in refused.value.hint


def _waiting(server):
    return "advisory" in server.execute("SELECT locktype FROM pg_locks WHERE NOT granted")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_lacks_letters_is_refused_before_anything_is_in_it(server, encoding):
    name = f"lacks_{encoding.lower()}"
    server.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
    with closing(url_database(server.url(name))) as database, pytest.raises(StoreError) as refused:
        migrate(database)
    assert f"{encoding} does not hold every letter" in refused.value.message
    assert "--encoding=UTF8" in refused.value.hint
