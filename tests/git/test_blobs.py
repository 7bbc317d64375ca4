"""The content of files, asked of one git that stays or of one for each question."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo
from unshipped.errors import GitError
from unshipped.git.batch import contents
from unshipped.git.blobs import Blobs, MissingBlobsError, read_blobs
from unshipped.git.derived import list_entries
from unshipped.ports import MOST_BYTES


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo")
    made.commit({"empty": "", "lines": "a\n\nb", "large": "x" * (MOST_BYTES + 1), "more": "missing\n"})
    return made


def ids(repo: Repo) -> dict[str, str]:
    return {path: blob for path, (_, blob) in list_entries(str(repo.path / ".git"), "main").items()}


def git_dir(repo: Repo) -> str:
    return str(repo.path / ".git")


def test_one_git_that_stays_says_the_same(repo: Repo) -> None:
    blobs = ids(repo)
    with Blobs(git_dir(repo)) as read:
        one_by_one = {blob: read([blob])[blob] for blob in blobs.values()}
        assert one_by_one == read(blobs.values()) == read_blobs(git_dir(repo), blobs.values())
    assert one_by_one[blobs["lines"]] == b"a\n\nb"
    assert one_by_one[blobs["empty"]] == b""
    assert one_by_one[blobs["large"]] is None


def test_it_may_be_asked_again_after_it_was_closed(repo: Repo) -> None:
    read, blob = Blobs(git_dir(repo)), ids(repo)["lines"]
    for _ in range(2):
        with read:
            assert read([blob]) == {blob: b"a\n\nb"}


def test_what_is_not_here_is_said_and_what_follows_is_answered(repo: Repo) -> None:
    blob = ids(repo)["lines"]
    with Blobs(git_dir(repo)) as read:
        assert read([blob])
        with pytest.raises(MissingBlobsError):
            read(["0" * 40])
        assert read([blob]) == {blob: b"a\n\nb"}


def test_one_of_any_size_that_is_not_here_is_an_error_of_git(repo: Repo) -> None:
    with pytest.raises(GitError, match="0000000"):
        contents(git_dir(repo), [ids(repo)["lines"], "0" * 40])
