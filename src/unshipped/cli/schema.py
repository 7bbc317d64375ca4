"""`unshipped schema`: the JSON Schema of the configuration, for editors and checks."""

from __future__ import annotations

import json
from pathlib import Path

import click

from unshipped.cli.output import emit
from unshipped.config import json_schema
from unshipped.wiring import source_kinds


@click.command("schema")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write to this file in place of standard output."
)
def command(output: Path | None) -> None:
    """Print the JSON Schema of unshipped.yaml.

    Name it in the first line of the file, and editors complete and check it:
    `# yaml-language-server: $schema=unshipped.schema.json`.
    """
    emit(json.dumps(json_schema(source_kinds()), indent=2) + "\n", output)
