"""Records of deployments: which line counts, and what a line that cannot be read means."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.support.mutated import answers_or_says_why, mutated
from tests.support.reading import reading
from unshipped.core.logged.deployments import Deployment, understood, written
from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.sources.plain.record import RecordSource

A, B = "a1" * 20, "b2" * 20


def event(commit: str, hour: int = 12, kind: str = "deployed", service: str = "api") -> dict[str, Any]:
    when = datetime(2026, 2, 5, hour, tzinfo=UTC)
    return written(Deployment(service, "production", commit, when, kind), f"{hour}-{commit}", "/test")


def source(folder: Path, *lines: Any, **more: Any) -> RecordSource:
    path = folder / "records.jsonl"
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines))
    return RecordSource(path=str(path), **more)


def said(found: RecordSource) -> tuple[str, str, bool]:
    (word,) = reading(found).revisions
    return word.text, word.said_by, word.weak


def refused(found: RecordSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        reading(found)
    return caught.value


def test_the_newest_event_of_the_service_counts(tmp_path: Path):
    lines = [event(A, 13), event(B, 12), event(B, 14, service="worker"), ""]
    assert said(source(tmp_path, *lines)) == (A, "record in line 1", True)
    (word,) = reading(source(tmp_path, *lines)).revisions
    assert (word.part, word.since) == ("api in production", datetime(2026, 2, 5, 13, tzinfo=UTC))


def test_of_one_time_the_later_line_counts(tmp_path: Path):
    assert said(source(tmp_path, event(A), event(B)))[0] == B


def test_after_a_rollback_the_older_commit_serves(tmp_path: Path):
    assert said(source(tmp_path, event(A, 12), event(B, 13, "upgraded"), event(A, 14, "rolledback")))[0] == A


def test_what_served_before_is_told_newest_first_and_each_once(tmp_path: Path):
    commits = [f"{number:040x}" for number in range(1, 9)]
    lines = [event(one, hour) for hour, one in enumerate([*commits, commits[5], "main~3", A])]
    newest_first = [commits[5], commits[7], commits[6], commits[4], commits[3]]
    assert reading(source(tmp_path, *lines)).past == tuple(newest_first)
    assert reading(source(tmp_path, event(A))).past == ()


def test_events_of_other_tools_are_read(tmp_path: Path):
    plain = event(A, 12)["data"]
    del plain["customData"]
    newer = event(B, 13)["data"]
    newer["context"]["type"] = "dev.cdevents.service.upgraded.0.3.0-draft"
    other = event("", 14)["data"]
    other["context"]["type"] = "dev.cdevents.build.finished.0.2.0"
    assert said(source(tmp_path, plain)) == (A, "record in line 1", True)
    assert said(source(tmp_path, plain, newer, other))[0] == B


def test_what_names_no_commit_and_what_was_removed_is_no_revision(tmp_path: Path):
    image = event(A)["data"] | {"customData": "text"}
    image["subject"]["content"]["artifactId"] = "pkg:oci/api@sha256%3A" + "0" * 64
    assert refused(source(tmp_path, image)).problem.code is Code.NO_REVISION
    removed = event(A, 13)
    removed["data"]["context"]["type"] = "dev.cdevents.service.removed.0.2.0"
    error = refused(source(tmp_path, event(A), removed))
    assert (error.problem.code, "line 2: the service was removed" in error.message) == (
        Code.NO_REVISION,
        True,
    )


def test_a_service_without_a_record_is_not_found(tmp_path: Path):
    assert refused(source(tmp_path, event(A, service="worker"))).problem.code is Code.NOT_FOUND
    assert said(source(tmp_path, event(A, service="shop-api"), service="shop-{service}"))[0] == A


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"data": {"con', "it is no JSON"),
        ("[" * 100_000, "it is nested too deeply"),
        ("{}", "it is no event"),
        ("7", "it is no event"),
        (json.dumps({"context": {"type": "dev.cdevents.service.deployed.0.2.0"}}), "it names no service"),
        (json.dumps(event(A)).replace("T12:00:00Z", "T12:00:00"), "its time is none that has a zone"),
        (json.dumps(event(A)).replace("T12:00:00Z", "T99:00:00Z"), "its time is none that has a zone"),
    ],
)
def test_a_line_that_cannot_be_read_counts_until_a_later_one_can(tmp_path: Path, line: str, message: str):
    error = refused(source(tmp_path, event(A), line, event(B, service="worker")))
    assert error.problem.code is Code.SOURCE_ERROR
    assert f"line 2, cannot be read: {message}" in error.message
    assert said(source(tmp_path, line, event(A)))[0] == A


def test_what_is_written_is_understood():
    when = datetime(2026, 2, 5, 12, 0, 0, 5, tzinfo=UTC)
    one = Deployment("a b/ü", "production", "v1@x", when, "upgraded", "Ana", "https://ci.example/1")
    document = written(one, "1", "/test")
    assert understood(document) == understood(document["data"]) == one
    assert document["data"]["subject"]["content"]["artifactId"] == "pkg:generic/a%20b%2F%C3%BC@v1%40x"
    assert (document["type"], document["time"]) == (
        "dev.cdevents.service.upgraded.0.2.0",
        "2026-02-05T12:00:00.000005Z",
    )


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated(event(A)))
def test_no_line_makes_it_fall_over(tmp_path: Path, document: Any):
    answers_or_says_why(source(tmp_path, document))
