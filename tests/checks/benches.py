"""A scene for each kind: a new kind adds its own, and passes the suite as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.sources.served import Answer, body, serving, silent
from unshipped.checks.command import CommandCheck
from unshipped.checks.contract import SECRET, Scene
from unshipped.checks.http import HttpCheck
from unshipped.checks.log import LogCheck
from unshipped.checks.prometheus import PrometheusCheck
from unshipped.ports.deploying import Check


@dataclass
class Room:
    """What a scene may use: a folder, the environment, and servers that end with the test."""

    folder: Path
    patch: pytest.MonkeyPatch
    stack: ExitStack = field(default_factory=ExitStack)
    scenes: int = 0

    def next(self) -> Path:
        self.scenes += 1
        made = self.folder / str(self.scenes)
        made.mkdir()
        self.patch.setenv("SMOKE_TOKEN", SECRET)
        return made

    def serve(self, answer: Answer) -> str:
        return self.stack.enter_context(serving(answer)).url("")


@dataclass
class Served:
    """A server that answers as it is told."""

    room: Room
    make: Callable[[str, float], Check]
    right: Answer
    wrong: Answer

    def __post_init__(self) -> None:
        self.room.next()
        self.answer = self.right

    def check(self, timeout: float) -> Check:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            assert handler.headers["Authorization"] == f"Bearer {SECRET}"
            self.answer(handler)

        return self.make(self.room.serve(answer), timeout)

    def spoil(self) -> None:
        self.answer = self.wrong

    def hide(self) -> None:
        self.answer = silent


@dataclass
class Scripted:
    """A folder whose file says how it is; a script looks at it."""

    room: Room
    make: Callable[[Path, float], Check]

    def __post_init__(self) -> None:
        self.folder = self.room.next()
        self._say("exit 0")

    def _say(self, text: str) -> None:
        script = self.folder / "look"
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)

    def check(self, timeout: float) -> Check:
        return self.make(self.folder, timeout)

    def spoil(self) -> None:
        self._say('echo "FATAL with $SMOKE_TOKEN"; [ "$1" = print ] || exit 1')

    def hide(self) -> None:
        self._say("sleep 300")


@dataclass
class Written:
    """A file of lines."""

    room: Room

    def __post_init__(self) -> None:
        self.path = self.room.next() / "log"
        self.path.write_text("started\nserving\n")

    def check(self, timeout: float) -> Check:
        return LogCheck(file=str(self.path), never="FATAL", timeout=timeout)

    def spoil(self) -> None:
        self.path.write_text(f"started\nFATAL with {SECRET}\n")

    def hide(self) -> None:
        self.path.unlink()


@dataclass(frozen=True)
class Bench:
    """One kind, and how a scene for it is made."""

    name: str
    make: Callable[[Room], Scene]


TOKEN = {"env": "SMOKE_TOKEN"}


def http(room: Room) -> Scene:
    def make(address: str, timeout: float) -> Check:
        headers: dict[str, Any] = {"Authorization": {**TOKEN, "prefix": "Bearer "}}
        return HttpCheck(
            url=f"{address}/healthz",
            headers=headers,
            pointer="/status",
            equals="ok",
            attempts=1,
            timeout=timeout,
        )

    return Served(room, make, body('{"status": "ok"}'), body(SECRET, 500))


def vector(*values: str) -> Answer:
    rows = [{"metric": {}, "value": [1770309420.0, value]} for value in values]
    said = {"status": "success", "data": {"resultType": "vector", "result": rows}}
    return body(json.dumps(said), kind="application/json")


def prometheus(room: Room) -> Scene:
    def make(address: str, timeout: float) -> Check:
        return PrometheusCheck(url=address, query="up", least=1, token=TOKEN, timeout=timeout)  # type: ignore[arg-type]

    return Served(room, make, vector("1"), vector("1", "0"))


def command(room: Room) -> Scene:
    return Scripted(
        room, lambda folder, timeout: CommandCheck(command=(str(folder / "look"),), timeout=timeout)
    )


def log_of_a_command(room: Room) -> Scene:
    def make(folder: Path, timeout: float) -> Check:
        return LogCheck(command=(str(folder / "look"), "print"), never="FATAL", timeout=timeout)

    return Scripted(room, make)


BENCHES = [
    Bench("http", http),
    Bench("command", command),
    Bench("prometheus", prometheus),
    Bench("log", Written),
    Bench("log, of a command", log_of_a_command),
]
