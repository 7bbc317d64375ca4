"""The builder of repositories does what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Content, Name, Repo, executable, git, hour, link, raw, submodule


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"api/app.py": "1\n", "shared/util.py": "1\n"})
    return repo


def test_a_commit_has_the_times_that_were_asked_for(repo: Repo) -> None:
    commit = repo.commit({"api/app.py": "2"}, at=hour(3), author_at=hour(-48), message="Ünïcode\n\nbody")
    assert repo.git("log", "-1", "--date=format:%F %T %z", "--format=%cd, %ad, %s", commit) == (
        "2026-02-02 12:00:00 +0000, 2026-01-31 09:00:00 +0000, Ünïcode"
    )


def test_every_kind_of_entry_is_written(repo: Repo) -> None:
    inner = repo.id("main")
    odd: dict[Name, Content] = {
        'a "b" c': "1",
        "new\nline": "2",
        "back\\slash": "3",
        b"latin-\xe9": "4",
        "ünï": "5",
    }
    more: dict[Name, Content] = {
        "run": executable("#!"),
        "to": link("../shared"),
        "sub": submodule(inner),
        "api/app.py": None,
    }
    entries = repo.entries(repo.commit({**odd, **more}))
    assert {raw(name) for name in odd} <= set(entries)
    assert [entries[name].mode for name in (b"run", b"to", b"sub")] == ["100755", "120000", "160000"]
    assert b"api/app.py" not in entries and entries[b"sub"].oid == inner


def test_a_merge_takes_both_sides_and_refuses_to_guess(repo: Repo) -> None:
    repo.branch("one").branch("two")
    repo.commit({"api/one.py": "1"}, on="one")
    repo.commit({"api/two.py": "1", "api/app.py": "two"}, on="two")
    octopus = repo.merge("one", "two")
    assert len(repo.git("show", "-s", "--format=%P", octopus).split()) == 3
    assert {b"api/one.py", b"api/two.py"} <= set(repo.entries(octopus))
    repo.branch("three", "one")
    repo.commit({"api/app.py": "three"}, on="three")
    with pytest.raises(AssertionError, match="both sides"):
        repo.merge("three")
    repo.merge("three", files={"api/app.py": "both"})
    assert repo.git("show", "main:api/app.py") == "both"


def test_reverts_picks_squashes_and_renames_do_what_git_would(repo: Repo) -> None:
    repo.branch("fix")
    fix = repo.commit({"api/app.py": "fixed\n"}, on="fix")
    repo.squash("fix")
    assert repo.git("rev-parse", "main^{tree}") == repo.git("rev-parse", "fix^{tree}")
    repo.revert(repo.id("main"))
    assert repo.git("show", "main:api/app.py") == "1"
    repo.cherry_pick(fix, on="main")
    assert repo.git("cherry", "main", "fix").startswith("- ")
    repo.rename("api", "services/api")
    assert set(repo.entries("main")) == {b"services/api/app.py", b"shared/util.py"}


def test_tags_and_branches_can_move(repo: Repo) -> None:
    first, second = repo.id("main"), repo.commit({"api/app.py": "2"})
    repo.tag("light", first).tag("full", first, annotated=True).tag("light", second).branch("main", first)
    assert (repo.id("light"), repo.id("full"), repo.id("main")) == (second, first, first)
    assert repo.git("cat-file", "-t", "full") == "tag"


def test_a_repository_takes_every_shape(repo: Repo) -> None:
    tip = repo.commit({"api/app.py": "2\n"})
    repo.checkout()
    shapes = [repo.bare(), repo.clone(), repo.shared(), repo.worktree(), repo.shallow(1), repo.partial()]
    assert [shape.id("HEAD") for shape in shapes] == [tip] * 6
    assert repo.shallow(1, "again").git("rev-parse", "--is-shallow-repository") == "true"
    assert repo.git("rev-list", "--count", "main") == "2"


def test_a_partial_clone_lacks_its_blobs(repo: Repo) -> None:
    repo.commit({"api/app.py": "2\n"})
    assert len(repo.partial().missing()) == 2  # "1" and "2": two paths share a blob
    assert len(repo.partial("checked-out", bare=False).missing()) == 0  # the tip needs both


def test_a_repository_may_use_sha256(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "new", object_format="sha256", branch="trunk")
    first = repo.commit({"a": "1"}, on="trunk")
    second = repo.commit({"a": "2"}, on="trunk")
    assert len(second) == 64 and repo.id("HEAD^") == first


def test_settings_of_the_person_do_not_reach_git(repo: Repo) -> None:
    assert b"user." not in git(repo.path, "config", "--list")
