"""The view that everybody is shown: whoever heard that the log has moved on is shown what is new."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.core.watched import OLD, at, in_sync
from tests.support import stored
from tests.web.conftest import CONFIG
from unshipped.core.logged.journal import Action, Kept, Newest
from unshipped.core.model import Hold
from unshipped.errors import StoreError
from unshipped.stores.memory import MemoryStore
from unshipped.web.board import Board


class Slow(MemoryStore):
    """A log that is read no further than the test lets it be."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def newest(self) -> Newest:
        found = super().newest()
        self.begun.set()
        assert self.go.wait(20)
        return found


def made() -> tuple[Slow, Board]:
    store = Slow()
    stored.seen(store, [in_sync("worker", OLD)], (), at(0))
    board = Board(store, lambda: CONFIG.targets, lambda: at(20), fresh=1000.0)
    board.view()
    return store, board


def serving(board: Board) -> str:
    return board.view().named["worker/production"].standing.seen.deployed


def test_who_heard_that_it_moved_on_waits_for_the_new_view():
    store, board = made()
    stored.seen(store, [in_sync("worker", "c" * 40)], (), at(10))
    store.go.clear()
    board.moved()
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(serving, board) for _ in range(2)]
        store.go.set()
        assert [one.result(20) for one in asked] == ["c" * 40, "c" * 40]


def test_what_moves_on_while_it_is_read_is_read_again():
    store, board = made()
    store.go.clear()
    store.begun.clear()
    board.moved()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(serving, board)
        assert store.begun.wait(20)
        stored.seen(store, [in_sync("worker", "c" * 40)], (), at(10))
        board.moved()
        store.go.set()
        first.result(20)
    assert board.at_hand() is None
    assert serving(board) == "c" * 40
    assert board.at_hand() is not None


def test_what_is_read_between_an_action_and_what_it_does_is_read_again():
    store, board = made()
    kept = Kept("1", "worker", "production", Hold("the move", "Ana", None), at(20))
    store.acted(Action(at(20), "Ana", "hold", kept.target))
    board.moved()
    assert board.view().named[kept.target].document["hold"] is None
    store.hold(kept)
    board.moved()
    assert board.view().named[kept.target].document["hold"]["reason"] == "the move"


def test_where_nothing_is_said_the_view_of_before_is_good_enough():
    store, board = made()
    board._looked = float("-inf")
    store.go.clear()
    store.begun.clear()
    with ThreadPoolExecutor(1) as threads:
        renewing = threads.submit(serving, board)
        assert store.begun.wait(20)
        assert serving(board) == OLD
        store.go.set()
        assert renewing.result(20) == OLD


def test_what_is_older_than_a_minute_is_shown_to_nobody_and_a_log_that_does_not_answer_is_said_to():
    """Whoever asks second waits for the new view; where it does not come they are told, and shown nothing."""
    store, now = Slow(), [at(20)]
    stored.seen(store, [in_sync("worker", OLD)], (), at(0))
    board = Board(store, lambda: CONFIG.targets, lambda: now[0], patience=0.2)
    board.view()
    stored.seen(store, [in_sync("worker", "c" * 40)], (), at(50))
    now[0], board._looked = at(60), float("-inf")
    store.go.clear()
    store.begun.clear()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(serving, board)
        assert store.begun.wait(20)
        with pytest.raises(StoreError, match="does not answer"):
            board.view()
        store.go.set()
        assert first.result(20) == serving(board) == "c" * 40


@pytest.mark.parametrize("slept", [1, 60 * 8, -60])
def test_a_machine_that_slept_does_not_go_on_with_what_it_knew_before(slept: float):
    store, now = MemoryStore(), [at(20)]
    stored.seen(store, [in_sync("worker", OLD)], (), at(0))
    board = Board(store, lambda: CONFIG.targets, lambda: now[0], fresh=1.0)
    board.view()
    now[0] = at(20 + slept)  # and no other clock of the process went on
    board._looked = float("-inf")
    assert board.view().as_of == now[0]
