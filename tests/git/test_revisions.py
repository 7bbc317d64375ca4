"""What a person typed: the commit that git means by it, or why there is none and what helps."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.repo import Repo
from unshipped.cache import Cache
from unshipped.core.model import Closure, Code, Facts, Problem, Question
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


MERGED = "Merge branch 'topic' into 'main'\n\nNew prices\n\nSee merge request shop/app!12"


def test_a_merge_of_gitlab_is_found_and_listed_by_the_number_in_its_body(repo: Repo) -> None:
    base = repo.id("main")
    repo.branch("topic").commit({"api/a": "new"}, on="topic")
    merge = repo.merge("topic", message=MERGED)
    repo.commit({"api/b": "1"}, message=f"Take over what there was\n\n{MERGED}")  # no merge: it only quotes
    there = Repository(repo.path, Cache(None))
    assert there.by_pull_request(repo.id("main"), 12) == [merge]
    assert there.by_pull_request(repo.id("main"), 1) == []
    now = datetime(2030, 1, 1, tzinfo=UTC)
    asked = [Question(Closure(("api",)), base)]
    [facts] = there.measure(repo.id("main"), asked, now=now, limit=20, commits=False)
    assert isinstance(facts, Facts)
    assert [(one.pull_request, one.subject) for one in facts.listed] == [
        (None, "Take over what there was"),
        (12, "Merge branch 'topic' into 'main'"),
    ]
    chronicle = there.chronicle(repo.id("main"), now, [base], [Closure(("api",))], now=now)
    assert [one.pull_request for one in chronicle.landings][-2:] == [12, None]


def test_titles_and_names_without_end_are_cut(repo: Repo) -> None:
    made = repo.commit({"api/a": "x"}, message="title" * 1000, author=f"{'Ana' * 1000} <ana@example.com>")
    [(title, author)] = Repository(repo.path, Cache(None)).titles([made])
    assert (title, author) == (("title" * 1000)[:1000], ("Ana" * 1000)[:1000])


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
