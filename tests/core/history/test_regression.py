"""Who went back: one row a history, beside git's own word for it in `tests/cli/test_record.py`."""

from __future__ import annotations

import pytest

from unshipped.core.history.regression import regressed, to_ask
from unshipped.core.model import Code, Flag, Problem, Remark, Served, Sign
from unshipped.core.signals import Serving

A, B, C, X = "a" * 40, "b" * 40, "c" * 40, "d" * 40
ANCESTORS = {B: {A}, C: {A, B}, X: {A}}
"""A, B, C lie on one line; X leaves it after A."""
HOLDING = {(commit, one) for commit, several in ANCESTORS.items() for one in several}


def serving(*commits: str, flags: tuple[Flag, ...] = ()) -> Serving:
    return Serving(tuple(Served(one, 1 / len(commits), ()) for one in commits), flags=flags)


@pytest.mark.parametrize(
    ("serves", "before", "newer"),
    [
        (A, [], ""),
        (A, [A], ""),
        (B, [A], ""),
        (A, [B], B),
        (A, [B, C, B], B),
        (A, [C, B], C),
        (A, [A, B], B),
        (B, [X, A], ""),
        (X, [C, B, A], ""),
        (A, [X], X),
        (C, [B, A, B], ""),
    ],
)
def test_it_went_back_where_it_serves_an_ancestor_of_what_served_before(
    serves: str, before: list[str], newer: str
):
    found = regressed(serving(serves), before, HOLDING)
    assert found.flags == ((Flag.ROLLED_BACK,) if newer else ())
    message = f"{serves[:12]} is older than {newer[:12]}, which served before"
    assert found.remarks == ((Remark(Sign.ROLLED_BACK, message),) if newer else ())


def test_of_several_that_serve_each_that_went_back_is_named():
    found = regressed(serving(A, C, B, flags=(Flag.SPLIT,)), [C], HOLDING)
    assert found.flags == (Flag.SPLIT, Flag.ROLLED_BACK)
    assert [one.message[:12] for one in found.remarks] == [A[:12], B[:12]]


def test_what_is_not_known_did_not_go_back():
    unknown = Serving(problem=Problem(Code.NOT_FOUND, "gone"))
    assert regressed(unknown, [B], HOLDING) == unknown


def test_no_history_is_asked_about_a_commit_and_itself():
    assert to_ask(serving(A, B), [A, C, A]) == {(A, B), (C, A), (C, B)}
    assert to_ask(serving(A), [A, A]) == set()
    assert regressed(serving(A), [A, A], {(A, A)}) == serving(A)
