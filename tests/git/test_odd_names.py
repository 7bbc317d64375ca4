"""Names of branches and tags that git allows and that are no words: what they lead to is what git says."""

from __future__ import annotations

import os

import pytest

from tests.support.repo import Repo
from unshipped.core.model import Code, Expected, Problem, Rule
from unshipped.errors import UsageError
from unshipped.git.expected import expected
from unshipped.git.names import resolve
from unshipped.git.remotes import follow, follow_remote
from unshipped.git.revisions import revisions
from unshipped.git.tags import newest_tags, tags

ODD = ["\u00fcber", "ma\u00a0in", "x\u2028y", "x\u0085y", "\u3000", os.fsdecode(b"caf\xe9"), "+a"]


def _git_dir(repo: Repo) -> str:
    return str(repo.path / ".git")


@pytest.mark.parametrize("name", ODD, ids=ascii)
@pytest.mark.parametrize("kind", ["revision", "branch"])
def test_a_branch_of_any_name_can_be_what_should_serve(repo: Repo, name: str, kind: str) -> None:
    repo.branch(name, "main~1")
    found = expected(_git_dir(repo), Rule(kind, name))
    assert isinstance(found, Expected) and found.commit == repo.id("main~1")
    assert follow(_git_dir(repo), name) == repo.id("main~1")
    assert follow_remote(_git_dir(repo), str(repo.path), name, 60) == repo.id("main~1")


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_the_default_branch_may_have_any_name(repo: Repo, name: str) -> None:
    repo.git("branch", "-m", "main", name)
    here = expected(_git_dir(repo), Rule("default"))
    assert isinstance(here, Expected) and here.commit == repo.id("HEAD")
    clone = repo.clone()
    there = expected(_git_dir(clone), Rule("default"))
    assert isinstance(there, Expected) and (there.commit, there.ref) == (repo.id("HEAD"), f"origin/{name}")


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_a_tag_of_any_name_is_listed_and_can_be_the_newest(repo: Repo, name: str) -> None:
    repo.tag(name, "main~1")
    assert [(tag.name, tag.commit) for tag in tags(_git_dir(repo), "*")] == [(name, repo.id("main~1"))]
    found = expected(_git_dir(repo), Rule("tag", "*"))
    assert isinstance(found, Expected) and found.commit == repo.id("main~1")
    assert [tag.name for tag in newest_tags(_git_dir(repo), Rule("tag", "*"))] == [name]


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_what_a_person_names_is_that_and_nothing_else_of_what_they_name(repo: Repo, name: str) -> None:
    repo.branch(name, "main~1")
    asked = [name, "main", f"{name}~0"]
    assert revisions(_git_dir(repo), asked) == [repo.id("main~1"), repo.id("main"), repo.id("main~1")]
    with pytest.raises(UsageError, match="no commit"):
        revisions(_git_dir(repo), ["main", f"{name}x", "main~1"])


@pytest.mark.parametrize("name", ["-x", "--upload-pack=x"])
def test_what_looks_like_an_option_never_is_a_name(repo: Repo, name: str) -> None:
    assert not isinstance(expected(_git_dir(repo), Rule("revision", name)), Expected)
    assert not isinstance(follow_remote(_git_dir(repo), str(repo.path), name, 60), str)
    assert not isinstance(resolve(_git_dir(repo), [name])[name], str)


@pytest.mark.parametrize(
    ("seconds", "code"), [(0.0, Code.SOURCE_TIMEOUT), (60.0, Code.SOURCE_ERROR)], ids=["late", "refused"]
)
def test_only_what_takes_too_long_is_called_that(repo: Repo, seconds: float, code: Code) -> None:
    found = follow_remote(_git_dir(repo), str(repo.path / "did not finish within"), "main", seconds)
    assert isinstance(found, Problem) and found.code is code
