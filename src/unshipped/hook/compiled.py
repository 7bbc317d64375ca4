"""The map as the reminder reads it: made from the configuration, and known by its content."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from unshipped import __version__
from unshipped.core.closures.patterns import decode
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap
from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.hook.known import MAP, SOURCE, WATCHED

_MOST_ROOTS = 100


class Watched(Value):
    """One origin of a service in one environment, and the paths of this repository that it is made of."""

    service: str
    environment: str
    closure: Closure
    derived: bool


class Served(Value):
    """The branches that serve, and the remotes that they are on: none where one is on none."""

    branches: Sequence[str]
    remotes: Sequence[str]


def write(
    folder: Path,
    configuration: Path,
    text: bytes,
    watched: Sequence[Watched],
    served: Served,
    deploys: str,
) -> None:
    """Put it in its place: first the map, then what the front reads. Raises `UsageError`."""
    found = {
        "version": __version__,
        "configuration": str(configuration),
        "branches": sorted(set(served.branches)),
        "remotes": sorted(set(served.remotes)),
        "deploys": deploys,
        "services": [
            [one.service, one.environment, list(one.closure.paths), list(one.closure.ignore), one.derived]
            for one in watched
        ],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _put(folder / MAP, json.dumps(found, separators=(",", ":")).encode())
        _put(folder / SOURCE, text)
        _put(folder / WATCHED, _front(configuration, roots([one.closure for one in watched])))
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror or error}") from error


def roots(closures: Sequence[Closure]) -> list[str]:
    """Paths outside which nothing counts: few enough to be named on a command line."""
    found = [decode(path) for path in PathMap(closures).roots()] if closures else []
    for depth in (3, 2, 1):
        if len(found) > _MOST_ROOTS:
            found = sorted({"/".join(path.split("/")[:depth]) for path in found})
    return found if len(found) <= _MOST_ROOTS else [""]


def _front(configuration: Path, watched: Sequence[str]) -> bytes:
    """What the shell reads: its variables, and the paths as its arguments. Nothing watched is nothing."""
    paths = [path or "." for path in watched] or [".unshipped-watches-nothing"]
    arguments = " ".join(map(shlex.quote, paths))
    program, config = shlex.quote(sys.executable), shlex.quote(str(configuration))
    module = shlex.quote(str(Path(__file__).with_name("remind.py")))  # what is uninstalled leaves a program
    return os.fsencode(f"unshipped={program}\nmodule={module}\nmap={config}\nset -- {arguments}\n")


def forget(folder: Path) -> None:
    """Take out what the reminder keeps. Each look writes there as long as the folder is there."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _put(path: Path, text: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(text)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
