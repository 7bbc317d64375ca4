"""A YAML document as plain data, with the place of every part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unshipped.config.wording import printable
from unshipped.core.value import Value

Path = tuple[str | int, ...]
"""Keys and indices that lead from the top of the file to a value."""


_MOST_STEPS, _LONGEST_STEP = 10, 60


class Place(Value):
    """A line and a column, both from 1."""

    line: int
    column: int


class Mark(Value):
    """Where an entry of a mapping or list stands: its name and its value."""

    key: Place
    value: Place


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong at a path of the document."""

    path: Path
    message: str
    on_key: bool = False
    """Point at the name of the setting, not at its value."""
    inside: bool = False
    """Show the setting that holds it: the last part of the path is no setting at all."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong in the text itself."""

    place: Place
    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """Mappings, lists and words. `marks` has the places, by the identity of the mapping or list."""

    data: object
    flaws: tuple[Flaw, ...]
    marks: Mapping[int, Mapping[str | int, Mark]]
    start: Place

    def actual(self, path: Sequence[str | int]) -> Path:
        """The part of a path that the document has: steps that lead nowhere are left out."""
        found: list[str | int] = []
        value = self.data
        for step in path:
            if _leads_on(value, step):
                value = value[step]  # type: ignore[index]  # it leads on
                found.append(step)
        return tuple(found)

    def at(self, path: Path) -> object:
        """The value at a path that the document has."""
        value = self.data
        for step in path:
            value = value[step]  # type: ignore[index]  # it has the path
        return value

    def place(self, path: Path, *, on_key: bool = False) -> Place:
        """Where a path of the document stands."""
        if not path:
            return self.start
        mark = self.marks[id(self.at(path[:-1]))][path[-1]]
        return mark.key if on_key else mark.value


def _leads_on(value: object, step: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


def dotted(path: Path) -> str:
    """A path as people write it: `services.api.paths[0]`. One that nobody would read is cut."""
    text = ""
    for step in path[:_MOST_STEPS]:
        text += f"[{step}]" if isinstance(step, int) else "." + (printable(step[:_LONGEST_STEP]) or "''")
    return text.removeprefix(".") + ("…" if len(path) > _MOST_STEPS else "")
