"""One pass of `git log` says what the chain and the differences say, whatever a user's settings are."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.repo import ENV, Repo, link, submodule
from unshipped.git import landings as module
from unshipped.git.aside import Aside
from unshipped.git.history import Listing
from unshipped.git.landings import Halves, Landings, Row

SETTINGS = {
    "log.diffMerges": "combined",
    "log.showRoot": "false",
    "log.showSignature": "true",
    "log.follow": "true",
    "log.decorate": "full",
    "log.date": "relative",
    "format.pretty": "oneline",
    "format.notes": "*",
    "core.abbrev": "5",
    "core.quotePath": "true",
    "color.ui": "always",
    "diff.renames": "copies",
    "diff.relative": "true",
    "diff.ignoreSubmodules": "all",
    "diff.noprefix": "true",
    "diff.submodule": "log",
    "diff.external": "false",
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A root, an empty landing, a merge, a rename, a link, a submodule, and a name that is no text."""
    made = Repo.init(tmp_path / "repo")
    made.commit({"api/a.py": "1\n" * 30, "worker/b.py": "1"})
    made.commit({})
    made.branch("side")
    made.commit({"worker/b.py": "2"}, on="side")
    made.commit({"api/c.py": "1"})
    made.merge("side")
    made.rename("api/a.py", "api/moved.py")
    made.commit({b"api/\xff \n.py": "1", "linked": link("api"), "vendor": submodule("1" * 40)})
    return made


def plumbing(repo: Repo) -> list[tuple[Row, bytes]]:
    """The same by the list of the chain and one difference for each."""
    rows = repo.git("rev-list", "--first-parent", "--parents", "--timestamp", "main").splitlines()
    return [(row.split(" "), _difference(repo, row.split(" ")[1:])) for row in rows]


def _difference(repo: Repo, commits: list[str]) -> bytes:
    told = ["git", "-C", str(repo.path), "diff-tree", "--root", "-r", "-z", "--raw", "--no-renames"]
    pair = commits[:2][::-1] if len(commits) > 1 else commits
    done = subprocess.run([*told, "--no-commit-id", *pair], env=ENV, capture_output=True, check=True)
    return done.stdout.rstrip(b"\0")


def test_it_says_what_plumbing_says(repo: Repo) -> None:
    assert list(Landings(str(repo.path / ".git"), repo.id("main"))) == plumbing(repo)


def test_no_setting_of_a_user_changes_it(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    right = plumbing(repo)
    for name, value in SETTINGS.items():
        repo.git("config", name, value)
    monkeypatch.chdir(repo.checkout().path / "api")
    assert list(Landings(str(repo.path / ".git"), repo.id("main"))) == right


def test_it_says_no_more_than_is_asked_for(repo: Repo) -> None:
    landings = Landings(str(repo.path / ".git"), repo.id("main"))
    for row, _ in landings:
        assert row[1] == repo.id("main")
        break
    landings.stop()


def test_a_commit_far_down_the_chain_is_met_without_the_differences_on_the_way(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "repo")
    first = repo.commit({"api/app.py": "first"})
    chain = [first, *repo.commits([{"api/app.py": str(at)} for at in range(1300)])]
    listing = Listing(str(repo.path / ".git"), chain[-1])
    listing.begin()
    found = listing.chain([chain[0], chain[-3]])
    assert [row[1] for row in found.rows] == chain[::-1]
    assert not found.missing
    assert len(listing.changes) == 1024 + 3


@pytest.mark.parametrize("shares", [(1, 1), (2, 1), (1, 3), (5, 5), (6, 2), (1024, 1024)])
def test_two_halves_are_the_newest_landings_in_one_row(
    repo: Repo, shares: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HALVES", shares)
    assert list(Halves(str(repo.path / ".git"), repo.id("main"))) == plumbing(repo)[: sum(shares)]


def test_of_a_second_half_that_was_cut_off_only_whole_landings_count(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HALVES", (2, 1024))
    right, met = plumbing(repo), set()
    for cut in range(0, 10_000, 7):
        halves = Halves(str(repo.path / ".git"), repo.id("main"))
        second = halves._second
        second._child.end()
        whole = os.fstat(second._kept.fileno()).st_size
        if cut >= whole:
            halves.stop()
            break
        os.ftruncate(second._kept.fileno(), cut)
        second._child.code = -9
        found = list(halves)
        assert found == right[: len(found)]
        met.add(len(found))
    assert min(met) == 2
    assert max(met) == len(right) - 1


def test_what_the_second_half_could_not_say_is_asked_for_without_it(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HALVES", (2, 2))
    listing = Listing(str(repo.path / ".git"), repo.id("main"))
    listing.begin()
    assert listing._begun
    listing._begun._second.stop()
    listing._begun._second = Aside(["rev-parse", "--verify", "refs/heads/nowhere"], listing._git_dir)
    right = [row for row, _ in plumbing(repo)]
    assert listing.chain([right[-1][1]]).rows == right


def test_nothing_is_left_at_work_where_the_first_half_is_enough(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HALVES", (3, 3))
    halves = Halves(str(repo.path / ".git"), repo.id("main"))
    for row, _ in halves:
        assert row[1] == repo.id("main")
        break
    halves.stop()
    assert halves._second.code is not None
    assert halves._second._kept.closed
