"""`unshipped doctor`: what is wrong with the map, and the edit that mends it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import colour_argument, fleet_arguments, open_from
from unshipped.cli.output import emit, inert, json_text
from unshipped.cli.progress import watched
from unshipped.cli.terminal import Screen, safe
from unshipped.core import words
from unshipped.errors import UsageError
from unshipped.wiring import Fleet, read_text

if TYPE_CHECKING:
    from unshipped.discovery.doctor import Finding

_COLOURS = {"error": "red", "warning": "yellow", "note": "blue"}

HELP = """Hold the map against the tree: dead patterns, what images copy and the map misses,
services in no map, files of no service, sources that cannot be asked. Exits with 1 where there is an
error or a warning."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    fleet_arguments(grammar)
    add = grammar.add_argument_group("what to do").add_argument
    add("--fix", action="store_true", help="write the edits that mend what can be mended")
    add("--ask", action="store_true", help="ask every source too, over the network where it is there")
    add("--format", choices=("text", "json"), default="text", help="what to write [text]")
    colour_argument(add)


def run(options: Options) -> int:
    """Examine, and tell or mend."""
    from unshipped.wiring.examining import findings, unreadable

    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    with watched("examining"):
        found = [*findings(fleet), *unreadable(fleet, ask=options.ask)]
    if options.fix:
        found = _mended(fleet, found)
    emit(
        _as_json(found, fleet)
        if options.format == "json"
        else inert(_told(found, fleet, Screen(colour=options.colour)))
    )
    return int(any(one.severity != "note" for one in found))


def _mended(fleet: Fleet, found: list[Finding]) -> list[Finding]:
    """What is left once the edits are written."""
    from unshipped.discovery.edit import edited

    path = _config(fleet)
    text, made = edited(read_text(path).decode("utf-8"), [one.edit for one in found if one.edit])
    if made:
        emit(text, path)
        emit(
            "".join(f"{path}: {safe(': '.join(filter(None, (edit.service, edit.done))))}\n" for edit in made)
        )
    return [one for one in found if one.edit not in made]


def _config(fleet: Fleet) -> str:
    if fleet.path is None:
        raise UsageError("there is no configuration to examine")
    return fleet.path


def _place(one: Finding, fleet: Fleet, text: str) -> str:
    """Where the finding stands: a line of the configuration, and of the repository."""
    from unshipped.discovery.edit import line_of

    line = line_of(text, one.service, *one.key) if one.service and one.key[0] else 0
    lines = [target.line for target in fleet.config.targets if target.service == one.service]
    config = f"{Path(_config(fleet)).name}:{line or lines[0]}" if one.service and lines else ""
    return ", ".join(part for part in (config, one.place) if part)


def _told(found: list[Finding], fleet: Fleet, screen: Screen) -> str:
    text = read_text(_config(fleet)).decode("utf-8")
    lines = []
    for one in found:
        place = _place(one, fleet, text)
        head = f"{screen.paint(one.severity, _COLOURS[one.severity])} {one.code}"
        whose = f"{one.service}: " if one.service else ""
        lines.append(f"{head}  {safe(place)}" if place else head)
        lines.append(f"    {safe(whose + one.message)}")
        if one.edit or one.advice:
            lines.append(f"    to mend it: {safe(str(one.edit) if one.edit else one.advice)}")
    counts = {level: sum(one.severity == level for one in found) for level in _COLOURS}
    listed = ", ".join(words.count(count, level) for level, count in counts.items() if count)
    return "\n".join([*lines, "" if lines else "The map is in order.", listed]).rstrip() + "\n"


def _as_json(found: list[Finding], fleet: Fleet) -> str:
    text = read_text(_config(fleet)).decode("utf-8")
    rows = [
        {
            "code": one.code,
            "severity": one.severity,
            "service": one.service or None,
            "message": one.message,
            "place": _place(one, fleet, text),
            "edit": one.edit._asdict() if one.edit else None,
            "advice": one.advice or None,
        }
        for one in found
    ]
    return json_text({"schema_version": 1, "findings": rows})
