"""YAML, JSON and TOML of a repository as plain data. Whatever is wrong is nothing, and a doubt."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from unshipped.core.value import Value
from unshipped.discovery import jsonc
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Place
from unshipped.discovery.yaml_values import Table, TooMuchError, held, values

__all__ = ["Table", "at", "documents", "note_unread", "parsed", "table", "tables", "texts", "toml", "unread"]

_BEGINNING = re.compile(r"^(?=---)", re.MULTILINE)
_FILLED_IN = "\ue000"
# tomllib takes time with the square of the parts of a dotted key.
_ENDLESS_KEY = re.compile(r"""(?<![\w"'. \t-])(?:[\w"' \t-]++\.){60}""")


class _Read(Value):
    values: tuple[Any, ...]
    problem: str = ""
    line: int = 0


def documents(snapshot: Snapshot, path: str, only: re.Pattern[str] | None = None) -> Sequence[Any]:
    """The documents of a YAML or JSON file, as tables, lists and texts; none where there is no such file.
    What a template of Helm fills in is read as `$`, which is how every finder knows a variable. With `only`,
    those of a YAML file whose text lacks the pattern are passed over: most of a large one is of no interest.
    """
    entry = snapshot.entries.get(path)
    if entry is None:
        return ()
    # By content: a file that changes in place keeps its path.
    known: dict[tuple[Any, ...], _Read] = snapshot.memo.setdefault("documents", {})
    is_json = path.endswith(".json")
    key = (entry.blob, is_json, only)
    if key not in known:
        text = snapshot.text(path)
        known[key] = _Read(()) if not text else _json(text) if is_json else _yaml(_passed_over(text, only))
    read = known[key]
    if read.problem:
        note_unread(snapshot, Place(path, read.line), read.problem)
    return read.values


def unread(snapshot: Snapshot) -> Iterator[Doubt]:
    """The files that were asked for and could not be read."""
    yield from snapshot.memo.get("unread", {}).values()


def parsed(text: str) -> Any:
    """The first document of a text that stands in another file."""
    return next(iter(_yaml(text).values), None)


def toml(snapshot: Snapshot, path: str) -> Table:
    """What a TOML file says; nothing where it cannot be read."""
    text = snapshot.text(path) or ""
    try:
        if not _ENDLESS_KEY.search(text):
            return Table(held(tomllib.loads(text)))
    except (ValueError, RecursionError):
        pass
    note_unread(snapshot, Place(path), "it is not valid TOML")
    return Table()


def note_unread(snapshot: Snapshot, place: Place, problem: str) -> None:
    """That a file, from there on, is not read."""
    doubt = Doubt(place, f"{problem}: the rest of it is not read")
    snapshot.memo.setdefault("unread", {})[place.path] = doubt


def _json(text: str) -> _Read:
    try:
        read = jsonc.read(text, object_pairs_hook=Table, parse_int=str, parse_float=str, parse_constant=str)
        return _Read((held(read),))
    except json.JSONDecodeError as error:
        return _Read((), "it is not valid JSON", error.lineno)
    except (RecursionError, TooMuchError):
        return _Read((), "it is nested too deep")


def _yaml(text: str) -> _Read:
    plain = _untemplated(text)
    found: list[Any] = []
    try:
        for value in values(plain):
            found.append(value)  # noqa: PERF402 - what comes before the fault is kept
    except TooMuchError as error:
        return _Read(tuple(found), str(error))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = "it is not valid YAML" if plain == text else ""
        return _Read(tuple(found), problem, mark.line + 1 if mark else 0)
    return _Read(tuple(found))


def _passed_over(text: str, only: re.Pattern[str] | None) -> str:
    """A text with empty lines for the documents that lack a pattern."""
    if only is None:
        return text
    parts = _BEGINNING.split(text)
    return "".join(part if only.search(part) else "\n" * part.count("\n") for part in parts)


def _untemplated(text: str) -> str:
    """A template with its lines where they are: those that only control are empty."""
    parts, end = [], 0
    while (start := text.find("{{", end)) >= 0 and (close := text.find("}}", start)) >= 0:
        close += 2
        # `${{ … }}` is an expression of a workflow, and stays.
        is_expression = text.startswith("$", max(start - 1, 0))
        lines = text.count("\n", start, close)
        parts += [text[end:start], text[start:close] if is_expression else _FILLED_IN + "\n" * lines]
        end = close
    if not parts:
        return text
    parts.append(text[end:])
    return "\n".join(map(_bare, "".join(parts).split("\n")))


def _bare(line: str) -> str:
    return line.replace(_FILLED_IN, "$") if line.strip(f" \t\r{_FILLED_IN}") else ""


def table(value: Any) -> Table:
    """The value if it is a mapping, else an empty one."""
    if isinstance(value, Table):
        return value
    return Table(value) if isinstance(value, dict) else Table()


def tables(value: Any) -> list[Table]:
    """The mappings of a list."""
    return [table(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts of a list, however deep they lie in lists of it, or the one text."""
    if isinstance(value, str):
        return [value]
    return [text for one in value for text in texts(one)] if isinstance(value, list) else []


def at(value: Any, *keys: str) -> Any:
    """What lies under keys, one below the other; None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
