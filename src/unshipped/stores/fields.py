"""One column of what is given to others, in the words of BigQuery."""

from __future__ import annotations

from datetime import datetime

from unshipped.core.value import Value

REQUIRED, NULLABLE, REPEATED = "REQUIRED", "NULLABLE", "REPEATED"


class Field(Value):
    """Its name, what it holds, and what that means."""

    name: str
    type: str
    mode: str
    description: str


def stamp(moment: datetime) -> str:
    """A moment, as JSON holds it."""
    return moment.isoformat().replace("+00:00", "Z")
