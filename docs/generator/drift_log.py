"""`docs/reference/drift-log.md` and the schema beside it: what the log is to others."""

from __future__ import annotations

import json
from collections.abc import Iterable

from unshipped.stores.drift_log import FIELDS, TABLE, schema
from unshipped.stores.extracts import EXTRACTS
from unshipped.stores.fields import Field

_HEAD = f"""\
# `{TABLE}`

What `unshipped db export` writes: one row for each change of how a target stands.
A row tells what was so from `since` on; the next row of the same target says until when.
Fields may be added; none changes its meaning.
[deployment_drift_log.json](deployment_drift_log.json) is the schema as BigQuery takes it.

"""
_MODES = {"REQUIRED": "", "NULLABLE": ", may be null", "REPEATED": ", a list"}


def page() -> str:
    """The page: what is written without a word about it, and every other table."""
    others = (f"## `--table {name}`\n\n{one.says}\n\n{_table(one.fields)}" for name, one in EXTRACTS.items())
    return _HEAD + "\n\n".join((_table(FIELDS), *others))


def _table(fields: Iterable[Field]) -> str:
    rows = [f"| `{one.name}` | {one.type.lower()}{_MODES[one.mode]} | {one.description} |" for one in fields]
    return "| field | type | meaning |\n|---|---|---|\n" + "\n".join(rows)


def schema_file() -> str:
    """The schema as a file."""
    return json.dumps(schema(), indent=2) + "\n"
