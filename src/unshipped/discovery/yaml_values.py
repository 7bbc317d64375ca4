"""YAML text as plain values, read event by event: nothing in it can run away, however deep or how often it
refers to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from unshipped.core.value import Value

MOST_NODES = 100_000
"""Of one document, with every alias written out."""
DEEPEST = 60
_TOO_DEEP = f"it is nested more than {DEEPEST} deep"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = {"", "~", "null", "Null", "NULL"}


class Table(dict[str, Any]):
    """A mapping that knows on which line each of its keys stands, where that can be told."""

    def __init__(self, *entries: Any) -> None:
        super().__init__(*entries)
        self.lines: dict[str, int] = {}


class TooMuchError(ValueError):
    """The text is deeper or larger than any document that a person wrote."""


def values(text: str) -> Iterator[Any]:
    """One value for each document: a `Table`, a list, a text, or None. Numbers and truth stay the texts
    that they are. Raises `yaml.YAMLError` and `TooMuchError` where it cannot be read any further.
    """
    tree = _Tree()
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.DocumentStartEvent):
            tree = _Tree()
        elif isinstance(event, yaml.DocumentEndEvent):
            yield tree.root.value
        elif isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            tree.take(event)


def held(value: Any) -> Any:
    """What was read from another text, if it is no deeper than a document may be. Raises `TooMuchError`."""
    layer = [value]
    for _ in range(DEEPEST + 1):
        layer = [inner for one in layer if isinstance(one, dict | list) for inner in _inside(one)]
        if not layer:
            return value
    raise TooMuchError(_TOO_DEEP)


def _inside(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


class _Part(Value):
    """A finished value, with what it weighs when its aliases are written out."""

    value: Any
    size: int = 1
    height: int = 0


class _Frame:
    """A mapping or a list that is being read."""

    def __init__(self, value: Table | list[Any], anchor: str | None) -> None:
        self.value, self.anchor = value, anchor
        self.size, self.height = 1, 0
        self.key: tuple[str | None, int] | None = None
        """The key that waits for its value, and its line; the key is None where it is no text."""
        self.merged: list[Any] = []

    def add(self, part: _Part, line: int) -> None:
        self.size += part.size
        self.height = max(self.height, part.height + 1)
        if isinstance(self.value, list):
            self.value.append(part.value)
        elif self.key is None:
            self.key = (part.value if isinstance(part.value, str) else None, line)
        else:
            (name, where), self.key = self.key, None
            if name == "<<":
                self.merged += part.value if isinstance(part.value, list) else [part.value]
            elif name is not None:
                self.value[name] = part.value
                self.value.lines[name] = where

    def finished(self) -> _Part:
        """What was read. A merge key gives what the mapping does not say itself."""
        for other in self.merged:
            if isinstance(self.value, Table) and isinstance(other, Table):
                self.value.lines = {**other.lines, **self.value.lines}
                for name, value in other.items():
                    self.value.setdefault(name, value)
        return _Part(self.value, self.size, self.height)


class _Tree:
    """One document."""

    def __init__(self) -> None:
        self.root = _Part(None)
        self._open: list[_Frame] = []
        self._anchors: dict[str, _Part] = {}
        self._size = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            is_null = event.implicit[0] and event.value in _NULL
            self._weigh(1, 0)
            self._add(_Part(None if is_null else event.value), event.anchor, event)
        elif isinstance(event, yaml.CollectionEndEvent):
            frame = self._open.pop()
            self._add(frame.finished(), frame.anchor, event)
        elif isinstance(event, yaml.CollectionStartEvent):
            value = Table() if isinstance(event, yaml.MappingStartEvent) else list[Any]()
            self._open.append(_Frame(value, event.anchor))
            self._weigh(1, 0)
        elif isinstance(event, yaml.AliasEvent):
            part = self._anchors.get(event.anchor or "", _Part(None))
            self._weigh(part.size, part.height)
            self._add(part, None, event)

    def _weigh(self, size: int, height: int) -> None:
        self._size += size
        if self._size > MOST_NODES:
            raise TooMuchError(f"it has more than {MOST_NODES:,} values")
        if len(self._open) + height > DEEPEST:
            raise TooMuchError(_TOO_DEEP)

    def _add(self, part: _Part, anchor: str | None, event: yaml.Event) -> None:
        if anchor:
            self._anchors[anchor] = part
        if self._open:
            self._open[-1].add(part, event.start_mark.line + 1 if event.start_mark else 0)
        else:
            self.root = part
