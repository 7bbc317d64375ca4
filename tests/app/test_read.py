"""Every source is asked at once, and each answers for itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.formats.reports import target
from tests.support.fakes import FakeRepository, FakeSource, Written
from unshipped.app.read import Ask, read_all
from unshipped.core.model import Closure, Code, Origin, Problem, Reading, Revision, Rule, Signal, Target
from unshipped.errors import SourceError
from unshipped.ports import Look

ORIGIN = Origin("main", Closure(("api",)), Rule(), ())
A, B = "a" * 40, "b" * 40
HISTORY = FakeRepository(refs={("origin", "main"): A})
GONE = Problem(Code.REPOSITORY_ERROR, "no such folder", "clone it")


def ask(source: FakeSource, name: str = "http", repository: FakeRepository | Problem = HISTORY) -> Ask:
    return Ask(target(), ORIGIN, name, source, repository)


def test_signals_keep_the_order_of_the_questions() -> None:
    asks = [ask(FakeSource(lambda: time.sleep(0.05), A)), ask(Written(B), "static"), ask(FakeSource("v1"))]
    assert read_all(asks, seconds=5) == [
        Signal("http", (Revision(A),)),
        Signal("static", (Revision(B),), written=True),
        Signal("http", (Revision("v1"),)),
    ]


def test_no_question_has_no_answer() -> None:
    assert read_all([]) == []


def test_a_source_that_hangs_does_not_delay_the_others() -> None:
    released = threading.Event()
    asks = [ask(FakeSource(lambda: released.wait(20), A), "hung"), ask(FakeSource(A)), ask(FakeSource(B))]
    began = time.monotonic()
    hung, *others = read_all(asks, seconds=0.3)
    took = time.monotonic() - began
    released.set()
    assert others == [Signal("http", (Revision(A),)), Signal("http", (Revision(B),))]
    assert hung == Signal("hung", problem=Problem(Code.SOURCE_TIMEOUT, "no answer within 0.3 s"))
    assert took < 10


FAILURES = [
    (
        SourceError(Code.SOURCE_DENIED, "403", "look at the token"),
        Problem(Code.SOURCE_DENIED, "403", "look at the token"),
    ),
    (KeyError("commit"), Problem(Code.SOURCE_ERROR, "KeyError: 'commit'")),  # a source of a third party
    (ValueError("bad\nanswer"), Problem(Code.SOURCE_ERROR, "ValueError: bad\nanswer")),
]


@pytest.mark.parametrize("kind", [FakeSource, Written])
@pytest.mark.parametrize(("error", "problem"), FAILURES)
def test_a_failure_is_a_signal_and_hides_no_other(
    error: Exception, problem: Problem, kind: type[FakeSource]
) -> None:
    failed, other = read_all([ask(kind(error)), ask(kind(A))], seconds=5)
    assert (failed, other.revisions) == (Signal("http", problem=problem), (Revision(A),))


def test_a_declared_name_is_followed_to_its_commit() -> None:
    followed = Revision("", 0.5, ref="main", remote="origin")
    (signal,) = read_all([ask(FakeSource(followed), "ref")], seconds=5)
    assert signal == Signal("ref", (Revision(A, 0.5, "main", "origin"),))


def test_a_name_that_leads_nowhere_is_a_reason() -> None:
    (signal,) = read_all([ask(FakeSource(Revision("", ref="gone")), "ref")], seconds=5)
    assert signal.problem and signal.problem.code is Code.NOT_FOUND


def test_a_name_cannot_be_followed_in_a_broken_repository() -> None:
    (signal,) = read_all([ask(FakeSource(Revision("", ref="main")), "ref", GONE)], seconds=5)
    assert signal.problem == GONE


def test_a_few_workers_ask_many_sources() -> None:
    asks = [ask(FakeSource(f"{at:040x}")) for at in range(50)]
    signals = read_all(asks, workers=3, seconds=20)
    assert [signal.revisions[0].text for signal in signals] == [f"{at:040x}" for at in range(50)]


def test_progress_counts_what_takes_time() -> None:
    told: list[tuple[int, int]] = []
    asks = [ask(Written(A)), ask(FakeSource(A)), ask(FakeSource(KeyError()))]
    read_all(asks, seconds=5, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


class Listed:
    """A source whose list of everything holds for all targets."""

    def __init__(self, key: str, ask: Callable[[], str]) -> None:
        self.key, self.ask = key, ask

    def read(self, target: Target, look: Look) -> Reading:
        return Reading((Revision(look.once(self.key, self.ask)),))


def test_a_list_is_asked_for_once_by_all_that_need_it() -> None:
    asked: list[int] = []

    def ask_for_all() -> str:
        asked.append(1)
        time.sleep(0.05)
        return A

    asks = [Ask(target(), ORIGIN, "cloud", Listed("one", ask_for_all), HISTORY) for _ in range(300)]
    assert set(read_all(asks, seconds=10)) == {Signal("cloud", (Revision(A),))}
    assert asked == [1]


class Nested(Listed):
    """A source whose list is asked for with what others ask for as well."""

    def read(self, target: Target, look: Look) -> Reading:
        return Reading((Revision(look.once(self.key, lambda: look.once("login", self.ask))),))


def test_a_list_that_waits_for_another_one_is_asked_for_after_that() -> None:
    def slowly() -> str:
        time.sleep(0.1)
        return A

    asks = [Ask(target(), ORIGIN, "cloud", Nested(f"list {one}", slowly), HISTORY) for one in range(8)]
    began = time.process_time()
    assert set(read_all(asks, seconds=10)) == {Signal("cloud", (Revision(A),))}
    assert time.process_time() - began < 1, "nobody asks again and again"


def test_a_list_that_fails_fails_for_all_that_need_it() -> None:
    def refuse() -> str:
        raise SourceError(Code.SOURCE_DENIED, "403")

    asks = [Ask(target(), ORIGIN, "cloud", Listed("one", refuse), HISTORY) for _ in range(50)]
    assert {signal.problem for signal in read_all(asks, seconds=10)} == {Problem(Code.SOURCE_DENIED, "403")}


def test_those_that_wait_for_a_list_leave_the_threads_to_others() -> None:
    released = threading.Event()

    def hang() -> str:
        released.wait(20)
        return A

    waiting = [Ask(target(), ORIGIN, "dead", Listed("dead", hang), HISTORY) for _ in range(100)]
    others = [ask(FakeSource(B)) for _ in range(100)]
    began = time.monotonic()
    signals = read_all([*waiting, *others], workers=4, seconds=0.5)
    released.set()
    assert time.monotonic() - began < 10
    assert signals[100:] == [Signal("http", (Revision(B),))] * 100
    assert {signal.problem and signal.problem.code for signal in signals[:100]} == {Code.SOURCE_TIMEOUT}
