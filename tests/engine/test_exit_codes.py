"""One code, one meaning, whatever the format."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.repo import Repo, hour
from tests.support.run import CompletedRun, Json, check, run, service


@cache
def formats() -> tuple[str, ...]:
    """The formats that `check` offers."""
    told = re.search(r"--format\s+\{([a-z0-9,-]+)\}", run(["check", "--help"], Path.cwd()).stdout)
    return tuple(told[1].split(",")) if told else ("json",)


@pytest.fixture
def fleet(repo: Repo) -> dict[str, Json]:
    """One service for every outcome."""
    first = repo.id("main")
    for number in range(3):
        repo.commit({"api/app.py": f"{number}"}, at=hour(1))
    repo.commit({"shared/util.py": "2"}, at=hour(6.5))
    repo.commit({"young/app.py": "1"}, at=hour(7.4))
    return {
        "in-sync": service(["worker"], first),
        "info": service(["shared"], first),
        "warning": service(["api"], first),
        "pending": service(["young"], first),
        "unknown": service(["api"], "dead" * 10),
    }


OUTCOMES = [
    (["in-sync"], {}, 0),
    (["info"], {}, 0),
    (["pending"], {}, 0),
    (["in-sync", "info", "pending"], {}, 0),
    (["warning"], {}, 1),
    (["in-sync", "warning"], {}, 1),
    (["info"], {"fail_on": "info"}, 1),
    (["warning"], {"fail_on": "critical"}, 0),
    (["unknown"], {}, 3),
    (["unknown", "warning"], {}, 3),
    (["in-sync", "unknown"], {"fail_on": "critical"}, 3),
]


@pytest.mark.parametrize(("names", "options", "code"), OUTCOMES)
def test_the_code_says_the_worst_of_what_was_found(
    repo: Repo, fleet: dict[str, Json], names: list[str], options: dict[str, Any], code: int
) -> None:
    assert check(repo.path, {name: fleet[name] for name in names}, **options).code == code


@pytest.mark.parametrize(("names", "code"), [(["pending"], 0), (["warning"], 1), (["unknown", "warning"], 3)])
def test_a_code_means_the_same_in_every_format(
    repo: Repo, fleet: dict[str, Json], names: list[str], code: int
) -> None:
    chosen = {name: fleet[name] for name in names}
    codes = {form: check(repo.path, chosen, form=form).code for form in formats()}
    assert codes == dict.fromkeys(formats(), code)


def test_there_is_more_than_one_format() -> None:
    assert {"json", "text"} <= set(formats())


def test_a_wrong_configuration_is_2_in_every_format(repo: Repo) -> None:
    wrong = {"api": {"paths": ["api"], "deployed": repo.id("main"), "ignroe": ["x"]}}
    for form in formats():
        done = check(repo.path, wrong, form=form)
        assert done.code == 2 and "ignroe" in done.stderr and not done.stdout


@pytest.mark.parametrize(
    "options", [{"no_such_option": "1"}, {"form": "no-such-format"}, {"fail_on": "dire"}]
)
def test_a_wrong_usage_is_2(repo: Repo, options: dict[str, Any]) -> None:
    chosen = {"api": service(["api"], repo.id("main"))}
    done = check(repo.path, chosen, **options)
    assert done.code == 2 and done.stderr and not done.stdout


def test_a_missing_configuration_is_2(repo: Repo, tmp_path: Path) -> None:
    done = run(["check", f"--repo={repo.path}", f"--config={tmp_path / 'none.yaml'}"], tmp_path)
    assert done.code == 2 and done.stderr and not done.stdout


def test_nothing_to_check_is_never_fine(repo: Repo) -> None:
    for form in formats():
        assert check(repo.path, {}, form=form).code in {2, 4}


def test_json_stands_alone_on_standard_output(repo: Repo, fleet: dict[str, Json]) -> None:
    done = check(repo.path, fleet)
    assert json.loads(done.stdout) == done.json and done.json["schema_version"] == 1
    assert "\x1b[" not in done.said()


def test_text_has_no_colour_off_a_terminal(repo: Repo, fleet: dict[str, Json]) -> None:
    for form in formats():
        assert "\x1b[" not in check(repo.path, fleet, form=form).said()


def test_the_summary_and_the_order_are_those_of_the_contract(repo: Repo, fleet: dict[str, Json]) -> None:
    done = check(repo.path, fleet)
    summary = dict(done.json["summary"])
    worst = summary.pop("worst")
    assert summary == summary | {
        "targets": 5,
        "in_sync": 1,
        "behind": 3,
        "ahead": 0,
        "diverged": 0,
        "unknown": 1,
    }
    assert worst == "warning"
    assert done.json["checked_at"] == "2026-02-02T16:30:00Z"
    assert done.json["expected"]["commit"] == repo.id("main")


def test_a_target_has_every_field_of_the_contract(repo: Repo, fleet: dict[str, Json]) -> None:
    target = check(repo.path, fleet).target("warning")
    change = target["changes"][0]
    assert (target["environment"], target["severity"], target["flags"]) == ("production", "warning", [])
    assert target["reasons"] and target["reason_code"] is None
    assert target["deployed"]["share"] == 1.0
    signal = target["deployed"]["signals"][0]
    assert (signal["source"], signal["revision"]) == ("static", fleet["warning"]["deployed"])
    assert {"commit", "subject", "author", "landed_at", "paths", "cancelled"} <= change.keys()
    assert (change["subject"], change["paths"], change["cancelled"]) == ("change", ["api/app.py"], False)


def test_what_is_unknown_has_no_number(repo: Repo, fleet: dict[str, Json]) -> None:
    target = check(repo.path, fleet).target("unknown")
    numbers = ("behind", "changes_behind", "ahead", "behind_since", "age_seconds", "oldest")
    assert [target[field] for field in numbers] == [None] * 6


AGES = [(5.99, 1, "info"), (6, 1, "warning"), (12, 1, "warning"), (12.01, 1, "critical"), (0.5, 2, "info")]
COUNTS = [
    (0.5, 3, "warning"),
    (0.5, 5, "warning"),
    (0.5, 6, "critical"),
    (13, 2, "critical"),
    (6, 6, "critical"),
]


@pytest.mark.parametrize(("age", "number", "severity"), AGES + COUNTS)
def test_severity_is_the_worse_of_count_and_age(repo: Repo, age: float, number: int, severity: str) -> None:
    live = repo.id("main")
    for change in range(number):
        repo.commit({"api/app.py": f"{change}"}, at=hour(1))
    done: CompletedRun = check(repo.path, {"api": service(["api"], live)}, now=hour(1 + age))
    assert done.target("api")["severity"] == severity
    assert done.code == (severity != "info")
