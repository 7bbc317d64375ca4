"""Jobs of Cloud Run, by a double that is held against Google's own description of the interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.sources.doubles import google
from tests.sources.doubles.described import conforms
from tests.sources.doubles.json_api import answering
from tests.sources.served import Answer, serving
from tests.support.reading import reading
from unshipped.core.model import Code, Reading, Sign
from unshipped.errors import SourceError
from unshipped.sources.google.cloud_run_job import CloudRunJobSource

A, B = "a1" * 20, "b2" * 20
NEXT = "next execution of api"

Read = Callable[[Answer], Reading]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    with ExitStack() as stack:
        tokens = stack.enter_context(serving(answering({"/token": google.TOKEN})))
        key = google.key_file(tmp_path, tokens.url("/token"))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))

        def asked(answer: Answer) -> Reading:
            address = stack.enter_context(serving(answer)).url("")
            return reading(CloudRunJobSource(project="shop", region="europe-west1", endpoint=address))

        yield asked


def words(found: Reading) -> list[tuple[str, str, float, str, bool]]:
    return [(one.text, one.part, one.share, one.said_by, one.weak) for one in found.revisions]


def test_what_runs_next_counts_as_live(read: Read):
    job = google.job(
        "api", labels={"commit": A}, of_job={"commit": B}, variables={"COMMIT": A}, image="main/api:a1a1a1a"
    )
    found = read(google.cloud_run_jobs([job], [google.execution("api-1", labels={"commit": B})]))
    assert words(found) == [
        (A, NEXT, 1.0, "label commit", False),
        (B, NEXT, 1.0, "label commit of the job", True),
        (A, NEXT, 1.0, "variable COMMIT", False),
        ("a1a1a1a", NEXT, 1.0, "tag of image main/api:a1a1a1a", False),
    ]
    assert found.remarks == ()


@pytest.mark.parametrize("status", ["EXECUTION_RUNNING", "EXECUTION_PENDING"])
def test_an_execution_that_still_runs_counts_beside_it(read: Read, status: str):
    job = google.job("api", labels={"commit": A}, latest=status)
    found = read(google.cloud_run_jobs([job], [google.execution("api-1", labels={"commit": B})]))
    assert words(found) == [
        (A, NEXT, 0.5, "label commit", False),
        (B, "api-1", 0.5, "label commit", False),
    ]
    assert [f"{one.since:%H:%M:%S.%f}" for one in found.revisions if one.since] == [
        "12:00:00.123456",
        "11:00:00.000000",
    ]


def test_a_job_that_has_never_run_is_what_it_will_run(read: Read):
    job = google.job("api", labels={"commit": A})
    del job["latestCreatedExecution"]
    assert words(read(google.cloud_run_jobs([job], []))) == [(A, NEXT, 1.0, "label commit", False)]


def test_what_went_wrong_is_told(read: Read):
    job = google.job(
        "api", labels={"commit": A}, latest="EXECUTION_FAILED", message="no such image", reconciling=True
    )
    assert [(one.sign, one.message) for one in read(google.cloud_run_jobs([job], [])).remarks] == [
        (Sign.LATEST_NOT_READY, "api did not become ready: no such image"),
        (Sign.LATEST_NOT_READY, "the latest execution, api-1, failed"),
        (Sign.CONVERGING, "a deployment is under way"),
    ]


@pytest.mark.parametrize(
    ("jobs", "code", "words"),
    [
        ([google.job("web")], Code.NOT_FOUND, "no job api among 1"),
        ([google.job("api")], Code.NO_REVISION, "next execution of api says nowhere"),
        ([google.job("api", labels={"commit": A}, latest="EXECUTION_RUNNING")], Code.NOT_FOUND, "404"),
    ],
)
def test_what_cannot_be_told_has_a_reason(read: Read, jobs: list[Any], code: Code, words: str):
    with pytest.raises(SourceError) as caught:
        read(google.cloud_run_jobs(jobs, []))
    assert caught.value.problem.code is code
    assert words in caught.value.message


def test_the_double_has_the_fields_that_google_describes():
    shown = google.job("api", labels={"a": "b"}, variables={"A": "b"}, of_job={"a": "b"}, message="no")
    conforms("run", "v2", "GoogleCloudRunV2ListJobsResponse", {"jobs": [shown], "nextPageToken": "2"})
    conforms("run", "v2", "GoogleCloudRunV2Execution", google.execution("api-1", labels={"a": "b"}))
