"""`unshipped record`: write down what was deployed, for the source `record`."""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from pathlib import Path

from unshipped.cache import Cache
from unshipped.cli.commands import meant
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, given, moment
from unshipped.cli.output import emit
from unshipped.cli.terminal import safe
from unshipped.core.logged.deployments import KINDS, Deployment, written
from unshipped.errors import SourceError, UsageError
from unshipped.nearest import find
from unshipped.sources.shared.parse import revision
from unshipped.wiring import read_config

_PLACE = ".unshipped/records.jsonl"
_SOURCE = "/unshipped/record"

HELP = """Write down that a service was deployed: one event of CDEvents, in one line at the end of a
file that the source `record` reads. Nothing is deployed, and no repository is asked."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("service", metavar="SERVICE", help="what was deployed")
    add("-e", "--environment", metavar="NAME", required=True, help="where it was deployed")
    add("--commit", metavar="REV", required=True, help="what serves now: a commit id or a tag")
    add("--event", choices=list(KINDS), default="deployed", help="what happened [deployed]")
    add("--by", metavar="WHO", default="", help="who did it")
    add("--url", metavar="URL", default="", help="where more is to be seen, such as the build")
    add("--config", metavar="FILE", type=given, help="configuration [default: the nearest unshipped.yaml]")
    add("--file", metavar="FILE", type=Path, help=f"where to write [default: {_PLACE} beside --config]")
    add("--repo", metavar="DIR", type=given, help="where to look for it [default: .]")
    add("--now", metavar="TIME", type=moment, help="when it happened [default: the clock]")


def run(options: Options) -> int:
    """Check that it can be meant, and add the line."""
    place = options.file or _known(options) / _PLACE
    commit = options.commit.strip()
    try:
        revision(commit, "--commit")
    except SourceError as error:
        raise UsageError(error.message, "give a commit id: $(git rev-parse HEAD)") from None
    who, where, when = options.service, options.environment, clock(options.now)
    deployment = Deployment(who, where, commit, when, options.event, options.by, options.url)
    event = written(deployment, str(uuid.uuid4()), _SOURCE)
    _append(place, json.dumps(event, ensure_ascii=True, separators=(",", ":")) + "\n")
    emit(safe(f"{who}/{where} {options.event} {commit}: {place}") + "\n")
    return 0


def _known(options: Options) -> Path:
    """The configuration's folder. Raises `UsageError` for a target that the configuration does not have."""
    path = options.config or find(options.repo or ".")
    names = [target.name for target in read_config(path, Cache(None)).targets]
    if (name := f"{options.service}/{options.environment}") not in names:
        hint = "with --file, anything can be recorded"
        raise UsageError(f"no service and environment {name!r} in {path}{meant(name, names)}", hint)
    return Path(path).parent


def _append(place: Path, line: str) -> None:
    """Add a line that is whole and on the disk when this returns, whoever else writes at the same time."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                # Somebody was cut off: that line stays as it is, and this one is whole.
                line = line if file.read() == b"\n" else f"\n{line}"
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"{place} cannot be written: {error.strerror or error}") from error
