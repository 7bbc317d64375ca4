"""Changes to a configuration that a person wrote: by place, so that everything else stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml

from unshipped.core.value import Value
from unshipped.discovery.render import scalar

ALLOWED = "uncovered.allow"
"""The list of what may be in no service. What an edit adds to it, a person has to confirm."""
_MARK = "  # proposed: no service has it"


class Edit(Value):
    """One change to a list of one service, or of the whole file: a path that is added, or put in the place of
    another.
    """

    service: str
    key: str
    add: str = ""
    instead_of: str = ""

    def __str__(self) -> str:
        return self._told("write", "take", "add", ", if that is right")

    @property
    def done(self) -> str:
        """The same of an edit that was made."""
        return self._told("wrote", "took", "added", ", look whether that is right")

    def _told(self, write: str, take: str, add: str, doubt: str) -> str:
        new, old = _quoted(self.add), _quoted(self.instead_of)
        if self.instead_of and self.add:
            return f"{self.key}: {write} {new} for {old}"
        if self.instead_of:
            return f"{self.key}: {take} {old} out"
        return f"{self.key}: {add} {new}{'' if self.service else doubt}"


def _quoted(text: str) -> str:
    """As YAML takes it: a backslash in single quotes is one."""
    return "'" + text.replace("'", "''") + "'"


def edited(text: str, edits: Sequence[Edit]) -> tuple[str, list[Edit]]:
    """The text with as many of the edits as have a place in it, and those that were made."""
    made = []
    for edit in edits:
        after = _one(text, edit)
        if after is not None:
            text = after
            made.append(edit)
    return text, made


def _one(text: str, edit: Edit) -> str | None:
    found = _list(text, edit.service, edit.key)
    if found is None:
        return _begun(text, edit.add) if edit.key == ALLOWED else None
    items = found.value
    if edit.instead_of:
        item = next((one for one in items if getattr(one, "value", None) == edit.instead_of), None)
        if item is None:
            return None
        if edit.add:
            return text[: item.start_mark.index] + scalar(edit.add) + text[item.end_mark.index :]
        return _without(text, found, item)
    last = items[-1].end_mark.index
    if found.flow_style:
        return f"{text[:last]}, {scalar(edit.add)}{text[last:]}"
    at = text.find("\n", last)
    at = len(text) if at < 0 else at
    indent = " " * (items[-1].start_mark.column - 2)
    mark = "" if edit.service else _MARK
    return f"{text[:at]}\n{indent}- {scalar(edit.add)}{mark}{text[at:]}"


def _begun(text: str, first: str) -> str | None:
    """The text with a list of what may be in no service, where it has nothing of that kind yet."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    is_block = isinstance(root, yaml.MappingNode) and not root.flow_style
    if not is_block or any(name == "uncovered" for name, _ in _entries(root)):
        return None
    return f"{text.rstrip()}\n\nuncovered:\n  allow:\n    - {scalar(first)}{_MARK}\n"


def _without(text: str, found: yaml.SequenceNode, item: yaml.Node) -> str | None:
    """A list keeps at least one entry."""
    items = found.value
    if len(items) < 2:
        return None
    at = items.index(item)
    if not found.flow_style:
        start = text.rfind("\n", 0, item.start_mark.index)
        return text[:start] + text[item.end_mark.index :]
    if at + 1 < len(items):
        return text[: item.start_mark.index] + text[items[at + 1].start_mark.index :]
    return text[: items[at - 1].end_mark.index] + text[item.end_mark.index :]


def _list(text: str, service: str, key: str) -> yaml.SequenceNode | None:
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for name in ("services", service, key) if service else key.split("."):
        node = next((value for one, value in _entries(node) if one == name), None)
    return node if isinstance(node, yaml.SequenceNode) and node.value else None


def _entries(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), value


def line_of(text: str, service: str, key: str, value: str) -> int:
    """The line on which a service has an entry; 0 where that cannot be told."""
    found = _list(text, service, key)
    for item in found.value if found else ():
        if getattr(item, "value", None) == value:
            return int(item.start_mark.line) + 1
    return 0
