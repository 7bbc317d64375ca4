"""Shapes of history on which the usual counts are wrong, and changes that are easily overlooked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import shapes
from tests.support.repo import Content, Name, Repo, executable, hour
from tests.support.run import counts, verdict

SHAPES = [
    (shapes.bad_merge, ("behind", 0, 1, 0, 0)),
    (shapes.squashed_and_merged, ("behind", 3, 1, 0, 0)),
    (shapes.updated_branch, ("behind", 2, 2, 0, 0)),
    (shapes.revert_pair, ("in_sync", 2, 0, 2, 0)),
    (shapes.unmerged_hotfix, ("ahead", 0, 0, 0, 1)),
]


@pytest.fixture
def repo(repo: Repo) -> Repo:
    """The shapes begin from nothing."""
    repo.git("update-ref", "-d", "refs/heads/main")
    return repo


@pytest.mark.parametrize(("shape", "answer"), SHAPES)
def test_the_five_histories_of_the_table_are_told_apart(
    repo: Repo, shape: Callable[[Repo], shapes.Ends], answer: tuple[str, int, int, int, int]
) -> None:
    deployed, expected = shape(repo)
    assert counts(verdict(repo.path, deployed, ["svc"], expected=expected)) == answer


def test_a_lost_fix_is_laid_to_the_merge_that_lost_it(repo: Repo) -> None:
    deployed, merge = shapes.bad_merge(repo)
    target = verdict(repo.path, deployed, ["svc"], expected=merge)
    assert [(change["commit"], change["paths"]) for change in target["changes"]] == [(merge, ["svc/app.py"])]


def test_a_merge_whose_first_parent_is_deployed_beside_main_still_counts(repo: Repo) -> None:
    base = shapes.begin(repo)
    repo.branch("topic").branch("release")
    repo.commit({"svc/app.py": "2"}, on="topic")
    merge = repo.merge("topic")
    live = repo.commit({"other/app.py": "2"}, on="release", parents=[base])
    target = verdict(repo.path, live, ["svc"])
    assert counts(target) == ("behind", 1, 1, 0, 0) and target["oldest"]["commit"] == merge


def test_an_evil_merge_is_a_change_without_a_commit(repo: Repo) -> None:
    live = shapes.begin(repo)
    repo.branch("topic")
    repo.commit({"other/more.py": "1"}, on="topic")
    repo.commit({"other/app.py": "2"})
    merge = repo.merge("topic", files={"svc/app.py": "evil"})
    target = verdict(repo.path, live, ["svc"])
    assert counts(target) == ("behind", 0, 1, 0, 0) and target["oldest"]["commit"] == merge


def test_an_octopus_is_one_change_with_the_commits_of_all_its_arms(repo: Repo) -> None:
    live = shapes.begin(repo)
    for arm in ("one", "two", "three"):
        repo.commit({f"svc/{arm}.py": "1"}, on=arm, parents=[live])
    repo.merge("one", "two", "three")
    assert counts(verdict(repo.path, live, ["svc"])) == ("behind", 3, 1, 0, 0)


def test_a_criss_cross_is_counted_once(repo: Repo) -> None:
    live = shapes.begin(repo)
    left = repo.commit({"svc/left.py": "1"})
    right = repo.commit({"svc/right.py": "1"}, on="topic", parents=[live])
    both: dict[Name, Content] = {"svc/left.py": "1", "svc/right.py": "1"}
    repo.commit(both, parents=[left, right])
    repo.commit(both, on="topic", parents=[right, left])
    repo.commit({"svc/app.py": "2"}, on="topic")
    repo.commit({**both, "svc/app.py": "2"}, parents=["main", "topic"])
    assert counts(verdict(repo.path, live, ["svc"])) == ("behind", 3, 3, 0, 0)


def test_a_deployed_branch_that_was_merged_since_is_only_behind(repo: Repo) -> None:
    shapes.begin(repo)
    repo.branch("topic")
    live = repo.commit({"svc/app.py": "2"}, on="topic")
    repo.commit({"svc/more.py": "2"})
    repo.merge("topic")
    target = verdict(repo.path, live, ["svc"])
    assert counts(target) == ("behind", 1, 1, 1, 0)


def test_changes_that_cancel_out_do_not_make_production_s_own_code_diverge(repo: Repo) -> None:
    base = shapes.begin(repo)
    live = repo.commit({"svc/own.py": "1"}, on="topic", parents=[base])
    repo.revert(repo.commit({"svc/app.py": "2"}))
    assert counts(verdict(repo.path, live, ["svc"])) == ("ahead", 2, 0, 2, 1)


def test_a_clock_that_runs_wrong_does_not_change_a_count(repo: Repo) -> None:
    shapes.begin(repo)
    live = repo.commit({"svc/app.py": "2"}, at=hour(-5000))
    for number in range(20):
        repo.commit({"svc/app.py": f"new {number}"}, at=hour(-9000 + number if number % 2 else 9000 - number))
    assert counts(verdict(repo.path, live, ["svc"])) == ("behind", 20, 20, 0, 0)


def test_an_exec_bit_is_content(repo: Repo) -> None:
    live = shapes.begin(repo)
    repo.commit({"svc/app.py": executable("1\n")})
    assert counts(verdict(repo.path, live, ["svc"])) == ("behind", 1, 1, 0, 0)


def test_a_folder_that_becomes_a_file_is_a_change(repo: Repo) -> None:
    live = shapes.begin(repo)
    repo.commit({"svc/app.py": None, "svc/more.py": None, "svc": "a file"})
    assert counts(verdict(repo.path, live, ["svc"])) == ("behind", 1, 1, 0, 0)


def test_a_deleted_service_is_behind_its_deletion(repo: Repo) -> None:
    live = shapes.begin(repo)
    gone = repo.commit({"svc/app.py": None, "svc/more.py": None})
    assert counts(verdict(repo.path, live, ["svc"])) == ("behind", 1, 1, 0, 0)
    assert verdict(repo.path, gone, ["svc"])["reason_code"] == "dead-pattern"


ODD: list[Name] = [
    "svc/a b.py", 'svc/q"uote.py', "svc/new\nline.py", "svc/back\\slash.py", "svc/ünï.py", "svc/-rf",
    "svc/:(top)x", "svc/" + "f" * 40, b"svc/latin-\xe9.py", "svc/tab\there",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_an_odd_name_is_a_name(repo: Repo, name: Name) -> None:
    live = shapes.begin(repo)
    repo.commit({name: "1"})
    target = verdict(repo.path, live, ["svc"])
    assert counts(target) == ("behind", 1, 1, 0, 0)
    assert len(target["changes"][0]["paths"]) == 1
    if isinstance(name, str):
        assert target["changes"][0]["paths"] == [name]
        assert counts(verdict(repo.path, live, ["svc/app.py"])) == ("in_sync", 0, 0, 0, 0)


@pytest.mark.parametrize("name", ["svc/a b.py", 'svc/q"uote.py', "svc/new\nline.py", "svc/ünï.py", "svc/-rf"])
def test_an_odd_name_can_be_a_pattern(repo: Repo, name: str) -> None:
    shapes.begin(repo)
    live = repo.commit({name: "1"})
    repo.commit({name: "2", "svc/app.py": "2"})
    assert verdict(repo.path, live, [name])["changes"][0]["paths"] == [name]


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("svc/", True),
        ("svc/routes", True),
        ("svc/routes/[id]/page.ts", True),
        ("svc/routes/[id]", True),
        ("svc/routes/[[]id]/*", True),
        ("svc/**", True),
        ("**/page.ts", True),
        ("**/*.ts", True),
        ("svc/*/*/page.ts", True),
        ("svc/rout", False),
        ("svc/*", False),
        ("**/routes", False),
        ("**/routes/*", False),
        ("*.ts", False),
        ("SVC", False),
    ],
)
def test_patterns_mean_what_git_takes_them_for(repo: Repo, pattern: str, matches: bool) -> None:
    shapes.begin(repo)
    live = repo.commit({"svc/routes/[id]/page.ts": "1"})
    repo.commit({"svc/routes/[id]/page.ts": "2"})
    target = verdict(repo.path, live, [pattern, "other"])
    assert (target["state"] == "behind") is matches, target
    ignored = verdict(repo.path, live, ["svc"], ignore=[pattern])
    assert (ignored["state"] == "in_sync") is matches or pattern in {"svc/", "svc/**"}, ignored


def test_a_clock_that_was_behind_makes_nothing_missing_that_runs(repo: Repo) -> None:
    for number in range(8):
        repo.commit({"other/app.py": str(number)}, at=hour(number))
    repo.branch("around")
    shared = repo.commit({"svc/app.py": "1"}, at=hour(9))
    repo.branch("topic")
    repo.commit({"web/more.py": "0"}, at=hour(10))
    repo.commit({"other/app.py": "late"}, at=hour(-100))
    repo.commit({"web/app.py": "1"}, on="around", at=hour(11))
    repo.merge("around", at=hour(12))
    live = repo.commit({"web/app.py": "live"}, at=hour(13))
    change = repo.commit({"svc/more.py": "1"}, on="topic", at=hour(20))
    merge = repo.merge("topic", at=hour(21))
    assert shared in repo.git("rev-list", merge, f"^{live}^@").split()  # which is why git is not believed
    target = verdict(repo.path, live, ["svc"], expected=merge)
    assert counts(target) == ("behind", 1, 1, 0, 0)
    assert target["changes"][0]["commits"] == [change]
    hotfix = repo.commit({"svc/fix.py": "1"}, on="topic", parents=[change], at=hour(22))
    repo.commit({"web/app.py": "new"}, at=hour(23))
    assert counts(verdict(repo.path, hotfix, ["svc"], expected=live)) == ("ahead", 0, 0, 0, 2)
