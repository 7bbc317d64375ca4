"""YAML events into data: duplicate keys are found, merge keys and aliases followed, bombs refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from unshipped.config.document import Document, Flaw, Mark, Path, Place
from unshipped.config.scalars import Scalar, resolve
from unshipped.config.wording import quoted

MOST_NODES = 500_000
"""With every alias written out."""
DEEPEST = 40

_CORE = "tag:yaml.org,2002:"


class Refused(Exception):  # noqa: N818 - it says what happened to the text
    """The text cannot be read any further."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw


_START = Place(1, 1)


@dataclass(slots=True)
class _Part:
    """A finished value, with what it would weigh if its aliases were written out."""

    value: object
    place: Place
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is being read."""

    value: dict[str, object] | list[object]
    place: Place
    anchor: str | None
    marks: dict[str | int, Mark] = field(default_factory=dict)
    size: int = 1
    height: int = 0
    key: str | None = None
    key_place: Place = _START
    merging: bool = False
    merged: list[_Part] = field(default_factory=list)


class Tree:
    """Takes the events of a text one by one."""

    def __init__(self) -> None:
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Part | None] = {}
        self._marks: dict[int, dict[str | int, Mark]] = {}
        self._flaws: list[Flaw] = []
        self._root: _Part | None = None

    def document(self) -> Document:
        """What was read. An empty text is a document that holds nothing."""
        root = self._root or _Part(None, _START)
        return Document(root.value, tuple(self._flaws), self._marks, root.place)

    def take(self, event: yaml.Event) -> None:
        """One event. Raises `Refused`."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
            raise self._refused(event, "a second document begins here; the file holds one")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        place = _place(event)
        if self._wants_key():
            return self._name(event.value, place, merge=event.value == "<<" and event.implicit[0])
        part = _Part(self._word(event), place)
        self._anchor(event.anchor, part)
        return self._add(part)

    def _word(self, event: yaml.ScalarEvent) -> str | Scalar | None:
        if event.implicit[0] and event.tag is None:
            return resolve(event.value)
        self._check_tag(event, allowed=("!", f"{_CORE}str"))
        return event.value

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if self._wants_key():
            message = "a setting's name is plain text; quote a text that begins with `{` or `[`"
            raise self._refused(event, message)
        if len(self._stack) >= DEEPEST:
            raise self._refused(event, f"nested more than {DEEPEST} deep")
        value: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._check_tag(event, allowed=(f"{_CORE}{'map' if isinstance(value, dict) else 'seq'}",))
        if event.anchor:
            self._anchors[event.anchor] = None
        self._stack.append(_Frame(value, _place(event), event.anchor))

    def _close(self) -> None:
        frame = self._stack.pop()
        self._merge(frame)
        self._marks[id(frame.value)] = frame.marks
        part = _Part(frame.value, frame.place, frame.size, frame.height)
        self._anchor(frame.anchor, part)
        self._add(part)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = quoted(f"*{event.anchor}")
        if self._wants_key():
            raise self._refused(event, f"{name} stands where a setting's name is expected")
        if event.anchor not in self._anchors:
            raise self._refused(event, f"{name} refers to nothing; quote a pattern that begins with `*`")
        part = self._anchors[event.anchor]
        if part is None:
            raise self._refused(event, f"{name} refers to what it is part of")
        if len(self._stack) + part.height > DEEPEST:
            raise self._refused(event, f"nested more than {DEEPEST} deep")
        self._add(_Part(part.value, _place(event), part.size, part.height))

    def _wants_key(self) -> bool:
        frame = self._stack[-1] if self._stack else None
        return frame is not None and isinstance(frame.value, dict) and frame.key is None and not frame.merging

    def _name(self, name: str, place: Place, *, merge: bool) -> None:
        frame = self._stack[-1]
        frame.key_place, frame.merging = place, merge
        if not merge:
            frame.key = name

    def _add(self, part: _Part) -> None:
        if not self._stack:
            self._root = part
            return
        frame = self._stack[-1]
        self._weigh(frame, part)
        if isinstance(frame.value, list):
            frame.marks[len(frame.value)] = Mark(part.place, part.place)
            frame.value.append(part.value)
        elif frame.merging:
            frame.merging = False
            frame.merged.append(part)
        else:
            self._set(frame, frame.value, part)

    def _weigh(self, frame: _Frame, part: _Part) -> None:
        frame.size += part.size
        frame.height = max(frame.height, part.height + 1)
        if frame.size > MOST_NODES:
            message = f"more than {MOST_NODES:,} values once its aliases are written out"
            raise Refused(Flaw(part.place, self._path(), message))

    def _set(self, frame: _Frame, value: dict[str, object], part: _Part) -> None:
        name, frame.key = frame.key or "", None
        if name in value:
            message = f"{quoted(name)} is set twice; the first is on line {frame.marks[name].key.line}"
            self._flaws.append(Flaw(frame.key_place, self._path(), message))
        else:
            value[name] = part.value
            frame.marks[name] = Mark(frame.key_place, part.place)

    def _merge(self, frame: _Frame) -> None:
        """What is written out wins over what is merged, and an earlier merge over a later one."""
        for part in frame.merged:
            sources = part.value if isinstance(part.value, list) else [part.value]
            if not all(isinstance(source, dict) for source in sources):
                message = "`<<` merges a mapping, or a list of mappings"
                self._flaws.append(Flaw(part.place, self._path(), message))
                continue
            for source in sources:
                self._take_over(frame, source)

    def _take_over(self, frame: _Frame, source: object) -> None:
        if isinstance(source, dict) and isinstance(frame.value, dict):
            for name, value in source.items():
                if name not in frame.value:
                    frame.value[name] = value
                    frame.marks[name] = self._marks[id(source)][name]

    def _anchor(self, name: str | None, part: _Part) -> None:
        if name:
            self._anchors[name] = part

    def _check_tag(self, event: yaml.NodeEvent, allowed: tuple[str, ...]) -> None:
        tag = getattr(event, "tag", None)
        if tag is None or tag in allowed:
            return
        name = quoted(tag.replace(_CORE, "!!"))
        message = f"{name} is a YAML tag, which is not used here; quote a text that begins with `!`"
        raise self._refused(event, message)

    def _refused(self, event: yaml.Event, message: str) -> Refused:
        return Refused(Flaw(_place(event), self._path(), message))

    def _path(self) -> Path:
        steps: list[str | int] = []
        for frame in self._stack:
            if isinstance(frame.value, list):
                steps.append(len(frame.value))
            elif frame.key is not None:
                steps.append(frame.key)
        return tuple(steps)


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else _START
