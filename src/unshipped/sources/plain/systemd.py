"""A unit of systemd: the variables that it was started with, and the file that lies beside its code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from unshipped.core.model import Code, Reading, Remark, Revision, Sign, Target
from unshipped.errors import SourceError
from unshipped.platforms.settings import check_no_nul, check_timeout, fill
from unshipped.ports import Look
from unshipped.sources.plain._systemctl import Machine, moment
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import parse, shown

_RUNS = frozenset({"active", "reloading", "refreshing", "activating", "deactivating"})
_UNIT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9:_.@-]*")
_HINT = (
    "let the unit set Environment=COMMIT_SHA=…, or let the deploy step write a file REVISION beside the code"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemdSource:
    """Runs `systemctl show`, here or wherever `command` leads, and reads the unit's variables and its file.

    What was changed after the process had started says nothing about the process, and is weak.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    unit: str = "{service}.service"
    """Name of the unit. `{service}` and `{environment}` are replaced, here and in the next two."""

    command: tuple[str, ...] = ()
    """What leads to the machine, one word an entry: `[ssh, -o, BatchMode=yes, web-1.example.com]`."""

    file: str = "REVISION"
    """File with a commit id, or JSON that has one; relative to the unit's `WorkingDirectory`."""

    variables: tuple[str, ...] = ()
    """Environment variables that name the commit, in place of the usual ones."""

    timeout: float = 20.0
    """Seconds for everything together."""

    def __post_init__(self) -> None:
        command: object = self.command
        if isinstance(command, str) or "" in self.command[:1]:
            raise ValueError("command is a list of words, such as [ssh, web-1.example.com]")
        check_timeout(self.timeout)
        check_no_nul(*self.command)

    def read(self, target: Target, look: Look) -> Reading:
        unit = fill(self.unit, target)
        whose = f"unit {shown(unit)}"
        if not _UNIT.fullmatch(unit):
            raise SourceError(Code.SOURCE_ERROR, f"{whose} has no name that systemd gives")
        machine = Machine([fill(word, target) for word in self.command], self.timeout)
        known = machine.properties(unit)
        if known.get("LoadState") == "not-found":
            raise SourceError(Code.NOT_FOUND, f"{whose} is not known to systemd")
        if (state := known.get("ActiveState", "")) not in _RUNS:
            said = shown(state) or "nothing is said of its state"
            raise SourceError(Code.NO_REVISION, f"{whose} does not run: {said}")
        part = hearing.Part(unit, since=moment(known.get("ExecMainStartTimestamp", "")))
        words = [*self._of_variables(machine, part, known), *self._of_file(machine, part, known, target)]
        remarks = []
        if words and all(word.weak for word in words):
            late = f"{unit} is older than what says so, and runs on with what it loaded"
            remarks.append(Remark(Sign.COMMIT_AFTER_DEPLOY, late))
        if known.get("SubState") == "auto-restart":
            remarks.append(Remark(Sign.UNHEALTHY, f"{unit} is started again and again"))
        return Reading(hearing.heard([(part, words)], whose, _HINT), tuple(remarks))

    def _of_variables(
        self, machine: Machine, part: hearing.Part, known: dict[str, str]
    ) -> Iterator[Revision]:
        variables: dict[str, str] = {}
        with suppress(ValueError):
            variables = dict(word.split("=", 1) for word in shlex.split(known.get("Environment", "")))
        if said := list(hearing.of_variables(part, variables, self.variables)):
            paths = [known.get("FragmentPath", ""), *known.get("DropInPaths", "").split()]
            weak = machine.changed_after(part.since, *filter(None, paths))
            yield from (word._replace(weak=weak) for word in said)

    def _of_file(
        self, machine: Machine, part: hearing.Part, known: dict[str, str], target: Target
    ) -> Iterator[Revision]:
        folder = known.get("WorkingDirectory", "").lstrip("!").rstrip("/")
        path = f"{'' if self.file.startswith('/') else folder + '/'}{fill(self.file, target)}"
        if path.startswith("/") and (text := machine.text(path)) is not None:
            said = parse(text, f"file {shown(path)} of {part.name}")
            # A deployment may turn any link on the way to it.
            ways = [
                one for way in (path, folder) if way for one in (way, *map(str, PurePosixPath(way).parents))
            ]
            weak = machine.changed_after(part.since, *dict.fromkeys(ways))
            yield hearing.word(part, said, f"file {shown(path)}", weak=weak)
