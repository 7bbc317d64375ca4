"""Declared against live."""

from __future__ import annotations

import pytest

from unshipped.core.roster import Roster, Unmapped, unmapped
from unshipped.core.words import not_mapped

LIVE = frozenset({"api", "web", "old-batch", "old-report"})
HERE, THERE = "Cloud Run, eu", "Cloud Run, us"


@pytest.mark.parametrize(
    ("rosters", "allowed", "found"),
    [
        ([], (), ()),
        ([Roster(HERE, "api", frozenset({"api"}))], (), ()),
        (
            [Roster(HERE, "api", LIVE), Roster(HERE, "web", LIVE)],
            (),
            (Unmapped("old-batch", HERE), Unmapped("old-report", HERE)),
        ),
        ([Roster(HERE, "api", LIVE), Roster(HERE, "web", LIVE)], ("old-*",), ()),
        ([Roster(HERE, "api", LIVE)], ("web", "old-batch"), (Unmapped("old-report", HERE),)),
        # what is mapped in one place is not thereby mapped in another
        (
            [Roster(HERE, "api", frozenset({"api"})), Roster(THERE, "web", frozenset({"web", "api"}))],
            (),
            (Unmapped("api", THERE),),
        ),
    ],
)
def test_what_runs_and_is_in_no_map_is_found(rosters, allowed, found) -> None:
    assert unmapped(rosters, allowed) == found


def test_it_is_said_in_one_sentence_for_each_place() -> None:
    found = [Unmapped("old", HERE), *(Unmapped(f"s{number:02}", THERE) for number in range(12))]
    assert not_mapped(found) == (
        "1 service in no map runs in Cloud Run, eu: old; 12 services in no map run in Cloud Run, us: "
        "s00, s01, s02, s03, s04, s05, s06, s07, s08, s09 and 2 more"
    )
