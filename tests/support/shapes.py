"""Five small histories on which the counts of git disagree with each other, and with the truth.

Each is built into a repository whose service is `svc` and gives (deployed, expected).
"""

from __future__ import annotations

from tests.support.repo import Repo

Ends = tuple[str, str]


def begin(repo: Repo) -> str:
    return repo.commit({"svc/app.py": "1\n", "svc/more.py": "1\n", "other/app.py": "1\n"})


def bad_merge(repo: Repo) -> Ends:
    """EX1: a merge loses a fix that is deployed; it has the old `svc` of the side branch."""
    base = begin(repo)
    fix = repo.commit({"svc/app.py": "fixed\n"})
    repo.commit({"other/app.py": "2\n"}, on="side", parents=[base])
    return fix, repo.merge("side", files={"svc/app.py": "1\n"})


def squashed_and_merged(repo: Repo) -> Ends:
    """EX2: a hotfix branch is squashed to main, and later merged as well."""
    base = begin(repo)
    repo.commit({"svc/app.py": "2\n"}, on="hotfix", parents=[base])
    repo.commit({"svc/more.py": "2\n"}, on="hotfix")
    repo.squash("hotfix")
    return base, repo.merge("hotfix")


def updated_branch(repo: Repo) -> Ends:
    """EX3: the branch of a pull request is updated from main, and then merged: two changes landed."""
    base = begin(repo)
    repo.commit({"svc/app.py": "2\n"}, on="topic", parents=[base])
    repo.commit({"svc/more.py": "2\n"})
    repo.merge("main", on="topic")
    repo.commit({"other/app.py": "2\n"})
    return base, repo.merge("topic")


def revert_pair(repo: Repo) -> Ends:
    """EX4: a change and its revert."""
    base = begin(repo)
    return base, repo.revert(repo.commit({"svc/app.py": "2\n"}))


def unmerged_hotfix(repo: Repo) -> Ends:
    """EX5: what is deployed is a hotfix branch that was never merged."""
    base = begin(repo)
    return repo.commit({"svc/app.py": "2\n"}, on="hotfix", parents=[base]), base
