"""What every kind of check keeps to. A new kind adds a bench and passes this."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.checks.benches import BENCHES, Bench, Room
from unshipped.checks import KINDS, kind
from unshipped.checks.contract import RULES, Rule
from unshipped.config.options import docstrings, options_model
from unshipped.errors import UsageError


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.name)
def test_it_keeps_to_the_contract(bench: Bench, rule: Rule, room: Room):
    assert list(rule(lambda: bench.make(room))) == []


def test_every_kind_has_a_bench():
    assert {bench.name.partition(",")[0] for bench in BENCHES} == set(KINDS)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_setting_is_described(name: str):
    made: Any = kind(name)
    schema = options_model("it", made).model_json_schema()
    assert schema["description"] and schema["additionalProperties"] is False
    assert all(setting["description"] for setting in schema["properties"].values())
    assert {setting.name for setting in dataclasses.fields(made)} <= set(docstrings(made))


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("seconds", [0, -1, 3601])
def test_a_time_that_cannot_be_waited_for_is_refused(name: str, seconds: float):
    made: Any = kind(name)
    with pytest.raises(ValueError, match="timeout"):
        made(**made.EXAMPLE, timeout=seconds)


def test_a_kind_that_is_not_there_is_an_error_of_use():
    with pytest.raises(UsageError, match="no check kind 'pigeon'") as caught:
        kind("pigeon")
    assert ", ".join(KINDS) in caught.value.hint
