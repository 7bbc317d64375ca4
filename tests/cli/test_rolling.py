"""A deploy at the command line, interrupted (Ctrl-C) at the worst moment."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.support.crew import World
from unshipped.app.crew import Crew
from unshipped.app.roll_out import advance
from unshipped.cli.rolling import carry
from unshipped.core.rollout import End
from unshipped.engine.local import LocalEngine
from unshipped.errors import StoreError
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
    [done] = carry(world.book, engine, crews, [asked.id], by="ana", clock=lambda: world.now)  # type: ignore[arg-type]
    assert done.rollout and done.rollout.outcome
    assert (done.rollout.outcome.end, world.serves["api"]) == (End.ROLLED_BACK, [(world.old, 1.0)])
    assert done.rollout.cancelled_by == "ana"
    assert capsys.readouterr().err.count("cancelling") == 1
