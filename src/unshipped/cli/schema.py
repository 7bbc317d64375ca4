"""`unshipped schema`: the JSON Schema of the configuration, for editors and checks."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from unshipped.cli.output import emit
from unshipped.config import json_schema
from unshipped.wiring import every_kind

HELP = """Print the JSON Schema of unshipped.yaml.

Name it in the first line of the file, and editors complete and check it:
  # yaml-language-server: $schema=unshipped.schema.json"""


def arguments(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--output", metavar="FILE", type=Path, help="write to this file in place of standard output"
    )


def run(options: Namespace) -> int:
    """Print it."""
    emit(json.dumps(json_schema(*every_kind()), indent=2) + "\n", options.output)
    return 0
