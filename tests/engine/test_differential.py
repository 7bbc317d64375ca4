"""The product against git itself, on random histories: state, counts, ages, changes.

`UNSHIPPED_TRIPLES=5000` asks more questions; `UNSHIPPED_SEED=900` asks others. A failure prints where the
repository lies and what was asked.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.history import History, random_history
from tests.support.oracle import Answer, Oracle, Question
from tests.support.patterns import some_ignore, some_paths
from tests.support.run import CompletedRun, Json, check, service, stamp

SERVICES = 45
TRIPLES = int(os.environ.get("UNSHIPPED_TRIPLES", "675"))
FIRST = int(os.environ.get("UNSHIPPED_SEED", "0"))
SEEDS = range(FIRST, FIRST + math.ceil(TRIPLES / SERVICES))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_answer_is_the_one_that_git_gives(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    history = random_history(
        tmp_path / "repo",
        rng,
        size=rng.choice([30, 120, 300]),
        links=seed % 3 != 0,
        skew=rng.choice([0, 0.1]),
    )
    expected = some_expected(rng, history)
    now = history.last + timedelta(seconds=rng.choice([0, 60, 40_000, -200_000]))
    questions = [some_question(rng, history, expected) for _ in range(SERVICES)]
    services = {name_of(number): asked(question) for number, question in enumerate(questions)}
    run = checked(history, services, expected, now, cache=tmp_path / "cache")
    oracle = Oracle(history.repo.path, now)
    wrong = [
        f"{question}\n    " + "\n    ".join(found)
        for number, question in enumerate(questions)
        if (found := list(differences(oracle.answer(question), run.target(name_of(number)), now)))
    ]
    assert not wrong, f"seed {seed}, {history.repo.path}, now {stamp(now)}\n" + "\n".join(wrong)
    assert_the_whole_adds_up(run)


def checked(
    history: History, services: dict[str, Json], expected: str, now: datetime, cache: Path
) -> CompletedRun:
    """What the product says when it has to look, after a look at another tip; and says again from memory."""

    def once(tip: str) -> CompletedRun:
        return check(history.repo.path, services, expected=tip, now=now, cache=cache, max_changes=100_000)

    # half of the history, so that the second look builds upon the first
    once(history.commits[len(history.commits) // 2])
    run, again = once(expected), once(expected)
    assert (again.code, again.json) == (run.code, run.json), f"another answer from memory: {again.stderr}"
    return run


# ---------------------------------------------------------------- questions


def some_expected(rng: random.Random, history: History) -> str:
    """The tip of main; for one history in four any commit."""
    return history.branches["main"] if rng.random() < 0.75 else rng.choice(history.commits)


def some_question(rng: random.Random, history: History, expected: str) -> Question:
    chain = history.repo.git("rev-list", "--first-parent", expected).split()
    reach = history.repo.git("rev-list", expected).split()
    beside = sorted(set(history.commits) - set(reach)) or reach
    deployed = rng.choice(rng.choice([chain, chain, reach, beside, beside]))
    names = sorted({*history.trees[expected], *history.trees[deployed]})
    return Question(deployed, expected, some_paths(rng, names), some_ignore(rng, names))


def asked(question: Question) -> Json:
    return service(question.paths, question.deployed, question.ignore)


def name_of(number: int) -> str:
    return f"s{number:03}"


# ---------------------------------------------------------------- answers


def differences(right: Answer, target: Json, now: datetime) -> Iterator[str]:
    """What the product says otherwise than git, field by field."""
    for field, value in expected_fields(right, now).items():
        if target[field] != value:
            yield f"{field}: {target[field]!r} should be {value!r}"
    if right.state != "unknown":
        yield from differing_changes(right, target["changes"])


def expected_fields(right: Answer, now: datetime) -> Json:
    head = {"state": right.state, "reason_code": right.reason_code}
    if right.state == "unknown":
        nothing = ("behind", "changes_behind", "ahead", "behind_since", "age_seconds", "oldest")
        return head | dict.fromkeys(nothing)
    since = right.behind_since
    return head | {
        "behind": right.behind,
        "changes_behind": right.changes_behind,
        "cancelled": right.cancelled,
        "ahead": right.ahead,
        "behind_since": stamp(since) if since else None,
        "age_seconds": (now - since).total_seconds() if since else None,
        "oldest": {"commit": right.oldest, "landed_at": stamp(since)} if since else None,
    }


def differing_changes(right: Answer, listed: list[Json]) -> Iterator[str]:
    commits = [change["commit"] for change in listed]
    if commits != list(right.changes):
        yield f"changes: {commits} should be {list(right.changes)}"
        return
    for change in listed:
        landing = right.changes[change["commit"]]
        told = (change["cancelled"], change["landed_at"], sorted(change["paths"]))
        true = (landing.cancelled, stamp(landing.landed_at), sorted(name.decode() for name in landing.paths))
        if told != true:
            yield f"change {change['commit']}: {told} should be {true}"


def assert_the_whole_adds_up(run: CompletedRun) -> None:
    """The summary counts the targets, the severity is the table's, and the exit code says the worst."""
    targets, summary = run.json["targets"], run.json["summary"]
    states = ("in_sync", "behind", "ahead", "diverged", "unknown")
    assert {state: summary[state] for state in states} == {
        state: sum(target["state"] == state for target in targets) for state in states
    }
    assert summary["targets"] == len(targets) == SERVICES
    for target in targets:
        if target["state"] == "behind":
            assert target["severity"] == severity(target["changes_behind"], target["age_seconds"]), target
    assert run.code == 3 if summary["unknown"] else run.code in {0, 1}


def severity(changes: int, age: float) -> str:
    """The table of the documentation."""
    by_count = 0 if changes == 0 else 1 if changes <= 2 else 2 if changes <= 5 else 3
    by_age = 1 if age < 6 * 3600 else 2 if age <= 12 * 3600 else 3
    return ("none", "info", "warning", "critical")[max(by_count, by_age)]
