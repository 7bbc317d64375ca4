"""Kills whoever carries a rollout out, or what it stands on, at every point where something is written, read
or done, and lets the next one go on. A program of its own: it forks, so that no point costs a start.

    ENGINE FOLDER PLACE STORY PROCESSES SHARE DIES

DIES is `process`, `connection`, `answer` (that to a commit is lost), or the file with the process of the
server. All but the first leave the process alive, and it has to go on by itself.

A point is each call to the log, before it is made and after it was answered, each probe and each deploy, and
moments inside a deploy command. The story is told once without a kill to count them. It prints one line of
JSON: how many points there were, what went wrong at which of them, and what was counted.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.deploying.severing import Relay, kill
from unshipped.app.crew import Crew
from unshipped.app.ours import Known
from unshipped.app.roll_out import advance
from unshipped.app.take_up import take_up
from unshipped.core.alerting import Route
from unshipped.core.model import Closure, Expected, Facts, Origin, Reading, Revision, Rule, SourceSpec, Target
from unshipped.core.recipe import Identity, Recipe
from unshipped.core.rollout import End, Went
from unshipped.core.windows import Asked
from unshipped.deployers.command import CommandDeployer
from unshipped.errors import StoreError
from unshipped.ports.deploying import Order, Probed, Progress
from unshipped.stores.opening import open_file, open_url

OLD, NEW = "a" * 40, "b" * 40
BY = SourceSpec("fake", {})
PATIENCE = 60.0
BRISK = 0.1
"""What takes longer, as a deploy does, is not followed by the next step without the engine."""
SCRIPT = """
echo "begins $UNSHIPPED_COMMIT $$" >> journal
sleep 0.15
printf %s "$UNSHIPPED_COMMIT" > serves.new && mv serves.new serves
echo "ends $UNSHIPPED_COMMIT $$" >> journal
"""


class Points:
    """Counts, and at one of them something dies."""

    def __init__(self, deadly: int, die: Callable[[], None]) -> None:
        self.deadly, self.count, self._die = deadly, 0, die
        self.names: list[str] = []
        self._lock = threading.Lock()

    def pass_by(self, name: str) -> None:
        with self._lock:
            self.count += 1
            self.names.append(name)
            if self.count == self.deadly:
                self._die()


class Counted:
    """Everything that is asked of it is a point before, and a point after."""

    def __init__(self, inner: Any, points: Points) -> None:
        self._inner, self._points = inner, points

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found) or name == "close":
            return found

        def asked(*arguments: Any, **named: Any) -> Any:
            self._points.pass_by(f"before {name}")
            answer = found(*arguments, **named)
            self._points.pass_by(f"after {name}")
            return answer

        return asked


@dataclass
class Serves:
    """Reads what serves from a file."""

    folder: Path

    def read(self, target: Target, look: object) -> Reading:
        return Reading((Revision((self.folder / "serves").read_text()),))


@dataclass
class Healthy:
    """Everything but what the story says is bad."""

    bad: bool

    def probe(self, order: Order, progress: Progress) -> Probed:
        failed = self.bad and order.commit == NEW
        return Probed(Went.FAILED if failed else Went.PASSED, "it was asked")


class Inside:
    """Moments inside a deploy command are points too."""

    shares = False

    def __init__(self, inner: CommandDeployer, points: Points) -> None:
        self._inner, self._points = inner, points

    def still_has(self, service: str, environment: str, commit: str) -> str:
        return self._inner.still_has(service, environment, commit)

    def shift(self, order: Order, progress: Progress) -> None:
        raise AssertionError("it gives no shares")

    def bring(self, order: Order, progress: Progress) -> None:
        points = self._points
        points.pass_by("before bring")
        over = threading.Event()

        def pass_by() -> None:
            for moment in (0.05, 0.1, 0.15):
                if over.wait(moment):
                    return
                points.pass_by(f"inside bring {moment}")

        thread = threading.Thread(target=pass_by)
        thread.start()
        try:
            self._inner.bring(order, progress)
        finally:
            over.set()
            thread.join()
        points.pass_by("after bring")


class Repository:
    """Two commits, one after the other."""

    def resolve(self, texts: Any) -> dict[str, str]:
        return {text: text for text in texts}

    def expected(self, rule: Rule) -> Expected:
        return Expected(NEW, "main", "tip")

    def made(self, commits: Any) -> dict[str, datetime]:
        return {}

    def addresses(self) -> frozenset[str]:
        return frozenset()

    def holding(self, pairs: Any) -> frozenset[tuple[str, str]]:
        return frozenset(pair for pair in pairs if pair == (NEW, OLD))

    def measure(self, tip: str, questions: Any, **_: Any) -> list[Facts]:
        return [Facts(tip != one.deployed, int(tip != one.deployed), 0, None) for one in questions]


def crew(folder: Path, book: Any, service: str, bad: bool, points: Points) -> Crew:
    target = Target(service, "production", (Origin("main", Closure((service,)), Rule(), (BY,)),))
    recipe = Recipe(BY, checks=(("health", BY),), identity=Identity(within=5, every=0.1, times=1))
    brings = CommandDeployer(command=("sh", "-c", SCRIPT), cwd=str(folder), state=str(folder / "state"))
    repository: Any = Repository()
    known = Known()
    known.learn([target], {target.name: recipe})
    return Crew(
        book=Counted(book, points),
        targets={target.name: target},
        recipes={target.name: recipe},
        repository=lambda _: repository,
        source=lambda *_: Serves(folder),
        deployer=lambda _: Inside(brings, points),
        check=lambda *_: Healthy(bad),
        clock=lambda: datetime.now(UTC),
        pause=time.sleep,
        by=str(os.getpid()),
        knew=known,
        routes=(Route(("chat",)),),
        width=10_000,
    )


@dataclass(frozen=True)
class Story:
    """Where it is played, by which engine, whether the new revision is bad, and what dies."""

    engine: str
    folder: Path
    place: str
    bad: bool
    dies: str

    @property
    def shared(self) -> bool:
        """Whether all of them have one log, in a database of a server."""
        return self.engine.endswith("postgresql")

    def book(self, folder: Path) -> Any:
        if not self.shared:
            return open_file(folder / "log.db")
        for _ in range(100):
            try:
                return open_url(self.place)
            except StoreError:  # it was killed just now
                time.sleep(0.1)
        raise TimeoutError(self.place)

    def severed(self, folder: Path) -> tuple[Story, Callable[[], None]]:
        """The same as one process sees it, and what lets something die."""
        if self.dies == "process":
            return self, lambda: os.kill(os.getpid(), signal.SIGKILL)
        if self.dies not in ("connection", "answer"):
            return self, lambda: struck(folder, lambda: kill(Path(self.dies)))
        port = int(re.findall(r":(\d+)", self.place)[-1])
        relay = Relay(port)
        die = relay.cut if self.dies == "connection" else relay.mute
        return replace(self, place=self.place.replace(f":{port}", f":{relay.port}")), lambda: struck(
            folder, die
        )

    def keeps(self, folder: Path, service: str, step: Callable[[str], float | None]) -> Any:
        if self.engine.startswith("local"):
            from unshipped.engine.local import LocalEngine

            return LocalEngine(step)
        if self.engine == "temporal":
            from unshipped.engine.temporal import TemporalEngine
            from unshipped.engine.temporal_worker import Place

            return TemporalEngine(step, Place(self.place, queue=service), silence=1.0)
        from unshipped.engine.embedded import EmbeddedEngine

        url = f"sqlite:///{folder / 'engine.db'}"
        if self.shared:
            url = self.place.replace("postgresql://", "postgresql+psycopg://")
        return EmbeddedEngine(step, url, service)


def struck(folder: Path, what: Callable[[], None]) -> None:
    (folder / "struck").touch()
    what()


def play(told: Story, folder: Path, service: str, deadly: int) -> int:
    """One process: begin or go on, until it has ended. Writes down which points it passed."""
    story, die = told.severed(folder)
    points = Points(deadly, die)
    book = story.book(folder)
    mine = crew(folder, book, service, story.bad, points)
    engine: Any = None
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if engine is None:
                take_up(mine)
                engine = story.keeps(folder, service, lambda rollout: advance(mine, rollout, BRISK))
            if looked(book, mine, engine, f"{service}/production"):
                (folder / "points").write_text(json.dumps(points.names))
                os._exit(0)
        except StoreError:  # as `serve` does: it is there again in a moment
            time.sleep(0.2)
        time.sleep(0.05)
    os._exit(9)


def looked(book: Any, mine: Crew, engine: Any, target: str) -> bool:
    """Begin it, or keep it going. Answers whether it has ended."""
    opened = book.rollouts(target=target, open_only=True)
    for one in opened:
        engine.start(one.id)
    if opened:
        return False
    if book.rollouts(target=target):
        return True
    take_up(mine)
    return False


def prepare(story: Story, number: int) -> tuple[Path, str]:
    """A folder in which the old revision serves and the new one is asked for."""
    folder, service = story.folder / f"{number}", f"s{number}"
    folder.mkdir()
    (folder / "serves").write_text(OLD)
    (folder / "journal").touch()
    if (template := story.folder / "template.db").exists() and not story.shared:
        shutil.copy(template, folder / "log.db")
    if (template := story.folder / "template-engine.db").exists() and story.engine == "dbos-sqlite":
        shutil.copy(template, folder / "engine.db")
    book = story.book(folder)
    asked = Asked(f"{service}-{number}", service, "production", NEW, "ana", datetime.now(UTC))
    book.wish(asked)
    book.close()
    return folder, service


def forked(what: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        try:
            what()
        except BaseException:  # noqa: BLE001 - it is told, and the process ends
            traceback.print_exc()
        os._exit(8)
    return pid


def judged(story: Story, folder: Path, service: str) -> list[str]:
    """What is not as it must be."""
    book = story.book(folder)
    wrong = []
    rollouts = book.rollouts(target=f"{service}/production")
    ends = [one.outcome.end if one.outcome else None for one in rollouts]
    wanted, right = (End.ROLLED_BACK, OLD) if story.bad else (End.PROVEN, NEW)
    if ends != [wanted]:
        wrong.append(f"it ended as {ends}: {[one.outcome and one.outcome.reason for one in rollouts]}")
    if (found := (folder / "serves").read_text()) != right:
        wrong.append(f"{found[:3]} serves")
    if len(mine := [one for one in book.holds(datetime.now(UTC)) if one.service == service]) != story.bad:
        wrong.append(f"{len(mine)} holds")
    told = [one for one in book.undelivered() if one.why.startswith(f"{service}/")]
    if len(told) != 1:
        wrong.append(f"{len(told)} notices")
    wrong += journal((folder / "journal").read_text().splitlines(), story.bad)
    book.close()
    return wrong


def journal(lines: list[str], bad: bool) -> list[str]:
    """Whether a command ran more than once more than needed, or two revisions at once."""
    wrong: list[str] = []
    running: dict[str, str] = {}
    begun = {NEW: 0, OLD: 0}
    for line in lines:
        what, commit, pid = line.split()
        if what == "begins":
            begun[commit] += 1
            if others := {one for one in running.values() if one != commit}:
                wrong.append(f"{commit[:1]} was deployed while {min(others)[:1]} was")
            running[pid] = commit
        else:
            running.pop(pid, None)
    if begun[NEW] not in (1, 2) or begun[OLD] not in ((1, 2) if bad else (0,)):
        wrong.append(f"the command ran {begun[NEW]} and {begun[OLD]} times")
    return wrong


def run(story: Story, at_once: int, share: str) -> dict[str, Any]:
    """Every point of a share: `1/1` is all of them, `2/3` every third from the second on."""
    made = story.book(story.folder)
    made.close()
    if not story.shared:
        os.replace(story.folder / "log.db", story.folder / "template.db")
    folder, service = prepare(story, 0)
    assert status(forked(lambda: play(story, folder, service, 0))) == 0, "it does not work without a kill"
    names = json.loads((folder / "points").read_text())
    if story.engine == "dbos-sqlite":
        shutil.copy(folder / "engine.db", story.folder / "template-engine.db")
    wrong = {f"0: {names[0]}": found} if (found := judged(story, folder, service)) else {}
    first, every = map(int, share.split("/"))
    waiting, again = list(range(first, len(names) + 1, every)), 0
    live: dict[int, tuple[int, Path, str, int]] = {}
    began = time.monotonic()
    while waiting or live:
        while waiting and len(live) < at_once:
            number = waiting.pop(0)
            folder, service = prepare(story, number)
            pid = forked(lambda f=folder, s=service, n=number: play(story, f, s, n))  # type: ignore[misc]
            live[pid] = (number, folder, service, 1)
        pid, code = os.waitpid(-1, 0)
        if pid not in live:
            continue
        number, folder, service, attempt = live.pop(pid)
        again += (folder / "struck").exists() or (os.WIFSIGNALED(code) and attempt == 1)
        if os.WIFSIGNALED(code) and attempt == 1:
            pid = forked(lambda f=folder, s=service: play(story, f, s, 0))  # type: ignore[misc]
            live[pid] = (number, folder, service, 2)
            continue
        found = judged(story, folder, service)
        if code:
            found.append(f"it left with {code}")
        if found:
            wrong[f"{number}: {names[number - 1]}"] = found
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "engine": story.engine,
        "dies": story.dies,
        "points": len(names),
        "killed": again,
        "wrong": wrong,
        "seconds": round(time.monotonic() - began, 1),
    }


def status(pid: int) -> int:
    return os.waitpid(pid, 0)[1]


def main() -> None:
    """The program."""
    kind, where, place, which, many, share, dies = sys.argv[1:]
    counted = run(Story(kind, Path(where), place, which == "bad", dies), int(many), share)
    sys.stdout.write(json.dumps(counted))
