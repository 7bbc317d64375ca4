"""From what sources said to what serves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from unshipped.core.model import Code, Flag, Problem, Remark, Revision, Served, Sign, Signal
from unshipped.core.signals import DIRTY, Serving, combine, key

A, B, C = "a" * 40, "b" * 40, "c" * 40
GONE = Problem(Code.UNRESOLVED_REVISION, "no such object")
SILENT = Problem(Code.SOURCE_TIMEOUT, "no answer within 5 s")
DENIED = Problem(Code.SOURCE_DENIED, "403")
RESOLVED: dict[str, str | Problem] = {"aaaaaaa": A, "v1": A, A: A, "bbbbbbb": B, "ccccccc": C, "gone": GONE}


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
            remarks=(Remark(Sign.SILENT_SOURCE, "http did not answer: no answer within 5 s"),),
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
    # one that sees a part of it does not speak against it: a rollout is under way
    (
        [says("http", "bbbbbbb"), says("kubernetes", "aaaaaaa", "bbbbbbb")],
        Serving(
            (
                Served(A, 0.5, (("kubernetes", "aaaaaaa"),)),
                Served(B, 0.5, (("http", "bbbbbbb"), ("kubernetes", "bbbbbbb"))),
            ),
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
            (Served(A, 1.0, (("http", "aaaaaaa"),), dirty=True),),
            flags=(Flag.UNPROVEN,),
            remarks=(Remark(Sign.DIRTY_BUILD, DIRTY),),
        ),
    ),
    # one of two sources knows of it
    (
        [says("file", "v1"), says("http", "aaaaaaa", dirty=True)],
        Serving(
            (Served(A, 1.0, (("file", "v1"), ("http", "aaaaaaa")), dirty=True),),
            flags=(Flag.UNPROVEN,),
            remarks=(Remark(Sign.DIRTY_BUILD, DIRTY),),
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
    # each sees something that the other does not
    (
        [says("http", "aaaaaaa", "bbbbbbb"), says("kubernetes", "aaaaaaa", "ccccccc")],
        "http says aaaaaaaaaaaa, bbbbbbbbbbbb; kubernetes says aaaaaaaaaaaa, cccccccccccc",
    ),
    ([says("http", "aaaaaaa"), says("file", "bbbbbbb"), fails("ref", SILENT)], "http says aaaaaaaaaaaa"),
]


@pytest.mark.parametrize(("signals", "words"), CONFLICTS)
def test_signals_that_disagree_are_never_believed(signals: list[Signal], words: str) -> None:
    serving = combine(signals, RESOLVED)
    assert not serving.served
    assert serving.problem and serving.problem.code is Code.CONFLICTING_SIGNALS
    assert serving.problem.message.startswith(words)


# ---------------------------------------------------------------- several words about one part

ENV, LABEL, TAG = "variable COMMIT", "label commit-sha", "tag of the image"


def word(text: str, said_by: str = ENV, *, part: str = "api-2", share: float = 1.0) -> Revision:
    return Revision(text, share, part=part, said_by=said_by, weak=said_by == LABEL)


WORDS = [
    # one strong word is believed, and shown as one
    ([word("aaaaaaa")], [(A, 1.0)], [], []),
    # a strong and a weak one agree
    ([word("aaaaaaa"), word("v1", LABEL)], [(A, 1.0)], [], []),
    # an inherited label speaks against the variable of what runs
    ([word("aaaaaaa"), word("bbbbbbb", LABEL)], [(A, 1.0)], [Flag.UNPROVEN], [Sign.SPOKEN_AGAINST]),
    # and so does one that names no commit at all
    ([word("aaaaaaa"), word("gone", LABEL)], [(A, 1.0)], [Flag.UNPROVEN], [Sign.SPOKEN_AGAINST]),
    # a strong word that no commit is found for, beside one that there is
    ([word("gone", TAG), word("aaaaaaa")], [(A, 1.0)], [Flag.UNPROVEN], [Sign.SPOKEN_AGAINST]),
    # nothing but weak words
    ([word("aaaaaaa", LABEL)], [(A, 1.0)], [Flag.UNPROVEN], [Sign.WEAK_EVIDENCE]),
    # two parts of one commit
    ([word("aaaaaaa", share=0.9), word("v1", part="api-1", share=0.1)], [(A, 1.0)], [], []),
    # two parts of two commits
    (
        [word("aaaaaaa", share=0.9), word("bbbbbbb", part="api-1", share=0.1)],
        [(A, 0.9), (B, 0.1)],
        [Flag.SPLIT],
        [],
    ),
    # a part without traffic says nothing
    ([word("aaaaaaa"), word("gone", part="api-3", share=0.0)], [(A, 1.0)], [], []),
    # one of two parts stands on weak words
    (
        [word("aaaaaaa", share=0.5), word("v1", LABEL, part="api-1", share=0.5)],
        [(A, 1.0)],
        [Flag.UNPROVEN],
        [Sign.WEAK_EVIDENCE],
    ),
]


@pytest.mark.parametrize(("words", "served", "flags", "signs"), WORDS)
def test_words_about_parts_make_one_answer(words, served, flags, signs) -> None:
    serving = combine([Signal("cloud-run", tuple(words))], RESOLVED)
    assert [(one.commit, pytest.approx(one.share)) for one in serving.served] == served
    assert list(serving.flags) == flags
    assert [remark.sign for remark in serving.remarks] == signs


CONTRADICTIONS = [
    # two strong words about one part
    (
        [Signal("cloud-run", (word("aaaaaaa"), word("bbbbbbb", TAG)))],
        "cloud-run, variable COMMIT says aaaaaaaaaaaa; cloud-run, tag of the image says bbbbbbbbbbbb",
    ),
    # two weak ones, and nothing to go by
    ([Signal("cloud-run", (word("aaaaaaa", LABEL), word("bbbbbbb", LABEL)))], "cloud-run, label"),
    # two sources with a strong word each
    ([Signal("cloud-run", (word("aaaaaaa"),)), says("http", "bbbbbbb")], "cloud-run says aaaaaaaaaaaa; http"),
    # two sources with a weak word each
    (
        [Signal("cloud-run", (word("aaaaaaa", LABEL),)), Signal("ecs", (word("bbbbbbb", LABEL),))],
        "cloud-run says aaaaaaaaaaaa; ecs says bbbbbbbbbbbb",
    ),
]


@pytest.mark.parametrize(("signals", "words"), CONTRADICTIONS)
def test_words_of_the_same_weight_that_differ_are_never_believed(signals, words) -> None:
    problem = combine(signals, RESOLVED).problem
    assert problem and problem.code is Code.CONFLICTING_SIGNALS
    assert problem.message.startswith(words)


def test_a_weak_source_does_not_shake_a_strong_one() -> None:
    serving = combine([Signal("cloud-run", (word("bbbbbbb", LABEL),)), says("http", "aaaaaaa")], RESOLVED)
    assert [one.commit for one in serving.served] == [A]
    assert serving.flags == (Flag.UNPROVEN,)
    assert serving.remarks == (Remark(Sign.SPOKEN_AGAINST, "cloud-run says bbbbbbbbbbbb instead"),)


def test_a_strong_source_that_agrees_proves_a_weak_one() -> None:
    serving = combine([Signal("cloud-run", (word("aaaaaaa", LABEL),)), says("http", "aaaaaaa")], RESOLVED)
    assert (serving.flags, serving.remarks) == ((), ())


def test_what_speaks_against_is_named_as_it_was_said() -> None:
    words = (word("aaaaaaa"), word("bbbbbbb", LABEL), Revision("", ref="main", part="api-2", weak=True))
    serving = combine([Signal("cloud-run", words)], {**RESOLVED, key(words[2]): B})
    assert [remark.message for remark in serving.remarks] == [
        "cloud-run, label commit-sha says bbbbbbb instead",
        "cloud-run says main instead",
    ]


def test_what_nothing_but_weak_words_say_names_those() -> None:
    words = (word("aaaaaaa", LABEL), Revision("v1", part="api-2", weak=True))
    [remark] = combine([Signal("cloud-run", words)], RESOLVED).remarks
    assert remark.message.startswith("nothing but label commit-sha and its word says so, ")


def test_a_name_is_shown_where_words_about_a_part_agree() -> None:
    words = (word("aaaaaaa"), Revision("", ref="main", part="api-2", said_by=TAG))
    [served] = combine([Signal("cloud-run", words)], {**RESOLVED, key(words[1]): A}).served
    assert served.signals == (
        ("cloud-run, variable COMMIT", "aaaaaaa"),
        ("cloud-run, tag of the image", "main"),
    )


def test_a_part_has_the_largest_share_that_is_said_of_it() -> None:
    for shares in ((0.9, 0.4), (0.4, 0.9)):
        words = [word("aaaaaaa", share=shares[0]), word("v1", TAG, share=shares[1])]
        [served] = combine([Signal("cloud-run", tuple(words))], RESOLVED).served
        assert served.share == 0.9


DIRTY_WORDS = [
    # one of two words about a part
    ([word("aaaaaaa"), word("v1", TAG)._replace(dirty=True)], [True]),
    # one of two parts of one commit
    ([word("aaaaaaa", share=0.5)._replace(dirty=True), word("v1", part="api-1", share=0.5)], [True]),
    ([word("aaaaaaa", share=0.5), word("v1", part="api-1", share=0.5)._replace(dirty=True)], [True]),
    # one of two parts of two commits
    (
        [word("aaaaaaa", share=0.5), word("bbbbbbb", part="api-1", share=0.5)._replace(dirty=True)],
        [False, True],
    ),
]


@pytest.mark.parametrize(("words", "dirty"), DIRTY_WORDS)
def test_one_word_is_enough_for_uncommitted_changes(words: list[Revision], dirty: list[bool]) -> None:
    serving = combine([Signal("cloud-run", tuple(words))], RESOLVED)
    assert [one.dirty for one in serving.served] == dirty
    assert Remark(Sign.DIRTY_BUILD, DIRTY) in serving.remarks


@pytest.mark.parametrize(("minutes", "signs"), [(-60, []), (4, []), (5, []), (6, [Sign.COMMIT_AFTER_DEPLOY])])
def test_what_runs_cannot_be_older_than_its_commit(minutes: int, signs: list[Sign]) -> None:
    started = datetime(2026, 2, 5, 12, tzinfo=UTC)
    made = {A: started + timedelta(minutes=minutes)}
    serving = combine([Signal("cloud-run", (word("aaaaaaa")._replace(since=started),))], RESOLVED, made)
    assert [remark.sign for remark in serving.remarks] == signs
    assert serving.flags == ((Flag.UNPROVEN,) if signs else ())


def test_a_time_at_the_end_of_the_calendar_is_after_everything() -> None:
    late = word("aaaaaaa")._replace(since=datetime.max.replace(tzinfo=UTC))
    made = {A: datetime(2026, 2, 5, tzinfo=UTC)}
    assert combine([Signal("record", (late,))], RESOLVED, made).remarks == ()


def test_files_that_are_not_the_commits_count_whatever_else_is_said() -> None:
    other = Problem(Code.CONTENT_DIFFERS, "1 file of aaaaaaaaaaaa runs with other content")
    assert combine([fails("http", other), says("kubernetes", "aaaaaaa")], RESOLVED) == Serving(problem=other)
    silent = fails("kubernetes", Problem(Code.SOURCE_TIMEOUT, "no answer"))
    assert combine([silent, fails("http", other)], RESOLVED) == Serving(problem=other)


def test_what_said_something_that_is_of_no_help_did_answer() -> None:
    [remark] = combine([says("http", "gone"), says("kubernetes", "aaaaaaa")], RESOLVED).remarks
    assert remark == Remark(Sign.SILENT_SOURCE, "http is of no help: no such object")


@pytest.mark.parametrize("written", [True, False])
def test_what_was_written_down_knows_of_no_tag_that_was_moved_since(written: bool) -> None:
    moving = Remark(Sign.MOVING_TAG, "api:latest")
    other = says("other", "aaaaaaa")._replace(written=written)
    found = combine([Signal("kubernetes", (word("aaaaaaa"),), remarks=(moving,)), other], RESOLVED)
    assert (found.flags == (), found.remarks == ()) == (not written, not written)


def test_what_was_noticed_is_told_also_where_sources_disagree() -> None:
    noticed = Remark(Sign.CONVERGING, "a rollout is under way")
    found = combine(
        [Signal("kubernetes", (word("aaaaaaa"),), remarks=(noticed,)), says("http", "bbbbbbb")], RESOLVED
    )
    assert found.problem and found.remarks == (noticed,)


def test_a_part_is_as_old_as_the_oldest_word_about_it() -> None:
    old, new = datetime(2026, 2, 5, 12, tzinfo=UTC), datetime(2026, 2, 5, 14, tzinfo=UTC)
    for first, second in ((old, new), (new, old)):
        words = (word("aaaaaaa")._replace(since=first), word("v1", TAG)._replace(since=second))
        [remark] = combine([Signal("cloud-run", words)], RESOLVED, {A: new}).remarks
        assert remark.message == "api-2 is older than aaaaaaaaaaaa, the commit that it is said to be"


def test_what_has_no_name_is_called_what_runs() -> None:
    old, new = datetime(2026, 2, 5, 12, tzinfo=UTC), datetime(2026, 2, 5, 14, tzinfo=UTC)
    [remark] = combine([Signal("file", (Revision("aaaaaaa", since=old),))], RESOLVED, {A: new}).remarks
    assert remark.message.startswith("what runs is older than aaaaaaaaaaaa, ")


@pytest.mark.parametrize(
    ("sign", "flags"), [(Sign.CONVERGING, (Flag.PENDING,)), (Sign.LATEST_WITHOUT_TRAFFIC, ())]
)
def test_what_a_source_noticed_is_passed_on(sign: Sign, flags: tuple[Flag, ...]) -> None:
    remark = Remark(sign, "api-3 is on its way")
    serving = combine([Signal("cloud-run", (word("aaaaaaa"),), remarks=(remark,))], RESOLVED)
    assert (serving.flags, serving.remarks) == (flags, (remark,))


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


revisions = st.builds(
    Revision,
    st.sampled_from(sorted(RESOLVED)),
    share=st.floats(0, 1),
    dirty=st.booleans(),
    weak=st.booleans(),
    since=st.none() | st.just(datetime(2026, 2, 5, 12, tzinfo=UTC)),
)
MADE = {A: datetime(2026, 2, 5, 14, tzinfo=UTC)}


def in_general(revision: Revision) -> Serving:
    """What serves when a second revision, one without traffic, stands beside the only one."""
    return combine([Signal("http", (revision, Revision("bbbbbbb", 0.0)))], RESOLVED, MADE)


@settings(deadline=None)
@given(revisions)
def test_the_shortcut_for_one_revision_says_what_the_general_way_says(revision: Revision) -> None:
    assume(revision.share > 0)
    assert combine([Signal("http", (revision,))], RESOLVED, MADE) == in_general(revision)


def test_the_only_revision_without_traffic_serves_nobody_either() -> None:
    revision = Revision("aaaaaaa", 0.0)
    assert combine([Signal("http", (revision,))], RESOLVED) == in_general(revision)


MOVES = Remark(Sign.MOVING_TAG, "api-1 was deployed as api:latest")


def test_a_strong_word_about_an_image_with_a_tag_that_moves_is_unproven():
    found = combine([says("ecs", "aaaaaaa")._replace(remarks=(MOVES,))], RESOLVED)
    assert [one.commit for one in found.served] == [A]
    assert (found.flags, found.remarks) == ((Flag.UNPROVEN,), (MOVES,))


@pytest.mark.parametrize(
    ("second", "flags"),
    [
        (says("http", "aaaaaaa"), ()),
        (says("ecs", "v1")._replace(remarks=(MOVES,)), (Flag.UNPROVEN,)),
        (Signal("github", (Revision("v1", weak=True),)), (Flag.UNPROVEN,)),
    ],
)
def test_only_a_source_that_knows_better_ends_that_doubt(second: Signal, flags: tuple[Flag, ...]):
    found = combine([says("ecs", "aaaaaaa")._replace(remarks=(MOVES,)), second], RESOLVED)
    assert found.flags == flags
