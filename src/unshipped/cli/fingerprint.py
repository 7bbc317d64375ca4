"""`unshipped fingerprint`: the files of a directory as git names them, or whether they are a commit's."""

from __future__ import annotations

import json
from pathlib import Path

from unshipped import fingerprint
from unshipped.app.content import judged
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import fleet_arguments, open_from, select
from unshipped.cli.output import emit
from unshipped.cli.terminal import safe
from unshipped.core import exits
from unshipped.core.content import Files
from unshipped.core.model import Closure, Problem, Sign
from unshipped.errors import UsageError

HELP = """The files below DIR, each with the id that git gives to its content, as JSON.

With --against, whether they are the files of a commit: 0 they are, 1 some
differ, 3 it cannot be told. What an image puts elsewhere is found by its
path's end; what has no counterpart in the commit is counted beside."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument(
        "directory", metavar="DIR", nargs="?", type=Path, default=Path(), help="a directory [.]"
    )
    fleet_arguments(grammar)
    add = grammar.add_argument_group("what to do").add_argument
    add("--against", metavar="REV", help="compare with the files of this commit")
    add("--service", metavar="NAME", help="with --against: only with those that end up in this service")
    add("--helper", action="store_true", help="print the module that a service serves this with")


def run(options: Options) -> int:
    """Print the ids, the helper, or what a comparison found."""
    if options.helper:
        emit(Path(fingerprint.__file__).read_text(encoding="utf-8"))
        return exits.FINE
    if options.service and not options.against:
        raise UsageError("--service goes with --against")
    if not options.directory.is_dir():
        raise UsageError(f"{options.directory} is no directory")
    if options.against:
        return _compared(options)
    named, files = fingerprint.capture(str(options.directory))
    emit(json.dumps({**named, "files": files}, indent=1) + "\n")
    return exits.FINE


def _compared(options: Options) -> int:
    closure, name = Closure(("",)), "main"
    if options.service:
        fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
        origin = select(fleet, [options.service], [])[0].origins[0]
        closure, name = origin.closure, origin.repository
    else:
        fleet = open_from(options.repo, options.config, no_cache=options.no_cache, deployed=options.against)
    repository = fleet.repository(name)
    [commit] = repository.revisions([options.against])
    [here] = repository.united([commit], [closure])
    committed = repository.contents(commit, here)
    algorithm = "sha256" if len(commit) == 64 else "sha1"
    ids, left_out = fingerprint.blobs(str(options.directory), algorithm)
    verdict = judged(Files(ids, left_out), committed, commit)
    emit(safe(verdict.message) + "\n")
    if isinstance(verdict, Problem):
        return exits.DRIFT
    return exits.FINE if verdict.sign is Sign.CONTENT_SAME else exits.UNKNOWN
