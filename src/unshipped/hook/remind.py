"""What a hook says where something is touched: one short message. It is run by itself, and never fails.

    python -P -m unshipped.hook.remind KIND FOLDER GIVEN

Standard library and `core` only, since a person waits for it. What is known of the services comes from the
last look that was kept in FOLDER; nobody is asked.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from unshipped.carried.lengths import told
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap, members
from unshipped.core.value import Value
from unshipped.hook.known import MAP, SOURCE, VERDICTS, WATCHED, Known, known

BUSY = ("rebase-merge", "rebase-apply", "sequencer")
"""What lies in git's directory while it is about something else."""

_MOST_NAMED = 3
_MOST_COMMITS = 60
_MARK = "\x01\x02"
# A setting or a .gitmodules of the repository must not hide what a commit changed, nor start a program.
_PLAIN = ("core.quotePath=false", "log.diffMerges=separate", "log.showRoot=true")
_QUIET = ("log.showSignature=false", "core.fsmonitor=")
_GIT = ("git", *(word for setting in (*_PLAIN, *_QUIET) for word in ("-c", setting)))
_LOCAL = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}  # of a partial clone nothing is fetched
_CHANGED = ("--no-renames", "--name-only", "-z", "--ignore-submodules=none")
_ZEROS = frozenset("0")


class Changed(Value):
    """One commit along the first parents: when it was made, in seconds since 1970, and what it changed."""

    commit: str
    at: float
    paths: list[bytes]


class Landed(Value):
    """The same, as one service sees it."""

    commit: str
    at: float
    touches: bool
    """Whether it changed what the service is made of, and what it changed is still to be deployed."""


class Touched(Value):
    """One service that is touched, and what waits there."""

    service: str
    environment: str
    waits: str
    is_open: bool
    """Whether there is anything to deploy."""


def main(arguments: Sequence[str]) -> None:
    """Say it. Whatever goes wrong, nothing is said and the work goes on."""
    with contextlib.suppress(Exception):
        kind, folder, given = arguments
        found = fresh_map(Path(folder))
        if found is not None:
            say(Reminder(found, Path(folder)).lines(kind, given))


def silent(git_dir: Path) -> bool:
    """Whether nobody wants to hear it now: the front in the hook asks the same."""
    off = os.environ.get("UNSHIPPED_HOOK") == "0" or os.environ.get("CI", "") not in ("", "0", "false")
    return off or any((git_dir / name).exists() for name in BUSY)


def say(lines: Sequence[str]) -> None:
    """To the person, where nothing of it steers their terminal."""
    for line in lines:
        sys.stderr.write("".join(char if char.isprintable() else "?" for char in line) + "\n")


def fresh_map(folder: Path) -> dict[str, Any] | None:
    """The map; made anew where the configuration is another one. None where there is none to be had."""
    found = _map(folder)
    try:
        text = Path(found["configuration"]).read_bytes()
    except OSError:
        return None  # another branch, on which there is no configuration
    if text == (folder / SOURCE).read_bytes():
        os.utime(folder / WATCHED)
        return found
    command = _compiling(found)
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, timeout=30, check=True, **options)  # type: ignore[call-overload]
    return _map(folder)


def _map(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MAP).read_bytes())
    return found


class Reminder:
    """What there is to say about what was done."""

    def __init__(self, found: dict[str, Any], folder: Path) -> None:
        self._map, self._folder = found, folder
        self._services: list[list[Any]] = found["services"]
        closures = [Closure(tuple(row[2]), tuple(row[3])) for row in self._services]
        self._paths = PathMap(closures)
        self._touching: dict[str, list[int]] = {}

    def lines(self, kind: str, given: str) -> list[str]:
        """The message; nothing where no service is touched."""
        chain = list(
            _landings(f"-{_MOST_COMMITS}", "HEAD" if kind != "pre-push" else _pushed(given, self._map))
        )
        if not chain:
            return []
        if kind == "post-commit":
            paths = chain[0].paths
        elif kind == "post-merge":
            paths = _between(given, "HEAD")
        else:
            paths = _between(*_range(given, self._map))
        at = list(members(self._paths.union(paths)))
        if any(self._services[index][4] for index in at):
            _derive_again(self._map)
        return self._message(kind, at, chain)

    def _message(self, kind: str, at: list[int], chain: list[Changed]) -> list[str]:
        if not at:
            return []
        verdicts = known(self._folder / VERDICTS)
        merged = kind == "pre-push" or _branch() in self._map["branches"]
        rows = [self._services[index] for index in at]
        targets: dict[tuple[str, str], None] = dict.fromkeys((row[0], row[1]) for row in rows)
        touched = [self._touched(*target, chain, verdicts, merged=merged) for target in targets]
        what = {"post-commit": "this commit", "post-merge": "what was merged", "pre-push": "this push"}[kind]
        names = list(dict.fromkeys(one.service for one in touched))
        shown = ", ".join(names[:_MOST_NAMED])
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        lines = [f"unshipped: {what} touches {shown}{more}"]
        lines += [f"  {one.service}: {one.waits}" for one in touched[:_MOST_NAMED]]
        first = next((one for one in touched if one.is_open), None)
        return [*lines, f"  {self._further(first)}"] if first else lines

    def _touched(
        self,
        service: str,
        environment: str,
        chain: list[Changed],
        verdicts: dict[str, Known],
        *,
        merged: bool,
    ) -> Touched:
        rows = enumerate(self._services)
        own = sum(1 << index for index, row in rows if row[:2] == [service, environment])
        last = verdicts.get(f"{service}/{environment}")
        touching = self._touched_by(chain, last.deployed if last else "")
        landed = [
            Landed(one.commit, one.at, bool(some & own)) for one, some in zip(chain, touching, strict=True)
        ]
        return Touched(service, environment, *waits(last, landed, time.time(), merged=merged))

    def _touched_by(self, chain: list[Changed], deployed: str) -> list[int]:
        """The services that each commit touches, for those that run `deployed`: where that is one of these
        commits, a path that is now as it was then is none that waits.
        """
        if all(one.commit != deployed for one in chain):
            deployed = ""
        if deployed not in self._touching:
            waiting = frozenset(_between(deployed, chain[0].commit) if deployed else ())
            self._touching[deployed] = [
                self._paths.union([path for path in one.paths if not deployed or path in waiting])
                for one in chain
            ]
        return self._touching[deployed]

    def _further(self, one: Touched) -> str:
        """How to deploy it, or else how to see what waits."""
        told = (
            f"to deploy: {self._map['deploys']}"
            if self._map["deploys"]
            else "more: unshipped explain {service}"
        )
        return told.replace("{service}", one.service).replace("{environment}", one.environment)


def waits(last: Known | None, chain: Sequence[Landed], now: float, *, merged: bool) -> tuple[str, bool]:
    """What waits with it and since when, and whether anything does. `chain` has the newest commit first."""
    if last is None:
        return "what waits there is not known here yet (unshipped check)", True
    looked = f"(looked at {told(max(0, now - last.checked_at))} ago)"
    if last.waiting is None:
        return f"what waits there could not be told {looked}", True
    # What was waiting then is part of what waits now only where this follows on what was looked at.
    merged = merged and any(one.commit == last.expected for one in chain)
    number, since = _waiting(last, chain) if merged else (last.waiting, last.since)
    what = f"{number} {'change waits' if number == 1 else 'changes wait'}"
    oldest = f", the oldest for {told(max(0, now - since))}" if since else ""
    if not merged:
        return (
            f"{what} there already{oldest} {looked}" if number else f"nothing waits there yet {looked}",
            True,
        )
    if not number:
        return f"nothing waits there any more: what runs is the same {looked}", False
    if not chain[0].touches:
        return f"{what} there{oldest} {looked}", True
    return f"with it {what}{oldest} {looked}" if number > 1 else f"nothing else waits there {looked}", True


def _waiting(last: Known, chain: Sequence[Landed]) -> tuple[int, float | None]:
    """How many changes wait, and since when the oldest does: counted anew where what runs is one of these
    commits, else from the last look on.
    """
    commits = [one.commit for one in chain]
    if last.deployed in commits:
        found = [one for one in chain[: commits.index(last.deployed)] if one.touches]
        return len(found), found[-1].at if found else None
    added = sum(one.touches for one in chain[: commits.index(last.expected)])
    return (last.waiting or 0) + added, last.since


def _landings(*arguments: str) -> Iterator[Changed]:
    """Commits along the first parents, newest first; in a partial clone as far as it has them."""
    form = f"--format={_MARK}%H %ct"
    said = _git("log", "--first-parent", "-m", *_CHANGED, form, *arguments, "--", whole=False)
    for part in said.split(_MARK.encode())[1:]:
        head, _, names = part.partition(b"\0")
        commit, at = head.decode().split()
        paths = [name.lstrip(b"\n") for name in names.split(b"\0") if name.strip(b"\n")]
        yield Changed(commit, float(at), paths)


def _between(old: str, new: str) -> list[bytes]:
    found = _git("diff-tree", "-r", *_CHANGED, old, new)
    return [path for path in found.split(b"\0") if path]


def _range(given: str, found: dict[str, Any]) -> tuple[str, str]:
    """What a push to the branch that serves adds: from where it is to where it goes. Before what is pushed
    stands the remote, by its name or its address.
    """
    first, *rest = given.split("\n")
    remote, pushed = ("", [first, *rest]) if " " in first else (first, rest)
    if remote and found.get("remotes") and remote not in found["remotes"]:
        raise LookupError("it goes where nothing is deployed from")
    for line in pushed:
        _, local, there, before = (line.split(" ") + [""] * 4)[:4]
        branch = there.removeprefix("refs/heads/")
        if branch in found["branches"] and set(local) != _ZEROS and set(before) != _ZEROS:
            return before, local
    raise LookupError("nothing of this push is about to be deployed")


def _pushed(given: str, found: dict[str, Any]) -> str:
    return _range(given, found)[1]


def _branch() -> str:
    """The branch that HEAD names; git knows where that is written."""
    return os.fsdecode(_git("rev-parse", "--symbolic-full-name", "HEAD")).strip().removeprefix("refs/heads/")


def _compiling(found: dict[str, Any]) -> list[str]:
    return [sys.executable, "-P", "-m", "unshipped", "hook", "compile", "--config", found["configuration"]]


def _derive_again(found: dict[str, Any]) -> None:
    """What a service is made of may be another one since this commit: have it found out for the next time."""
    quiet = subprocess.DEVNULL
    subprocess.Popen(_compiling(found), stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)


def _git(*arguments: str, whole: bool = True) -> bytes:
    asked, own = [*_GIT, *arguments], os.environ | _LOCAL
    return subprocess.run(asked, capture_output=True, check=whole, timeout=20, env=own).stdout


if __name__ == "__main__":
    main(sys.argv[1:])
