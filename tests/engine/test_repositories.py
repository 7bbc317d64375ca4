"""The same verdict from every shape of a repository, in every environment; or a clear refusal."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.repo import Repo, hour, link
from tests.support.run import check, counts, service, verdict
from unshipped.cache import Cache
from unshipped.core.model import Closure, Code, Problem
from unshipped.errors import MissingObjectsError, UsageError
from unshipped.git.repository import Repository


def _reftable(repo: Repo) -> Repo:
    try:
        return repo.clone("reftable", "--ref-format=reftable")
    except AssertionError:
        pytest.skip("git before 2.45 has no reftable")


SHAPES: dict[str, Callable[[Repo], Repo]] = {
    "without a checkout": lambda repo: repo,
    "a checkout": Repo.checkout,
    "a bare repository": Repo.bare,
    "a clone": Repo.clone,
    "a worktree": Repo.worktree,
    "reftable": _reftable,
    "a sparse checkout": lambda repo: repo.clone("sparse", "--sparse"),
    "borrowed objects": Repo.shared,
    "a partial clone": Repo.partial,
    "a partial clone, checked out": lambda repo: repo.partial(bare=False),
    "a shallow clone that holds everything": lambda repo: repo.shallow(1000),
}


@pytest.fixture
def live(repo: Repo) -> str:
    """What is deployed; main has two changes of the service since, one of them a merge."""
    live = repo.id("main")
    repo.branch("topic")
    repo.commit({"api/more.py": "1"}, on="topic")
    repo.commit({"api/app.py": "2\n"})
    repo.merge("topic", at=hour(1))
    return live


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_every_shape_of_a_repository_gives_the_same_verdict(
    repo: Repo, live: str, shape: Callable[[Repo], Repo]
) -> None:
    there = shape(repo)
    assert counts(verdict(there.path, live, expected=there.id("HEAD"))) == ("behind", 2, 2, 0, 0)


def test_a_folder_inside_a_checkout_will_do(repo: Repo, live: str) -> None:
    inside = repo.checkout().path / "worker"
    assert counts(verdict(inside, live)) == ("behind", 2, 2, 0, 0)


def test_what_lies_in_the_work_tree_or_the_index_is_not_asked(repo: Repo, live: str) -> None:
    repo.checkout()
    (repo.path / "api" / "app.py").write_text("changed and not committed")
    (repo.path / "api" / "new.py").write_text("new")
    repo.git("add", "api/new.py")
    before = repo.git("status", "--porcelain")
    assert counts(verdict(repo.path, live)) == ("behind", 2, 2, 0, 0)
    assert repo.git("status", "--porcelain") == before


def test_a_check_leaves_no_trace_in_the_repository(repo: Repo, live: str) -> None:
    def traces() -> list[tuple[Path, int]]:
        return sorted((path, path.stat().st_mtime_ns) for path in repo.path.rglob("*"))

    before = traces()
    verdict(repo.path, live)
    assert traces() == before


def test_sha256_ids_are_ids(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "new", object_format="sha256")
    live = repo.commit({"api/app.py": "1", "api/lib": link("../shared"), "shared/a": "1"})
    repo.commit({"api/app.py": "2"})
    repo.commit({"shared/a": "2"})
    for text in (live, live[:7], live[:40]):
        target = verdict(repo.path, text)
        assert counts(target) == ("behind", 2, 2, 0, 0) and target["deployed"]["commit"] == live


# ---------------------------------------------------------------- partial clones


@pytest.mark.parametrize("bare", [True, False])
def test_a_partial_clone_fetches_no_blob(repo: Repo, live: str, bare: bool) -> None:
    repo.commit({"api/app.py": "3\n"})
    partial = repo.partial(bare=bare)
    before = partial.missing()
    assert before
    assert verdict(partial.path, live)["state"] == "behind"
    assert partial.missing() == before
    repo.path.rename(repo.path.with_name("away"))
    assert counts(verdict(partial.path, live)) == ("behind", 3, 3, 0, 0)


def test_a_partial_clone_fetches_no_blob_for_production_s_own_commits(repo: Repo, live: str) -> None:
    own = repo.commit({"api/own.py": "1"}, on="hotfix", parents=[live])
    partial = repo.partial()
    before = partial.missing()
    target = verdict(partial.path, own)
    assert (target["state"], target["behind"], target["ahead"]) == ("diverged", 2, 1)
    assert partial.missing() == before


@pytest.mark.parametrize("bare", [True, False])
def test_a_clone_without_trees_says_what_it_lacks(repo: Repo, live: str, bare: bool) -> None:
    repo.commit({"api/app.py": "3\n"})
    treeless = repo.partial(bare=bare, without="tree:0")
    for where in ("there", "away"):
        target = verdict(treeless.path, live)
        assert (target["state"], target["reason_code"]) == ("unknown", "missing-objects"), where
        with pytest.raises(MissingObjectsError) as error:
            Repository(treeless.path, Cache(None)).affected(live, treeless.id("main"), [Closure(("api",))])
        assert "--filter=blob:none" in error.value.hint
        if where == "there":
            repo.path.rename(repo.path.with_name("away"))


def test_a_link_that_cannot_be_read_is_never_taken_for_no_link(repo: Repo) -> None:
    live = repo.commit({"api/lib": link("../shared")})
    repo.commit({"shared/util.py": "2"})
    partial = repo.partial()
    target = verdict(partial.path, live)
    assert target["state"] == "behind" or target["reason_code"] == "missing-objects"
    cut_off = repo.partial("cut-off")
    repo.path.rename(repo.path.with_name("away"))
    target = verdict(cut_off.path, live)
    assert (target["state"], target["reason_code"]) == ("unknown", "missing-objects")


# ---------------------------------------------------------------- borrowed objects


def test_a_lender_that_is_gone_is_named_and_no_commit_is_denied(repo: Repo, live: str) -> None:
    borrowing = repo.shared()
    lender = repo.path.rename(repo.path.with_name("away"))
    run = check(borrowing.path, {"api": service(["api"], live)}, expected=None)
    assert run.target("api")["reason_code"] in {"missing-objects", "repository-error"}
    assert "is no commit" not in run.said() and str(repo.path) in run.said()
    opened = Repository(borrowing.path, Cache(None))
    found = opened.resolve([live])[live]
    assert isinstance(found, Problem) and found.code is Code.MISSING_OBJECTS
    with pytest.raises(UsageError, match="which is not there") as error:
        opened.revisions(["HEAD"])
    assert "--reference" in error.value.hint
    lender.rename(repo.path)
    assert opened.resolve([live]) == {live: live}
    assert counts(verdict(borrowing.path, live)) == ("behind", 2, 2, 0, 0)


# ---------------------------------------------------------------- environments and settings

HOOK = {
    "GIT_DIR": "/nonexistent/.git",
    "GIT_WORK_TREE": "/nonexistent",
    "GIT_INDEX_FILE": "/nonexistent/index",
    "GIT_OBJECT_DIRECTORY": "/nonexistent/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/nonexistent/other",
    "GIT_COMMON_DIR": "/nonexistent/common",
    "GIT_NAMESPACE": "other",
    "GIT_PREFIX": "worker/",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_EXTERNAL_DIFF": "/nonexistent/diff",
    "GIT_DIFF_OPTS": "--unified=0",
    "GIT_TRACE": "1",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "diff.orderFile",
    "GIT_CONFIG_VALUE_0": "/nonexistent/order",
}


@pytest.mark.parametrize("name", [*HOOK, "all"])
def test_what_a_hook_sets_for_another_repository_is_not_followed(repo: Repo, live: str, name: str) -> None:
    several = name == "all" or name.startswith("GIT_CONFIG")  # its three parts go together
    env = HOOK if several else {name: HOOK[name]}
    assert counts(verdict(repo.path, live, env=env)) == ("behind", 2, 2, 0, 0)


def test_settings_of_the_repository_do_not_change_the_answer(repo: Repo, live: str) -> None:
    settings = {
        "diff.renames": "copies", "diff.external": "touch harm", "diff.orderFile": "/nonexistent",
        "diff.noprefix": "true", "diff.relative": "true", "diff.ignoreSubmodules": "all",
        "color.ui": "always", "color.diff": "always", "core.quotePath": "true",
        "core.pager": "touch harm", "log.showSignature": "true", "log.follow": "true",
        "log.date": "relative", "core.abbrev": "4", "core.ignoreCase": "true",
        "core.fsmonitor": "touch harm", "core.hooksPath": "/nonexistent", "log.decorate": "full",
        "i18n.logOutputEncoding": "utf-16", "format.pretty": "raw",
    }  # fmt: skip
    for key, value in settings.items():
        repo.git("config", key, value)
    assert counts(verdict(repo.path, live)) == ("behind", 2, 2, 0, 0)
    assert not (repo.path / "harm").exists()


# ---------------------------------------------------------------- refusals


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
def test_a_repository_of_another_user_is_refused_with_a_clear_word(repo: Repo, live: str) -> None:
    for path in [repo.path, *repo.path.rglob("*")]:
        os.chown(path, 12345, 12345, follow_symlinks=False)
    run = check(repo.path, {"api": service(["api"], live)})
    assert run.code == 2
    assert "safe.directory" in run.stderr or "owner" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for place in (empty, tmp_path / "nowhere"):
        run = check(place, {"api": service(["api"], "a" * 40)})
        assert run.code == 2 and run.stderr.strip() and "Traceback" not in run.stderr


def test_an_empty_repository_has_nothing_that_should_serve(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "empty")
    for expected in ("main", None):
        run = check(repo.path, {"api": service(["api"], "a" * 40)}, expected=expected)
        assert run.code == 3
        assert run.target("api")["reason_code"] in {"expected-unresolved", "unresolved-revision"}


@pytest.mark.parametrize("name", ["nope", "origin/nope", "refs/heads/nope", "dead" * 10, "v9.9.9"])
def test_an_expected_commit_that_is_not_there_makes_everything_unknown(
    repo: Repo, live: str, name: str
) -> None:
    run = check(repo.path, {"api": service(["api"], live)}, expected=name)
    assert (run.code, run.target("api")["reason_code"]) == (3, "expected-unresolved")


@pytest.mark.parametrize("name", ["--upload-pack=touch harm", "main; touch harm", "-", "main^{/x}"])
def test_a_hostile_expected_name_does_no_harm(repo: Repo, live: str, tmp_path: Path, name: str) -> None:
    run = check(repo.path, {"api": service(["api"], live)}, expected=name)
    assert run.code in {2, 3} and "Traceback" not in run.stderr
    assert not list(tmp_path.rglob("harm"))


def test_a_damaged_repository_is_unknown_or_refused_but_never_in_sync(repo: Repo, live: str) -> None:
    tree = repo.git("rev-parse", "main:api")
    loose = repo.path / ".git" / "objects" / tree[:2] / tree[2:]
    loose.unlink()
    run = check(repo.path, {"api": service(["api"], live)})
    assert run.code in {2, 3} and "Traceback" not in run.stderr
