"""The log as a gate uses it: there already, or made with the first thing that has to be written down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unshipped.ports.keeping import Store
    from unshipped.ports.rolling import Book
    from unshipped.wiring import Fleet


def record_of(fleet: Fleet, *, make: bool = False) -> Store | None:
    """The log; None where there is none yet, unless it is to be made. Raises `StoreError`."""
    keeping = fleet.config.store
    if not keeping.url and not make and not Path(fleet.log_file()).exists():
        return None
    from unshipped.wiring.keeping import open_log

    return open_log(keeping, fleet.log_file())


def unkept() -> Book:
    """A log of this process alone, for an answer that the log cannot keep."""
    from unshipped.stores.memory import MemoryStore

    return MemoryStore()


def receivers(fleet: Fleet) -> tuple[str, ...]:
    """Who hears of a bypass: everybody that a route names."""
    return tuple(dict.fromkeys(name for route in fleet.config.telling.routes for name in route.receivers))
