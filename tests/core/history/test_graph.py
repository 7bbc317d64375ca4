"""Who contains whom, on graphs small enough to draw."""

from __future__ import annotations

from tests.core.stories import Story
from unshipped.core.history.graph import Graph

# tip 5 ── 4 ──── 1 ── 0      (first parents)
#      └── 3 ── 2 ┘
ROWS = ["50 5 4 3", "40 4 1", "30 3 2", "20 2 1", "10 1 0", "0 0"]
GRAPH = Graph.parse(ROWS, "5")


def owned(graph: Graph, reached: list[int]) -> dict[str, int]:
    return dict(zip(graph.commits, reached, strict=True))


def test_the_chain_goes_from_first_parent_to_first_parent() -> None:
    assert [GRAPH.commits[at] for at in GRAPH.chain()] == ["5", "4", "1", "0"]


def test_the_chain_ends_where_the_graph_ends() -> None:
    graph = Graph.parse(ROWS[:2], "5")
    assert [graph.commits[at] for at in graph.chain()] == ["5", "4"]
    assert Graph.parse([], "5").chain() == []


def test_every_commit_knows_who_contains_it() -> None:
    reached = GRAPH.reach({"4": 0b01, "3": 0b10, "elsewhere": 0b100})
    assert owned(GRAPH, reached) == {"5": 0, "4": 0b01, "3": 0b10, "2": 0b10, "1": 0b11, "0": 0b11}


def test_a_base_is_contained_by_all_or_not() -> None:
    assert GRAPH.all_contain("1", ["5", "4", "3"])
    assert GRAPH.all_contain("1", ["1"])
    assert not GRAPH.all_contain("2", ["5", "4"])


def test_a_commit_is_brought_by_the_landing_that_merged_it() -> None:
    chain = GRAPH.chain()
    brought = GRAPH.landings(chain, GRAPH.reach({"5": 1}))
    assert owned(GRAPH, brought) == {"5": 0, "3": 0, "2": 0, "4": 1, "1": 2, "0": 3}


def test_a_branch_that_was_merged_twice_was_brought_by_the_first_merge() -> None:
    story = Story()
    base = story.commit({"x": "1"})
    topic = story.commit({"x": "2"}, base)
    first = story.commit({"x": "2"}, base, topic)
    more = story.commit({"x": "3"}, topic)
    second = story.commit({"x": "3"}, first, more)
    graph = story.graph(second)
    brought = owned(graph, graph.landings(graph.chain(), graph.reach({str(second): 1})))
    assert (brought[str(topic)], brought[str(more)]) == (1, 0)


def test_what_the_tip_does_not_contain_was_brought_by_nothing() -> None:
    story = Story()
    base = story.commit({"x": "1"})
    tip, hotfix = story.commit({"x": "2"}, base), story.commit({"x": "3"}, base)
    graph = story.graph(tip, hotfix)
    brought = owned(graph, graph.landings(graph.chain(), graph.reach({str(tip): 1})))
    assert brought[str(hotfix)] == -1
