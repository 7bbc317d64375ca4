"""A branch, a tag and an id may be written the same: one commit is found, or none is chosen."""

from __future__ import annotations

import pytest

from tests.support.repo import Repo
from unshipped.core.model import Code, Expected, Problem, Rule
from unshipped.git.expected import expected
from unshipped.git.names import resolve
from unshipped.git.remotes import follow, follow_remote

DAY = "20260205"


def ways(repo: Repo, name: str) -> list[str | Problem]:
    """What each way to name a commit makes of it: here, by a source, and on a remote."""
    git_dir = str(repo.path / ".git")
    should = expected(git_dir, Rule("revision", name))
    return [
        should.commit if isinstance(should, Expected) else should,
        follow(git_dir, name),
        follow_remote(git_dir, str(repo.path), name, 60),
    ]


@pytest.mark.parametrize("annotated", [True, False])
def test_of_a_branch_and_a_tag_of_one_name_none_is_chosen(repo: Repo, annotated: bool) -> None:
    repo.branch("v1", "main").tag("v1", "main", annotated=annotated)
    assert ways(repo, "v1") == [repo.id("main")] * 3
    repo.tag("v1", "main~1", annotated=annotated)
    codes = [one.code if isinstance(one, Problem) else one for one in ways(repo, "v1")]
    assert codes == [Code.EXPECTED_UNRESOLVED, Code.AMBIGUOUS_REVISION, Code.AMBIGUOUS_REVISION]
    assert ways(repo, "refs/tags/v1") == [repo.id("main~1")] * 3
    assert ways(repo, "refs/heads/v1") == [repo.id("main")] * 3


def test_a_tag_of_a_tag_is_the_commit_behind_both(repo: Repo) -> None:
    repo.tag("inner", "main~1", annotated=True)
    repo.git("tag", "-a", "-m", "outer", "outer", "inner")
    assert ways(repo, "outer") == [repo.id("main~1")] * 3
    for text in ("outer", repo.git("rev-parse", "outer")):
        assert resolve(str(repo.path / ".git"), [text]) == {text: repo.id("main~1")}


def test_a_release_that_is_named_by_its_day_is_found(repo: Repo) -> None:
    repo.tag(DAY, "main~1")
    assert resolve(str(repo.path / ".git"), [DAY]) == {DAY: repo.id("main~1")}
    assert ways(repo, DAY) == [repo.id("main~1")] * 3
    repo.git("tag", "-d", DAY)
    repo.branch(DAY, "main~1")
    assert ways(repo, DAY) == [repo.id("main~1")] * 3
    assert isinstance(resolve(str(repo.path / ".git"), [DAY])[DAY], Problem)  # no source tells branches


def test_a_name_never_stands_in_for_the_id_that_it_is_written_like(repo: Repo) -> None:
    short = repo.id("main")[:7]
    repo.tag(short, "main~1").branch(short, "main~1")
    assert resolve(str(repo.path / ".git"), [short]) == {short: repo.id("main")}
    should = expected(str(repo.path / ".git"), Rule("revision", short))
    assert isinstance(should, Expected) and should.commit == repo.id("main")


def test_of_a_branch_that_is_here_and_on_a_remote_the_remote_s_should_serve(repo: Repo) -> None:
    clone = repo.clone()
    own = clone.commit({"api/app.py": "of somebody's own"})
    for name, ref in (("main", "origin/main"), ("origin/main", "origin/main"), ("topic", "topic")):
        clone.branch("topic")
        found = expected(str(clone.path / ".git"), Rule("branch", name))
        assert isinstance(found, Expected)
        assert (found.ref, found.commit) == (ref, own if ref == "topic" else repo.id("main"))
        assert (found.as_of is None) == (ref == "topic")
