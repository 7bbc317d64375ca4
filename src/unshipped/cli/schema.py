"""`unshipped schema`: the JSON Schema of the configuration, for editors and checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.output import emit
from unshipped.config import json_schema
from unshipped.errors import UsageError
from unshipped.wiring import every_kind

HELP = """Print the JSON Schema of unshipped.yaml.

Name it in the first line of the file, and editors complete and check it:
  # yaml-language-server: $schema=unshipped.schema.json"""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    access = "the one of the file of `unshipped serve --access`, which says who may do what"
    grammar.add_argument("--access", action="store_true", help=access)
    grammar.add_argument(
        "--output", metavar="FILE", type=Path, help="write to this file in place of standard output"
    )


def run(options: Options) -> int:
    """Print it."""
    schema = _access() if options.access else json_schema(*every_kind())
    emit(json.dumps(schema, indent=2) + "\n", options.output)
    return 0


def _access() -> dict[str, Any]:
    try:
        from unshipped.web.settings import access_schema
    except ModuleNotFoundError as error:
        raise UsageError(f"this needs {error.name}", "pip install 'unshipped[server]'") from None
    return access_schema()
