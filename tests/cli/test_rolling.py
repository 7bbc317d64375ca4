"""A deploy at the command line: interrupted (Ctrl-C) at the worst moment, and beside another one."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.support.crew import World, failing
from unshipped.app.cancel import cancel
from unshipped.app.crew import Crew
from unshipped.app.roll_out import advance
from unshipped.app.take_up import take_up
from unshipped.cli import rolling
from unshipped.cli.rolling import as_json, carry, settled
from unshipped.core.exits import DRIFT, FINE, UNKNOWN
from unshipped.core.rollout import End
from unshipped.core.windows import Despite
from unshipped.engine.local import LocalEngine
from unshipped.errors import AdriftError, StoreError, UsageError
from unshipped.stores.memory import MemoryStore


class Away(MemoryStore):
    """A log that is started anew just when a cancel is to be written down."""

    times = 0

    def cancel(self, *asked) -> bool:
        self.times += 1
        if self.times == 1:
            raise StoreError("the log is being started anew")
        return super().cancel(*asked)


class Crews:
    """As a foreman has them."""

    def __init__(self, world: World) -> None:
        self.world, self.ended = world, threading.Event()

    def crew(self) -> Crew:
        return self.world.crew()

    def advance(self, rollout: str) -> float | None:
        return advance(self.crew(), rollout)


def test_an_interrupt_is_not_lost_where_the_log_is_away_just_then(
    tmp_path: Path, capsys: pytest.CaptureFixture
):
    world = World(tmp_path, book=Away())
    new = world.land("api/app.py")

    def bring(order, progress) -> None:
        if order.commit == new:
            os.kill(os.getpid(), signal.SIGINT)
            until = time.monotonic() + 20
            while not progress.cancelled() and time.monotonic() < until:
                time.sleep(0.05)
        world.serves["api"] = [(order.commit, 1.0)]

    world.bring = bring
    crews, asked = Crews(world), world.ask("api", new)
    engine = LocalEngine(crews.advance)
    [done] = carry(world.book, lambda: engine, crews, [asked.id], by="ana", clock=lambda: world.now)  # type: ignore[arg-type]
    assert done.rollout and done.rollout.outcome
    assert (done.rollout.outcome.end, world.serves["api"]) == (End.ROLLED_BACK, [(world.old, 1.0)])
    assert done.rollout.cancelled_by == "ana"
    assert capsys.readouterr().err.count("cancelling: it goes back; once more leaves at once") == 1


def test_what_was_not_begun_is_fine_only_where_that_serves_already(tmp_path: Path):
    """However somebody's reason, or that of a bad commit, is worded."""
    world = World(tmp_path)
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new)
    world.carry()
    bad = world.ask("api", world.repo.commit({}, message="Build it again"), despite=(Despite.HELD,))
    same = world.ask("worker", world.land("README.md"))
    world.carry()
    cancelled = world.ask("worker", world.land("worker/main.py"), needs_approval=True)
    cancel(world.book, cancelled.id, "ben", "same content comes tomorrow", world.now)
    found = settled(world.book, [bad.id, same.id, cancelled.id], world.now)
    assert all("same content" in one.told for one in found), found
    assert [one.code for one in found] == [DRIFT, FINE, DRIFT]
    assert [one["state"] for one in as_json(found)["targets"]] == ["dropped", "same", "dropped"]


def test_who_comes_second_goes_on_once_the_first_one_has_left(tmp_path: Path):
    """One process keeps rollouts going; it leaves as soon as what it was asked for is through."""
    world = World(tmp_path)
    crews, asked = Crews(world), world.ask("api", world.land("api/app.py"))
    engine, looks = LocalEngine(crews.advance), iter([None, None])
    take_up(world.crew())  # by the first one
    [done] = carry(
        world.book,
        lambda: next(looks, engine),
        crews,  # type: ignore[arg-type]
        [asked.id],
        by="ana",
        clock=lambda: world.now,
    )
    assert done.rollout and done.rollout.outcome and done.rollout.outcome.end is End.PROVEN


def test_who_comes_second_looks_anew_before_it_says_that_something_waits(tmp_path: Path):
    """The first one had it wait for its own rollout of the same target, and left."""
    world = World(tmp_path)
    first = world.ask("api", world.land("api/app.py"))
    take_up(world.crew())
    second = world.ask("api", world.land("api/app.py"))
    take_up(world.crew())
    assert "is under way" in world.book.wishes(ids=[second.id])[0].waits
    crews, looks = Crews(world), 0
    engine = LocalEngine(crews.advance)

    def take() -> LocalEngine | None:
        nonlocal looks
        looks += 1
        if looks == 2:
            while crews.advance(first.id) is not None:
                pass
        return engine if looks > 2 else None

    [done] = carry(world.book, take, crews, [second.id], by="ana", clock=lambda: world.now)  # type: ignore[arg-type]
    assert done.rollout and done.rollout.outcome and done.rollout.outcome.end is End.PROVEN


def test_what_may_go_on_for_hours_looks_for_garbage(tmp_path: Path):
    world = World(tmp_path)
    crews, asked = Crews(world), world.ask("api", world.land("api/app.py"))
    engine = LocalEngine(crews.advance)
    gc.disable()  # as the installed command does for what is short
    try:
        carry(world.book, lambda: engine, crews, [asked.id], by="ana", clock=lambda: world.now)  # type: ignore[arg-type]
        assert gc.isenabled()
    finally:
        gc.enable()


def test_what_keeps_it_going_and_cannot_be_had_is_told_at_once(tmp_path: Path):
    """Whatever is under way: nobody waits for it in vain."""
    world = World(tmp_path)
    crews, asked = Crews(world), world.ask("api", world.land("api/app.py"))
    take_up(world.crew())

    def take() -> None:
        raise UsageError("this engine needs dbos")

    with pytest.raises(UsageError, match="needs dbos"):
        carry(world.book, take, crews, [asked.id], by="ana", clock=lambda: world.now)  # type: ignore[arg-type]


def test_a_log_that_stays_away_leaves_unknown_how_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever reads the exit code is not told that the command was wrong."""
    monkeypatch.setattr(rolling, "_PATIENCE", 0.6)
    world = World(tmp_path)
    crews, asked = Crews(world), world.ask("api", world.land("api/app.py"))
    engine = LocalEngine(crews.advance)

    def away(**_: object) -> None:
        raise StoreError("the log is away")

    def bring(*_: object) -> None:
        monkeypatch.setattr(world.book, "rollouts", away)

    world.bring = bring
    with pytest.raises(AdriftError, match="the log is away; nobody knows how far it came") as caught:
        carry(world.book, lambda: engine, crews, [asked.id], by="ana", clock=lambda: world.now)  # type: ignore[arg-type]
    engine.close()
    assert (caught.value.exit_code, "unshipped resume" in caught.value.hint) == (UNKNOWN, True)


def test_an_interrupt_of_who_only_goes_on_with_it_takes_nothing_back(tmp_path: Path):
    world = World(tmp_path)
    new = world.land("api/app.py")
    world.bring = lambda *_: os.kill(os.getpid(), signal.SIGINT)
    crews, asked = Crews(world), world.ask("api", new)
    engine = LocalEngine(crews.advance)
    with pytest.raises(KeyboardInterrupt):
        carry(world.book, lambda: engine, crews, [asked.id], by="", clock=lambda: world.now)  # type: ignore[arg-type]
    engine.close()
    [rollout] = world.book.rollouts()
    assert not rollout.cancelled_by


class Broken(Crews):
    """The configuration has become wrong."""

    def crew(self) -> Crew:
        raise UsageError("unshipped.yaml: not valid YAML")


def test_how_it_ended_is_told_also_where_the_configuration_became_wrong_just_then(tmp_path: Path):
    world = World(tmp_path)
    asked = world.ask("api", world.land("api/app.py"))
    engine = LocalEngine(Crews(world).advance)

    def carried(crews: Crews, *ids: str) -> list[int]:
        found = carry(world.book, lambda: engine, crews, ids, by="ana", clock=lambda: world.now)  # type: ignore[arg-type]
        return [one.code for one in found]

    assert carried(Crews(world), asked.id) == [FINE]
    assert carried(Broken(world), asked.id) == [FINE]
    for ids in ([world.ask("api", world.land("api/app.py")).id], []):
        with pytest.raises(UsageError):
            carried(Broken(world), *ids)
