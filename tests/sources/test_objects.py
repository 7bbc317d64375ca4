"""An object beside the code: which one lies at a web address, or in a bucket."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.sources.doubles import google
from tests.sources.doubles.described import conforms
from tests.sources.doubles.json_api import answering
from tests.sources.served import Answer, Served, body, serving, silent
from tests.support.reading import read
from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.ports import Source
from unshipped.sources import beside
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
    return HttpObject(served.url("/{environment}/model.onnx"), measure, timeout)


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


@pytest.mark.parametrize("place", ["http://a.io/b", "https://a.io/b", "gs://a/b"])
def test_an_address_says_who_is_asked(place: str):
    assert type(beside(place, "etag")) is (StorageObject if place.startswith("gs") else HttpObject)
