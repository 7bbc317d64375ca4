"""`unshipped db`: look after the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, moment, open_from
from unshipped.cli.output import emit
from unshipped.cli.person import mention_no_watch
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.errors import UsageError
from unshipped.wiring import Fleet

if TYPE_CHECKING:
    from unshipped.stores.database import Database

_DRIFT = "drift"

HELP = """Look after the log.

  migrate      bring it to the version of this program, or make a new one
  check        look at every page and every row
  backup FILE  copy a file of SQLite while it is used
  prune        take out what was kept for as long as `store.keep` says
  export       write it for others, or send it to BigQuery"""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("what", choices=tuple(_DOES), help="what to do")
    grammar.add_argument("file", nargs="?", type=Path, metavar="FILE", help="backup: where to, a new file")
    grammar.add_argument("--now", metavar="TIME", type=moment, help="prune: the time to judge by [the clock]")
    add = grammar.add_argument_group("export").add_argument
    add(
        "--table",
        choices=(_DRIFT, "incidents", "transitions", "deliveries", "decisions", "deployments"),
        help=f"which rows [{_DRIFT}: how targets stood]",
    )
    add("--format", choices=("csv", "ndjson", "parquet"), help="what to write [ndjson]")
    add("--output", metavar="FILE", type=Path, help="where to [standard output; parquet needs a file]")
    add("--since", metavar="TIME", type=moment, help="only what began then or later")
    add("--bigquery", metavar="PROJECT.DATASET", help="send what was not sent there yet")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Do it."""
    _refuse_what_does_not_fit(options)
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    return _DOES[options.what](fleet, options)


def _refuse_what_does_not_fit(options: Options) -> None:
    if (options.what == "backup") != (options.file is not None):
        raise UsageError("backup takes a FILE, and nothing else does", "unshipped db backup FILE")
    for name in ("table", "format", "output", "since", "bigquery"):
        if getattr(options, name) is not None and options.what != "export":
            raise UsageError(f"--{name} goes with export", "unshipped db --help")
    if options.bigquery and (options.table or options.format or options.output or options.since):
        raise UsageError("--bigquery sends the drift that was not sent yet: no other option goes with it")
    if options.format == "parquet" and options.output is None:
        raise UsageError("parquet is no text", "name a file with --output FILE")


def _migrate(fleet: Fleet, _: Options) -> int:
    from unshipped.stores.migrating import migrate

    with fleet.database(new=True) as database:
        before, after = migrate(database)
        place = safe(database.place)
    if before == after:
        emit(f"The log in {place} is of version {after}: there is nothing to do.\n")
    elif before:
        emit(f"The log in {place} was of version {before} and is of version {after} now.\n")
    else:
        emit(f"The log in {place} is new, of version {after}.\n")
    return 0


def _check(fleet: Fleet, _: Options) -> int:
    from unshipped.stores.looking_after import examine

    with fleet.database() as database:
        health = examine(database)
    widest = max(map(len, health.rows))
    lines = [f"The log in {safe(health.place)} is of version {health.version}."]
    lines += [f"  {name:<{widest}}  {count:>9,}" for name, count in health.rows.items()]
    lines += [f"problem: {safe(one)}" for one in health.problems] or ["It is sound."]
    emit("\n".join(lines) + "\n")
    return int(bool(health.problems))


def _backup(fleet: Fleet, options: Options) -> int:
    from unshipped.stores.looking_after import copy

    with fleet.database() as database:
        copy(database, options.file)
        emit(f"The log in {safe(database.place)} is copied to {safe(str(options.file))}.\n")
    return 0


def _prune(fleet: Fleet, options: Options) -> int:
    with fleet.store() as store:
        mention_no_watch(fleet, store, clock(options.now))
        taken = store.prune(fleet.config.store.retention, clock(options.now))
    found = ", ".join(f"{count:,} of {name}" for name, count in taken.items() if count)
    emit(f"Taken out: {found}.\n" if found else "Nothing was kept for too long.\n")
    return 0


def _export(fleet: Fleet, options: Options) -> int:
    from unshipped.stores.drift_log import FIELDS, rows
    from unshipped.stores.extracts import EXTRACTS
    from unshipped.stores.files import csv_lines, ndjson_lines, parquet
    from unshipped.stores.opening import checked

    with fleet.database() as database:
        checked(database)
        if options.bigquery:
            return _send(database, options.bigquery)
        extract = EXTRACTS.get(options.table)
        fields = extract.fields if extract else FIELDS
        found = (extract.rows if extract else rows)(database, since=options.since)
        if options.format == "parquet":
            parquet(found, options.output, fields)
        else:
            emit(csv_lines(found, fields) if options.format == "csv" else ndjson_lines(found), options.output)
    return 0


def _send(database: Database, place: str) -> int:
    import uuid

    from unshipped.stores.sending import send
    from unshipped.wiring.exporting import open_bigquery

    there = open_bigquery(place)
    sent = send(database, there, lambda: f"unshipped-{uuid.uuid4().hex}")
    emit(f"Sent to {safe(there.place)}: {words.count(sent, 'row')}.\n")
    return 0


_DOES = {
    "migrate": _migrate,
    "check": _check,
    "backup": _backup,
    "prune": _prune,
    "export": _export,
}
