"""What shell text deploys: `gcloud run deploy`, `gcloud functions deploy`, `docker build`, and the like."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_ASSIGNED = re.compile(r"^\s*(?:export\s+|readonly\s+|local\s+)?([A-Za-z_]\w*)=(\S.*|)$")
_REFERENCE = re.compile(r"\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|\$([A-Za-z_]\w*)")
_PROGRAM = re.compile(r"\b(gcloud|docker|podman|buildah|kubectl|aws|flyctl|fly)\s")
_MOST_LINES = 20_000


class Command(NamedTuple):
    """One command line, its variables filled in as far as the text says what they are."""

    words: tuple[str, ...]
    line: int

    def value(self, *names: str) -> str:
        """The value of an option, in either way of writing it."""
        for at, word in enumerate(self.words):
            name, given, value = word.partition("=")
            if name in names:
                if given:
                    return value
                return self.words[at + 1] if at + 1 < len(self.words) else ""
        return ""


def commands(text: str, line: int = 1) -> Iterator[Command]:
    """The deploying commands of a shell text that begins on a line."""
    variables: dict[str, str] = {}
    for number, joined in _lines(text, line):
        if found := _ASSIGNED.match(joined):
            value = _plain(found[2])
            if value is not None:
                variables.setdefault(found[1], _filled(value, variables))
        if joined.lstrip().startswith(("#", "echo", "printf", "log")) or "echo " in joined[:24]:
            continue
        if started := _PROGRAM.search(joined):
            yield Command(tuple(_words(_filled(joined[started.start() :], variables))), number)


def _lines(text: str, line: int) -> Iterator[tuple[int, str]]:
    """Lines with their continuations joined, each with the number of its first."""
    waiting, first = "", line
    for number, raw in enumerate(text.splitlines()[:_MOST_LINES], start=line):
        first = first if waiting else number
        if raw.rstrip().endswith("\\"):
            waiting += raw.rstrip()[:-1] + " "
            continue
        yield first, waiting + raw
        waiting = ""
    if waiting:
        yield first, waiting


def _plain(value: str) -> str | None:
    """The value of an assignment, where it is no command's output."""
    if "$(" in value or "`" in value:
        return None
    return value.split(" #", maxsplit=1)[0].strip().strip("\"'").rstrip(";")


def _filled(text: str, variables: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[3]
        if name in variables:
            return variables[name]
        return found[2] if found[2] is not None and "$" not in found[2] else found[0]

    return _REFERENCE.sub(value, text)


def _words(text: str) -> list[str]:
    for end in ("&&", "||", ";", " | ", " > ", " 2>"):
        text = text.split(end, maxsplit=1)[0]
    try:
        return shlex.split(text)
    except ValueError:
        return text.replace('"', " ").replace("'", " ").split()
