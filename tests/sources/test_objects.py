"""An object beside the code: which one lies at a web address, or in a bucket."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import botocore.session
import pytest

from tests.sources.doubles import aws, google
from tests.sources.doubles.described import conforms
from tests.sources.doubles.json_api import answering
from tests.sources.served import Answer, Served, body, serving, silent
from tests.support.reading import read
from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.ports import Source
from unshipped.sources import beside
from unshipped.sources.aws._object import S3Object
from unshipped.sources.google._object import StorageObject
from unshipped.sources.plain._object import HttpObject

A = "a1" * 20
MODEL = b"weights of the model"
OBJECT = {
    "kind": "storage#object",
    "name": "production/model v2.onnx",
    "bucket": "shop-models",
    "generation": "1738771200000000",
    "etag": "CICh4vrf14sDEAE=",
}


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Served]]:
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(serving(answer))


def web(served: Served, measure: str, timeout: float = 5) -> HttpObject:
    return HttpObject(served.url("/{environment}/model.onnx"), measure, timeout=timeout)


def problem(source: Source) -> tuple[Code, str]:
    with pytest.raises(SourceError) as caught:
        read(source)
    return caught.value.problem.code, caught.value.message


@pytest.mark.parametrize(
    ("measure", "answer", "known"),
    [
        ("etag", body(MODEL, ETag='"33a64df5"'), "33a64df5"),
        ("etag", body(MODEL, ETag='W/"33a64df5"'), "33a64df5"),
        ("generation", body(MODEL, x_goog_generation="17387"), "17387"),
        ("sha256", body(MODEL), hashlib.sha256(MODEL).hexdigest()),
        ("commit", body(f"{A}\n"), A),
        ("commit", body(json.dumps({"commit": A})), A),
    ],
)
def test_it_is_known_by_its_measure(serve: Any, measure: str, answer: Answer, known: str):
    served = serve(answer)
    assert [one.text for one in read(web(served, measure))] == [known]
    assert served.asked[0].line == "GET /production/model.onnx HTTP/1.1"


@pytest.mark.parametrize(
    ("measure", "answer", "code"),
    [
        ("etag", body(MODEL), Code.NO_REVISION),
        ("generation", body(MODEL, ETag="1"), Code.NO_REVISION),
        ("etag", body("no", 404), Code.NOT_FOUND),
        ("etag", body("no", 403), Code.SOURCE_DENIED),
        ("etag", silent, Code.SOURCE_TIMEOUT),
        ("commit", body("<html>"), Code.NO_REVISION),
        ("commit", body("a" * 70_000), Code.SOURCE_ERROR),
        ("sha256", body(b"a" * (32 * 1024 * 1024 + 1)), Code.SOURCE_ERROR),
    ],
)
def test_what_cannot_be_known_has_a_reason(serve: Any, measure: str, answer: Answer, code: Code):
    assert problem(web(serve(answer), measure, 2))[0] is code


def test_a_redirect_to_another_place_is_not_followed(serve: Any):
    served = serve(body("", 302, Location="http://169.254.169.254/latest/meta-data"))
    assert problem(web(served, "etag"))[0] is Code.SOURCE_ERROR
    assert len(served.asked) == 1


def test_an_address_that_a_placeholder_spoils_is_not_asked():
    code, message = problem(HttpObject("http://{service}:8000@x/y", "etag"))
    assert (code, "user name" in message) == (Code.SOURCE_ERROR, True)


@pytest.fixture
def storage(serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Source]:
    """Makes sources that ask a double of Cloud Storage."""
    key = google.key_file(tmp_path, serve(answering({"/token": google.TOKEN})).url("/token"))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))

    def answer(handler: Any) -> None:
        path, _, query = handler.path.partition("?")
        assert handler.headers["Authorization"] == f"Bearer {google.TOKEN['access_token']}"
        if unquote(path) != f"/storage/v1/b/shop-models/o/{OBJECT['name']}" or path.count("/") != 6:
            return body("{}", 404)(handler)
        return body(MODEL if query == "alt=media" else json.dumps(OBJECT))(handler)

    served = serve(answer)
    return lambda measure: StorageObject(
        "gs://shop-models/{environment}/model v2.onnx", measure, 5, served.url("")
    )


@pytest.mark.parametrize(
    ("measure", "known"),
    [
        ("generation", OBJECT["generation"]),
        ("etag", OBJECT["etag"]),
        ("sha256", hashlib.sha256(MODEL).hexdigest()),
    ],
)
def test_one_in_a_bucket_is_known_by_its_measure(storage: Any, measure: str, known: str):
    assert [one.text for one in read(storage(measure))] == [known]


def test_one_that_is_not_there_is_told(storage: Any):
    assert problem(storage("etag")._replace(url="gs://shop-models/gone"))[0] is Code.NOT_FOUND


def test_the_double_has_the_fields_that_google_describes():
    conforms("storage", "v1", "Object", OBJECT)


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ("http://a.io/b", HttpObject),
        ("https://a.io/b", HttpObject),
        ("gs://a/b", StorageObject),
        ("s3://a/b", S3Object),
    ],
)
def test_an_address_says_who_is_asked(place: str, asked: type):
    assert type(beside(place, "etag", {})) is asked


def test_a_private_one_is_asked_for_with_its_headers(serve: Any, monkeypatch: pytest.MonkeyPatch):
    served = serve(body(MODEL, ETag='"33a64df5"'))
    headers = {"Authorization": {"env": "MODELS_TOKEN", "prefix": "Bearer "}, "X-Shop": "a"}
    source = beside(served.url("/model.onnx"), "etag", headers)
    code, message = problem(source)
    assert (code, "MODELS_TOKEN is not set" in message) == (Code.SOURCE_DENIED, True)
    monkeypatch.setenv("MODELS_TOKEN", "hunter2")
    assert [one.text for one in read(source)] == ["33a64df5"]
    [asked] = served.asked
    assert (asked.headers["Authorization"], asked.headers["X-Shop"]) == ("Bearer hunter2", "a")
    assert "hunter2" not in repr(source)


# ---------------------------------------------------------------- Amazon S3


@pytest.fixture
def bucket(serve: Any, monkeypatch: pytest.MonkeyPatch) -> S3Object:
    """What asks a double of S3: with an object that has a version, and with one that has none."""
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    kept = {
        "/shop-models/production/model v2+1.onnx": body(A, ETag='"33a64df5"', x_amz_version_id="3HL4kqt"),
        "/shop-models/unversioned": body(MODEL, ETag='"33a64df5"'),
    }

    def answer(handler: Any) -> None:
        kept.get(unquote(handler.path.partition("?")[0]), body("<Error/>", 404))(handler)

    place = "s3://shop-models/{environment}/model v2+1.onnx"
    return S3Object(place, "etag", endpoint=serve(answer).url(""))


@pytest.mark.parametrize(
    ("measure", "known"),
    [
        ("etag", "33a64df5"),
        ("generation", "3HL4kqt"),
        ("sha256", hashlib.sha256(A.encode()).hexdigest()),
        ("commit", A),
    ],
)
def test_one_in_s3_is_known_by_its_measure(bucket: S3Object, measure: str, known: str):
    assert [one.text for one in read(bucket._replace(measure=measure))] == [known]


def test_one_in_s3_that_is_not_there_or_has_no_version_is_told(bucket: S3Object):
    assert problem(bucket._replace(url="s3://shop-models/gone"))[0] is Code.NOT_FOUND
    unversioned = bucket._replace(url="s3://shop-models/unversioned", measure="generation")
    assert problem(unversioned)[0] is Code.NO_REVISION


def test_s3_says_what_it_is_known_by_where_the_vendor_says_that_it_does():
    described = botocore.session.Session().get_service_model("s3").shape_for("GetObjectOutput")
    for member, header in (("ETag", "ETag"), ("VersionId", "x-amz-version-id")):
        assert described.members[member].serialization == {"location": "header", "name": header}


def test_what_is_asked_of_s3_is_signed_and_shown_to_nobody(serve: Any, monkeypatch: pytest.MonkeyPatch):
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    served = serve(body("no", 403))
    code, message = problem(S3Object("s3://shop-models/model", "etag", endpoint=served.url("")))
    assert (code, message) == (Code.SOURCE_DENIED, "s3://shop-models/model answered 403 Forbidden")
    line = served.asked[0].line
    assert line.startswith("GET /shop-models/model?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
    assert f"%2F{'us-east-1'}%2Fs3%2Faws4_request" in line


def test_a_bucket_of_another_region_is_asked_there(serve: Any, monkeypatch: pytest.MonkeyPatch):
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    elsewhere = body("", 301, x_amz_bucket_region="eu-west-1")

    def answer(handler: Any) -> None:
        (body(MODEL, ETag='"1"') if "eu-west-1" in handler.path else elsewhere)(handler)

    served = serve(answer)
    source = S3Object("s3://shop-models/model", "etag", endpoint=served.url(""))
    assert [one.text for one in read(source)] == ["1"]
    assert len(served.asked) == 2


def test_s3_without_credentials_is_denied(monkeypatch: pytest.MonkeyPatch):
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    code, message = problem(S3Object("s3://shop-models/model", "etag", timeout=5))
    assert (code, "NoCredentialsError" in message) == (Code.SOURCE_DENIED, True)
