"""What programs left because nobody could write it down: looked for with each command and round."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from unshipped.errors import UsageError
from unshipped.gate.spool import REFUSED, folder_of, left
from unshipped.wiring.recording import receivers

if TYPE_CHECKING:
    from unshipped.ports.keeping import Store
    from unshipped.wiring import Fleet


def take_spooled(fleet: Fleet, store: Store, now: datetime) -> Iterator[str]:
    """Take in what was left, and say in a sentence what became of each. Raises `StoreError`."""
    for folder in _folders(fleet):
        for path, document in left(folder):
            from unshipped.app.ask_gate import house
            from unshipped.app.bypass import told
            from unshipped.app.late import taken

            here = house(
                ((one.service, one.environment) for one in fleet.config.targets), fleet.config.guards
            )
            try:
                found = taken(document, here, store, now, receivers(fleet))
            except UsageError as error:
                with contextlib.suppress(OSError):
                    os.replace(path, path + REFUSED)
                yield f"{path} is left aside: {error.message}"
                continue
            with contextlib.suppress(OSError):
                os.unlink(path)
            yield from (f"given before, written down now: {told(one, now)}" for one in found)


def _folders(fleet: Fleet) -> list[str]:
    beside = fleet.config.watch.verdicts
    place = fleet.file(beside) if beside else ""
    return list(dict.fromkeys((folder_of(), folder_of(place))))
