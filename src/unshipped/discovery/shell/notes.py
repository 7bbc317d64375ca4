"""What is known of the marks that stand for unknown values, and how several ways become one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from unshipped.discovery.shell.words import LONGEST, is_known, marks, unknown
from unshipped.discovery.shell.world import Array, Value, World

_MOST_CHOICES = 16
_MOST_WAYS = 8
_DEEPEST = 4
_MOST_ELEMENTS = 200


class Notes:
    """Of a mark: what it is where nobody says otherwise, all that it may be, or what it may be made of."""

    def __init__(self) -> None:
        self.defaults: dict[str, str] = {}
        self.choices: dict[str, tuple[str, ...]] = {}
        self.members: dict[str, tuple[str, ...]] = {}
        """The elements that an array has at most."""
        self._tags = 0

    def fresh(self, shown: str) -> str:
        """A mark that is like no other."""
        self._tags += 1
        return unknown(shown, f"#{self._tags}")

    def one_of(self, shown: str, values: Sequence[str]) -> str:
        """A word that is one of several; a mark without choices where there are too many to tell."""
        different = tuple(dict.fromkeys(values))
        if len(different) == 1:
            return different[0]
        mark = self.fresh(shown)
        if len(different) <= _MOST_CHOICES and sum(map(len, different)) <= LONGEST:
            self.choices[mark] = different
        return mark

    def default(self, mark: str, shown: str, value: str) -> str:
        """The mark for `${X:-value}`; the same each time that it is written."""
        made = unknown(shown, f"{mark}:-{value}")
        self.defaults[made] = value
        return made

    def ways(self, words: Sequence[str], world: World) -> Iterator[tuple[str, ...]]:
        """The words as they may be run, one tuple each."""
        for _ in range(_DEEPEST):
            words = [settled(word, world) for word in words]
            met = [m for m in dict.fromkeys(m for word in words for m in marks(word)) if m in self.defaults]
            if not met:
                break
            for mark in met:
                words = [word.replace(mark, self.defaults[mark]) for word in words]
        met = [one for one in dict.fromkeys(m for word in words for m in marks(word)) if one in self.choices]
        if len(met) > 1 and prod(len(self.choices[one]) for one in met) > _MOST_WAYS:
            met = []  # they stay unknown
        for chosen in product(*(self.choices[one] for one in met)):
            filled = list(words)
            for mark, value in zip(met, chosen, strict=True):
                filled = [word.replace(mark, value) for word in filled]
            yield tuple(filled)

    def elements(self, value: Value) -> tuple[str, ...] | None:
        """What an array may be made of."""
        if isinstance(value, str):
            return self.members.get(value)
        return tuple(element for _key, element in value)

    def joined(self, mark: str, value: Value) -> None:
        """Say that a mark may also be made of what another value is made of."""
        more = self.elements(value)
        if mark in self.members and more:
            self.members[mark] = tuple(dict.fromkeys((*self.members[mark], *more)))[:_MOST_ELEMENTS]

    def merged(self, worlds: Sequence[World]) -> World:
        """One world in place of several: what they do not agree on is not known."""
        if len(worlds) == 1:
            return worlds[0]
        one = worlds[0].fork()
        for name in {name for world in worlds for name in world.variables}:
            values = [world.variables.get(name) for world in worlds]
            if any(value != values[0] for value in values):
                one.variables[name] = self._either(name, values)
        for other in worlds:
            one.functions |= other.functions
        one.facts = {
            mark: text
            for mark, text in one.facts.items()
            if all(world.facts.get(mark) == text for world in worlds)
        }
        if len({world.directory for world in worlds}) > 1:
            one.directory, one.stack = self.fresh("$PWD"), ()
        if len({(world.arguments, world.more, world.skipped) for world in worlds}) > 1:
            one.arguments, one.more, one.skipped = (), self.fresh("$@"), 0
        if len({world.output for world in worlds}) > 1:
            one.output = self.fresh("$(…)")
        if len({world.truth for world in worlds}) > 1:
            one.truth = None
        return one

    def _either(self, name: str, values: Sequence[Value | None]) -> str:
        mark = self.fresh(f"${name}")
        lists = [self.elements(value) if value is not None else None for value in values]
        if all(one is not None for one in lists):
            self.members[mark] = tuple(dict.fromkeys(word for one in lists for word in one or ()))
        return mark


def settled(text: str, world: World) -> str:
    """A text with what the way that was taken tells of its marks."""
    if not is_known(text) and world.facts:
        for mark in marks(text):
            if mark in world.facts:
                text = text.replace(mark, world.facts[mark])
    return text


def array(values: Sequence[str]) -> Array:
    """An array of these elements."""
    return tuple((str(at), value) for at, value in enumerate(values))
