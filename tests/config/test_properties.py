"""Whatever the text: a configuration, or a `ConfigError` with at least one problem in the file."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.config.doubles import KINDS, config
from tests.config.test_load import FULL
from unshipped.config import load
from unshipped.errors import ConfigError

SETTINGS = """
    version repositories environments policy criticality ignore services paths path url optional
    deployed expected branch tag order pin origins repository owner hold reason by until retired
    grace warning critical changes age ahead unknown working_hours days from to zone source
    command headers timeout static http main production high api
    """.split()  # noqa: SIM905 - forty quotation marks say nothing
WORDS = [
    *SETTINGS,
    "1h",
    "mon",
    "09:00",
    "UTC",
    "abcdef0",
    "2026-02-07T00:00:00Z",
    "v*",
    "./a",
    "../a",
    "<<",
    "~",
]
PIECES = [
    *WORDS,
    *"[]{}:,-?&*!|>'\"%@`#\\",
    ": ",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "\t",
    "&a ",
    "*a",
    "---\n",
    "\x00",
    "é",
]

words = st.sampled_from(WORDS) | st.text(max_size=6)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=30,
)


def check(text: str | bytes) -> None:
    """The one promise about any text."""
    try:
        load(text, "unshipped.yaml", KINDS)
    except ConfigError as error:
        found = error.problems
    else:
        return
    assert found
    assert all(problem.message.isprintable() and problem.where.isprintable() for problem in found)
    places = [(problem.line, problem.column) for problem in found]
    assert places == sorted(places)
    assert min(places) >= (1, 1)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    check(text)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    check(raw)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_heap_of_pieces_is_read_or_refused(text: str) -> None:
    check(text)


@settings(deadline=None)
@given(documents)
def test_any_document_is_read_or_refused(document: object) -> None:
    check(json.dumps(document, ensure_ascii=False))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(SETTINGS), documents, max_size=6))
def test_any_settings_of_a_service_are_read_or_refused(service: object) -> None:
    check(json.dumps({"services": {"api": service}}, ensure_ascii=False))


@settings(deadline=None)
@given(st.data())
def test_a_file_that_was_damaged_is_read_or_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(FULL)))
    end = data.draw(st.integers(start, min(len(FULL), start + 20)))
    check(FULL[:start] + data.draw(st.sampled_from(PIECES) | st.text(max_size=3)) + FULL[end:])


@settings(deadline=None)
@given(st.text("0123456789abcdefABCDEF", min_size=1, max_size=40))
def test_an_unquoted_id_stays_what_it_is(commit: str) -> None:
    (target,) = config(f"services: {{api: {{paths: [{commit}], deployed: {commit}}}}}").targets
    (origin,) = target.origins
    assert (origin.closure.paths, origin.sources[0].options) == ((commit,), {"commit": commit})
