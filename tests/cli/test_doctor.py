"""The doctor in a real repository: what it needs of the machine, and what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import start
from tests.support.repo import Repo, git

DOCKERFILE = "FROM python\nCOPY api /api\nCMD python /api/main.py\n"
FILES = {"api/Dockerfile": DOCKERFILE, "api/main.py": "", "docs/a.md": "", "lib/b.md": "", "x*/c.md": ""}
MAP = "services:\n  api:\n    build: api/Dockerfile\n    deployed: {}\n"
STATIC = "abcdef0"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo.init(tmp_path / "repo")
    repo.commit(FILES)
    (tmp_path / "unshipped.yaml").write_text("repositories: {main: {path: repo}}\n" + MAP.format(STATIC))
    return repo


def doctor(folder: Path, *arguments: str, **env: str) -> tuple[int, list[dict[str, str]]]:
    child = start(["doctor", "--format=json", *arguments], folder, env=env)
    out, err = child.communicate(timeout=60)
    assert not err, err
    return child.returncode, json.loads(out[out.index(b"{") :])["findings"]


def codes(found: tuple[int, list[dict[str, str]]]) -> tuple[int, set[str]]:
    return found[0], {one["code"] for one in found[1]}


def test_a_map_in_order_has_notes_alone(repo: Repo) -> None:
    assert codes(doctor(repo.path.parent)) == (0, {"uncovered"})


@pytest.mark.parametrize("said", ["git version 2.29.3", "git version 1.8.3.1"])
def test_a_git_that_is_too_old_is_told(repo: Repo, tmp_path: Path, said: str) -> None:
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\necho {said}\n")
    fake.chmod(0o755)
    assert codes(doctor(repo.path.parent, PATH=f"{fake.parent}:/usr/bin:/bin")) == (1, {"git-version"})


def test_no_git_is_told(repo: Repo, tmp_path: Path) -> None:
    code, [found] = doctor(repo.path.parent, PATH=str(tmp_path / "nowhere"))
    assert (code, found["code"], found["severity"]) == (1, "git-version", "error")
    assert "not installed" in found["message"]


def test_a_partial_clone_without_what_must_be_read_is_told(repo: Repo, tmp_path: Path) -> None:
    git(repo.path, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    git(tmp_path, "clone", "--quiet", "--bare", "--filter=blob:none", f"file://{repo.path}", str(clone))
    code, found = doctor(tmp_path, "--repo", str(clone), "--config", str(tmp_path / "unshipped.yaml"))
    assert (code, [one["code"] for one in found]) == (1, ["missing-objects"])
    assert "git fetch" in found[0]["advice"]


UNREADABLE = {
    "a variable": "{source: http, url: {env: NOT_SET}}",
    "a header": "{source: http, url: 'https://x.example/', headers: {Authorization: {env: NOT_SET}}}",
    "a secret file": "{source: http, url: {file: /nonexistent/url}}",
    "no address": "{source: http, url: {env: NO_ADDRESS}}",
    "a file": "{source: file, path: nowhere.json}",
    "a program": "{source: command, command: [no-such-program, x]}",
    "its directory": "{source: command, command: [git, describe], cwd: nowhere}",
}


@pytest.mark.parametrize("source", UNREADABLE.values(), ids=UNREADABLE)
def test_a_source_that_cannot_be_asked_is_told_with_its_service(repo: Repo, source: str) -> None:
    folder = repo.path.parent
    (folder / "unshipped.yaml").write_text("repositories: {main: {path: repo}}\n" + MAP.format(source))
    code, found = doctor(folder, NO_ADDRESS="ftp://user:hidden@x")
    [one] = [one for one in found if one["code"] == "unreadable-source"]
    assert (code, one["severity"], one["service"]) == (1, "warning", "api")
    assert one["place"].startswith("unshipped.yaml:")
    assert "hidden" not in json.dumps(found)


def test_a_source_is_asked_only_when_that_is_wanted(repo: Repo) -> None:
    folder = repo.path.parent
    source = "{source: http, url: 'http://127.0.0.1:9/', timeout: 2}"
    (folder / "unshipped.yaml").write_text("repositories: {main: {path: repo}}\n" + MAP.format(source))
    assert codes(doctor(folder)) == (0, {"uncovered"})
    assert codes(doctor(folder, "--ask")) == (1, {"uncovered", "unreadable-source"})


def test_what_no_service_has_is_proposed_and_then_not_told_again(repo: Repo) -> None:
    folder = repo.path.parent
    before = (folder / "unshipped.yaml").read_text()
    doctor(folder, "--fix")
    after = (folder / "unshipped.yaml").read_text()
    mark = "  # proposed: no service has it\n"
    listed = "".join(f"    - {name}{mark}" for name in ("docs", "lib", '"x\\\\*/**"'))
    assert after == f"{before}\nuncovered:\n  allow:\n{listed}"
    assert doctor(folder) == (0, [])


def test_a_strict_validation_says_where_each_problem_is(repo: Repo) -> None:
    repo.commit({"api/Dockerfile": "FROM python\nCOPY api /api\nCOPY gone /gone\nCMD python /api/main.py\n"})
    child = start(["validate", "--strict"], repo.path.parent)
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 2
    assert "warning missing-copy: api/Dockerfile:3: api: COPY of 'gone', which is not there" in out.decode()
