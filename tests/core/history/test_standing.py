"""Where one commit stands in one target: every combination of what history can say."""

from __future__ import annotations

from itertools import product

import pytest

from unshipped.core.history.standing import Evidence, Place, place

EITHER = (True, False)

TABLE = [
    # touches, in deployed, in expected, same content, still differs
    (Evidence(True, True, True, True, False), Place.LIVE, "the deployed commit contains it"),
    (Evidence(True, True, True, False, True), Place.LIVE, "the deployed commit contains it"),
    (Evidence(True, True, False, True, True), Place.LIVE, "the deployed commit contains it"),
    (
        Evidence(True, False, True, True, False),
        Place.LIVE,
        "the deployed tree has the same content, by another commit",
    ),
    (
        Evidence(True, False, False, True, True),
        Place.LIVE,
        "the deployed tree has the same content, by another commit",
    ),
    (
        Evidence(True, False, False, False, True),
        Place.UNMERGED,
        "it is neither deployed nor in what should serve",
    ),
    (Evidence(True, False, True, False, True), Place.WAITING, "it is on the branch and not deployed"),
    (Evidence(True, False, True, False, False), Place.CANCELLED, "a later change on the branch took it back"),
]


@pytest.mark.parametrize(("evidence", "where", "reason"), TABLE)
def test_the_evidence_gives_a_place_and_a_reason(evidence: Evidence, where: Place, reason: str) -> None:
    assert place(evidence) == (where, reason)


def test_a_change_that_touches_nothing_of_a_service_is_none_of_its_business() -> None:
    answers = {place(Evidence(False, *rest)) for rest in product(EITHER, EITHER, EITHER, EITHER)}
    assert answers == {(Place.NOT_APPLICABLE, "it touches nothing of this service")}


def test_nothing_is_called_live_that_is_neither_contained_nor_the_same() -> None:
    answers = {place(Evidence(True, False, one, False, two))[0] for one, two in product(EITHER, EITHER)}
    assert Place.LIVE not in answers


def test_what_was_deployed_and_taken_back_there_is_not_live() -> None:
    for expected, same, differs in product(EITHER, repeat=3):
        assert place(Evidence(True, True, expected, same, differs, undone=True))[0] is Place.CANCELLED


def test_what_lies_behind_the_end_of_a_shallow_clone_is_live_where_that_is_seen_and_else_unknown() -> None:
    for deployed, expected, same, differs in product(EITHER, repeat=4):
        found, _ = place(Evidence(True, deployed, expected, same, differs, cut_short=True))
        assert found is (Place.LIVE if deployed or same else Place.UNKNOWN)
