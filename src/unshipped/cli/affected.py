"""`unshipped affected`: services whose code differs between two commits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from unshipped.app.affected import Affected, affected
from unshipped.cli.options import fleet_options, open_from
from unshipped.cli.output import emit
from unshipped.cli.terminal import safe


@click.command("affected")
@click.argument("old", metavar="FROM")
@click.argument("new", metavar="[TO]", default="HEAD")
@fleet_options
@click.option("--repository", help="Which of several configured repositories.  [default: the first]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "names", "github-matrix"]),
    default="text",
    show_default=True,
    help="How to write it.",
)
def command(
    old: str,
    new: str,
    repo: Path | None,
    config: Path | None,
    no_cache: bool,
    repository: str | None,
    form: str,
) -> None:
    """Services whose code differs between FROM and TO (default: HEAD).

    What differs is content: a change that was taken back affects nothing. Exits with 0 also where no
    service is affected.
    """
    fleet = open_from(repo, config, no_cache=no_cache)
    name = repository or fleet.config.default_repository
    found = affected(fleet.config.targets, fleet.repository, name, old, new)
    emit(_WRITERS[form](found, old, new))


def _text(found: Sequence[Affected], old: str, new: str) -> str:
    if not found:
        return f"No service differs between {safe(old)} and {safe(new)}.\n"
    widest = max(len(one.service) for one in found)
    return "".join(f"{one.service:<{widest}}  {_paths(one)}\n" for one in found)


def _paths(one: Affected) -> str:
    more = f" and {len(one.paths) - 1} more" if len(one.paths) > 1 else ""
    return safe(one.paths[0]) + more


def _json(found: Sequence[Affected], old: str, new: str) -> str:
    services = [{"service": one.service, "paths": list(one.paths)} for one in found]
    document = {"schema_version": 1, "from": old, "to": new, "services": services}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _names(found: Sequence[Affected], _old: str, _new: str) -> str:
    return "".join(f"{one.service}\n" for one in found)


def _matrix(found: Sequence[Affected], _old: str, _new: str) -> str:
    return json.dumps({"include": [{"service": one.service} for one in found]}) + "\n"


_WRITERS = {"text": _text, "json": _json, "names": _names, "github-matrix": _matrix}
