"""The log that a configuration names, opened; and its database, for those who look after it."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path

from unshipped.config.values import Keeping
from unshipped.errors import SourceError, StoreError
from unshipped.secrets import text_of
from unshipped.stores.database import Database
from unshipped.stores.opening import file_database, open_file, open_url, url_database
from unshipped.stores.sql import SqlStore

_OURS = ".unshipped"
_IGNORED = "log.db*\n.gitignore\n"


def open_log(keeping: Keeping, path: str) -> SqlStore:
    """The log. Raises `StoreError` where it cannot be opened or is of another version."""
    if keeping.url:
        return open_url(_address(keeping), again=partial(_address, keeping))
    place = Path(path)
    store = open_file(place)
    if place.parent.name == _OURS:
        _ignore(place.parent / ".gitignore")
    return store


def open_database(keeping: Keeping, path: str, *, new: bool) -> Database:
    """Its database, whatever version it is of. Raises `StoreError`, also where a file is not there yet and
    nobody wants a `new` one.
    """
    if keeping.url:
        return url_database(_address(keeping))
    if not new and not Path(path).exists():
        raise StoreError(f"there is no log in {path} yet", "unshipped watch --once begins one")
    return file_database(Path(path))


def _address(keeping: Keeping) -> str:
    try:
        return text_of(keeping.url)
    except SourceError as error:
        raise StoreError(f"the address of the log cannot be read: {error.message}", error.hint) from None


def _ignore(path: Path) -> None:
    """A log is nothing to commit, and neither is this; the folder may hold what is."""
    with contextlib.suppress(OSError), path.open("x", encoding="utf-8") as file:
        file.write(_IGNORED)
