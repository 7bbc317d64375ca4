"""Times of commits, as git itself says them."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support.repo import Repo, hour
from unshipped.git.commits import times


def test_a_commit_was_made_when_its_committer_says(repo: Repo) -> None:
    first = repo.commit({"a": "1"}, at=hour(1))
    second = repo.commit({"a": "2"}, at=hour(5))
    said = {one: int(repo.git("show", "-s", "--format=%ct", one)) for one in (first, second)}
    assert times(str(repo.path / ".git"), [first, second, first]) == {
        one: datetime.fromtimestamp(seconds, UTC) for one, seconds in said.items()
    }


def test_a_time_that_no_calendar_has_is_left_out(repo: Repo) -> None:
    tree = repo.git("rev-parse", "main^{tree}").strip()
    text = f"tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 999999999999999 +0000\n\nfar\n"
    far = repo.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=text.encode()).strip()
    assert times(str(repo.path / ".git"), [far]) == {}
