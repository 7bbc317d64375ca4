"""An explanation for programs: the same that is told to people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import configure
from tests.support.repo import Repo
from tests.support.run import CompletedRun, run, service


def explain(folder: Path, *more: str) -> CompletedRun:
    where = ["--config", "unshipped.yaml", "--repo", "repo"]
    return run(["explain", "api", *more, *where], folder)


def test_it_names_what_is_missing_and_why_it_counts(repo: Repo, folder: Path):
    live = repo.id("main~3")
    repo.commit({"api/README.md": "1\n"}, message="Words")
    repo.commit({"docs/index.md": "1\n"}, message="Elsewhere")
    configure(folder, {"api": service(["api"], live, ignore=["**/*.md"])})
    done = explain(folder, "--format", "json")
    (api,) = json.loads(done.stdout)["targets"]
    git = repo.git("rev-list", "--first-parent", f"{live}..main", "--", "api/app.py").split()
    assert [one["commit"] for one in api["missing"]] == git
    assert [one["subject"] for one in api["left_out"]] == ["Words"]
    assert api["missing"][0]["paths"] == [
        {"path": "api/app.py", "counts_by": "api", "link": None, "ignored_by": None}
    ]
    assert (api["deployed"], api["expected"]["commit"]) == ([{"commit": live, "share": 1.0}], repo.id("main"))
    assert (api["elsewhere"], api["more"], api["state"]) == (1, 0, "behind")
    assert done.code == explain(folder).code == 1
    (cut,) = json.loads(explain(folder, "--format", "json", "--max-changes", "1").stdout)["targets"]
    assert (len(cut["missing"]), cut["more"]) == (1, 2)


def test_what_is_not_known_has_its_reason(folder: Path):
    configure(folder, {"api": service(["api"], "f" * 40)})
    done = explain(folder, "--format", "json")
    (api,) = json.loads(done.stdout)["targets"]
    assert (done.code, api["state"], api["reason_code"]) == (3, "unknown", "unresolved-revision")
    assert (api["missing"], api["deployed"], bool(api["hint"])) == ([], [], True)


@pytest.mark.parametrize("more", [["--path", "api/app.py"], ["--policy", "unshipped.yaml"]])
def test_what_is_told_to_people_alone_is_refused(folder: Path, more: list[str]):
    done = explain(folder, "--format", "json", *more)
    assert (done.code, done.stdout) == (2, "")
    assert f"what {more[0]} shows is told as text" in done.stderr
