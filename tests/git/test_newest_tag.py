"""Which of many tags is the newest one, as a person would say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo
from unshipped.core.model import Expected, Rule
from unshipped.git.expected import expected
from unshipped.git.tags import newest_tags, tags

# Each made before the next one, and older than it.
VERSIONS = [
    ("v1.9", "v1.10"),
    ("v2.0.0-rc.1", "v2.0.0-rc.2", "v2.0.0"),
    ("v2.0.0-alpha", "v2.0.0-beta1", "v2.0.0-RC1", "v2.0.0", "v2.0.1-dev"),
    ("2.0.0.dev3", "2.0.0rc1", "2.0.0", "2.0.0-hotfix1"),
    ("2026-02-05", "2026-02-05-2", "2026-02-06"),
]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"api/app.py": "0"})
    return repo


@pytest.mark.parametrize("versions", VERSIONS, ids=lambda several: several[-1])
@pytest.mark.parametrize("order", ["version", "date"])
def test_a_release_is_newer_than_what_was_tried_before_it(
    repo: Repo, versions: tuple[str, ...], order: str
) -> None:
    rule, git_dir = Rule("tag", "*", order), str(repo.path / ".git")
    for number, name in enumerate(versions, start=1):
        made = repo.commit({"api/app.py": str(number)})
        repo.tag(name, "main")
        found = expected(git_dir, rule)
        assert isinstance(found, Expected) and (found.ref, found.commit) == (name, made)
    assert [tag.name for tag in newest_tags(git_dir, rule)] == list(versions)


def test_a_release_of_an_older_line_was_the_newest_by_its_date_alone(repo: Repo) -> None:
    for number, name in enumerate(("v2", "v1", "v3", "v2.1"), start=1):
        repo.tag(name, repo.commit({"api/app.py": str(number)}))
    git_dir = str(repo.path / ".git")
    assert [tag.name for tag in newest_tags(git_dir, Rule("tag", "v*", "version"))] == ["v2", "v3"]
    assert [tag.name for tag in newest_tags(git_dir, Rule("tag", "v*", "date"))] == ["v2", "v1", "v3", "v2.1"]
    assert [tag.name for tag in tags(git_dir, "v*")] == ["v2", "v1", "v3", "v2.1"]


def test_a_tag_of_a_file_is_passed_over(repo: Repo) -> None:
    repo.tag("v1", "main")
    repo.git("tag", "v2", "main:api/app.py")
    repo.git("tag", "-m", "a key", "v3", "main:api/app.py")
    rule, git_dir = Rule("tag", "v*", "version"), str(repo.path / ".git")
    found = expected(git_dir, rule)
    assert isinstance(found, Expected) and (found.ref, found.commit) == ("v1", repo.id("main"))
    assert [(tag.name, tag.commit) for tag in newest_tags(git_dir, rule)] == [("v1", repo.id("main"))]
    assert [tag.name for tag in tags(git_dir, "*")] == ["v1"]


def test_a_tag_of_a_tag_stands_for_the_commit_behind_both(repo: Repo) -> None:
    repo.git("tag", "-m", "built", "built", "main")
    repo.git("tag", "-m", "signed off", "v1", "built")
    assert [(tag.name, tag.commit) for tag in tags(str(repo.path / ".git"), "v*")] == [
        ("v1", repo.id("main"))
    ]


def test_a_tag_from_beyond_our_calendar_is_left_out(repo: Repo) -> None:
    who = "tagger Ana <ana@example.com> 253402300800 +0000"
    text = f"object {repo.id('main')}\ntype commit\ntag v2\n{who}\n\nv2\n"
    repo.git("update-ref", "refs/tags/v2", repo.git("mktag", stdin=text.encode()))
    repo.tag("v1", "main")
    assert [tag.name for tag in tags(str(repo.path / ".git"), "v*")] == ["v1"]
