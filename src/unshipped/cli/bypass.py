"""`unshipped bypass`: who lets work through a gate, and the end of it."""

from __future__ import annotations

from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, moment, open_from
from unshipped.cli.output import aside, emit, json_text
from unshipped.cli.person import person
from unshipped.cli.terminal import safe
from unshipped.errors import UsageError
from unshipped.wiring.recording import record_of
from unshipped.wiring.spooled import take_spooled

HELP = """List the bypasses that hold, or end one.

A bypass is given with `unshipped gate --skip-drift-check --reason TEXT`, and ends by itself."""

_HINT = "`unshipped watch` keeps one, and so does the first bypass"


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("action", choices=["list", "revoke"], nargs="?", default="list", help="what to do [list]")
    add("id", metavar="ID", nargs="?", default="", help="which one to revoke")
    add("--by", metavar="WHO", default="", help="who revokes it [default: UNSHIPPED_USER, or the user here]")
    add("--format", choices=["text", "json"], default="text", help="how to write it [text]")
    add("--now", metavar="TIME", type=moment, help="the time to judge by [default: the clock]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """List them, or end one."""
    from unshipped.app.bypass import revoke, told
    from unshipped.app.documents import bypass_document

    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    record, now = record_of(fleet), clock(options.now)
    if record is None:
        raise UsageError("there is no record yet", _HINT)
    for said in take_spooled(fleet, record, now):
        aside(safe(said))
    if options.action == "revoke":
        if not options.id:
            raise UsageError("which one? give its id", "unshipped bypass list")
        found = [revoke(options.id, person(options.by), record, now)]
    else:
        found = record.bypasses(now)
    if options.format == "json":
        document = {"schema_version": 1, "bypasses": [bypass_document(one) for one in found]}
        emit(json_text(document))
        return 0
    before = "revoked: " if options.action == "revoke" else ""
    lines = [f"{one.id}  {before}{safe(told(one, now))}\n" for one in found]
    emit("".join(lines) or "No bypass holds.\n")
    return 0
