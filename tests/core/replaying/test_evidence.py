"""The incidents behind the figures of a replay, one by one, each with the change that it began with."""

from __future__ import annotations

from datetime import timedelta

from tests.core.watched import at
from unshipped.core.counting.figures import Span
from unshipped.core.counting.summary import text
from unshipped.core.incidents import Ending, Incident, Kind
from unshipped.core.logged.past import Past
from unshipped.core.messages import Link
from unshipped.core.model import Severity
from unshipped.core.replaying.evidence import section
from unshipped.core.replaying.replayed import figures

COMMIT = "c" * 40
ONE = Incident(
    "i1", "api", "production", Kind.DRIFT, at(0), Severity.INFO, Severity.WARNING, cause=f"landing:{COMMIT}"
)
PAGES = {"api/production": "https://github.com/acme/shop"}


def lines(*incidents: Incident):
    past = Past(at(-60), incidents=incidents)
    return section(figures(past, Span(at(-60), at(600)), ()), PAGES).lines


def test_an_incident_says_how_it_went_and_leads_to_what_it_began_with():
    [line] = lines(ONE._replace(resolved_at=at(90), ending=Ending.DEPLOYED))
    assert text(line) == (
        "api/production: opened 2026-02-05 12:00:00 UTC, at worst warning, "
        "over after 1 h 30 min: it was deployed, from ccccccccc"
    )
    assert line[1] == Link("ccccccccc", f"https://github.com/acme/shop/commit/{COMMIT}")


def test_what_is_not_over_or_has_no_cause_or_page_says_no_more():
    opened = ONE._replace(cause="")
    assert lines(opened) == (
        (Link("api/production: opened 2026-02-05 12:00:00 UTC, at worst warning, not over"),),
    )
    elsewhere = ONE._replace(service="worker")
    assert [part.address for line in lines(elsewhere) for part in line] == ["", ""]


def test_unknowns_are_left_to_others_and_the_first_one_comes_first():
    later = ONE._replace(id="i2", opened_at=at(5))
    unknown = ONE._replace(id="i3", kind=Kind.UNKNOWN)
    assert ["12:05" in text(line) for line in lines(later, unknown, ONE)] == [False, True]


def test_a_list_of_very_many_is_cut_and_says_where_all_are():
    many = [
        ONE._replace(id=f"i{number}", opened_at=at(0) + timedelta(seconds=number)) for number in range(1200)
    ]
    found = lines(*many)
    assert (len(found), found[-1]) == (101, "and 1,100 more: --format json has them all")
