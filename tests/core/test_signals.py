"""From what sources said to what serves."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from unshipped.core.model import Code, Flag, Problem, Revision, Served, Signal
from unshipped.core.signals import DIRTY, Serving, combine, key

A, B = "a" * 40, "b" * 40
GONE = Problem(Code.UNRESOLVED_REVISION, "no such object")
SILENT = Problem(Code.SOURCE_TIMEOUT, "no answer within 5 s")
DENIED = Problem(Code.SOURCE_DENIED, "403")
RESOLVED: dict[str, str | Problem] = {"aaaaaaa": A, "v1": A, A: A, "bbbbbbb": B, "gone": GONE}


def says(source: str, *texts: str, dirty: bool = False) -> Signal:
    return Signal(source, tuple(Revision(text, 1 / len(texts), dirty=dirty) for text in texts))


def fails(source: str, problem: Problem) -> Signal:
    return Signal(source, problem=problem)


TABLE = [
    # one source
    ([says("http", "aaaaaaa")], Serving((Served(A, 1.0, (("http", "aaaaaaa"),)),))),
    # two agree, in different words
    (
        [says("http", "aaaaaaa"), says("file", "v1")],
        Serving((Served(A, 1.0, (("http", "aaaaaaa"), ("file", "v1"))),)),
    ),
    # one that failed beside one that spoke leaves the answer standing, unproven
    (
        [fails("http", SILENT), says("file", "v1")],
        Serving(
            (Served(A, 1.0, (("file", "v1"),)),),
            flags=(Flag.UNPROVEN,),
            notes=("http did not answer: no answer within 5 s",),
        ),
    ),
    # all failed: the first says why
    ([fails("http", SILENT), fails("file", DENIED)], Serving(problem=SILENT)),
    ([fails("http", DENIED)], Serving(problem=DENIED)),
    # a revision that no commit is found for
    ([says("http", "gone")], Serving(problem=GONE)),
    ([says("http", "aaaaaaa", "gone")], Serving(problem=GONE)),
    # a split of the traffic
    (
        [says("http", "aaaaaaa", "bbbbbbb")],
        Serving(
            (Served(A, 0.5, (("http", "aaaaaaa"),)), Served(B, 0.5, (("http", "bbbbbbb"),))),
            flags=(Flag.SPLIT,),
        ),
    ),
    # two names of one commit are no split
    (
        [says("http", "aaaaaaa", "v1")],
        Serving((Served(A, 1.0, (("http", "aaaaaaa"), ("http", "v1"))),)),
    ),
    # a tree with uncommitted changes
    (
        [says("http", "aaaaaaa", dirty=True)],
        Serving(
            (Served(A, 1.0, (("http", "aaaaaaa"),), dirty=True),), flags=(Flag.UNPROVEN,), notes=(DIRTY,)
        ),
    ),
    # one of two sources knows of it
    (
        [says("file", "v1"), says("http", "aaaaaaa", dirty=True)],
        Serving(
            (Served(A, 1.0, (("file", "v1"), ("http", "aaaaaaa")), dirty=True),),
            flags=(Flag.UNPROVEN,),
            notes=(DIRTY,),
        ),
    ),
    # nothing was asked
    ([], Serving(problem=Problem(Code.NO_REVISION, "no source is declared"))),
]


@pytest.mark.parametrize(("signals", "serving"), TABLE)
def test_signals_make_one_answer(signals: list[Signal], serving: Serving) -> None:
    assert combine(signals, RESOLVED) == serving


CONFLICTS = [
    ([says("http", "aaaaaaa"), says("file", "bbbbbbb")], "http says aaaaaaaaaaaa; file says bbbbbbbbbbbb"),
    # one sees a split where the other does not
    (
        [says("http", "aaaaaaa", "bbbbbbb"), says("file", "aaaaaaa")],
        "http says aaaaaaaaaaaa, bbbbbbbbbbbb; file says aaaaaaaaaaaa",
    ),
    ([says("http", "aaaaaaa"), says("file", "bbbbbbb"), fails("ref", SILENT)], "http says aaaaaaaaaaaa"),
]


@pytest.mark.parametrize(("signals", "words"), CONFLICTS)
def test_signals_that_disagree_are_never_believed(signals: list[Signal], words: str) -> None:
    serving = combine(signals, RESOLVED)
    assert not serving.served
    assert serving.problem and serving.problem.code is Code.CONFLICTING_SIGNALS
    assert serving.problem.message.startswith(words)


def test_a_revision_without_traffic_serves_nobody() -> None:
    signal = Signal("http", (Revision("aaaaaaa", 1.0), Revision("gone", 0.0)))
    assert combine([signal], RESOLVED) == combine([says("http", "aaaaaaa")], RESOLVED)


def test_where_no_revision_has_traffic_none_serves() -> None:
    signal = Signal("http", (Revision("aaaaaaa", 0.0), Revision("bbbbbbb", 0.0)))
    problem = Problem(Code.NO_REVISION, "http names no revision that serves")
    assert combine([signal], RESOLVED) == Serving(problem=problem)


def test_an_answer_without_a_revision_is_no_answer() -> None:
    serving = combine([Signal("http")], RESOLVED)
    assert serving.problem and serving.problem.code is Code.NO_REVISION


def test_a_name_is_looked_up_with_its_remote() -> None:
    here, there = Revision("", ref="main"), Revision("", ref="main", remote="origin")
    serving = combine([Signal("ref", (there,))], {key(here): B, key(there): A})
    assert serving.served == (Served(A, 1.0, (("ref", "main"),)),)


revisions = st.builds(Revision, st.sampled_from(sorted(RESOLVED)), share=st.floats(0, 1), dirty=st.booleans())


def in_general(revision: Revision) -> Serving:
    """What serves when a second revision, one without traffic, stands beside the only one."""
    return combine([Signal("http", (revision, Revision("bbbbbbb", 0.0)))], RESOLVED)


@settings(deadline=None)
@given(revisions)
def test_the_shortcut_for_one_revision_says_what_the_general_way_says(revision: Revision) -> None:
    assume(revision.share > 0)
    assert combine([Signal("http", (revision,))], RESOLVED) == in_general(revision)


def test_the_only_revision_without_traffic_serves_nobody_either() -> None:
    revision = Revision("aaaaaaa", 0.0)
    assert combine([Signal("http", (revision,))], RESOLVED) == in_general(revision)
