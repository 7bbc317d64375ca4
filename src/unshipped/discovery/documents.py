"""YAML and JSON of a repository as plain data, with the line of every key. Whatever is wrong is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from unshipped.discovery.snapshot import Snapshot

_MOST_NODES = 100_000
_DEEPEST = 60
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


class Table(dict[str, Any]):
    """A mapping that knows on which line each of its keys stands."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


def documents(snapshot: Snapshot, path: str) -> Iterator[Any]:
    """The documents of a file, as mappings, lists and texts. Templates of Helm are read as if they were
    empty values; a file that is no YAML has none.
    """
    text = snapshot.text(path)
    if text is None:
        return
    if "{{" in text:
        text = "\n".join(_untemplated(line) for line in text.splitlines())
    try:
        for node in yaml.compose_all(text, Loader=yaml.CSafeLoader):
            if node is not None:
                yield _Reader().plain(node, 0)
    except (yaml.YAMLError, RecursionError, ValueError):
        return


def _untemplated(line: str) -> str:
    if "{{" not in line:
        return line
    bare = _TEMPLATE.sub("", line)
    return bare if ":" in bare or bare.strip() in ("", "-") else ""


class _Reader:
    def __init__(self) -> None:
        self._left = _MOST_NODES

    def plain(self, node: yaml.Node, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            return None
        if isinstance(node, yaml.MappingNode):
            table = Table()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode):
                    table.lines[key.value] = key.start_mark.line + 1
                    table[key.value] = self.plain(value, depth + 1)
            return table
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(one, depth + 1) for one in node.value]
        return node.value if isinstance(node, yaml.ScalarNode) else None


def table(value: Any) -> Table:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, Table) else Table()


def texts(value: Any) -> list[str]:
    """The texts of a list, or the one text."""
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
