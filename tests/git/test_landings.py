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
from unshipped.git.landings import Ahead, Landings, Row

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


@pytest.mark.parametrize("share", [1, 2, 5, 6, 7, 2047, 2048])
@pytest.mark.parametrize("printed", [0, 1, None])
def test_what_two_gits_print_are_the_newest_landings_in_one_row(
    repo: Repo, share: int, printed: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Landings, "at_hand", lambda _: printed)
    monkeypatch.setattr(module, "_share", lambda printed: share if printed is not None else 2048)
    assert list(Ahead(str(repo.path / ".git"), repo.id("main"))) == plumbing(repo)


@pytest.mark.parametrize("most", [1, 2, 5, 6, 7])
def test_no_more_than_some_are_printed(repo: Repo, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", most)
    assert list(Ahead(str(repo.path / ".git"), repo.id("main"))) == plumbing(repo)[:most]


def test_a_second_git_helps_where_the_first_one_has_hardly_begun() -> None:
    """And it leaves the first one more the further that has come: it has to find its way."""
    shares = [module._share(printed) for printed in range(0, 512, 7)]
    assert sorted(shares) == shares
    assert 1024 < shares[0] < shares[-1] < 2048
    assert {module._share(printed) for printed in (None, 512, 2048)} == {2048}


def test_of_what_was_printed_all_is_at_hand_and_none_is_lost(repo: Repo) -> None:
    landings = Landings(str(repo.path / ".git"), repo.id("main"))
    while landings.at_hand() is not None:
        pass
    assert list(landings) == plumbing(repo)


def test_where_the_first_git_has_finished_there_is_no_second(repo: Repo) -> None:
    ahead = Ahead(str(repo.path / ".git"), repo.id("main"))
    while ahead._first.at_hand() is not None:
        pass
    assert list(ahead) == plumbing(repo)
    assert ahead._second is None


def second(ahead: Ahead) -> Aside:
    """The second git of two that have begun to be read."""
    assert ahead._second
    return ahead._second


def test_of_what_the_second_git_could_not_finish_only_whole_landings_count(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Landings, "at_hand", lambda _: 0)
    monkeypatch.setattr(module, "_share", lambda printed: 2)
    right, met = plumbing(repo), set()
    for cut in range(0, 10_000, 7):
        ahead = Ahead(str(repo.path / ".git"), repo.id("main"))
        reading = iter(ahead)
        found = [next(reading)]
        second(ahead)._child.end()
        kept = second(ahead)._kept.fileno()
        if cut >= os.fstat(kept).st_size:
            ahead.stop()
            break
        os.ftruncate(kept, cut)
        second(ahead)._child.code = -9
        found += reading
        assert found == right[: len(found)]
        met.add(len(found))
    assert min(met) == 2
    assert max(met) == len(right) - 1


def test_what_the_second_git_could_not_say_is_asked_for_without_it(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Landings, "at_hand", lambda _: 0)
    monkeypatch.setattr(module, "_share", lambda printed: 2)
    nothing = ["rev-parse", "--verify", "refs/heads/nowhere"]
    monkeypatch.setattr(module, "Aside", lambda _, git_dir: Aside(nothing, git_dir))
    listing = Listing(str(repo.path / ".git"), repo.id("main"))
    listing.begin()
    right = [row for row, _ in plumbing(repo)]
    assert listing.chain([right[-1][1]]).rows == right


@pytest.mark.parametrize("printed", [0, 1])
def test_nothing_is_left_at_work_where_what_was_read_is_enough(
    repo: Repo, printed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was at hand may be enough: no second git is begun then."""
    monkeypatch.setattr(Landings, "at_hand", lambda _: printed)
    monkeypatch.setattr(module, "_share", lambda printed: 3)
    ahead = Ahead(str(repo.path / ".git"), repo.id("main"))
    for row, _ in ahead:
        assert row[1] == repo.id("main")
        break
    ahead.stop()
    assert ahead._first._child.code is not None
    assert (ahead._second is None) == bool(printed)
    if not printed:
        assert second(ahead).code is not None
        assert second(ahead)._kept.closed
