"""The published JSON Schema says what the loader does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.config.doubles import KINDS, config
from tests.config.test_load import FULL, PATTERNS, POLICY, WORDS
from tests.config.test_problems import CASES
from tests.support.examples import NIGHTLY
from unshipped import sources
from unshipped.config import json_schema
from unshipped.config.scalars import plain
from unshipped.config.tree import Refused
from unshipped.config.yaml import read
from unshipped.errors import ConfigError

SCHEMA = json_schema(KINDS)
VALIDATOR = Draft202012Validator(SCHEMA)

NOT_STRUCTURAL = {
    "a merge of a word",
    "duplicate names",
    "no source",
    "no source in one environment",
    "no source for an origin",
    "a tier where none is declared",
    "critical below warning",
    "critical sooner than warning",
    "disorder in layers",
    "an escape in an owner",
    "a gate over what does not run there",
    "an address in the place of a source",
    "an address in the place of a path",
}
"""What no schema can say: that names exist, that thresholds are in order, that a letter does not print."""


def data(text: str) -> Any:
    """A text as an editor sees it."""
    return plain(read(text).data)


def readable() -> dict[str, str]:
    found = {}
    for name, (text, _) in CASES.items():
        try:
            read(text)
        except Refused:
            continue
        found[name] = text
    return found


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        for name, value in schema.get("properties", {}).items():
            yield f"{path}.{name}", value
        for key, value in schema.items():
            yield from properties(value, f"{path}/{key}")
    if isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from properties(value, f"{path}/{index}")


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == "urn:unshipped:configuration:1"
    assert SCHEMA["title"] == "unshipped.yaml"


@pytest.mark.parametrize("kinds", [KINDS, {name: sources.kind(name) for name in sources.KINDS}])
def test_every_setting_is_described(kinds: dict[str, type]) -> None:
    found = dict(properties(json_schema(kinds)))
    assert len(found) > 50
    assert [name for name, value in found.items() if not value.get("description")] == []


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (value["$ref"] for _ in range("$ref" in value))
            for item in value.values():
                yield from references(item)
        if isinstance(value, list):
            for item in value:
                yield from references(item)

    assert {name.removeprefix("#/$defs/") for name in references(SCHEMA)} == set(SCHEMA["$defs"])


def test_the_schema_is_the_same_every_time() -> None:
    assert json_schema(KINDS) == SCHEMA


def test_a_source_is_told_by_its_kind() -> None:
    source = SCHEMA["$defs"]["Source"]
    kinds = [SCHEMA["$defs"][entry["$ref"].rpartition("/")[2]] for entry in source["oneOf"]]
    assert [kind["properties"]["source"]["const"] for kind in kinds] == list(KINDS)
    assert all("source" in kind["required"] for kind in kinds)


def test_names_are_told_by_their_pattern() -> None:
    for section in ("services", "environments", "repositories", "criticality"):
        found = SCHEMA["properties"][section]
        assert found["propertyNames"] == {"pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"}


RIGHT = [
    FULL,
    POLICY,
    "services: {}",
    "services: {api: {paths: [a], deployed: 0123456}}",
    "services: {api: {paths: [a], deployed: [abcdef0, {source: static, commit: {env: COMMIT}}]}}",
    "environments: {production: {deployed: abcdef0}, a: }\nservices: {api: {paths: [a]}}",
    "x-anything: [1, {a: b}]\nservices: {}",
    "services: {api: {paths: [a], deployed: abcdef0, policy: {grace: 0, critical: {age: 1w2d}}}}",
    *(f"services: {{api: {{paths: [{word}], owner: {word}, deployed: abcdef0}}}}" for word in WORDS),
    *(f"services: {{api: {{paths: ['{pattern}'], deployed: abcdef0}}}}" for pattern in PATTERNS),
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_the_loader_takes_the_schema_takes(text: str) -> None:
    config(text)
    assert [error.message for error in VALIDATOR.iter_errors(data(text))] == []


@pytest.mark.parametrize("name", readable())
def test_what_the_loader_refuses_the_schema_refuses_where_a_schema_can(name: str) -> None:
    assert VALIDATOR.is_valid(data(CASES[name][0])) == (name in NOT_STRUCTURAL)


OTHERS: list[Any] = [{}, [], {"a": 1}, ["a b"], "", "a b", -1, 1.5, True, {"zebra": {}}]


def mutations(full: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every place of a document with something else: a fifth of what there is, in turn, since most places are
    like another one; all of it with `UNSHIPPED_NIGHTLY`.
    """
    step = 1 if NIGHTLY else 5

    def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
        yield path
        steps = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, item in steps:
            yield from places(item, (*path, key))

    for at, path in enumerate(places(full)):
        for other in OTHERS[at % step :: step]:
            yield path, other


def replaced(value: Any, path: tuple[str | int, ...], other: Any) -> Any:
    if not path:
        return other
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {**value, step: replaced(value[step], rest, other)}
    return [replaced(item, rest, other) if index == step else item for index, item in enumerate(value)]


UNSEEN = re.compile(
    r"unknown (repository|environment|criticality|service) |no source says|no time zone|carries a secret"
    r"|does not run in"
)


def refused(value: Any) -> list[str]:
    """What the loader says against a document."""
    try:
        config(json.dumps(value))
    except ConfigError as error:
        return [problem.message for problem in error.problems]
    return []


def test_loader_and_schema_agree_on_every_change_of_one_value() -> None:
    full = data(FULL)
    for path, other in mutations(full):
        changed = replaced(full, path, other)
        said = refused(changed)
        if not said or not all(map(UNSEEN.search, said)):
            assert VALIDATOR.is_valid(changed) == (not said), f"{path} {other}: {said}"
