"""Drift of settings, from what Cloud Run says to what `check` prints."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.sources.doubles import google
from tests.sources.doubles.json_api import answering
from tests.sources.served import body, serving
from tests.support.repo import Repo
from tests.support.run import CompletedRun, run

SECRET, LIVE = "hunter2", {"LEVEL": "info", "TOKEN": "hunter2"}
DECLARED = "{variables: {LEVEL: info, TOKEN: {present: true}, PASSWORD: {present: true}}, min_instances: 1}"

Shop = Callable[..., None]


@pytest.fixture
def shop(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Writes the configuration of a service that runs the newest commit, set as it is said."""
    commit = repo.commit({"api/main.py": "1"})
    with ExitStack() as stack:
        tokens = stack.enter_context(serving(answering({"/token": google.TOKEN})))
        key = google.key_file(tmp_path, tokens.url("/token"))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))

        def made(variables: dict[str, str], least: int, declared: str = DECLARED, more: str = "") -> None:
            revision = google.revision("api-1", labels={"commit-sha": commit}, variables=variables)
            revision["scaling"] = {"minInstanceCount": least} if least else {}
            cloud = google.cloud_run([google.service("api", {"api-1": 100})], [revision])
            source = "source: cloud-run, project: shop, region: europe-west1, endpoint"
            address = stack.enter_context(serving(cloud)).url("")
            (repo.path / "unshipped.yaml").write_text(
                f"services:\n  api:\n    paths: [api]\n    deployed: {{{source}: '{address}'}}\n"
                f"    settings: {declared}\n{more}",
                encoding="utf-8",
            )

        yield made


def ask(repo: Repo, *arguments: str) -> CompletedRun:
    key = "GOOGLE_APPLICATION_CREDENTIALS"
    return run(arguments, repo.path, env={key: os.environ[key]})


def checked(repo: Repo, *more: str) -> Any:
    done = ask(repo, "check", "--format=json", *more)
    [target] = done.json["targets"]
    return done.code, target["state"], target["severity"], [one["code"] for one in target["remarks"]]


def test_what_is_set_as_declared_is_in_sync(repo: Repo, shop: Shop):
    shop(LIVE, 1)
    assert checked(repo) == (0, "in_sync", "none", [])


def test_wiped_variables_and_a_reset_minimum_are_a_finding_of_their_own(repo: Repo, shop: Shop):
    shop({"LEVEL": "debug"}, 0)
    assert checked(repo) == (1, "in_sync", "warning", ["setting-differs"] * 3)
    assert checked(repo, "--fail-on", "critical")[0] == 0


def test_the_summary_counts_it(repo: Repo, shop: Shop):
    shop(LIVE, 0)
    said = ask(repo, "check").stdout
    assert "1 target checked: all in sync, 1 set otherwise than declared." in said
    assert "api-1: min_instances is 0, declared is 1" in " ".join(said.split())


def test_what_is_told_of_it_is_what_is_the_matter(repo: Repo, shop: Shop):
    shop(LIVE, 0)
    assert ask(repo, "watch", "--once", "--no-fetch").code == 0
    what = "api-1: min_instances is 0, declared is 1"
    assert f"warning   api/production: {what}" in ask(repo, "incidents").stdout
    assert f"warning: api/production, {what}" in " ".join(ask(repo, "digest").stdout.split())


def test_the_policy_says_how_bad_it_is(repo: Repo, shop: Shop):
    shop(LIVE, 0, more="policy: {settings: critical}\n")
    assert checked(repo)[:3] == (1, "in_sync", "critical")


def test_what_cannot_be_compared_is_told(repo: Repo, shop: Shop):
    shop(LIVE, 0, "{variables: {PASSWORD: x}}")
    assert checked(repo) == (0, "in_sync", "info", ["setting-unknown"])


def test_an_object_beside_the_code_is_held_against_what_was_declared(repo: Repo):
    commit = repo.commit({"api/main.py": "1"})
    with serving(body("weights", ETag='"b2"')) as served:
        place = served.url("/{service}/model.onnx")
        (repo.path / "unshipped.yaml").write_text(
            f"services:\n  api:\n    paths: [api]\n    deployed: {commit}\n    settings:\n      objects:\n"
            f"        same: {{url: '{place}', etag: b2}}\n        other: {{url: '{place}', etag: a1}}\n"
            f"        gone: {{url: '{place}', generation: 1}}\n",
            encoding="utf-8",
        )
        done = run(["check", "--format=json"], repo.path)
    [target] = done.json["targets"]
    assert (done.code, target["state"], target["severity"]) == (1, "in_sync", "warning")
    said = [(one["code"], one["message"].partition(":")[0]) for one in target["remarks"]]
    assert said == [
        ("setting-differs", "object other is etag b2, declared is a1"),
        ("setting-unknown", "object gone cannot be read"),
    ]


@pytest.mark.parametrize("form", ["text", "json", "markdown", "junit", "sarif", "github"])
def test_every_form_tells_it_and_no_form_tells_the_value_of_a_variable(repo: Repo, shop: Shop, form: str):
    shop(LIVE, 0, "{variables: {TOKEN: another, LEVEL: warn}, min_instances: 1}")
    done = ask(repo, "check", f"--format={form}")
    assert done.code == 1
    assert "TOKEN" in done.stdout and "min_instances is 0" in done.stdout
    assert SECRET not in done.stdout + done.stderr and "another" not in done.stdout + done.stderr
    told = ask(repo, "explain", "api")
    assert "variable TOKEN is not what was declared" in told.stdout.replace("\n", " ")
    assert SECRET not in told.stdout + told.stderr
