"""`unshipped report`, `digest` and `metrics`, reading a real log."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.core.watched import NEW, OLD, START, at
from tests.support.logged import DAY, END, Logged, log_in
from tests.support.repo import Repo
from tests.support.run import NOW as RAN
from tests.support.run import CompletedRun, run, stamp
from unshipped.app.aftermath import hold_name
from unshipped.cli.metrics import standings
from unshipped.cli.options import open_from
from unshipped.core.counting.figures import Span
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.rolling import Ended, Rollout
from unshipped.core.measures import measure
from unshipped.core.model import Hold
from unshipped.core.rollout import End, Outcome, Plan, way
from unshipped.core.windows import Asked
from unshipped.stores.opening import open_file
from unshipped.telemetry.otlp import deltas

SERVICE = {"paths": ["."], "deployed": "abcdef1"}
NOW = f"--now={stamp(END)}"
SINCE = f"--since={stamp(at(7 * DAY))}"
NAMES = ("worker", "api", "site")


@pytest.fixture
def story(tmp_path: Path) -> Logged:
    receivers = {"chat": {"notifier": "console"}}
    config = {"services": dict.fromkeys(NAMES, SERVICE), "receivers": receivers}
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
    return log_in(tmp_path)


def ask(folder: Path, command: str, *more: str) -> CompletedRun:
    done = run([command, NOW, *more], folder)
    assert (done.code, done.stderr) == (0, ""), done
    return done


def metrics(folder: Path, *more: str) -> str:
    done = run(["metrics", *more], folder)
    assert (done.code, done.stderr) == (0, ""), done
    return done.stdout


def test_the_figures_are_those_of_the_log(story: Logged, tmp_path: Path):
    found = ask(tmp_path, "report", SINCE, "--format=json").json
    expected = measure(story.past(), Span(at(7 * DAY), END))
    measures = found["measures"]
    assert (found["since"], found["until"]) == ("2026-02-12T12:00:00Z", "2026-02-19T12:00:00Z")
    assert measures["drift_incidents"]["ids"] == list(expected.drifts.ids)
    assert measures["drift_age_seconds"]["p90"] == expected.ages.p90
    assert measures["merged_to_live_seconds"]["n"] == 2
    assert measures["watched"]["unknown_rate"] == pytest.approx(expected.watched.unknown_rate)
    assert measures["actionable"] == {
        "value": 0.5,
        "n": 2,
        "of": 4,
        "ids": list(expected.actionable.ids),
    }
    assert found["before"]["drift_incidents"]["n"] == 1
    assert found["dora"]["deployment_frequency"]["a_day"] == pytest.approx(2 / 7)
    assert {one["by"] for one in measures["deploys"]} == {"Ana"}


def test_moments_without_a_round_are_counted_by_the_schedule(story: Logged, tmp_path: Path):
    missed = ask(tmp_path, "report", SINCE, "--format=json").json["measures"]["missed_rounds"]
    assert missed["of"] == 7 * 144
    assert missed["n"] == missed["of"] - 17


def test_a_moment_whose_round_is_yet_to_begin_was_not_missed(story: Logged, tmp_path: Path):
    config = json.loads((tmp_path / "unshipped.yaml").read_text(encoding="utf-8"))
    config["watch"] = {"jitter": "30m"}
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
    missed = ask(tmp_path, "report", SINCE, "--format=json").json["measures"]["missed_rounds"]
    assert missed["of"] == 7 * 144 - 3


def test_without_a_time_it_is_about_the_last_whole_week(story: Logged, tmp_path: Path):
    done = ask(tmp_path, "report")
    assert done.stdout.startswith("Deployment Health Summary, Mon 2026-02-09 to Sun 2026-02-15\n")
    named = ask(tmp_path, "report", "--week=2026-W07")
    assert named.stdout == done.stdout


def test_a_week_that_is_not_over_is_held_against_as_much_of_the_one_before(story: Logged, tmp_path: Path):
    found = ask(tmp_path, "report", "--week=2026-W08", "--format=json").json
    assert (found["since"], found["until"]) == ("2026-02-16T00:00:00Z", stamp(END))
    title = ask(tmp_path, "report", "--week=2026-W08").stdout.splitlines()[0]
    assert title.endswith(", 2026-02-16 00:00:00 UTC to 2026-02-19 12:00:00 UTC")


def test_a_report_in_every_format_tells_the_same_sentence(story: Logged, tmp_path: Path):
    sentence = "3 targets watched: 3 drift incidents (1 before);"
    for form in ("text", "markdown", "html"):
        assert sentence in ask(tmp_path, "report", SINCE, f"--format={form}").stdout, form


def test_the_figures_of_dora_alone(story: Logged, tmp_path: Path):
    lines = ask(tmp_path, "report", SINCE, "--dora").stdout.splitlines()
    assert lines[0].startswith("DORA, ")
    assert [line.split("  ")[1] for line in lines if line.startswith("  ")][:1] == ["Deployment frequency"]


def test_it_is_written_to_a_file_without_colour(story: Logged, tmp_path: Path):
    done = ask(tmp_path, "report", "--color=always", "--output=report.txt")
    assert done.stdout == ""
    assert "\033" not in (tmp_path / "report.txt").read_text(encoding="utf-8")


def test_a_report_is_sent_once_however_often_it_is_asked_for(story: Logged, tmp_path: Path):
    for _ in range(2):
        done = ask(tmp_path, "report", "--send=chat")
        assert done.stdout.endswith(": written down for chat; the next watch says it\n")
    ask(tmp_path, "digest", "--send=chat")
    log = open_file(tmp_path / ".unshipped/log.db")
    try:
        assert [one.topic.value for one in log.undelivered()] == ["report", "digest"]
    finally:
        log.close()


def test_a_report_of_half_a_week_does_not_stand_for_that_of_the_week(story: Logged, tmp_path: Path):
    ask(tmp_path, "report", "--week=2026-W08", "--send=chat")
    done = run(["report", "--now=2026-02-23T09:00:00Z", "--send=chat"], tmp_path)
    assert "Mon 2026-02-16 to Sun 2026-02-22: written down for chat" in done.stdout
    with closing(open_file(tmp_path / ".unshipped/log.db")) as log:
        assert len(log.undelivered()) == 2


def test_nothing_is_written_down_for_a_receiver_that_is_not_declared(story: Logged, tmp_path: Path):
    done = run(["report", NOW, "--send=chart"], tmp_path)
    assert (done.code, "no receiver 'chart'" in done.stderr) == (2, True)


def test_the_digest_says_what_is_open(story: Logged, tmp_path: Path):
    text = ask(tmp_path, "digest").stdout
    assert "1 incident open, the worst info." in text
    assert "info: api/production, 1 change behind for 3 d 1 h" in text
    found = ask(tmp_path, "digest", "--format=json").json
    assert [one["id"] for one in found["open"]] == ["drift:api/production:20260216T120000Z"]


def test_the_digest_says_of_what_another_configuration_looks_at_how_it_stands(story: Logged, tmp_path: Path):
    (tmp_path / "unshipped.yaml").write_text(json.dumps({"services": {"worker": SERVICE}}), encoding="utf-8")
    assert "info: api/production, 1 change behind for 3 d 1 h" in ask(tmp_path, "digest").stdout


def test_a_rollout_that_stopped_halfway_is_somebodys_turn_until_another_one_is_proven(
    story: Logged, tmp_path: Path
):
    def tried(name: str, end: End, minutes: float) -> None:
        plan = Plan(name, "worker", "production", NEW, OLD, OLD, way(NEW, ()), by="ana")
        hold = Kept(hold_name(name), "worker", "production", Hold("stopped", "unshipped"), at(minutes))
        log.wish(Asked(name, "worker", "production", NEW, "ana", at(minutes)))
        assert log.begin(Rollout(plan, at(minutes)), width=1)
        ended = Ended(name, Outcome(end, "why"), at(minutes), hold if end is End.STOPPED else None)
        assert log.end(ended)

    log = open_file(tmp_path / ".unshipped/log.db")
    try:
        log.hold(Kept("h1", "gone", "production", Hold("it is declared no longer", "Ana"), at(0)))
        tried("r1", End.STOPPED, 10)
        tried("r2", End.REFUSED, 20)
        held = ask(tmp_path, "digest", "--format=json").json["held"]
        assert [(one["service"], one["by"], one["stopped"]) for one in held] == [
            ("worker", "unshipped", True)
        ]
        assert "1 rollout stopped halfway, and a person has to look" in ask(tmp_path, "digest").stdout
        tried("r3", End.PROVEN, 30)
        printed = ask(tmp_path, "digest").stdout
        assert "stopped halfway" not in printed and "hold by unshipped: stopped" in printed
    finally:
        log.close()


def test_that_nothing_is_open_is_said_with_what_keeps_it_from_being_known(story: Logged, tmp_path: Path):
    lines = ask(tmp_path, "incidents", "worker", "site").stdout.splitlines()
    assert lines == ["Nothing is open.", "last looked at up to 3 d ago"]
    config = {"services": {"mail": SERVICE}}
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
    lines = ask(tmp_path, "incidents", "mail").stdout.splitlines()
    assert lines == ["Nothing is open.", "never looked at: mail/production"]


def test_the_metrics_are_written_whole_and_read_by_prometheus(story: Logged, tmp_path: Path):
    printed = metrics(tmp_path)
    metrics(tmp_path, "--output=unshipped.prom")
    assert (tmp_path / "unshipped.prom").read_text(encoding="utf-8") == printed
    families = {one.name: one for one in text_string_to_metric_families(printed)}
    counts = {
        one.labels["service"]: one.value for one in families["unshipped_service_undeployed_commits"].samples
    }
    assert counts == {"worker": 0, "api": 1, "site": 0}
    assert families["unshipped_check_duration_seconds"].samples[-1].name.endswith(("_sum", "_count"))


def test_a_round_of_the_watch_writes_the_metrics_too(repo: Repo):
    folder = repo.path.parent
    asked = ["watch", "--once", "--repo=repo", "--config=unshipped.yaml", "--no-fetch", f"--now={stamp(RAN)}"]
    done = run([*asked, "--metrics=unshipped.prom"], folder)
    assert done.code == 0, done
    written = (folder / "unshipped.prom").read_text(encoding="utf-8")
    families = {one.name: one for one in text_string_to_metric_families(written)}
    behind = {
        one.labels["service"]: one.value for one in families["unshipped_service_undeployed_commits"].samples
    }
    assert behind == {"api": 3, "worker": 0}


def test_a_target_that_is_declared_no_longer_has_no_metric(story: Logged, tmp_path: Path):
    (tmp_path / "unshipped.yaml").write_text(json.dumps({"services": {"api": SERVICE}}), encoding="utf-8")
    services = set(re.findall(r'service="(\w+)"', metrics(tmp_path)))
    assert services == {"api"}


def test_a_collector_that_is_away_is_an_error(repo: Repo):
    fleet = ["--repo=repo", "--config=unshipped.yaml"]
    run(["watch", "--once", "--no-fetch", *fleet], repo.path.parent)
    done = run(["metrics", "--otlp=http://127.0.0.1:9/v1/metrics", *fleet], repo.path.parent)
    assert done.code == 2
    assert "did not arrive" in done.stderr


def test_a_collector_is_told_nothing_of_what_nobody_has_looked_at_for_long(story: Logged, tmp_path: Path):
    config = open_from(None, str(tmp_path / "unshipped.yaml"), no_cache=True).config
    last = at(11 * DAY)
    for hours, known in ((1, True), (48, False)):
        found = standings(config, story.store, last + timedelta(hours=hours))
        assert {one.seen.conclusive for one in found.values()} == {known}
        assert bool([*deltas(found)]) is known
    done = run(["metrics", "--otlp=http://127.0.0.1:9/v1/metrics"], tmp_path)
    assert (done.code, done.stdout) == (0, "0 numbers sent\n"), "its story is of another year"


def test_an_empty_log_is_said_to_be_empty(tmp_path: Path):
    (tmp_path / "unshipped.yaml").write_text(json.dumps({"services": {"api": SERVICE}}), encoding="utf-8")
    said = {"report": "Nothing was watched in this time", "digest": "Nothing was ever looked at"}
    for command, sentence in said.items():
        assert sentence in ask(tmp_path, command).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--week=2026-W60"], "no week"),
        (["--week=soon"], "no week"),
        (["--until=2026-02-09"], "--until goes with --since"),
        (["--week=2026-W06", "--since=2026-02-01"], "exclude each other"),
        (["--since=2026-02-09", "--until=2026-02-09"], "no time between"),
    ],
)
def test_a_time_that_makes_no_sense_is_an_error(
    story: Logged, tmp_path: Path, arguments: list[str], said: str
):
    done = run(["report", *arguments], tmp_path)
    assert (done.code, said in done.stderr) == (2, True), done.stderr


def test_what_is_left_of_looks_that_are_taken_out_is_no_share_of_the_time(story: Logged, tmp_path: Path):
    config = json.loads((tmp_path / "unshipped.yaml").read_text(encoding="utf-8"))
    config["store"] = {"keep": {"observations": "3d", "rounds": "3d"}}
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
    assert run(["db", "prune", NOW], tmp_path).code == 0
    told = ask(tmp_path, "report", SINCE, f"--until={stamp(at(11 * DAY - 10))}").stdout
    assert "No look of this time is kept: 2 drift incidents" in told
    assert "in order for" not in told


def test_a_week_before_the_log_began_is_said_to_be_empty(story: Logged, tmp_path: Path):
    before = stamp(START.replace(year=2020))
    done = run(["report", f"--now={before}"], tmp_path)
    assert "Nothing was watched in this time" in done.stdout
