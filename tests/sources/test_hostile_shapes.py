"""Whatever a platform answers, a source has a reading or a reason: documents with anything in any place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.doubles import aws, google
from tests.support.reading import reading
from unshipped.core.model import Reading
from unshipped.errors import SourceError
from unshipped.http.exchange import Answer, Request
from unshipped.platforms import api, by_botocore
from unshipped.ports import Source
from unshipped.sources.aws.aws_lambda import LambdaSource
from unshipped.sources.aws.ecs import EcsSource
from unshipped.sources.google import _credentials
from unshipped.sources.google.cloud_function import CloudFunctionSource
from unshipped.sources.google.cloud_run import CloudRunSource
from unshipped.sources.google.cloud_run_job import CloudRunJobSource

PLACE: dict[str, Any] = {"project": "shop", "region": "europe-west1"}
COMMIT = "a1" * 20
SERVICE = google.service("api", {"api-1": 90, "api-2": 10}, created="api-3", message="no", reconciling=True)
REVISION = google.revision("api-1", labels={"commit": COMMIT}, variables={"COMMIT": COMMIT})
RUN = {"services": {"services": [SERVICE]}, "api-1": REVISION, "api-2": REVISION}
FIRST = google.function("api", first=True, variables={"COMMIT": COMMIT}, state="FAILED", message="no")
DEPLOYMENTS = [aws.deployment("api:7", failedTasks=1), aws.deployment("api:7", 1, rolloutState="FAILED")]
FUNCTION = aws.function(variables={"COMMIT": COMMIT}, Description=COMMIT, LastUpdateStatus="Failed")

CLIENT = cache(by_botocore._client)
"""Made once, because that takes longer than everything else."""

CASES: dict[str, tuple[Source, Mapping[str, Any]]] = {
    "cloud-run": (CloudRunSource(**PLACE), RUN),
    "cloud-function": (
        CloudFunctionSource(**PLACE),
        {"functions": {"functions": [google.function("api", labels={"commit": COMMIT})]}, **RUN},
    ),
    "cloud-function of the first generation": (
        CloudFunctionSource(**PLACE),
        {"functions": {"functions": [FIRST], "unreachable": []}},
    ),
    "cloud-run-job": (
        CloudRunJobSource(**PLACE),
        {
            "jobs": {"jobs": [google.job("api", labels={"commit": COMMIT}, latest="EXECUTION_RUNNING")]},
            "api-1": google.execution("api-1", labels={"commit": COMMIT}),
        },
    ),
    "ecs": (
        EcsSource(region=aws.REGION, endpoint="http://127.0.0.1:1"),
        {
            "ListServices": {"serviceArns": ["api"]},
            "DescribeServices": {"services": [aws.service("api", *DEPLOYMENTS, commit=COMMIT)]},
            "DescribeTaskDefinition": aws.definition("api:7", tags={"commit": COMMIT}),
        },
    ),
    "lambda": (
        LambdaSource(region=aws.REGION, endpoint="http://127.0.0.1:1", alias="live"),
        {"live": aws.alias("6", {"7": 0.25}), "api": FUNCTION},
    ),
}

ANYTHING: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1e308,
        "",
        "x",
        "\x00\x1b[31m",
        "2026-02-30",
        [],
        [None],
        [[]],
        {},
        {"name": 7},
        [{"": {}}],
    ]
)


def places(value: Any, *way: Any) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a document."""
    if way:
        yield way
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in steps:
        yield from places(below, *way, step)


@st.composite
def spoiled(draw: st.DrawFn, documents: Mapping[str, Any]) -> Mapping[str, Any]:
    """The documents with one to three places gone or replaced."""
    made = deepcopy(dict(documents))
    for _ in range(draw(st.integers(1, 3))):
        ways = list(places(made))
        if not ways:
            break
        *way, last = draw(st.sampled_from(ways))
        holder: Any = made
        for step in way:
            holder = holder[step]
        if draw(st.booleans()):
            del holder[last]
        else:
            holder[last] = deepcopy(draw(ANYTHING))
    return made


def answering(documents: Mapping[str, Any]) -> Callable[[Request], Answer]:
    """Each document by the last step of the path, or by the operation that is asked for."""

    def fetch(request: Request) -> Answer:
        operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        name = operation or urlsplit(request.url).path.rpartition("/")[2]
        return Answer({}, json.dumps(documents.get(name)).encode())

    return fetch


@pytest.mark.parametrize("case", CASES)
def test_the_documents_are_read_as_they_are(case: str, monkeypatch: pytest.MonkeyPatch):
    source, documents = CASES[case]
    assert {one.text for one in asked(source, documents, monkeypatch).revisions} == {COMMIT}


@pytest.mark.parametrize("case", CASES)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_shape_is_a_crash(case: str, monkeypatch: pytest.MonkeyPatch, data: st.DataObject):
    source, documents = CASES[case]
    try:
        found = asked(source, data.draw(spoiled(documents)), monkeypatch)
    except SourceError as error:
        said = [error.message]
    else:
        assert found.revisions
        said = [remark.message for remark in found.remarks]
    assert all(message.isprintable() for message in said)


def asked(source: Source, documents: Mapping[str, Any], patch: pytest.MonkeyPatch) -> Reading:
    for name, value in aws.CREDENTIALS.items():
        patch.setenv(name, value)
    patch.setattr(_credentials, "headers", lambda look, timeout: {})
    patch.setattr(api, "fetch", answering(documents))
    patch.setattr(by_botocore, "_client", CLIENT)
    return reading(source)
