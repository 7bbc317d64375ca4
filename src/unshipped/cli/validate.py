"""`unshipped validate`: every problem of the configuration at once."""

from __future__ import annotations

from unshipped.cache import Cache
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import given
from unshipped.cli.output import emit, inert
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.exits import FINE, USAGE
from unshipped.errors import UsageError
from unshipped.nearest import find
from unshipped.wiring import open_fleet, read_config

HELP = "Check unshipped.yaml (or FILE) and name every problem at once. Exits with 2 where there is one."
_NAMED = 5
"""So many targets are named that no route fits; more are counted."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    one = grammar.add_argument
    one("file", nargs="?", type=given, metavar="FILE", help="[default: the nearest unshipped.yaml]")
    one("--config", metavar="FILE", type=given, help="the same, as other commands take it")
    grammar.add_argument(
        "--strict", action="store_true", help="hold it against the repository too: see doctor"
    )
    grammar.add_argument("--repo", metavar="DIR", type=given, help="where to look for it [default: .]")


def run(options: Options) -> int:
    """Load it, and say what it has."""
    from unshipped.config.telling import unmet, untold

    if options.config and options.file:
        raise UsageError("FILE and --config are the same", "name one of them")
    path = options.config or options.file or find(options.repo or ".")
    config = read_config(path, Cache(None))
    services = words.count(len({target.service for target in config.targets}), "service")
    targets = words.count(len(config.targets), "target")
    emit(f"{path}: {services}, {targets}, no problem.\n")
    for name in config.unreached:
        emit(f"note: no route leads to receiver {name}: it is never told\n")
    for sentence in unmet(config):
        emit(f"note: {sentence}\n")
    if names := untold(config):
        rest = f" and {words.count(len(names) - _NAMED, 'other')}" if len(names) > _NAMED else ""
        emit(f"note: nobody is told of a drift of {', '.join(names[:_NAMED])}{rest}: no route fits\n")
    return _strictly(path, options.repo) if options.strict else 0


def _strictly(path: str, repository: str | None) -> int:
    """The map held against the tree too: an error or a warning of the doctor is a problem."""
    from unshipped.wiring.examining import findings

    fleet = open_fleet(path, repository, Cache(None))
    wrong = [one for one in findings(fleet) if one.severity != "note"]
    for one in wrong:
        told = ": ".join(part for part in (one.place, one.service, one.message) if part)
        emit(inert(f"{one.severity} {one.code}: {safe(told)}\n"))
    return USAGE if wrong else FINE
