"""`unshipped where`: whether a change is live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unshipped.app.documents import stands
from unshipped.app.where import find_change, where
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.look import look
from unshipped.cli.options import check_arguments, colour_argument, fleet_arguments
from unshipped.cli.output import emit, inert, json_text
from unshipped.cli.terminal import Screen, safe
from unshipped.core import exits, words
from unshipped.core.history.standing import Place, Standing

_MARKS = {
    Place.LIVE: ("✓", "green"),
    Place.WAITING: ("▲", "yellow"),
    Place.CANCELLED: ("–", "grey"),
    Place.UNMERGED: ("○", "blue"),
    Place.NOT_APPLICABLE: (" ", "grey"),
    Place.UNKNOWN: ("?", "yellow"),
}


HELP = """Whether a change is live: for each service and environment, live, waiting,
cancelled, unmerged or unknown."""
EPILOG = """\
exit codes:
  0  live in every service that it touches, or taken back before it was (cancelled): nothing of it waits
  1  waiting, or not merged, somewhere
  2  wrong usage or configuration, or no such change
  3  for a service it cannot be told
  4  it touches no service; what is retired makes no exit code
"""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("change", metavar="REV", help="a commit, a tag, or a pull request's number: #123")
    fleet_arguments(grammar)
    check_arguments(grammar)
    add = grammar.add_argument_group("what to write").add_argument
    add("--format", choices=["text", "json"], default="text", help="how to write it [text]")
    colour_argument(add)


def run(options: Options) -> int:
    """Look, find the change, and say where it stands."""
    seen = look([], options)
    repository, commit = find_change(seen.report, seen.fleet.repository, options.change)
    standings = where(seen.report, seen.fleet.repository, repository, commit, seen.now, options.change)
    if options.format == "json":
        emit(_json(commit, standings))
    else:
        title = f"{commit[:12]} {safe(seen.fleet.repository(repository).title(commit))}"
        emit(inert(_text(title, standings, seen.now, Screen(colour=options.colour))))
    return _code(standings)


def _code(standings: Sequence[Standing]) -> int:
    places = {standing.place for standing in standings if not standing.target.retired}
    if Place.UNKNOWN in places:
        return exits.UNKNOWN
    if places & {Place.WAITING, Place.UNMERGED}:
        return exits.DRIFT
    return exits.FINE if places & {Place.LIVE, Place.CANCELLED} else exits.NOTHING


def _text(title: str, standings: Sequence[Standing], now: datetime, screen: Screen) -> str:
    shown = [s for s in standings if s.place is not Place.NOT_APPLICABLE]
    others = len(standings) - len(shown)
    widest = max((len(s.target.name) for s in shown), default=0)
    lines = [screen.paint(title, "bold"), *(_line(s, widest, now, screen) for s in shown)]
    if others:
        lines.append(screen.paint(f"  {words.count(others, 'target')} not concerned", "grey"))
    return "\n".join(lines) + "\n"


def _line(standing: Standing, widest: int, now: datetime, screen: Screen) -> str:
    mark, colour = _MARKS[standing.place]
    place = standing.place.value.replace("_", " ")
    if standing.since:
        place += f" for {words.age((now - standing.since).total_seconds())}"
    name = standing.target.name.ljust(widest)
    return f"{screen.paint(mark, colour)} {name}  {place}: {safe(standing.reason)}"


def _json(commit: str, standings: Sequence[Standing]) -> str:
    targets = [stands(one) for one in standings]
    return json_text({"schema_version": 1, "commit": commit, "targets": targets})
