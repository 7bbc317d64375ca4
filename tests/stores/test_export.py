"""The log as others read it: files, and BigQuery, where each row arrives once."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from itertools import count
from pathlib import Path

import duckdb
import pytest

from tests.sources.doubles import google as accounts
from tests.sources.served import body, serving
from tests.stores.bigquery_double import Double
from tests.stores.values import (
    LANDED,
    at,
    decision,
    delivery,
    incident,
    notice,
    resolved,
    seen,
    step,
    stood,
    unseen,
    write,
)
from unshipped import google
from unshipped.core.incidents import Step
from unshipped.core.logged.deployments import Deployment
from unshipped.errors import StoreError
from unshipped.stores import sending
from unshipped.stores.bigquery import SCOPE, BigQuery, JobFailedError
from unshipped.stores.drift_log import FIELDS, rows, schema
from unshipped.stores.extracts import EXTRACTS
from unshipped.stores.files import csv_lines, ndjson_lines, parquet
from unshipped.stores.opening import open_file, open_url
from unshipped.stores.sending import send

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request, tmp_path):
    """A log in a database."""
    store = open_file(tmp_path / "log.db") if request.param == "sqlite" else None
    store = store or open_url(request.getfixturevalue("url"))
    yield store
    store.close()


def exported(log, **asked):
    return list(rows(log.database, **asked))


# ---------------------------------------------------------------- rows


def test_a_row_tells_of_one_stretch_and_has_every_field(log):
    write(log, standings=[stood(seen(), seen(minutes=10))])
    (row,) = exported(log)
    assert row == {
        "id": "api/production@2026-02-05T16:37:00Z",
        "service": "api",
        "environment": "production",
        "since": "2026-02-05T16:37:00Z",
        "checked_at": "2026-02-05T16:47:00Z",
        "state": "behind",
        "severity": "warning",
        "flags": ["unproven", "split"],
        "quiet": False,
        "reason_code": None,
        "reasons": ["waiting 20 h", "weak evidence"],
        "deployed": "d" * 40,
        "expected": "e" * 40,
        "changes_behind": 1,
        "behind": 3,
        "ahead": 0,
        "cancelled": 2,
        "behind_since": "2026-02-04T20:36:59.999877Z",
        "owner": "Ana",
        "source": "http+record",
        "repository": "https://example.com/shop",
    }
    assert list(row) == [field.name for field in FIELDS]


def test_rows_come_in_the_order_in_which_they_began(log):
    write(log, standings=[stood(seen()), stood(seen("worker"))])
    write(log, standings=[stood(seen(), unseen(minutes=5))])
    assert [row["id"] for row in exported(log)] == [
        "api/production@2026-02-05T16:37:00Z",
        "worker/production@2026-02-05T16:37:00Z",
        "api/production@2026-02-05T16:42:00Z",
    ]
    assert [row["state"] for row in exported(log, since=at(1))] == ["unknown"]


def test_thousands_of_rows_are_read_a_few_at_a_time(log):
    write(log, standings=[stood(unseen(f"s{number}")) for number in range(2500)])
    assert len({row["id"] for row in exported(log)}) == 2500


def test_the_schema_is_published_as_it_is():
    published = ROOT / "docs" / "reference" / "deployment_drift_log.json"
    assert json.loads(published.read_text(encoding="utf-8")) == schema()


# ---------------------------------------------------------------- files


def two(log):
    write(log, standings=[stood(seen(reasons=("waiting 20 h", '=HYPERLINK("x")\n"quoted", ünï')))])
    write(log, standings=[stood(unseen("worker", 1)._replace(reasons=("=1+1",)))])
    return exported(log)


def test_ndjson_is_one_object_a_line(log):
    found = two(log)
    lines = "".join(ndjson_lines(found)).splitlines()
    assert [json.loads(line) for line in lines] == found


def test_csv_is_read_back_by_a_reader_of_csv(log):
    text = "".join(csv_lines(two(log), FIELDS))
    first, second = csv.DictReader(io.StringIO(text, newline=""))
    assert list(first) == [field.name for field in FIELDS]
    assert first["flags"] == "unproven; split"
    assert first["reasons"] == 'waiting 20 h; =HYPERLINK("x")\n"quoted", ünï'
    assert (first["behind"], first["quiet"], first["reason_code"]) == ("3", "false", "")
    assert second["reasons"] == "'=1+1", "a table would take it for a formula"


def test_parquet_has_types(log, tmp_path):
    path = tmp_path / "log's.parquet"
    parquet(two(log), path, FIELDS)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            "SELECT id, since::VARCHAR, flags, reasons, behind, quiet, behind_since::VARCHAR "
            "FROM read_parquet($path) ORDER BY id",
            {"path": str(path)},
        ).fetchall()
        types = connection.execute(
            "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet($path))",
            {"path": str(path)},
        ).fetchall()
    assert found[0][:3] == (
        "api/production@2026-02-05T16:37:00Z",
        "2026-02-05 16:37:00+00",
        ["unproven", "split"],
    )
    assert found[0][3][1].endswith('"quoted", ünï')
    assert found[0][4:6] == (3, False)
    assert datetime.fromisoformat(found[0][6]) == LANDED
    assert found[1][4] is None
    known = {"STRING": "VARCHAR", "TIMESTAMP": "TIMESTAMP WITH TIME ZONE", "INTEGER": "BIGINT"}
    expected = [(one.name, known.get(one.type, one.type) + "[]" * (one.mode == "REPEATED")) for one in FIELDS]
    assert types == expected


def test_a_file_that_cannot_be_written_is_said(log, tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        parquet(two(log), tmp_path / "nowhere" / "log.parquet", FIELDS)


# ---------------------------------------------------------------- BigQuery


@pytest.fixture
def there():
    return Double()


@pytest.fixture
def dataset(there):
    with serving(there) as served:
        yield BigQuery("shop", "ops", lambda: {"Authorization": "Bearer token-of-the-test"}, served.url(""))


@pytest.fixture
def names():
    numbers = count(1)
    return lambda: f"job-{next(numbers)}"


def arrived(there):
    return [row["id"] for row in there.rows]


def test_what_was_not_sent_yet_is_sent(log, there, dataset, names):
    write(log, standings=[stood(seen()), stood(seen("worker"))])
    assert send(log.database, dataset, names) == 2
    assert send(log.database, dataset, names) == 0
    write(log, standings=[stood(seen(), unseen(minutes=5)), stood(seen("worker"), seen("worker", 5))])
    assert send(log.database, dataset, names) == 1
    assert there.rows == [
        {**row, "checked_at": sent["checked_at"]} for row, sent in zip(exported(log), there.rows, strict=True)
    ]
    assert there.table
    assert there.table["schema"]["fields"] == schema()
    assert there.table["timePartitioning"] == {"type": "DAY", "field": "since"}


def test_many_rows_are_several_jobs(log, there, dataset, names):
    write(log, standings=[stood(unseen(f"s{number}")) for number in range(25)])
    assert send(log.database, dataset, names, most=10) == 25
    assert len(there.jobs) == 3
    assert len(set(arrived(there))) == len(arrived(there)) == 25


def test_an_answer_that_gets_lost_sends_no_row_twice(log, there, dataset, names):
    write(log, standings=[stood(seen())])
    there.loses = 1
    with pytest.raises(StoreError):
        send(log.database, dataset, names)
    write(log, standings=[stood(seen("worker"))])
    assert send(log.database, dataset, names) == 2
    assert arrived(there) == [row["id"] for row in exported(log)]


def test_who_dies_before_writing_down_that_it_was_sent_sends_no_row_twice(
    log, there, dataset, names, monkeypatch
):
    write(log, standings=[stood(seen())])

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_settle", killed)
        with pytest.raises(KeyboardInterrupt):
            send(log.database, dataset, names)
    assert len(there.rows) == 1
    write(log, standings=[stood(seen(), unseen(minutes=5))])
    send(log.database, dataset, names)
    assert arrived(there) == [row["id"] for row in exported(log)]


def test_a_job_that_failed_is_sent_again_under_another_name(log, there, dataset, names):
    write(log, standings=[stood(seen())])
    there.fails = ["Quota exceeded <b>\x1b[31m"]
    with pytest.raises(JobFailedError, match="took no row: Quota exceeded") as caught:
        send(log.database, dataset, names)
    assert "\x1b" not in caught.value.message
    assert send(log.database, dataset, names) == 1
    assert len(there.jobs) == 2
    assert len(there.rows) == 1


def test_a_job_is_asked_for_by_the_name_that_was_answered(log, there, dataset, names):
    write(log, standings=[stood(seen())])
    there.prefix = "theirs-"
    assert send(log.database, dataset, names) == 1
    assert list(there.jobs) == ["theirs-job-1"]


def test_a_data_set_that_is_not_there_is_to_be_made_first(log, there, names):
    with serving(there) as served:
        dataset = BigQuery("shop", "other", lambda: {"Authorization": there.who}, served.url(""))
        with pytest.raises(StoreError, match="404 Not found") as caught:
            send(log.database, dataset, names)
    assert "bq mk --dataset" in caught.value.hint


def test_a_refusal_says_why_and_what_to_do(log, names):
    text = json.dumps({"error": {"code": 403, "message": "Access Denied: Dataset shop:ops"}})
    with serving(body(text, 403, "application/json")) as served:
        dataset = BigQuery("shop", "ops", lambda: {"Authorization": "Bearer tr0ub4dor"}, served.url(""))
        with pytest.raises(StoreError) as caught:
            send(log.database, dataset, names)
    assert caught.value.message == "shop.ops.deployment_drift_log: 403 Access Denied: Dataset shop:ops"
    assert "roles" in caught.value.hint
    assert "tr0ub4dor" not in str(caught.value)


@pytest.mark.parametrize("text", ["<html>", "[]", '{"error": "no"}', "null"])
def test_an_answer_of_something_else_is_said(log, names, text):
    with serving(body(text)) as served, pytest.raises(StoreError, match="no JSON of its own"):
        send(log.database, BigQuery("shop", "ops", dict, served.url("")), names)


def test_nobody_there_is_said(log, names):
    with pytest.raises(StoreError, match="cannot be asked"):
        send(log.database, BigQuery("shop", "ops", dict, "http://127.0.0.1:1"), names)


def test_it_asks_with_the_credentials_of_the_machine(log, there, names, tmp_path, monkeypatch):
    write(log, standings=[stood(seen())])
    with (
        serving(body(json.dumps(accounts.TOKEN), kind="application/json")) as tokens,
        serving(there) as served,
    ):
        key = accounts.key_file(tmp_path, tokens.url("/token"))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        dataset = BigQuery("shop", "ops", lambda: google.headers(SCOPE, 10), served.url(""))
        assert send(log.database, dataset, names) == 1
    assert len(there.rows) == 1


# ---------------------------------------------------------------- the other tables


def filled(log):
    """One row of each."""
    write(
        log,
        incidents=[resolved(incident(), 30)],
        transitions=[step(), step(number=2, minutes=30, kind=Step.RESOLVED)],
        notices=[notice()],
    )
    (claim,) = log.claim("somebody", at(1), lease=60, most=1)
    log.record(claim, delivery(claim, minutes=1))
    log.decided(decision(minutes=2))
    log.deployed(Deployment("api", "production", "d" * 40, at(3), "deployed", "Ana"))


def test_every_table_has_its_rows_and_every_row_its_fields(log):
    filled(log)
    for name, extract in EXTRACTS.items():
        found = list(extract.rows(log.database))
        assert found, name
        for row in found:
            assert list(row) == [field.name for field in extract.fields]
            json.dumps(row)
            for field in extract.fields:
                assert row[field.name] is not None or field.mode == "NULLABLE", (name, field.name)
                assert isinstance(row[field.name], list) is (field.mode == "REPEATED"), (name, field.name)


def test_an_incident_is_told_from_its_beginning_to_its_end(log):
    filled(log)
    (one,) = EXTRACTS["incidents"].rows(log.database)
    assert (one["id"], one["opened_at"], one["resolved_at"]) == (
        "one",
        "2026-02-05T16:37:00Z",
        "2026-02-05T17:07:00Z",
    )
    steps = list(EXTRACTS["transitions"].rows(log.database))
    assert [(row["number"], row["step"]) for row in steps] == [(1, "opened"), (2, "resolved")]
    assert [row["number"] for row in EXTRACTS["transitions"].rows(log.database, at(10))] == [2]
    (said,) = EXTRACTS["deliveries"].rows(log.database)
    assert (said["receiver"], said["outcome"], said["attempt"]) == ("chat", "sent", 1)


@pytest.mark.parametrize("name", EXTRACTS)
def test_every_table_is_written_as_csv_and_parquet(name, log, tmp_path):
    filled(log)
    extract, path = EXTRACTS[name], tmp_path / "table.parquet"
    expected = list(extract.rows(log.database))
    read = list(csv.DictReader(io.StringIO("".join(csv_lines(expected, extract.fields)))))
    assert [list(row) for row in read] == [list(row) for row in expected]
    parquet(extract.rows(log.database), path, extract.fields)
    with duckdb.connect() as connection:
        back = connection.execute("SELECT * FROM read_parquet($path)", {"path": str(path)})
        assert [column[0] for column in back.description] == [field.name for field in extract.fields]
        assert len(back.fetchall()) == len(expected)
