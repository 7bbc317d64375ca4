"""`unshipped record`, and a check that reads what it wrote."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.repo import Repo
from tests.support.run import CompletedRun, run

PLACE = ".unshipped/records.jsonl"


def record(folder: Path, *more: str) -> CompletedRun:
    return run(["record", *more], folder)


def configured(repo: Repo) -> Path:
    """The folder of a configuration whose one service is read from the records."""
    folder = repo.path.parent
    settings = {"source": "record", "path": PLACE}
    service = {"paths": ["api"], "deployed": settings}
    config = {"repositories": {"main": {"path": "repo"}}, "services": {"api": service}}
    (folder / "unshipped.yaml").write_text(json.dumps(config))
    return folder


def test_what_is_recorded_is_what_a_check_reads(repo: Repo):
    folder = configured(repo)
    environment = "--environment=production"
    done = record(folder, "api", environment, "--commit=HEAD~1")
    assert (done.code, "no commit id or tag" in done.stderr) == (2, True)
    head = repo.git("rev-parse", "HEAD").strip()
    first = repo.git("rev-parse", "HEAD~3").strip()
    for commit, hour in ((head, 10), (first, 11)):
        when = f"--now=2026-02-05T{hour}:00:00Z"
        done = record(folder, "api", environment, f"--commit={commit}", when, "--by=Ana")
        assert (done.code, done.stderr) == (0, "")
        assert done.stdout == f"api/production deployed {commit}: {folder / PLACE}\n"
    target = run(["check", "--format=json", "--repo=repo", "--config=unshipped.yaml"], folder).target("api")
    assert (target["deployed"]["commit"], target["changes_behind"]) == (first, 3)
    assert repo.git("merge-base", first, head).strip() == first
    assert target["flags"] == ["unproven", "rolled_back"]
    message = f"{first[:12]} is older than {head[:12]}, which served before"
    assert {"code": "rolled-back", "message": message} in target["remarks"]
    lines = [json.loads(line) for line in (folder / PLACE).read_text().splitlines()]
    assert [line["data"]["customData"]["by"] for line in lines] == ["Ana", "Ana"]
    assert len({line["id"] for line in lines}) == 2


def test_a_status_says_once_that_nothing_proves_it(repo: Repo):
    folder = configured(repo)
    record(folder, "api", "--environment=production", "--commit", repo.git("rev-parse", "HEAD").strip())
    done = run(["status", "--repo=repo", "--config=unshipped.yaml"], folder)
    assert done.stdout.splitlines()[0] == "api in production: in sync (unproven)"


def test_a_service_that_nobody_declared_is_refused(repo: Repo):
    folder = configured(repo)
    done = record(folder, "apii", "--environment=production", "--commit=abcdef0")
    assert done.code == 2
    assert "did you mean 'api/production'?" in done.stderr
    assert not (folder / PLACE).exists()


def test_with_a_file_no_configuration_is_needed(tmp_path: Path):
    arguments = ["any", "-e", "where", "--commit", "v1.2.3-dirty", "--file", "deep/er/records", "--event"]
    assert record(tmp_path, *arguments, "rolledback").code == 0
    event = json.loads((tmp_path / "deep/er/records").read_text())
    assert event["type"] == "dev.cdevents.service.rolledback.0.2.0"
    assert event["data"]["customData"] == {"commit": "v1.2.3-dirty"}


def test_many_at_once_write_whole_lines_and_leave_a_torn_one_alone(tmp_path: Path):
    place = tmp_path / "records.jsonl"
    place.write_text('{"torn')

    def one(number: int) -> int:
        return record(
            tmp_path, f"api-{number}", "-e", "x", "--commit=abcdef0", f"--file={place}", f"--by={'a' * 5000}"
        ).code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(8))) == {0}
    torn, *lines = place.read_text().splitlines()
    assert torn == '{"torn'
    assert {json.loads(line)["subject"] for line in lines} == {f"api-{number}" for number in range(8)}


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path):
    done = record(tmp_path, "api", "-e", "x", "--commit=abcdef0", f"--file={tmp_path}")
    assert (done.code, "cannot be written: Is a directory" in done.stderr) == (2, True)
