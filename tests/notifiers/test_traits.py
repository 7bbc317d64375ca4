"""What a kind of notifier says of itself is understood: a name that nobody reads would mean nothing."""

from __future__ import annotations

import dataclasses
import inspect
import sys

import pytest

from tests.support.traits import said
from unshipped.core.model import Severity
from unshipped.notifiers import KINDS, kind
from unshipped.notifiers.console import ConsoleNotifier
from unshipped.ports.telling import Traits

EVERY = {"EXAMPLE", *Traits._fields}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_says_nothing_of_itself_that_nobody_reads(name: str):
    assert said(kind(name)) <= EVERY


@pytest.mark.parametrize("name", KINDS)
def test_what_it_says_is_of_the_type_that_is_read(name: str):
    traits = Traits.of(kind(name))
    assert [type(one) for one in traits] == [type(one) for one in Traits()]
    assert traits.least in {one.word for one in Severity if one > Severity.NONE}


@pytest.mark.parametrize("name", KINDS)
def test_whoever_mentions_people_says_by_which_names(name: str):
    found = kind(name)
    settings = {field.name for field in dataclasses.fields(found)}  # type: ignore[arg-type]
    assert ("people" in settings) == bool(Traits.of(found).handles)


@pytest.mark.parametrize("name", KINDS)
def test_whoever_reads_rollouts_as_data_may_be_told_of_them(name: str):
    found = kind(name)
    assert ("unshipped.notifiers._events" in inspect.getsource(sys.modules[found.__module__])) == (
        Traits.of(found).announces
    )


def test_what_is_misspelt_is_found():
    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Pigeon(ConsoleNotifier):
        lest = "critical"

    assert said(Pigeon) - EVERY == {"lest"}
