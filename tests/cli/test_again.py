"""Whoever asks `affected` the same again is told at once, and never what is not so any more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import configure, world
from tests.support.repo import Repo
from tests.support.run import service
from unshipped.cache import Cache
from unshipped.cli import again
from unshipped.cli.main import dispatch
from unshipped.errors import UnshippedError

ASKED = ["affected", "HEAD~1", "--repo=repo", "--config=unshipped.yaml"]
AT_ONCE, LONG = "at once", "the long way"
Ask = Callable[..., tuple[str, str]]


@pytest.fixture
def ask(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Asks in the folder: how the answer comes about, and what it is."""
    monkeypatch.setenv("UNSHIPPED_CACHE_DIR", str(folder / "cache"))
    monkeypatch.chdir(folder)

    def asked(*arguments: str) -> tuple[str, str]:
        words = list(arguments or ASKED)
        known = again.said(words)
        code = dispatch(words)
        answer = capsys.readouterr().out
        assert known is None or (known, 0) == (answer, code)
        return (LONG if known is None else AT_ONCE), answer

    return asked


@pytest.fixture(autouse=True)
def asked_before(ask: Ask) -> None:
    assert ask() == (LONG, "api  api/app.py\n")


@pytest.mark.parametrize("form", ["text", "json", "names", "github-matrix"])
def test_the_same_is_answered_at_once(ask: Ask, form: str) -> None:
    asked = [*ASKED, f"--format={form}"]
    ask(*asked)
    assert ask(*asked) == (AT_ONCE, ask(*asked, "--no-cache")[1])


def test_a_name_that_is_no_text_breaks_no_reader_of_json(ask: Ask, repo: Repo) -> None:
    repo.commit({b"api/\xff": "1"})
    [affected] = json.loads(ask(*ASKED, "--format=json")[1])["services"]
    assert affected["paths"] == ["api/?"]


def test_neither_the_map_nor_the_grammar_is_loaded(folder: Path) -> None:
    script = "import sys; from unshipped.cli import again; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], env=world(folder), capture_output=True, text=True, check=True
    )
    heavy = {"argparse", "enum", "re", "unshipped.core.model", "unshipped.errors", "unshipped.config"}
    assert heavy.isdisjoint(done.stdout.split())


def test_a_branch_that_moves_is_seen(ask: Ask, repo: Repo) -> None:
    before = ask()
    repo.commit({"worker/job.py": "newer still"})
    assert ask() == (LONG, "worker  worker/job.py\n")
    repo.branch("main", "main~1")
    assert (before[0], ask()[1]) == (AT_ONCE, before[1])


def test_what_the_configuration_says_now_counts(ask: Ask, folder: Path) -> None:
    configure(folder, {"other": service(["api"], "HEAD")})
    assert ask() == (LONG, "other  api/app.py\n")
    assert ask()[0] == AT_ONCE
    (folder / "unshipped.yaml").unlink()
    with pytest.raises(UnshippedError, match="cannot be read"):
        ask()


def test_the_nearest_configuration_is_looked_for_again(
    ask: Ask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, below = ("affected", "HEAD~1"), folder / "repo" / "api"
    below.mkdir(parents=True, exist_ok=True)
    (folder / "unshipped.yaml").rename(folder / "repo" / "unshipped.yaml")
    monkeypatch.chdir(below)
    assert [ask(*asked)[0] for _ in range(2)] == [LONG, AT_ONCE]
    nearer = {"repositories": {"up": {"path": ".."}}, "services": {"nearer": service(["api"], "HEAD")}}
    (below / "unshipped.yml").write_text(json.dumps(nearer))
    assert ask(*asked) == (LONG, "nearer  api/app.py\n")
    (below / "unshipped.yaml").write_text((below / "unshipped.yml").read_text())
    with pytest.raises(UnshippedError, match="has both"):
        ask(*asked)


def test_the_same_text_in_a_nearer_file_means_another_repository(
    ask: Ask, folder: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = folder / "team"
    below.mkdir()
    text = json.dumps(
        {"repositories": {"own": {"path": "repo"}}, "services": {"api": service(["api"], "HEAD")}}
    )
    (folder / "unshipped.yaml").write_text(text)
    monkeypatch.chdir(below)
    asked = ("affected", "HEAD~1")
    assert [ask(*asked)[0] for _ in range(2)] == [LONG, AT_ONCE]
    repo.git("clone", "--quiet", ".", str(below / "repo"))
    other = Repo(below / "repo")
    other.commit({"worker/job.py": "theirs"})
    (below / "unshipped.yaml").write_text(text)
    assert ask(*asked) == (LONG, "No service differs between HEAD~1 and HEAD.\n")


def test_what_a_pipe_says_is_left_to_who_finds_out(ask: Ask) -> None:
    asked_by = set()
    for name in ("api", "other"):
        reads, writes = os.pipe()
        os.write(writes, json.dumps({"services": {name: service(["api"], "HEAD")}}).encode())
        os.close(writes)
        assert ask(*ASKED[:-1], f"--config=/dev/fd/{reads}") == (LONG, f"{name}  api/app.py\n")
        os.close(reads)
        asked_by.add(reads)
    assert len(asked_by) == 1


def test_the_same_words_in_another_place_are_another_question(
    ask: Ask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = folder / "elsewhere"
    other.mkdir()
    (other / "repo").symlink_to(folder / "repo")
    configure(other, {"there": service(["api"], "HEAD")})
    monkeypatch.chdir(other)
    assert ask() == (LONG, "there  api/app.py\n")


def test_whoever_wants_it_anew_gets_it_anew(ask: Ask) -> None:
    assert [ask(*ASKED, "--no-cache")[0] for _ in range(2)] == [LONG, LONG]


def test_what_nobody_knows_is_asked_again(ask: Ask, folder: Path) -> None:
    configure(folder, {"gone": service(["no/such/folder"], "HEAD")})
    assert [ask()[0] for _ in range(2)] == [LONG, LONG]


def test_a_repository_that_cannot_be_read_any_more_is_an_error(ask: Ask, folder: Path, repo: Repo) -> None:
    repo.path.rename(folder / "taken")
    with pytest.raises(UnshippedError, match="is not a directory"):
        ask()


def test_a_git_that_is_silent_has_not_said_so(
    folder: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    basis = again.Basis(
        "unshipped.yaml",
        None,
        "unshipped.yaml",
        (folder / "unshipped.yaml").read_bytes(),
        "repo",
        ["HEAD"],
        [],
    )
    tip = repo.git("rev-parse", "HEAD").strip()
    assert basis._replace(commits=[tip]).holds()
    silent = folder / "bin" / "git"
    silent.parent.mkdir()
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    monkeypatch.setenv("PATH", f"{silent.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(again, "_SECONDS", 0.1)
    assert not basis._replace(commits=[tip]).holds()


@pytest.mark.parametrize("kept", [["short"], ["answer", [1, 2]], {"answer": 1}, "text", 5])
def test_what_another_state_of_this_version_kept_is_nothing(ask: Ask, folder: Path, kept: object) -> None:
    cache = Cache(folder / "cache")
    cache.save("said", again._key(cache, ASKED), kept)
    assert [ask()[0] for _ in range(2)] == [LONG, AT_ONCE]
