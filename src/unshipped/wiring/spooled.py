"""What programs left because nobody could write it down: looked for with each command and round."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from unshipped.errors import GitError, UsageError
from unshipped.gate.spool import REFUSED, folder_of, leave, left
from unshipped.git.process import run
from unshipped.wiring.recording import receivers

if TYPE_CHECKING:
    from unshipped.gate.values import Bypassing, Question
    from unshipped.ports.keeping import Store
    from unshipped.wiring import Fleet


def take_spooled(fleet: Fleet, store: Store, now: datetime) -> Iterator[str]:
    """Take in what was left, but for what is of another configuration, and say in a sentence what became of
    each. Raises `StoreError`.
    """
    for folder in _folders(fleet):
        waiting = [one for one in left(folder) if one[1].get("config") in (None, "", _own(fleet))]
        if waiting and (doubt := _doubt(Path(folder))):
            yield f"{folder} is left alone: {doubt}"
            continue
        for path, document in waiting:
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


def leave_spooled(fleet: Fleet, question: Question, bypassing: Bypassing, now: datetime) -> str:
    """Leave a bypass where it is looked for. Answers in which folder; empty where that could not be done."""
    at = now.isoformat()
    return next((one for one in _folders(fleet) if leave(one, question, bypassing, at, _own(fleet))), "")


def _own(fleet: Fleet) -> str:
    return os.path.realpath(fleet.path) if fleet.path else ""


def _folders(fleet: Fleet) -> list[str]:
    beside = fleet.config.watch.verdicts
    place = fleet.file(beside) if beside else ""
    return list(dict.fromkeys((folder_of(), folder_of(place))))


def _doubt(folder: Path) -> str:
    """Why what lies there need not have been left by a program of this machine; empty where it was."""
    places = dict.fromkeys((folder.absolute(), folder.resolve()))  # it may be a link, which somebody made too
    return next(filter(None, (doubt(one) for one in places for doubt in (_foreign, _tracked))), "")


def _foreign(place: Path) -> str:
    whose, above = place.lstat().st_uid, place.parent.stat().st_mode
    return "anybody could have made it" if whose not in (0, os.geteuid()) and above & stat.S_IWOTH else ""


def _tracked(place: Path) -> str:
    """Whether git has something there, or cannot say so. Some disks take other letters for the same name."""
    if not any((above / ".git").exists() for above in place.parents):
        return ""
    asked = ["-C", str(place.parent), "ls-files", "-z", "--", f":(icase,literal){place.name}"]
    try:
        return "git tracks it, and who can commit gives no bypass" if run(asked) else ""
    except GitError as error:
        return f"git does not say whether it tracks it: {error.message}"
