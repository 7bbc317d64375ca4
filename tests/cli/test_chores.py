"""Reports that are written by themselves: at their moment, once, by however many processes."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.logged import END, Logged, log_in
from tests.support.run import run
from unshipped.cache import Cache
from unshipped.cli.chores import chores
from unshipped.core.alerting import Notice, Topic
from unshipped.engine.clockwork import Job
from unshipped.engine.clockwork import run as keep
from unshipped.stores.opening import open_file
from unshipped.wiring import Fleet, open_fleet

SERVICE = {"paths": ["."], "deployed": "abcdef1"}
EVERYBODY = {"team": {"notifier": "console"}, "boss": {"notifier": "console"}}
REPORTS = {"week": {"to": ["team", "boss"]}, "day": {"to": ["team"], "at": ["0 8 * * *", "0 16 * * *"]}}
MONDAY = datetime(2026, 2, 16, 8, tzinfo=UTC)  # nine o'clock in Berlin


@pytest.fixture
def story(tmp_path: Path) -> Logged:
    config = {
        "services": dict.fromkeys(("worker", "api", "site"), SERVICE),
        "receivers": EVERYBODY,
        "reports": REPORTS,
        "watch": {"zone": "Europe/Berlin"},
    }
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
    return log_in(tmp_path)


def fleet(folder: Path) -> Fleet:
    return open_fleet(str(folder / "unshipped.yaml"), None, Cache(None))


def jobs(folder: Path, store, now: datetime = END) -> dict[str, Job]:
    found = chores(lambda: fleet(folder), store, whose="1/1", clock=lambda: now)
    return {one.name: one for one in found}


def written(store, topic: Topic) -> list[Notice]:
    return [one for one in store.undelivered() if one.topic is topic]


@pytest.fixture
def store(story: Logged, tmp_path: Path):
    opened = open_file(tmp_path / ".unshipped" / "log.db")
    yield opened
    opened.close()


def test_the_week_is_written_on_monday_in_the_zone_of_the_watch(store, tmp_path: Path):
    report = jobs(tmp_path, store)["report"]
    assert report.moments.next(MONDAY - timedelta(days=2)) == MONDAY
    report.run(MONDAY)
    found = written(store, Topic.REPORT)
    assert [one.receiver for one in found] == ["team", "boss"]
    assert all("Mon 2026-02-09 to Sun 2026-02-15" in one.why for one in found)
    assert "Drift incidents" in found[0].body


def test_where_it_is_monday_before_utc_the_week_is_the_one_that_ends(store, tmp_path: Path):
    config = json.loads((tmp_path / "unshipped.yaml").read_text(encoding="utf-8"))
    config["watch"]["zone"] = "Australia/Sydney"
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
    moment = datetime(2026, 2, 15, 22, tzinfo=UTC)
    report = jobs(tmp_path, store)["report"]
    assert report.moments.next(moment - timedelta(days=2)) == moment
    report.run(moment)
    assert {one.why.partition(", ")[2] for one in written(store, Topic.REPORT)} == {
        "2026-02-09 00:00:00 UTC to 2026-02-15 22:00:00 UTC"
    }


def test_it_is_written_once_by_several_processes_and_after_each_start(store, tmp_path: Path):
    other = open_file(tmp_path / ".unshipped" / "log.db")
    for one in (store, other, store):
        jobs(tmp_path, one)["report"].run(MONDAY)
        jobs(tmp_path, one)["digest"].run(MONDAY)
    other.close()
    assert len(written(store, Topic.REPORT)) == 2
    assert len(written(store, Topic.DIGEST)) == 1


def test_what_was_missed_is_made_up_for_once(store, tmp_path: Path):
    stop, now = threading.Event(), MONDAY + timedelta(days=1, hours=2)
    done: list[datetime] = []
    report = jobs(tmp_path, store)["report"]

    def noted(moment: datetime) -> None:
        report.run(moment)
        done.append(moment)
        stop.set()

    keep([report._replace(run=noted)], stop, lambda: now)
    assert done == [MONDAY]
    assert len(written(store, Topic.REPORT)) == 2


def test_a_watch_that_has_just_begun_has_nothing_to_report(tmp_path: Path, story: Logged):
    empty = open_file(tmp_path / "new.db")
    for name in ("report", "digest"):
        jobs(tmp_path, empty)[name].run(MONDAY)
    assert empty.undelivered() == []
    empty.close()


def test_nobody_gets_what_nobody_asked_for(tmp_path: Path, story: Logged, store):
    config = json.loads((tmp_path / "unshipped.yaml").read_text())
    del config["reports"]
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
    for name in ("report", "digest"):
        jobs(tmp_path, store)[name].run(MONDAY)
    assert written(store, Topic.REPORT) == written(store, Topic.DIGEST) == []


def test_what_was_kept_for_long_enough_is_taken_out_day_by_day(store, tmp_path: Path):
    assert store.rounds(since=END - timedelta(days=100))
    jobs(tmp_path, store, END + timedelta(days=91))["prune"].run(END)
    assert store.rounds(since=END - timedelta(days=100)) == []
    assert store.incidents(most=99)


def test_the_moments_of_the_digest_are_those_of_the_file(store, tmp_path: Path):
    moments = jobs(tmp_path, store)["digest"].moments
    assert [moments.next(MONDAY), moments.next(MONDAY + timedelta(hours=8))] == [
        MONDAY + timedelta(hours=7),
        MONDAY + timedelta(hours=23),
    ]


def test_a_schedule_that_is_changed_meanwhile_is_followed_and_a_file_that_is_wrong_changes_nothing(
    store, tmp_path: Path
):
    moments, file = jobs(tmp_path, store)["digest"].moments, tmp_path / "unshipped.yaml"
    config = json.loads(file.read_text())
    config["reports"]["day"]["at"] = "30 9 * * *"
    for text in (json.dumps(config), "services: [", None):
        file.unlink()
        if text:
            file.write_text(text, encoding="utf-8")
        assert moments.next(MONDAY) == MONDAY + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("reports", "message"),
    [
        ({"week": {"to": ["nobody"]}}, 'unknown receiver "nobody"'),
        ({"week": {"to": []}}, "at least one entry"),
        ({"day": {"to": ["team"], "at": "every morning"}}, "no cron expression"),
        ({"month": {"to": ["team"]}}, "unknown setting"),
    ],
)
def test_a_report_that_cannot_be_is_named(tmp_path: Path, reports, message):
    config = {"services": {"api": SERVICE}, "receivers": EVERYBODY, "reports": reports}
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
    done = run(["validate"], tmp_path)
    assert done.code == 2
    assert message in done.said().replace("`", '"')


def test_each_round_writes_the_metrics_that_the_file_asks_for(tmp_path: Path):
    config = {
        "services": {"api": SERVICE},
        "watch": {"metrics": "metrics/unshipped.prom"},
        "store": {"path": "log.db"},
    }
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "metrics").mkdir()
    run(["watch", "--once", "--no-fetch", f"--repo={tmp_path}"], tmp_path)
    assert "unshipped_services_expected 1.0" in (tmp_path / "metrics/unshipped.prom").read_text()
