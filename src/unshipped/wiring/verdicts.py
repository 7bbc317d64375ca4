"""The file of verdicts that a watch leaves for programs, after each of its rounds."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from unshipped.errors import UsageError

if TYPE_CHECKING:
    from unshipped.ports.keeping import Store
    from unshipped.wiring import Fleet


def leave_verdicts(fleet: Fleet, store: Store, now: datetime) -> str:
    """Write how all targets stand by the log, each gate with the mode that it has earned, where the
    configuration names a file for it. Answers why that could not be done.
    """
    name = fleet.config.watch.verdicts
    if not name:
        return ""
    from unshipped.app.ask_gate import House, earned
    from unshipped.app.verdict_file import put, verdict_file

    known = store.standings([one.name for one in fleet.config.targets])
    standings = [known[one.name] for one in fleet.config.targets if one.name in known]
    guards = earned(House((), fleet.config.guards), store, now).guards
    key = os.environ.get("UNSHIPPED_VERDICTS_KEY", "")
    text = verdict_file(standings, now=now, guards=guards, bypasses=store.bypasses(now), key=key)
    try:
        put(Path(fleet.file(name)), text)
    except UsageError as error:
        return error.message
    return ""
