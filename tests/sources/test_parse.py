from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from unshipped.core.model import Code, Revision
from unshipped.errors import SourceError
from unshipped.sources.shared.parse import LIMIT, LONGEST, parse, shown


def problem(body: bytes | str, pointer: str = "") -> Code:
    data = body.encode() if isinstance(body, str) else body
    with pytest.raises(SourceError) as caught:
        parse(data, "it", pointer)
    return caught.value.problem.code


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"commit": "eb7ce85b", "revision": "0000000"}, "eb7ce85b"),
        ({"sha": "0000000", "revision": "eb7ce85b"}, "eb7ce85b"),
        ({"commit": None, "revision": "", "sha": "eb7ce85b"}, "eb7ce85b"),
        ({"git_sha": "eb7ce85b", "version": "1.2"}, "eb7ce85b"),
        ("eb7ce85b", "eb7ce85b"),
    ],
)
def test_an_object_carries_its_revision_under_a_known_key(document: object, text: str):
    assert parse(json.dumps(document).encode(), "it").text == text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", Code.NO_REVISION),
        ("null", Code.NO_REVISION),
        ("unknown", Code.NO_REVISION),
        ("unknown-dirty", Code.NO_REVISION),
        ("{}", Code.NO_REVISION),
        ('""', Code.NO_REVISION),
        ('{"commit": null}', Code.NO_REVISION),
        ('{"commit": "null"}', Code.NO_REVISION),
        ('{"version": "1.2.3"}', Code.NO_REVISION),
        ("<!doctype html><p>eb7ce85b", Code.NO_REVISION),
        ("\n  <html>", Code.NO_REVISION),
        ('{"commit": 1234567}', Code.BAD_REVISION),
        ('{"commit": true}', Code.BAD_REVISION),
        ('{"commit": {"id": "eb7ce85b"}}', Code.BAD_REVISION),
        ('["eb7ce85b"]', Code.BAD_REVISION),
        ('{"commit": "\\ud800"}', Code.BAD_REVISION),
        ('{"commit": "\\u0000"}', Code.BAD_REVISION),
        ('{"commit": "eb7ce85b"', Code.SOURCE_ERROR),
        ('{"commit": "eb7ce8', Code.SOURCE_ERROR),
        ("{commit: eb7ce85b}", Code.SOURCE_ERROR),
        ('{"commit": "eb7ce85b"} {"commit": "0000000"}', Code.SOURCE_ERROR),
        ("[" * LIMIT, Code.SOURCE_ERROR),
        ('{"commit": ' + "9" * 9000 + "}", Code.SOURCE_ERROR),
        ("eb7ce85b\neb7ce85c", Code.BAD_REVISION),
        ("commit=eb7ce85b built today", Code.BAD_REVISION),
        (b"\xff\xfee\x00b\x00", Code.BAD_REVISION),
        (b"a" * (LIMIT + 1), Code.BAD_REVISION),
        (b"eb7ce85b\x00", Code.BAD_REVISION),
    ],
)
def test_what_is_no_revision_has_its_own_code(body: bytes | str, code: Code):
    assert problem(body) is code


DOCUMENT = json.dumps({"a/b": {"m~n": ["x", {"": "eb7ce85b"}]}, "nothing": None, "number": 7, "01": "y"})


@pytest.mark.parametrize("pointer", ["/a~1b/m~0n/1/"])
def test_a_pointer_is_walked_as_its_standard_says(pointer: str):
    assert parse(DOCUMENT.encode(), "it", pointer) == Revision("eb7ce85b")


@pytest.mark.parametrize(
    ("pointer", "code"),
    [
        ("/missing", Code.NO_REVISION),
        ("/nothing", Code.NO_REVISION),
        ("/nothing/below", Code.NO_REVISION),
        ("/a~1b/m~0n/7", Code.NO_REVISION),
        ("/a~1b/m~0n/-", Code.NO_REVISION),
        ("/a~1b/m~0n/-1", Code.NO_REVISION),
        ("/a~1b/m~0n/01", Code.NO_REVISION),
        ("/a~1b/m~0n/\u0661", Code.NO_REVISION),
        ("/a~1b", Code.BAD_REVISION),
        ("/number", Code.BAD_REVISION),
    ],
)
def test_a_pointer_to_nowhere_finds_nothing(pointer: str, code: Code):
    assert problem(DOCUMENT, pointer) is code


@pytest.mark.parametrize("body", ["eb7ce85b", '{"commit": "eb', "}"])
def test_a_pointer_into_what_is_no_json_is_an_error_of_the_source(body: str):
    assert problem(body, "/commit") is Code.SOURCE_ERROR


@pytest.mark.parametrize("body", ["", "null", "<html>login</html>"])
def test_a_pointer_into_nothing_or_a_page_finds_no_revision(body: str):
    assert problem(body, "/commit") is Code.NO_REVISION


@pytest.mark.parametrize(
    ("source", "repository"),
    [
        ("https://example.com/a/b", "https://example.com/a/b"),
        ("https://hunter2@example.com/a/b", "https://example.com/a/b"),
        ("https://ana:hunter2@example.com/a/b", "https://example.com/a/b"),
        ("javascript:alert(1)", ""),
        ("https://example.com/a b", ""),
        ("https://example.com/\x1b[31m", ""),
        ("https://example.com/" + "a" * 1000, ""),
        (None, ""),
        (7, ""),
    ],
)
def test_it_says_where_the_code_is_said_to_come_from(source: object, repository: str):
    body = json.dumps({"commit": "eb7ce85b", "source": source}).encode()
    assert parse(body, "it") == Revision("eb7ce85b", repository=repository)


@given(some.binary(max_size=400))
def test_whatever_is_read_ends_in_a_plain_name_or_an_error(body: bytes):
    text = "eb7ce85b"
    with suppress(SourceError):
        text = parse(body, "it").text
    assert 0 < len(text) <= LONGEST
    assert text.isprintable()
    assert not text.startswith("-")
    assert len(text.split()) == 1


@given(some.text(max_size=500))
def test_what_is_shown_prints_on_one_short_line(text: str):
    assert shown(text).isprintable()
    assert len(shown(text)) <= LONGEST
