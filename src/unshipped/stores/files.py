"""The log as a file: CSV, NDJSON or Parquet."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from unshipped.errors import StoreError
from unshipped.stores.fields import REPEATED, Field

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DUCKDB = {"STRING": "VARCHAR", "TIMESTAMP": "TIMESTAMPTZ", "INTEGER": "BIGINT", "BOOLEAN": "BOOLEAN"}


class _Lines:
    """Takes what `csv` writes, and gives it on."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[dict[str, Any]], fields: Sequence[Field]) -> Iterator[str]:
    """CSV with a line of names. Lists are one text; what a table would take for a formula begins with '."""
    writer = csv.writer(_Lines())
    yield writer.writerow([field.name for field in fields])
    for row in rows:
        yield writer.writerow([_cell(row[field.name]) for field in fields])


def ndjson_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One JSON object a line."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def parquet(rows: Iterable[dict[str, Any]], path: Path, fields: Sequence[Field]) -> None:
    """Write a Parquet file. Raises `StoreError` where it cannot be written."""
    try:
        import duckdb  # noqa: PLC0415 - an extra: only who writes Parquet has it
    except ImportError:
        raise StoreError("what writes Parquet is not installed", "pip install 'unshipped[parquet]'") from None
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as lines:
        lines.writelines(ndjson_lines(rows))
        lines.flush()
        types = ", ".join(f"\"{field.name}\": '{_type(field.type, field.mode)}'" for field in fields)
        read = f"read_json($lines, format = 'newline_delimited', columns = {{{types}}})"
        statement = f"COPY (SELECT * FROM {read}) TO $path (FORMAT parquet)"  # noqa: S608 - of our own words
        try:
            with duckdb.connect() as connection:
                connection.execute(statement, {"lines": lines.name, "path": str(path)})
        except duckdb.Error as error:
            raise StoreError(f"{path} cannot be written: {str(error).splitlines()[0]}") from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text


def _type(kind: str, mode: str) -> str:
    return _DUCKDB[kind] + "[]" * (mode == REPEATED)
