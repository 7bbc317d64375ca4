"""The kinds of a thing: those of a table, and those that other packages bring. Imported when first used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module

from unshipped.errors import UsageError

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any


class Kinds(Mapping[str, type]):
    """Every kind by its name. A class is imported when it is asked for, since most files name one or two.

    `table` says for each kind where its class is, `module:Class`. `group` is the entry point group of kinds
    that other packages bring; a name in the table wins over one of these.
    """

    def __init__(self, noun: str, table: Mapping[str, str], group: str) -> None:
        self._noun, self._table, self._group = noun, table, group

    def load(self, name: str) -> type[Any]:
        """The class of a kind. Raises `UsageError` where there is no such kind, or it cannot be loaded."""
        place = self._table.get(name) or self._foreign(name)
        module, _, attribute = place.partition(":")
        try:
            found: type[Any] = getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            message = f"{self._noun} kind {name!r} cannot be loaded from {place}: {error}"
            raise UsageError(message) from error
        return found

    def __getitem__(self, name: str) -> type[Any]:
        if name not in self:
            raise KeyError(name)
        return self.load(name)

    def __contains__(self, name: object) -> bool:
        return name in self._table or name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @cached_property
    def _names(self) -> list[str]:
        from importlib.metadata import entry_points  # noqa: PLC0415 - costs more than the whole table

        foreign = {entry.name for entry in entry_points(group=self._group)}
        return [*self._table, *sorted(foreign - self._table.keys())]

    def _foreign(self, name: str) -> str:
        from importlib.metadata import entry_points  # noqa: PLC0415 - as above

        places = sorted({entry.value for entry in entry_points(group=self._group, name=name)})
        if not places:
            message = f"there is no {self._noun} kind {name!r}"
            raise UsageError(message, hint=f"the kinds are {', '.join(self._table)}")
        if len(places) > 1:
            listed = ", ".join(places)
            raise UsageError(f"{self._noun} kind {name!r} is offered by more than one package: {listed}")
        return places[0]
