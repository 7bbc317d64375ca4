"""What a person typed: the commit that git means by it, or why there is none and what helps."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.support.repo import Repo
from unshipped.cache import Cache
from unshipped.core.model import Code, Problem
from unshipped.errors import UsageError
from unshipped.git.repository import Repository


def named(repo: Repo, text: str) -> str:
    return Repository(repo.path, Cache(None)).revisions([text])[0]


def refused(repo: Repo, text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        named(repo, text)
    return caught.value


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo")
    for number in range(3):
        made.commit({"api/a": str(number)})
    return made


@pytest.mark.parametrize("around", ["{}\n", "{}\r\n", " {} "])
def test_blanks_around_it_are_what_a_pipe_left(repo: Repo, around: str) -> None:
    assert named(repo, around.format(repo.id("main"))) == repo.id("main")


def test_what_a_shallow_clone_lacks_is_brought_by_deepening_it(repo: Repo) -> None:
    error = refused(repo.shallow(1), repo.id("main~2"))
    assert "no commit " in error.message and error.message.endswith("in this shallow clone")
    assert error.hint.startswith("git fetch --unshallow")


def test_an_id_that_several_commits_begin_with_is_no_missing_commit(repo: Repo) -> None:
    starts = Counter(
        commit[:4] for commit in repo.commits([{"api/a": f"n{number}"} for number in range(900)])
    )
    [(start, times)] = starts.most_common(1)
    assert times > 1
    error = refused(repo, start)
    assert error.message == f"{start!r} could be any of several commits"
    assert error.hint == "give more characters of the id"


def test_a_repository_without_a_commit_has_nothing_to_fetch(tmp_path: Path) -> None:
    error = refused(Repo.init(tmp_path / "empty"), "HEAD")
    assert "nothing was committed" in error.message and "fetch" not in error.hint


def test_an_empty_text_is_most_likely_a_variable(repo: Repo) -> None:
    assert refused(repo, "").hint == "nothing was named: is a variable empty?"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("v9", "'v9' is no commit id, and no tag of that name", "git fetch --tags"),
        ("main", "'main' is no commit id, and no tag of that name", "a branch is read by the source `ref`"),
        ("abc12", "'abc12' is no tag, and too short for a commit id", "at least 7 characters"),
    ],
)
def test_what_a_source_names_and_is_no_tag_is_told_with_what_helps(
    repo: Repo, text: str, message: str, hint: str
) -> None:
    found = Repository(repo.path, Cache(None)).resolve([text])[text]
    assert isinstance(found, Problem)
    assert (found.code, found.message) == (Code.BAD_REVISION, message) and hint in found.hint


@pytest.mark.parametrize("tag", ["api@1.2.3", "@shop/api@1.2.3", "release/2026-02-05", "v1.2.3+build.7"])
def test_a_source_names_a_tag_as_the_tools_of_any_language_make_it(repo: Repo, tag: str) -> None:
    repo.git("tag", tag, "main~1")
    assert Repository(repo.path, Cache(None)).resolve([tag]) == {tag: repo.id("main~1")}
