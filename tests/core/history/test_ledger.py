"""What is not live: the definitions of the documentation, on histories made by hand and by chance."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.stories import Asked, Story, differing
from unshipped.core.history.ledger import Ledger, Tally
from unshipped.core.history.times import in_turn
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap

API = Closure(("api",))
ALL = Closure(("",))


def counts(ledger: Ledger, closure: int = 0) -> tuple[bool, int, int, int, int]:
    """(differs, changes, cancelled, behind, ahead)."""
    tally = ledger.tally(closure)
    return tally.differs, tally.changes, tally.cancelled, tally.behind, len(ledger.ahead(closure))


def begin() -> tuple[Story, int]:
    story = Story()
    return story, story.commit({"api/app": "1", "api/lib": "1", "web/app": "1"})


def test_what_serves_the_tip_lacks_nothing() -> None:
    story, base = begin()
    assert counts(story.ledger(base, [(base, API)])) == (False, 0, 0, 0, 0)


def test_only_changes_that_touch_the_closure_count() -> None:
    story, base = begin()
    other = story.commit({"web/app": "2"}, base)
    tip = story.commit({"api/app": "2"}, other)
    ledger = story.ledger(tip, [(base, API), (base, Closure(("docs",))), (other, API)])
    assert [counts(ledger, at)[:2] for at in range(3)] == [(True, 1), (False, 0), (True, 1)]


def test_a_change_and_its_revert_cancel_out() -> None:
    story, base = begin()
    tip = story.commit({"api/app": "1"}, story.commit({"api/app": "2"}, base))
    ledger = story.ledger(tip, [(base, API)])
    assert counts(ledger) == (False, 0, 2, 2, 0)
    assert ledger.tally(0).oldest is None
    assert [landing.effective for landing in ledger.newest(9)[0]] == [0, 0]


def test_what_came_back_is_cancelled_for_one_and_missing_for_the_other() -> None:
    story, one = begin()
    two = story.commit({"api/app": "2"}, one)
    tip = story.commit({"api/app": "1"}, two)
    ledger = story.ledger(tip, [(one, API), (two, API)])
    assert [counts(ledger, at) for at in (0, 1)] == [(False, 0, 2, 2, 0), (True, 1, 0, 1, 0)]


def test_a_change_is_not_cancelled_while_one_of_its_paths_differs() -> None:
    story, base = begin()
    both = story.commit({"api/app": "2", "api/lib": "2"}, base)
    tip = story.commit({"api/app": "1"}, both)
    ledger = story.ledger(tip, [(base, API)])
    assert counts(ledger) == (True, 1, 1, 2, 0)
    assert ledger.graph.commits[ledger.tally(0).oldest or 0] == str(both)


def test_a_deleted_file_that_was_made_in_between_cancels_out() -> None:
    story, base = begin()
    tip = story.commit({"api/new": None}, story.commit({"api/new": "1"}, base))
    assert counts(story.ledger(tip, [(base, API)])) == (False, 0, 2, 2, 0)


def test_a_hotfix_off_the_chain_is_ahead() -> None:
    story, base = begin()
    hotfix = story.commit({"api/app": "fixed"}, base)
    other = story.commit({"web/app": "2"}, base)
    ledger = story.ledger(other, [(hotfix, API)])
    assert counts(ledger) == (True, 0, 0, 0, 1)
    assert ledger.ahead(0) == [str(hotfix)]


def test_a_squashed_hotfix_has_the_content_and_cancels_the_landing() -> None:
    story, base = begin()
    hotfix = story.commit({"api/app": "2"}, base)
    squashed = story.commit({"api/app": "2"}, base)
    assert counts(story.ledger(squashed, [(hotfix, API)])) == (False, 0, 1, 1, 1)


def test_off_the_chain_both_sides_may_differ() -> None:
    story, base = begin()
    hotfix = story.commit({"api/lib": "fixed"}, base)
    tip = story.commit({"api/app": "2"}, base)
    assert counts(story.ledger(tip, [(hotfix, API)])) == (True, 1, 0, 1, 1)


def test_an_evil_merge_is_a_change_without_a_commit() -> None:
    story, base = begin()
    topic = story.commit({"web/app": "2"}, base)
    merge = story.commit({"web/app": "2", "api/app": "evil"}, base, topic)
    ledger = story.ledger(merge, [(base, API)])
    assert counts(ledger) == (True, 1, 0, 0, 0)
    assert ledger.commits_of(ledger.landings[0].commit, 0) == []


def test_a_merge_that_loses_a_deployed_fix_is_a_change() -> None:
    story, base = begin()
    fix = story.commit({"api/app": "fixed"}, base)
    side = story.commit({"web/app": "2"}, base)
    merge = story.commit({"web/app": "2", "api/app": "1"}, fix, side)
    assert counts(story.ledger(merge, [(fix, API)])) == (True, 1, 0, 0, 0)


def test_a_merge_is_one_change_with_all_its_commits() -> None:
    story, base = begin()
    first = story.commit({"api/app": "2"}, base)
    second = story.commit({"api/lib": "2"}, first)
    merge = story.commit({"api/app": "2", "api/lib": "2"}, base, second)
    ledger = story.ledger(merge, [(base, API)])
    assert counts(ledger) == (True, 1, 0, 2, 0)
    assert ledger.commits_of(ledger.landings[0].commit, 0) == [str(second), str(first)]


def test_a_list_is_cut_for_each_closure_and_a_count_never() -> None:
    story, base = begin()
    tip = base
    for number in range(2, 7):
        tip = story.commit({"api/app": str(number), "web/app": str(number)}, tip)
    ledger = story.ledger(tip, [(base, API), (4, ALL)])
    assert [len(listed) for listed in ledger.newest(2)] == [2, 1]
    assert ledger.newest(0) == [[], []]
    assert ledger.tally(0).changes == 5


def test_a_shallow_history_that_ends_in_between_is_known() -> None:
    story, base = begin()
    middle = story.commit({"api/app": "2"}, base)
    tip = story.commit({"api/app": "3"}, middle)
    graph = story.graph(tip, base)
    assert Ledger(graph, [str(base), str(tip)], frozenset({str(middle)})).cut_short == 0b01


# ---------------------------------------------------------------- counted one by one

PATHS = ("api/app", "api/lib", "web/app")
CLOSURES = (API, ALL, Closure(("web", "api/lib")), Closure(("api",), ignore=("api/lib",)))
changed = st.dictionaries(st.sampled_from(PATHS), st.sampled_from(["1", "2", None]), max_size=2)


@st.composite
def stories(draw: st.DrawFn) -> tuple[Story, int, list[tuple[int, Closure]]]:
    """A history of a few commits, with merges of any kind, and questions about it."""
    story = Story()
    story.commit(dict.fromkeys(PATHS, "1"))
    for number in range(1, draw(st.integers(2, 9))):
        earlier = st.integers(max(0, number - 3), number - 1)
        parents = draw(st.lists(earlier, min_size=1, max_size=2, unique=True))
        story.commit(draw(changed), *parents)
    anyone = st.integers(0, len(story.commits) - 1)
    asked = draw(st.lists(st.tuples(anyone, st.sampled_from(CLOSURES)), min_size=1, max_size=5))
    return story, draw(anyone), asked


def naive(story: Story, tip: int, deployed: int, closure: Closure) -> tuple[Tally, list[str]]:
    """The definitions, word for word, for one closure alone."""
    held = PathMap([closure])

    def touched(number: int) -> set[str]:
        parents = story.commits[number].parents
        paths = differing(story.tree(parents[0]) if parents else {}, story.tree(number))
        return {path for path in paths if held.of(path.encode())}

    content = {path for path in differing(story.tree(deployed), story.tree(tip)) if held.of(path.encode())}
    live, expected = story.reach(deployed), story.reach(tip)
    landings, at = [], tip
    while at not in live:
        landings.append(at)
        if not story.commits[at].parents:
            break
        at = story.commits[at].parents[0]
    changes = [one for one in landings if touched(one) & content]
    cancelled = [one for one in landings if touched(one) and not touched(one) & content]
    plain = [n for n in range(len(story.commits)) if len(story.commits[n].parents) < 2 and touched(n)]
    behind = [n for n in plain if n in expected - live]
    ahead = [str(n) for n in reversed(plain) if n in live - expected]
    oldest = changes[-1] if changes else None
    return Tally(bool(content), len(changes), len(cancelled), len(behind), oldest), ahead


@settings(max_examples=200, deadline=None)
@given(stories())
def test_counting_all_at_once_is_counting_one_by_one(asked: tuple[Story, int, Asked]) -> None:
    story, tip, questions = asked
    ledger = story.ledger(tip, questions)
    for at, (deployed, closure) in enumerate(questions):
        tally, ahead = naive(story, tip, deployed, closure)
        oldest = None if tally.oldest is None else ledger.graph.place[str(tally.oldest)]
        assert ledger.tally(at) == Tally(tally.differs, tally.changes, tally.cancelled, tally.behind, oldest)
        assert ledger.ahead(at) == ahead


@settings(max_examples=50, deadline=None)
@given(stories())
def test_every_missing_commit_belongs_to_one_landing(asked: tuple[Story, int, Asked]) -> None:
    story, tip, questions = asked
    ledger = story.ledger(tip, questions)
    for at in range(len(questions)):
        brought = [one for landing in ledger.chain for one in ledger.commits_of(landing, at)]
        assert len(brought) == len(set(brought)) == ledger.tally(at).behind


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=12), st.integers(0, 100), st.data())
def test_a_landing_is_timed_by_what_its_own_closure_lacks(times: list[int], now: int, data: st.DataObject):
    """Whatever else is asked about: as if the chain ended with what serves there."""
    story = Story()
    for number, time in enumerate(times):
        story.commit({}, *([number - 1] if number else []), time=time)
    deployed = data.draw(st.lists(st.integers(0, len(times) - 1), min_size=1, max_size=4))
    ledger = story.ledger(len(times) - 1, [(one, ALL) for one in deployed])
    landed_at = ledger.landed_at(now)
    for closure, one in enumerate(deployed):
        right = in_turn(times[one:], now)
        assert [landed_at(closure, ledger.graph.place[str(at)]) for at in range(one, len(times))] == right
