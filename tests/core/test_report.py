"""The weekly report and the daily digest: what they say, and what they say where there is nothing to tell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.core.recorded import Recorded
from tests.core.watched import NEW, OLD, at, behind, in_sync, unknown
from unshipped.app import report_documents
from unshipped.core.counting import digest
from unshipped.core.counting.figures import Span
from unshipped.core.counting.summary import Row, Summary, text
from unshipped.core.logged.journal import Kept
from unshipped.core.model import Flag, Hold, Severity
from unshipped.core.report import dora_summary, health, last_week, summary

DAY = 1440
WEEK = 7 * DAY


def two_weeks() -> Recorded:
    """One drift in the first week, two in the second; of those one goes away by itself."""
    story, before = Recorded(), OLD
    for day, lasted, after in ((1, 60, "1" * 40), (8, 120, "2" * 40), (10, 20, "2" * 40)):
        landed = day * DAY - 10
        late = behind(since=landed, deployed=before, landing=f"{day:040x}")
        story.look(day * DAY - 60, in_sync(deployed=before), in_sync("api"))
        story.look(day * DAY, late, in_sync("api"))
        story.look(day * DAY + lasted - 10, late, in_sync("api"))
        story.look(day * DAY + lasted, in_sync(deployed=after), in_sync("api"))
        before = after
    return story


def told(story: Recorded, start: float = WEEK, end: float = 2 * WEEK) -> Summary:
    return summary(health(story.past(), Span(at(start), at(end))))


def rows(found: Summary) -> dict[str, Row]:
    return {row.label: row for section in found.sections for row in section.rows}


def test_the_report_of_a_week_says_the_week_before_beside_it():
    found = told(two_weeks())
    assert found.title == "Deployment Health Summary, 2026-02-12 12:00:00 UTC to 2026-02-19 12:00:00 UTC"
    assert found.headline == (
        "2 targets watched: 2 drift incidents (1 before); 50 % of what was resolved was worth telling; "
        "a change waited 2 h 10 min on average to be live."
    )
    assert found.compared == "the 7 d before"
    figures = rows(found)
    assert figures["Drift incidents"] == Row("Drift incidents", "2", "1", "of 2 incidents")
    assert figures["Drift age"].value == "average 1 h 10 min, 90th percentile 1 h 50 min"
    assert figures["Worth telling"] == Row("Worth telling", "50 %", "100 %", "1 of 2 resolved incidents")
    assert figures["Time to detect"].value == "average 10 min, 90th percentile 10 min"
    assert figures["Merged to live"].counted == "1 landing"
    assert figures["Deploys by hand"].counted == "1 of 1 deploy; nobody said who made 1 of them"


def test_the_days_and_services_are_bars_with_their_amounts_in_words():
    found = told(two_weeks())
    days, services = found.sections[0], found.sections[4]
    assert [bar.text for bar in days.bars] == ["0", "1", "0", "1", "0", "0", "0", "0"]  # from noon to noon
    assert days.bars[1].label == "Fri 2026-02-13"
    assert [bar.label for bar in services.bars] == ["worker"]
    assert services.lines[0] == "Best: api, in order for 100 % of the known time."


def test_a_figure_of_nothing_is_empty_and_not_zero():
    figures = rows(told(two_weeks()))
    assert figures["Acknowledged after"] == Row("Acknowledged after", "", "", "0 incidents")
    assert "Gates would have blocked" not in figures


def test_a_time_in_which_nothing_was_watched_is_said_to_be_empty():
    found = told(Recorded())
    assert found.headline == "Nothing was watched in this time: there is nothing to tell."
    assert found.compared == "nothing was kept of the 7 d before"
    assert {row.value for row in rows(found).values()} <= {"", "0"}
    assert "%" not in "".join(row.value + row.before for row in rows(found).values())


def test_the_first_week_has_nothing_to_be_compared_with():
    found = told(two_weeks(), 0, WEEK)
    assert found.compared == "nothing was kept of the 7 d before"
    assert all(row.before == "" for row in rows(found).values())


def test_moments_without_a_round_are_told_where_it_is_known_when_they_were():
    story = Recorded()
    story.look(0, in_sync())
    slots = [("1/1", at(minute)) for minute in range(0, 40, 10)]
    found = summary(health(story.past(), Span(at(0), at(60)), slots=slots))
    assert rows(found)["Rounds that never were"] == Row(
        "Rounds that never were", "75 %", "", "3 of 4 moments"
    )


def test_what_to_change_is_said_or_that_nothing_is_known():
    found = told(two_weeks())
    assert found.sections[-1].lines == ("Nothing was noisy enough to conclude anything from.",)


def test_the_figures_of_dora_in_words():
    found = dora_summary(health(two_weeks().past(), Span(at(WEEK), at(2 * WEEK))))
    assert [(row.label, row.value) for row in found.sections[0].rows] == [
        ("Deployment frequency", "1.0 a week"),
        ("Lead time for changes", "median 2 h 10 min, 90th percentile 2 h 10 min"),
        ("Change failure rate", "0 %"),
        ("Time to restore", ""),
    ]


@pytest.mark.parametrize("day", range(9, 16))
def test_the_last_week_is_the_last_whole_one_from_monday_on(day):
    span = last_week(datetime(2026, 2, day, 3, 4, tzinfo=UTC))
    assert span == Span(datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 2, 9, tzinfo=UTC))


def test_whole_days_are_named_by_their_days():
    span = last_week(datetime(2026, 2, 10, tzinfo=UTC))
    title = summary(health(Recorded().past(), span)).title
    assert title == "Deployment Health Summary, Mon 2026-02-02 to Sun 2026-02-08"


def test_a_week_in_which_nothing_could_be_determined_has_no_figures():
    story = Recorded()
    for minute in range(0, WEEK, 30):
        story.look(minute, unknown(), unknown("api"))
    found = told(story, 0, WEEK)
    assert found.headline == "2 targets watched, and nothing of them could be determined."
    figures = rows(found)
    for label in ("Drift incidents", "Came back at once", "Deploys"):
        assert figures[label].value == "", label
    assert lines(found, "Services") == ("Never determined: api, worker.",)
    once = dora_summary(health(story.past(), Span(at(0), at(WEEK))))
    assert [row.value for row in once.sections[0].rows] == ["", "", "", ""]


@pytest.mark.parametrize("what", ["report", "dora"])
def test_a_week_in_which_nobody_looked_has_no_figures(what):
    found = health(Recorded().past(), Span(at(0), at(WEEK)))
    told = summary(found) if what == "report" else dora_summary(found)
    shown = {row.label: row.value for section in told.sections for row in section.rows}
    assert set(shown.values()) == {""}, shown
    document = report_documents.health(found)["measures"]
    assert (document["drift_incidents"]["a_week"], document["by_hand"]["a_week"]) == (None, None)


def test_what_was_recorded_is_counted_though_nobody_looked():
    story = Recorded()
    story.deployed(10, NEW)
    found = dora_summary(health(story.past(), Span(at(0), at(WEEK))))
    assert found.sections[0].rows[0].value == "1.0 a week"


def test_a_service_that_was_never_determined_is_not_among_all_that_were_in_order():
    story = Recorded()
    for minute in range(0, WEEK, 30):
        story.look(minute, in_sync(), in_sync("api"), unknown("site"))
    assert lines(told(story, 0, WEEK), "Services") == (
        "All were in order for 100 % of the known time.",
        "Never determined: site.",
    )


def test_a_drift_is_shown_on_the_day_on_which_it_opened():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD))
    story.look(13 * 60, behind(since=12 * 60))  # on Friday at one in the morning
    bars = next(one.bars for one in told(story, 0, 2 * DAY).sections if one.title == "Incidents")
    assert [(one.label, one.text) for one in bars] == [
        ("Thu 2026-02-05", "0"),
        ("Fri 2026-02-06", "1"),
        ("Sat 2026-02-07", "0"),
    ]


def test_all_is_said_of_nothing_less():
    story = Recorded()
    story.look(0, in_sync(), in_sync("api"))
    story.look(10, behind(), in_sync("api"))
    story.look(11, in_sync(), in_sync("api"))
    story.look(WEEK, in_sync(), in_sync("api"))
    assert "Worst: worker, in order for over 99.9 % of the known time, with 1 incident." in lines(
        told(story, 0, WEEK), "Services"
    )


# ---------------------------------------------------------------- the digest


def morning(
    story: Recorded,
    minute: float,
    *declared: str,
    holds: tuple[Kept, ...] = (),
    stopped: tuple[str, ...] = (),
) -> Summary:
    found = digest.digest(story.past(), story.standings, at(minute), declared, holds, stopped)
    return digest.summary(found)


def kept(service: str, by: str, reason: str, *, since: float = 0, until: float | None = None) -> Kept:
    hold = Hold(reason, by, None if until is None else at(until))
    return Kept(f"{service}-hold", service, "production", hold, at(since))


def lines(found: Summary, title: str) -> tuple[str, ...]:
    return next(tuple(map(text, one.lines)) for one in found.sections if one.title == title)


def test_the_digest_names_what_is_open_the_worst_first():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD), in_sync("api", OLD))
    story.look(60, behind(), behind("api", Severity.CRITICAL, changes=7))
    found = morning(story, 120)
    assert found.headline == "2 incidents open, the worst critical."
    assert lines(found, "Open") == (
        "critical: api/production, 7 changes behind for 3 h",
        "info: worker/production, 1 change behind for 3 h",
    )


def test_the_digest_says_what_happened_since_yesterday_and_leaves_out_what_was_before():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD))
    story.look(20, behind(since=10))
    story.look(40, in_sync(deployed=NEW))
    found = morning(story, 60)
    assert found.headline == "1 target, and nothing is to be done."
    assert lines(found, "Since yesterday") == (
        "1 incident opened, 1 resolved",
        "1 deploy",
        "1 landing went live, after 30 min on average",
    )
    assert lines(found, "Resolved") == ("worker/production: resolved after 20 min: it was deployed",)
    assert lines(morning(story, 2 * DAY), "Since yesterday")[0] == "0 incidents opened, 0 resolved"


def test_the_digest_says_how_old_the_oldest_conclusive_look_is():
    story = Recorded()
    story.look(0, in_sync(), unknown("api"))
    story.look(50, in_sync(), unknown("api"))
    assert lines(morning(story, 60), "The watch itself") == (
        "never determined: api/production",
        "the oldest conclusive look is 10 min old: worker/production",
    )


def test_a_digest_does_not_say_that_nothing_is_to_be_done_about_what_is_not_known():
    story = Recorded()
    story.look(0, in_sync(), in_sync("api"))
    story.look(10, in_sync(), unknown("api"))
    found = morning(story, 12)
    assert found.headline == "2 targets: how 1 of them stands is not known."
    assert lines(found, "The watch itself")[0] == "unknown at the last look: api/production"
    assert morning(story, 12, "mail/production").headline == "3 targets: how 2 of them stand is not known."


def test_a_digest_names_what_is_declared_and_was_never_looked_at():
    story = Recorded()
    story.look(0, in_sync())
    found = morning(story, 12, "worker/production", "mail/production")
    assert found.headline == "2 targets: how 1 of them stands is not known."
    assert lines(found, "The watch itself")[0] == "never looked at: mail/production"


def test_a_digest_says_that_what_is_in_order_is_what_was_seen_long_ago():
    story = Recorded()
    story.look(0, in_sync())
    assert morning(story, 60).headline == "1 target, and nothing is to be done."
    assert morning(story, 5 * DAY).headline == (
        "1 target, and nothing was to be done when last looked at, up to 5 d ago."
    )


def test_what_is_retired_need_not_be_known():
    story = Recorded()
    story.look(0, in_sync(), unknown("api")._replace(flags=(Flag.RETIRED,), quiet=True))
    assert morning(story, 10).headline == "2 targets, and nothing is to be done."


def test_a_digest_of_nothing_says_that_nothing_was_looked_at():
    assert morning(Recorded(), 0).headline == "Nothing was ever looked at: there is nothing to tell."


def test_a_digest_names_what_is_held_by_whom_why_and_how_far_it_is_behind():
    story = Recorded()
    story.look(60, behind(flags=(Flag.HELD,), changes=3), in_sync("api"))
    holds = (
        kept("worker", "Ana", "the sale", since=30, until=600),
        kept("api", "Ben", "as it is")._replace(id=""),  # by the configuration
    )
    found = morning(story, 120, holds=holds)
    assert found.headline == "2 targets, 2 of them held, and nothing is to be done."
    by_nobody_knows_when, worker = lines(found, "Held")
    assert by_nobody_knows_when == "api/production, in sync, held: hold by Ben: as it is"
    matter, _, hold = worker.partition(": ")
    assert matter == "worker/production, 3 changes behind for 3 h, held for 1 h 30 min"
    assert hold == "hold by Ana until 2026-02-05 22:00:00 UTC: the sale"


def test_a_digest_asks_for_a_person_where_a_rollout_stopped_halfway():
    story = Recorded()
    story.look(60, behind(flags=(Flag.HELD,)), in_sync("api"))
    holds = (kept("api", "Ben", "as it is"), kept("worker", "unshipped", "r1 was stopped", since=100))
    stopped = ("worker/production",)
    found = morning(story, 120, holds=holds, stopped=stopped)
    assert found.headline == "2 targets: 1 rollout stopped halfway, and a person has to look."
    held, _ = lines(found, "Held")
    assert held.endswith("1 change behind for 3 h, held for 20 min: hold by unshipped: r1 was stopped")
    story.look(125, behind(flags=(Flag.HELD,)), behind("api"))
    assert morning(story, 130, holds=holds, stopped=stopped).headline == (
        "1 incident open, the worst info; 1 rollout stopped halfway, and a person has to look."
    )


def test_what_is_held_and_was_never_looked_at_is_named_too():
    story = Recorded()
    story.look(0, in_sync())
    found = morning(story, 10, "worker/production", "api/production", holds=(kept("api", "Ben", "why"),))
    assert found.headline == "2 targets, 1 of them held: how 1 of them stands is not known."
    assert lines(found, "Held") == ("api/production, held for 10 min: hold by Ben: why",)


def test_a_list_of_many_is_cut_and_says_so():
    story = Recorded()
    names = [f"s{number}" for number in range(30)]
    story.look(0, *(in_sync(name, OLD) for name in names))
    story.look(60, *(behind(name) for name in names))
    assert lines(morning(story, 60), "Open")[-1] == "and 10 more"
