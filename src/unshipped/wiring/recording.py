"""The record of a fleet: where gates and people write down what they decided."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unshipped.app.gate_api import Record
    from unshipped.wiring import Fleet

VARIABLE = "UNSHIPPED_STORE"
PLACE = ".unshipped/log.db"
"""Beside the configuration, where the variable names no other."""


def record_of(fleet: Fleet, *, make: bool = False) -> Record | None:
    """The record; None where there is none yet, unless it is to be made. Raises `StoreError`."""
    address = os.environ.get(VARIABLE, "")
    if "://" in address:
        from unshipped.stores.opening import open_url

        return open_url(address)
    place = Path(address) if address else (fleet.path.parent if fleet.path else Path()) / PLACE
    if not place.exists() and not make:
        return None
    from unshipped.stores.opening import open_file

    return open_file(place)
