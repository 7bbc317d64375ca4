"""A bypass that nobody could write down when it was given: left in a folder until somebody can.

One file for each. Whoever may write there could as well give a bypass by the command: its permissions decide.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from stat import S_IWOTH
from typing import Any

from unshipped.gate.values import Bypassing, Question

SCHEMA = 1
REFUSED = ".refused"
_LARGEST = 65_536
_MOST = 1000
"""So many are left at most: a loop that nobody looks after fills no disk."""


def folder_of(verdicts: str = "") -> str:
    """Where they are left: `UNSHIPPED_SPOOL`, or beside the file of verdicts, or in this person's state."""
    if given := os.environ.get("UNSHIPPED_SPOOL", ""):
        return given
    if verdicts:
        return f"{verdicts}.bypasses"
    state = os.environ.get("XDG_STATE_HOME", "") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(state, "unshipped", "bypasses")


def leave(folder: str, question: Question, bypassing: Bypassing, at: str, config: str = "") -> bool:
    """Leave one, given at that time. Answers whether that could be done. With the configuration whose gate it
    is, where that is known: projects of one person share the folder, and names.
    """
    from json import dumps

    document = {"schema_version": SCHEMA, "given_at": at, "config": config, "question": question._asdict()}
    place = os.path.join(folder, f"{bypassing.id}.json")
    temporary = f"{place}.{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if len(os.listdir(folder)) >= _MOST:
            return False
        with open(temporary, "x", encoding="utf-8") as file:
            file.write(dumps(document | {"bypass": bypassing._asdict()}))
        os.replace(temporary, place)
    except OSError:
        return False
    return True


def send(server: str, token: str, folder: str) -> None:
    """Tell a server of what was left, as far as it is this person's own: it is told with their token. What it
    refuses is put aside; where it takes nothing for now, all waits, and what this token may not tell waits
    for another one. So does what there is no time for: a program that ends waits for it. What is of one
    configuration is not the server's.
    """
    from time import monotonic

    from unshipped.gate.http import FORBIDDEN, LONGEST, AnsweredError, ask

    begun = monotonic()
    for path, found in left(folder, own=True):
        if monotonic() - begun > LONGEST:
            return
        if found.get("config"):
            continue
        try:
            question, bypassing, given_at = _told(found)
        except (ValueError, KeyError, TypeError, AttributeError):
            _aside(path)
            continue
        try:
            ask(server, token, question, bypassing, monotonic(), given_at)
        except AnsweredError as error:
            if error.final:
                _aside(path)
            elif error.status != FORBIDDEN:
                return
        except (OSError, ValueError):
            return
        else:
            with suppress(OSError):  # somebody else told it as well
                os.unlink(path)


def _aside(path: str) -> None:
    with suppress(OSError):
        os.replace(path, path + REFUSED)


def _told(found: Mapping[str, Any]) -> tuple[Question, Bypassing, str]:
    """What was left, and when it was given. Raises what Python does where it is no bypass."""
    from unshipped.gate.words import question_of

    asked, given = dict(found["question"]), found["bypass"]
    question = question_of(tuple(asked.pop("services")), asked)  # type: ignore[arg-type]
    return question, Bypassing(given["reason"], given["by"], given["seconds"], given["id"]), found["given_at"]


def left(folder: str, *, own: bool = False) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What was left there: the file, and what it holds. What cannot be understood holds nothing. With `own`
    nothing counts that another person can have left, or have led to.
    """
    from json import loads

    try:
        if own and not _own(os.lstat(folder)):
            return
        names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))[:_MOST]
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(handle, "rb") as file:
                if own and not _own(os.fstat(handle)):
                    continue
                found = loads(file.read(_LARGEST))
            yield path, found if isinstance(found, dict) else {}
        except FileNotFoundError:  # somebody else took it
            continue
        except (OSError, ValueError, RecursionError):
            yield path, {}


def _own(found: os.stat_result) -> bool:
    """Whether nobody but this person and root can have written it."""
    return found.st_uid in (0, os.geteuid()) and not found.st_mode & S_IWOTH
