"""A log of years in PostgreSQL: nothing that is asked of it reads what is over again and again."""

from __future__ import annotations

import re
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import event

from tests.stores.test_prune import prune
from tests.stores.values import at, seen, stood, write
from unshipped.stores.looking_after import examine
from unshipped.stores.opening import open_url


@pytest.fixture
def long_log(server, url):
    """A log in which more was said than PostgreSQL keeps a list of."""
    name = url.rpartition("/")[2]
    server.execute(f"ALTER DATABASE {name} SET work_mem = '64kB'")
    server.execute(_MANY, name)
    with closing(open_url(url)) as store:
        yield store


_MANY = """
INSERT INTO incidents SELECT 'drift:api/production:' || n, 'api', 'production', 'drift',
    now() - n * interval '1 hour', 2, 2, NULL,
    '', '', '', '', 'drift:api/production:' || n, false, '', now(), 'deployed', 0, NULL, 1
    FROM generate_series(1, 4000) AS n;
INSERT INTO said SELECT id, 'chat', 1, 2, true FROM incidents;
INSERT INTO conversations SELECT 'chat', id, '' FROM incidents;
INSERT INTO notices (id, receiver, topic, at, "group", told, why, loud, body, outcome, attempts, claimed_by)
    SELECT id, 'chat', 'incidents', now(), id, '[]', '', true, '', 'sent', 1, '' FROM incidents;
INSERT INTO deliveries SELECT id, 1, now(), 'sent', '' FROM notices;
ANALYZE;
"""


@contextmanager
def explained(store, part, how):
    """The plans of the statements with that part in them."""
    plans = []

    def explain(_connection, cursor, statement, parameters, _context, _many):
        if part in statement:
            cursor.execute(f"EXPLAIN ({how}) {statement}", parameters)
            plans.append("\n".join(line for (line,) in cursor.fetchall()))

    event.listen(store.database.engine, "before_cursor_execute", explain)
    yield plans
    event.remove(store.database.engine, "before_cursor_execute", explain)


def test_a_long_list_is_read_once_and_not_once_for_each_row(long_log):
    with explained(long_log, "NOT", "COSTS OFF") as plans:
        assert examine(long_log.database).problems == ()
        gone = prune(long_log, minutes=10**7, incidents=1, notices=1)
    assert (gone["incidents"], gone["notices"]) == (4000, 4000)
    left = examine(long_log.database).rows
    assert (left["said"], left["conversations"]) == (0, 0)
    assert len(plans) > 4
    assert [plan for plan in plans if "NOT (SubPlan" in plan] == []


def test_of_what_is_over_a_turn_reads_the_newest_alone(long_log):
    write(long_log, standings=[stood(seen())])
    with (
        explained(long_log, "FROM incidents", "ANALYZE, COSTS OFF, TIMING OFF") as plans,
        long_log.turn() as turn,
    ):
        found = turn.situation(["api/production"], at(1)).incidents
    assert [one.id for one in found] == ["drift:api/production:1"]
    read = [int(rows) for plan in plans for rows in re.findall(r"actual rows=(\d+)", plan)]
    assert read and max(read) < 50
