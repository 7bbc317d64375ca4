"""`unshipped validate`: every problem of the configuration at once."""

from __future__ import annotations

from pathlib import Path

import click

from unshipped.cache import Cache
from unshipped.cli.output import emit
from unshipped.core import words
from unshipped.wiring import find, read_config


@click.command("validate")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--repo", type=click.Path(path_type=Path), help="Where to look for it.  [default: .]")
def command(file: Path | None, repo: Path | None) -> None:
    """Check unshipped.yaml (or FILE) and name every problem at once. Exits with 2 where there is one."""
    path = file or find(repo or Path())
    config = read_config(path, Cache(None))
    services = words.count(len({target.service for target in config.targets}), "service")
    targets = words.count(len(config.targets), "target")
    emit(f"{path}: {services}, {targets}, no problem.\n")
