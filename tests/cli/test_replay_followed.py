"""Every number of a replay can be followed: to incidents, messages and observations that are in the report,
and from there to commits of the repository, where git says the same.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.repo import Repo
from tests.support.run import NOW, run, stamp

SINCE = NOW - timedelta(days=14)
PATHS = {"api": ("api", "shared"), "worker": ("worker",)}
POLICY = {"grace": "30m", "warning": {"changes": 2, "age": "4h"}, "critical": {"changes": 5, "age": "20h"}}
GATE = {"batch": {"services": ["api"], "max_behind": 1, "mode": "enforce"}}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def configured(policy: dict[str, Any]) -> str:
    services = {
        name: {"paths": [*paths], "deployed": "main", "policy": policy} for name, paths in PATHS.items()
    }
    return json.dumps({"services": services, "gates": GATE})


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Two weeks, in which something lands every seven hours, day and night."""
    repo = Repo.init(tmp_path_factory.mktemp("followed") / "repo")
    repo.commit({"api/a": "0", "worker/b": "0", "shared/c": "0", "docs/d": "0"}, at=SINCE - timedelta(days=1))
    for number in range(46):
        place = ("api/a", "shared/c", "docs/d", "worker/b", "shared/c")[number % 5]
        repo.commit({place: str(number // 3)}, at=SINCE + timedelta(hours=7 * number, minutes=11))
    (repo.path / "unshipped.yaml").write_text(configured(POLICY), encoding="utf-8")
    return repo


@pytest.fixture(scope="module")
def report(repo: Repo) -> dict[str, Any]:
    asked = ["replay", "--since=14d", f"--now={stamp(NOW)}", "--budget=5", "--untold=12h", "--format=json"]
    done = run(asked, repo.path)
    assert (done.code, done.stderr) == (0, "")
    return done.json


@pytest.fixture
def figures(report: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = report["figures"]
    return found


@pytest.fixture
def evidence(figures: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = figures["evidence"]
    return found


def landed(repo: Repo, commit: str) -> datetime:
    return datetime.fromtimestamp(int(repo.git("log", "-1", "--format=%ct", commit)), UTC)


def test_incidents_and_how_bad_they_were_are_those_of_the_evidence(figures, evidence):
    incidents = evidence["incidents"]
    drifts = {one for one, told in incidents.items() if told["kind"] == "drift"}
    assert set(figures["incidents"]) == set(incidents)
    assert set(figures["drifts"]) == drifts and len(drifts) > 5
    for severity, ids in figures["peaks"].items():
        worst = {one: max(GRADES.index(s["severity"]) for s in incidents[one]["steps"]) for one in drifts}
        assert set(ids) == {one for one, grade in worst.items() if GRADES[grade] == severity}
    opened = Counter(
        f"{step['severity']} by"
        for told in incidents.values()
        for step in told["steps"]
        if step["step"] in ("opened", "escalated", "reopened")
    )
    assert opened == sum(
        (Counter({" ".join(key.split(" ")[:2]): n}) for key, n in figures["openers"].items()), Counter()
    )


GRADES = ("none", "info", "warning", "critical")


def test_from_landing_to_incident_is_what_git_says_of_the_landing(repo, figures, evidence):
    assert figures["landing_to_incident_seconds"]
    for name, seconds in figures["landing_to_incident_seconds"].items():
        incident = evidence["incidents"][name]
        cause = incident["cause"].removeprefix("landing:")
        assert seconds == (moment(incident["opened_at"]) - landed(repo, cause)).total_seconds()


def test_messages_are_those_of_the_evidence_by_receiver_week_severity_and_night(figures, evidence):
    messages = evidence["messages"]
    loud = [one for one in messages.values() if one["new"]]
    assert figures["messages_a_week"] == pytest.approx(len(loud) / 2)
    for one in figures["receivers"]:
        own = {name: told for name, told in messages.items() if told["receiver"] == one["receiver"]}
        new = {name for name, told in own.items() if told["new"]}
        assert (set(one["loud"]), set(one["quiet"])) == (new, own.keys() - new)
        night = {name for name in new if not 7 <= moment(own[name]["at"]).hour < 22}
        assert set(one["nights"]) == night
        worst = (max(own[name]["incidents"].values(), key=GRADES.index) for name in new)
        assert one["by_severity"] == dict(Counter(worst))
    services = Counter(
        service
        for one in loud
        for service in {evidence["incidents"][name]["target"].split("/")[0] for name in one["incidents"]}
    )
    assert figures["noisiest"] == dict(services)


def test_observations_say_what_git_says_of_the_two_commits(repo, report, evidence):
    first = report["deployments"][0]["at"]
    known = 0
    for target, course in evidence["observations"].items():
        paths = PATHS[target.split("/")[0]]
        for one in course:
            known += 1
            own = [d for d in report["deployments"] if d["target"] == target and d["at"] <= one["since"]]
            assert one["deployed"] == own[-1]["commit"]
            between = f"{one['deployed']}..{one['expected']}"
            missing = repo.git("rev-list", "--first-parent", between, "--", *paths).split()
            assert (one["missing"], one["changes"]) == (missing, len(missing))
            if missing:
                assert moment(one["behind_since"]) == landed(repo, missing[-1])
            assert (one["state"] == "in_sync") == (
                not repo.git("diff", "--name-only", *between.split(".."), "--", *paths)
            )
            before = repo.git("rev-list", "-1", f"--before={one['since']}", "main", "--", *paths).strip()
            assert before in (one["expected"], *repo.git("rev-list", one["deployed"]).split())
    assert known > 20 and first


def test_stretches_are_those_in_which_something_was_missing(repo, figures, evidence):
    for one in figures["stretches"]:
        course = evidence["observations"][one["target"]]
        own = [
            o
            for o in course
            if o["behind_since"] and one["since"] <= o["until"] and o["since"] < one["until"]
        ]
        assert (
            landed(repo, one["oldest"]) == moment(one["since"]) == min(moment(o["behind_since"]) for o in own)
        )
        assert one["seconds"] == (moment(one["until"]) - moment(one["since"])).total_seconds()
        assert one["severity"] == max((o["severity"] for o in own), key=GRADES.index)
        told = [
            m["at"]
            for m in evidence["messages"].values()
            if m["new"]
            and one["since"] <= m["at"] <= one["until"]
            and one["target"] in {evidence["incidents"][name]["target"] for name in m["incidents"]}
        ]
        assert one["told_at"] == min(told, default=None)


def test_what_a_gate_blocked_was_behind_by_more_than_it_allows(figures, evidence):
    [gate] = figures["gates"]
    assert gate["blocks"]
    judged = Counter(one["judgement"] for one in gate["blocks"])
    for block in gate["blocks"]:
        [seen] = [o for o in evidence["observations"][block["target"]] if o["since"] == block["since"]]
        assert seen["changes"] > GATE["batch"]["max_behind"]
    assert {name: gate[name] for name in judged} == judged


def test_what_was_tried_is_what_a_replay_by_those_thresholds_counts(repo, report):
    tried = [one for one in report["tried"] if (one["grace_seconds"], one["factor"]) == (14400, 2)]
    policy = {
        "grace": "4h",
        "warning": {"changes": 4, "age": "8h"},
        "critical": {"changes": 10, "age": "40h"},
    }
    (repo.path / "tried.yaml").write_text(configured(policy), encoding="utf-8")
    asked = ["replay", "--since=14d", f"--now={stamp(NOW)}", "--policy=tried.yaml", "--format=json"]
    found = run(asked, repo.path).json["figures"]
    assert [one["messages_a_week"] for one in tried] == [found["messages_a_week"]]
    late = [
        one
        for one in found["stretches"]
        if (moment(one["told_at"] or one["until"]) - moment(one["since"])) > timedelta(hours=12)
    ]
    assert tried[0]["untold"] == late
