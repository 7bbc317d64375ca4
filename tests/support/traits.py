"""What a class says of itself beside its settings and what it does."""

from __future__ import annotations

import dataclasses
from typing import Any


def said(kind: type[Any]) -> set[str]:
    """The names of its public attributes that are no setting and nothing that it does."""
    settings = {field.name for field in dataclasses.fields(kind)}
    return {
        name
        for base in kind.__mro__
        for name, value in vars(base).items()
        if not name.startswith("_")
        and name not in settings
        and not callable(value)
        and not isinstance(value, classmethod | property)
    }
