"""Runs what the documents show. A page is a session: its blocks run in order, in the repository it names.

    <!-- repository: shop -->       makes that repository anew; the blocks after it run there
    <!-- file: unshipped.yaml -->   the block below is written to that file
    ```console                      a block that starts with `$ unshipped` or `$ git` runs

What would make an output differ from run to run is fixed: the time, the ids, the addresses, the folder.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.docs.pages import Block, blocks
from tests.docs.repositories import BUILDERS, NOW, World
from tests.support.forked import forked
from tests.support.repo import ENV
from tests.support.run import SOURCES, stamp

JUDGING = (
    "db",
    "check",
    "status",
    "explain",
    "where",
    "gate",
    "bypass",
    "watch",
    "incidents",
    "history",
    "ack",
    "hold",
    "unhold",
    "silence",
    "notify",
    "ci",
)
"""Commands that know `--now`: the test says it, so that the reader need not."""
PROGRAMS = ("unshipped", "git", "echo", "cat")
BUG = 70
"""The exit code of a program that is broken: no page shows that."""
HOST = re.compile(r"https://([\w.{}-]+\.example\.com)")
LASTED, MADE_UP = re.compile(r"\(\d+\.\d s\)"), re.compile(r"(?m)^[0-9a-f]{8}(?=  )")
"""How long a round took, and an id that is made up anew each time."""
HOME = "~"
"""Where a page has its repository."""


class Session:
    """One repository with its addresses, and the exit code of the last command."""

    def __init__(self, world: World, port: int, cache: Path) -> None:
        self.world, self.port, self.code = world, port, 0
        self.env = ENV | {
            "HOME": str(cache),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(SOURCES),
            "UNSHIPPED_CACHE_DIR": str(cache / "cache"),
        }

    def write(self, name: str, text: str) -> None:
        path = self.world.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HOST.sub(rf"http://127.0.0.1:{self.port}/\1", text), encoding="utf-8")

    def run(self, command: str) -> str:
        """What a command prints, standard error after standard output, with everything local named anew."""
        words = shlex.split(command, comments=True)
        if words[0] not in PROGRAMS:
            raise AssertionError(f"{command!r}: the pages run {', '.join(PROGRAMS)} only")
        if command == "echo $?":
            return f"{self.code}\n"
        self.code, out, err = _answer(words, self.world.folder, self.env)
        assert self.code != BUG, err
        return self._named((out + err).decode().replace("\r\n", "\n"))

    def _named(self, text: str) -> str:
        here = re.escape(str(self.world.folder.resolve())) + "|" + re.escape(str(self.world.folder))
        text = re.sub(rf"http://127\.0\.0\.1:{self.port}/([\w.-]+\.example\.com)", r"https://\1", text)
        text = MADE_UP.sub("5f1ec0de", LASTED.sub("(0.1 s)", text))
        return re.sub(here, f"{HOME}/{self.world.folder.name}", text)


def _answer(words: list[str], folder: Path, env: dict[str, str]) -> tuple[int, bytes, bytes]:
    if words[0] == "unshipped":
        asked = words[1:]
        now = ["--now", stamp(NOW)] if asked and asked[0] in JUDGING and "--help" not in asked else []
        return forked([*asked, *now], folder, env, 60)
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


@contextmanager
def session(name: str) -> Iterator[Session]:
    """A fresh repository of that name, with its addresses being served."""
    with tempfile.TemporaryDirectory() as place:
        world = BUILDERS[name](Path(place, "made"))
        with _served(world) as port:
            yield Session(world, port, Path(place))


@contextmanager
def _served(world: World) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = world.answers.get(self.path.removeprefix("/"))
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            serving.join()


def runs(block: Block) -> bool:
    return block.language == "console" and block.text.startswith(("$ unshipped", "$ git"))


def played(page: Path) -> list[tuple[Block, str]]:
    """Every block of a page that runs, with what it should read."""
    found: list[tuple[Block, str]] = []
    with ExitStack() as stack:
        here: Session | None = None
        for block in blocks(page):
            if name := block.notes.get("repository"):
                here = stack.enter_context(session(name))
            if here and "file" in block.notes:
                here.write(block.notes["file"], block.text)
            if runs(block):
                assert here, f"{block.place}: no `<!-- repository: … -->` stands before it"
                found.append((block, _played(here, block.text)))
    return found


def _played(here: Session, text: str) -> str:
    commands = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {command}\n{_shown(here.run(command))}" for command in commands)


def _shown(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def rewrite(page: Path) -> bool:
    """Puts today's outputs into a page; whether that changed it."""
    old = page.read_text(encoding="utf-8")
    lines = old.splitlines()
    for block, text in reversed(played(page)):
        lines[block.first : block.last] = text.splitlines()
    new = "\n".join(lines) + "\n"
    page.write_text(new, encoding="utf-8")
    return new != old


def answer(name: str, command: str, configuration: str = "") -> dict[str, object]:
    """The JSON that a command prints in a repository, with a configuration or without one."""
    with session(name) as here:
        if configuration:
            here.write("unshipped.yaml", configuration)
        found: dict[str, object] = json.loads(here.run(command))
    return found
