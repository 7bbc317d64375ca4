"""A value is what `typing.NamedTuple` makes of the same lines."""

from __future__ import annotations

import copy
import inspect
import pickle
import typing
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unshipped.core.value import Value


class Ours(Value):
    """Where something lies."""

    x: int
    y: int
    name: str = "origin"
    notes: tuple[str, ...] = ()

    @property
    def far(self) -> bool:
        return self.x + self.y > 9

    def moved(self, by: int) -> Ours:
        return self._replace(x=self.x + by)


class Theirs(NamedTuple):
    """Where something lies."""

    x: int
    y: int
    name: str = "origin"
    notes: tuple[str, ...] = ()

    @property
    def far(self) -> bool:
        return self.x + self.y > 9

    def moved(self, by: int) -> Theirs:
        return self._replace(x=self.x + by)


class Empty(Value):
    """Nothing."""


BOTH = [pytest.param(Ours, id="ours"), pytest.param(Theirs, id="theirs")]
FIELDS = ["x", "y", "name", "notes", "other"]


def outcome(call: Callable[[], Any]) -> object:
    """What a call answers, or what it was refused with; without the name of the class."""
    try:
        return call()
    except (TypeError, ValueError) as error:
        return TypeError, str(error).replace("Theirs", "Ours")


def plain(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """A value, as what both of them are."""
    return value


@given(st.lists(st.integers(), max_size=6), st.dictionaries(st.sampled_from(FIELDS), st.integers()))
def test_takes_the_same_arguments_and_refuses_the_same(by_place: list[Any], by_name: dict[str, Any]):
    assert outcome(lambda: Ours(*by_place, **by_name)) == outcome(lambda: Theirs(*by_place, **by_name))


@given(st.integers(), st.integers(), st.text(), st.dictionaries(st.sampled_from(FIELDS[:4]), st.integers()))
def test_is_read_changed_and_shown_like_it(x: int, y: int, name: str, changes: dict[str, Any]):
    ours, theirs = Ours(x, y, name), Theirs(x, y, name)
    assert (ours.x, ours.y, ours.name, ours.notes, ours.far) == (x, y, name, (), theirs.far)
    assert plain(ours) == plain(theirs) and hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours._asdict() == theirs._asdict()
    assert plain(ours._replace(**changes)) == plain(theirs._replace(**changes))
    assert type(ours._replace(**changes)) is type(ours.moved(1)) is Ours


@pytest.mark.parametrize("kind", BOTH)
def test_cannot_be_changed_in_place_or_given_more(kind: Any):
    value = kind(1, 2)
    for field in ("x", "other"):
        with pytest.raises(AttributeError):
            setattr(value, field, 3)
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("kind", BOTH)
def test_another_field_than_its_own_replaces_nothing(kind: Any):
    with pytest.raises((TypeError, ValueError), match="other"):
        kind(1, 2)._replace(other=3)


@pytest.mark.parametrize("kind", BOTH)
def test_is_taken_apart_by_its_places(kind: Any):
    match kind(1, 2):
        case Ours(x, y, name=name) | Theirs(x, y, name=name):
            assert (x, y, name) == (1, 2, "origin")
        case _:
            pytest.fail("it was not taken apart")


def test_is_copied_and_kept_as_itself():
    for made in (Ours(1, 2), Empty()):
        for again in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            assert again == made and type(again) is type(made)


def test_tells_the_same_of_itself():
    assert Ours._fields == Theirs._fields
    assert Ours._field_defaults == Theirs._field_defaults
    assert Ours.__doc__ == Theirs.__doc__
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Theirs)
    assert list(inspect.signature(Ours).parameters) == list(inspect.signature(Theirs).parameters)


def test_one_without_fields_is_an_empty_tuple():
    assert Empty() == () and repr(Empty()) == "Empty()"
