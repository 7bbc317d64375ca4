"""What a source may say: short ids, other objects, names that lie, and texts that want to do harm."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import pytest

from tests.support.repo import Repo
from tests.support.run import check, counts, service, verdict


def test_an_id_is_accepted_from_seven_digits_on(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"api/app.py": "2"})
    for text in (live, live[:7], live[:8], live[:39], live.upper()):
        target = verdict(repo.path, text)
        assert counts(target) == ("behind", 1, 1, 0, 0)
        assert target["deployed"]["commit"] == live


@pytest.mark.parametrize("digits", [1, 4, 6])
def test_fewer_digits_are_no_revision(repo: Repo, digits: int) -> None:
    run = check(repo.path, {"api": service(["api"], "a" + repo.id("main")[1:digits])})
    assert (run.code, run.target("api")["reason_code"]) == (3, "bad-revision")


def test_an_id_that_nothing_has_is_unresolved(repo: Repo) -> None:
    run = check(repo.path, {"api": service(["api"], "dead" * 10)})
    assert (run.code, run.target("api")["reason_code"]) == (3, "unresolved-revision")


def test_a_prefix_that_two_commits_share_is_ambiguous(repo: Repo) -> None:
    one, two = twins(repo)
    run = check(repo.path, {"short": service(["api"], one[:7]), "long": service(["api"], two)})
    assert (run.code, run.target("short")["reason_code"]) == (3, "ambiguous-revision")
    assert run.target("long")["deployed"]["commit"] == two


def test_a_branch_that_is_named_like_an_id_does_not_stand_in_for_it(repo: Repo) -> None:
    live = repo.id("main")
    newest = repo.commit({"api/app.py": "2"})
    for name in (live[:7], live):
        repo.git("update-ref", f"refs/heads/{name}", newest)
        repo.git("update-ref", f"refs/tags/{name}", newest)
        target = verdict(repo.path, name)
        assert target["reason_code"] == "ambiguous-revision" or target["deployed"]["commit"] == live


@pytest.mark.parametrize("what", ["main^{tree}", "main:api/app.py"])
def test_an_object_that_is_no_commit_is_no_revision(repo: Repo, what: str) -> None:
    run = check(repo.path, {"api": service(["api"], repo.git("rev-parse", what))})
    assert (run.code, run.target("api")["state"]) == (3, "unknown")
    assert run.target("api")["reason_code"] in {"bad-revision", "unresolved-revision"}


HOSTILE = {
    "an option": "--upload-pack=touch harm",
    "another option": "--output=harm",
    "the end of options": "--",
    "a dash": "-",
    "a shell command": "HEAD; touch harm",
    "a substitution": "$(touch harm)",
    "a range": "main..main",
    "an exclusion": "^main",
    "an expression": "main~0",
    "a search": ":/change",
    "a path of a tree": "HEAD:api",
    "a reflog": "main@{1 year ago}",
    "a line of its own": "main\nmain",
    "a page": "<html><body>Please log in</body></html>",
    "an escape": "\x1b[31mmain\x1b[0m",
    "the moving head": "HEAD",
    "the branch itself": "main",
    "the full name of the branch": "refs/heads/main",
    "the other head": "FETCH_HEAD",
    "the shorthand": "@",
    "a number": "1234567890" * 5,
    "not hexadecimal": "g" * 40,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_no_revision_and_does_no_harm(repo: Repo, tmp_path: Path, text: str) -> None:
    run = check(
        repo.checkout().path, {"api": service(["api"], text), "worker": service(["worker"], repo.id("main"))}
    )
    assert run.code in {2, 3}
    assert "Traceback" not in run.said() and "\x1b[31m" not in run.said()
    assert not list(tmp_path.rglob("harm"))
    if run.code == 3:
        assert run.target("api")["state"] == "unknown"
        assert run.target("api")["reason_code"] in {"bad-revision", "unresolved-revision", "no-revision"}
        assert run.target("worker")["state"] == "in_sync"


@pytest.mark.parametrize("piece", ["a", "main ", "0123456789abcdef", "é"])
def test_a_text_of_ten_megabytes_is_refused_without_repeating_it(repo: Repo, piece: str) -> None:
    run = check(repo.path, {"api": service(["api"], piece * (10_000_000 // len(piece)))}, timeout=60)
    assert run.code in {2, 3}
    assert len(run.said()) < 100_000


def test_an_empty_text_is_never_in_sync(repo: Repo) -> None:
    assert check(repo.path, {"api": service(["api"], "")}).code in {2, 3}


def test_what_was_pruned_since_makes_nothing_else_unknown(repo: Repo, tmp_path: Path) -> None:
    lost = repo.commit({"api/app.py": "2"}, on="topic", parents=[repo.id("main")])
    fleet = {"api": service(["api"], lost), "worker": service(["worker"], repo.id("main"))}
    assert check(repo.path, fleet, cache=tmp_path / "cache").target("api")["state"] == "ahead"
    repo.git("update-ref", "-d", "refs/heads/topic")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("prune", "--expire=now")
    fleet["worker"] = service(["worker", "shared"], repo.id("main"))
    found = check(repo.path, fleet, cache=tmp_path / "cache")
    assert found.target("api")["reason_code"] == "unresolved-revision"
    assert found.target("worker")["state"] == "in_sync"


# ---------------------------------------------------------------- two commits with one prefix


def twins(repo: Repo) -> tuple[str, str]:
    """Two commits whose ids begin with the same seven digits: about 2^14 tries."""
    tree, parent = repo.git("rev-parse", "main^{tree}"), repo.id("main")
    seen: dict[str, bytes] = {}
    for number in itertools.count():
        body = commit_object(tree, parent, number)
        prefix = hashlib.sha1(b"commit %d\0" % len(body) + body, usedforsecurity=False).hexdigest()[:7]
        if prefix in seen:
            return keep(repo, "one", seen[prefix]), keep(repo, "two", body)
        seen[prefix] = body
    raise AssertionError


def commit_object(tree: str, parent: str, number: int) -> bytes:
    who = "Ana <ana@example.org> 1770000000 +0000"
    return f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\n{number}\n".encode()


def keep(repo: Repo, branch: str, body: bytes) -> str:
    commit = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=body)
    repo.branch(branch, commit)
    return commit
