"""Cloud Functions, by a double that is held against Google's own description of the interface."""

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
from unshipped.core.settings import Settings
from unshipped.errors import SourceError
from unshipped.sources.google.cloud_function import CloudFunctionSource

A, B = "a1" * 20, "b2" * 20
SERVICE = google.service("api", {"api-2": 90, "api-1": 10}, labels={"commit-sha": A})
REVISIONS = [
    google.revision("api-2", labels={"commit-sha": A}),
    google.revision("api-1", variables={"COMMIT_SHA": B}),
]

Read = Callable[[Answer], Reading]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    with ExitStack() as stack:
        tokens = stack.enter_context(serving(answering({"/token": google.TOKEN})))
        key = google.key_file(tmp_path, tokens.url("/token"))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))

        def asked(answer: Answer) -> Reading:
            address = stack.enter_context(serving(answer)).url("")
            place: dict[str, Any] = {"project": "shop", "region": "europe-west1"}
            return reading(CloudFunctionSource(**place, endpoint=address, run_endpoint=address))

        yield asked


def words(found: Reading) -> list[tuple[str, str, float, str, bool]]:
    return [(one.text, one.part, one.share, one.said_by, one.weak) for one in found.revisions]


def signs(found: Reading) -> list[tuple[Sign, str]]:
    return [(one.sign, one.message) for one in found.remarks]


def test_the_second_generation_is_what_gets_traffic_in_cloud_run(read: Read):
    function = google.function("api", labels={"commit-sha": B}, variables={"COMMIT_SHA": B})
    found = read(google.cloud_functions([function], [SERVICE], REVISIONS))
    assert words(found) == [
        (A, "api-2", 0.9, "label commit-sha", False),
        (A, "api-2", 0.9, "label commit-sha of the service", True),
        (B, "api-2", 0.9, "label commit-sha of the function", True),
        (A, "api-1", 0.1, "label commit-sha of the service", True),
        (B, "api-1", 0.1, "label commit-sha of the function", True),
        (B, "api-1", 0.1, "variable COMMIT_SHA", False),
    ]
    assert found.remarks == ()


def test_after_a_failed_deployment_the_last_good_revision_serves(read: Read):
    function = google.function("api", state="FAILED", message="Build failed", labels={"commit-sha": B})
    service = google.service("api", {"api-2": 100})
    found = read(google.cloud_functions([function], [service], REVISIONS))
    assert [one.text for one in found.revisions if not one.weak] == [A]
    assert signs(found) == [(Sign.LATEST_NOT_READY, "the last deployment failed: Build failed")]


def test_the_first_generation_says_it_itself(read: Read):
    function = google.function("api", first=True, labels={"commit": A}, variables={"COMMIT_SHA": A[:7]})
    found = read(google.cloud_functions([function], [], []))
    assert words(found) == [
        (A, "api", 1.0, "label commit", False),
        (A[:7], "api", 1.0, "variable COMMIT_SHA", False),
    ]
    assert found.revisions[0].since
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("state", "sign", "message"),
    [
        ("FAILED", Sign.LATEST_NOT_READY, "the last deployment failed"),
        ("DEPLOYING", Sign.CONVERGING, "a deployment is under way"),
        ("UNKNOWN", Sign.LATEST_NOT_READY, "the last deployment failed, and what serves is not known"),
        ("DELETING", Sign.UNHEALTHY, "it is being deleted"),
    ],
)
def test_what_a_first_generation_says_before_it_has_arrived_is_weak(
    read: Read, state: str, sign: Sign, message: str
):
    function = google.function("api", first=True, labels={"commit": A}, state=state)
    found = read(google.cloud_functions([function], [], []))
    assert words(found) == [(A, "api", 1.0, "label commit", True)]
    assert signs(found) == [(sign, message)]


def test_what_a_function_was_built_into_is_no_tag_that_moves(read: Read):
    """Each deployment builds one anew, and nobody else tags it."""
    built = "europe-west1-docker.pkg.dev/shop/gcf-artifacts/shop__europe--west1__api:version_1"
    service = google.service("api", {"api-2": 90, "api-1": 10}, image=built)
    revisions = [google.revision(f"api-{one}", labels={"commit-sha": A}, image=built) for one in (2, 1)]
    found = read(google.cloud_functions([google.function("api")], [service], revisions))
    assert found.remarks == ()


def test_how_a_function_of_the_second_generation_stands_is_told_beside_what_gets_traffic(read: Read):
    function = google.function("api", state="UNKNOWN")
    found = read(google.cloud_functions([function], [google.service("api", {"api-2": 100})], REVISIONS))
    assert words(found) == [(A, "api-2", 1.0, "label commit-sha", False)]
    assert [one.sign for one in found.remarks] == [Sign.LATEST_NOT_READY]


@pytest.mark.parametrize("first", [True, False])
def test_a_deployment_that_is_under_way_has_begun_with_the_last_update(read: Read, *, first: bool):
    function = google.function("api", first=first, labels={"commit": A}, state="DEPLOYING")
    [remark] = read(google.cloud_functions([function], [SERVICE], REVISIONS)).remarks
    assert remark.since
    assert remark.since.isoformat() == "2026-02-05T12:00:00.123456+00:00"


@pytest.mark.parametrize(
    ("functions", "code", "words"),
    [
        ([], Code.NOT_FOUND, "no function api among 0"),
        ([google.function("web")], Code.NOT_FOUND, "no function api among 1"),
        ([google.function("api", first=True)], Code.NO_REVISION, "api says nowhere which commit it is"),
        ([google.function("api")], Code.NOT_FOUND, "no service api among 0"),
        ([google.function("api") | {"serviceConfig": {}}], Code.NO_REVISION, "no service of Cloud Run"),
    ],
)
def test_what_cannot_be_told_has_a_reason(read: Read, functions: list[Any], code: Code, words: str):
    with pytest.raises(SourceError) as caught:
        read(google.cloud_functions(functions, [], []))
    assert caught.value.problem.code is code
    assert words in caught.value.message


@pytest.mark.parametrize("cut", ["", "2"])
def test_a_region_that_could_not_be_reached_is_no_proof_of_absence(read: Read, cut: str):
    """Whichever page says so."""

    def page(query: dict[str, str]) -> dict[str, Any]:
        asked = query.get("pageToken", "")
        unreachable = ["projects/shop/locations/europe-west1"] if asked == cut else []
        return {"functions": [], "unreachable": unreachable, "nextPageToken": "" if asked else "2"}

    with pytest.raises(SourceError, match="could not be reached") as caught:
        read(answering({f"/v2/{google.PLACE}/functions": page}))
    assert caught.value.problem.code is Code.SOURCE_ERROR


@pytest.mark.parametrize(
    "shown",
    [
        google.function("api", labels={"a": "b"}, variables={"A": "b"}, state="FAILED", message="no"),
        google.function("api", first=True, variables={"A": "b"}),
    ],
)
def test_the_double_has_the_fields_that_google_describes(shown: dict[str, Any]):
    conforms("cloudfunctions", "v2", "ListFunctionsResponse", {"functions": [shown], "unreachable": []})


def test_what_a_function_is_set_to_is_read_where_it_runs(read: Read):
    function = google.function("api", variables={"LEVEL": "old"})
    found = read(google.cloud_functions([function], [SERVICE], REVISIONS))
    assert [(one.part, one.variables) for one in found.settings] == [
        ("api-2", {"PASSWORD": None}),
        ("api-1", {"COMMIT_SHA": B, "PASSWORD": None}),
    ]


def test_the_first_generation_says_itself_what_it_is_set_to(read: Read):
    function = google.function("api", first=True, labels={"commit": A}, variables={"LEVEL": "info"})
    function["serviceConfig"] |= {
        "minInstanceCount": 1,
        "maxInstanceCount": 5,
        "secretEnvironmentVariables": [{"key": "PASSWORD", "secret": "db"}],
    }
    found = read(google.cloud_functions([function], [], []))
    assert found.settings == (
        Settings("api", {"LEVEL": "info", "PASSWORD": None}, {"commit": A}, None, 1, 5),
    )
