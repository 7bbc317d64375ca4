"""What is recommended, on what arithmetic; and where too little was seen to recommend anything."""

from __future__ import annotations

from tests.core.recorded import Recorded
from tests.core.watched import NEW, OLD, at, behind, in_sync, unknown
from unshipped.core.counting.advice import Advice, advise
from unshipped.core.counting.figures import Span
from unshipped.core.incidents import acknowledge

DAY = 1440


def advice(story: Recorded) -> list[Advice]:
    return list(advise(story.past(), Span(at(0), at(30 * DAY))))


def drifts(story: Recorded, number: int, *, lasted: float, deployed: bool = False, first: int = 0) -> None:
    """So many drifts, a day apart, each opened 15 minutes after its landing."""
    for day in range(first + 1, first + 1 + number):
        begun = day * DAY
        before, after = (f"{day:040x}", f"{day + 1:040x}") if deployed else (OLD, OLD)
        story.look(begun - 30, in_sync(deployed=before))
        story.look(begun, behind(since=begun - 15, deployed=before))
        story.look(begun + lasted, in_sync(deployed=after))


def test_drifts_that_are_over_by_themselves_ask_for_a_longer_grace():
    story = Recorded()
    drifts(story, 9, lasted=5)
    drifts(story, 2, lasted=300, deployed=True, first=9)
    (only,) = advice(story)
    assert only.about == "worker/production"
    assert only.why == "9 of 11 incidents were over within 5 min, all by themselves"
    assert only.do == (
        "raise its grace to 25 min: 9 of 11 would not have opened, the other 2 would have been told of later"
    )
    assert len(only.ids) == 9


def test_a_pipeline_that_takes_its_time_asks_for_a_longer_grace():
    story = Recorded()
    drifts(story, 4, lasted=20, deployed=True)
    (only,) = advice(story)
    assert only.why == "4 of 4 incidents were over within 20 min, by a deploy that was on its way"
    assert only.do == "raise its grace to 40 min: 4 of 4 would not have opened"


def test_of_a_few_incidents_nothing_is_concluded():
    story = Recorded()
    drifts(story, 3, lasted=5)
    assert advice(story) == []


def test_what_somebody_saw_to_was_no_noise():
    story = Recorded()
    drifts(story, 4, lasted=5)
    for incident in list(story.incidents.values()):
        story.act(6 * DAY, acknowledge(incident, "Ana", at(6 * DAY)))
    assert advice(story) == []


def test_what_a_deploy_has_to_end_each_time_asks_to_be_deployed_when_it_lands():
    story = Recorded()
    drifts(story, 5, lasted=180, deployed=True)
    (only,) = advice(story)
    assert only.why == "5 of 5 incidents ended with a deploy, after 3 h on average"
    assert only.do == "deploy it when a change lands"


def test_a_source_that_often_fails_for_a_while_is_named_with_its_reason():
    story = Recorded()
    story.look(0, in_sync(), in_sync("api"))
    for day in range(1, 6):
        for minute in range(0, 50, 10):
            story.look(day * DAY + minute, unknown("api"))
        story.look(day * DAY + 50, in_sync("api", NEW))
    (only,) = advice(story)
    assert only.about == "cloud-run"
    assert only.why == "source-denied: 5 of 5 incidents were over within 20 min, all by themselves"
    assert only.do.startswith("let it last 55 min before it is an incident: 5 of 5 would not have opened")


def test_the_noisiest_comes_first():
    story = Recorded()
    drifts(story, 6, lasted=5)
    for day in range(10, 14):
        story.look(day * DAY - 30, in_sync("api", OLD))
        story.look(day * DAY, behind("api", since=day * DAY - 15))
        story.look(day * DAY + 5, in_sync("api", OLD))
    assert [(one.about, len(one.ids)) for one in advice(story)] == [
        ("worker/production", 6),
        ("api/production", 4),
    ]


def test_what_was_there_at_the_first_look_counts_for_nothing():
    story = Recorded()
    story.look(0, behind())
    story.look(10, in_sync(deployed=OLD))
    drifts(story, 3, lasted=5)
    assert advice(story) == []


def test_only_what_began_in_that_time_and_is_over_counts():
    story = Recorded()
    drifts(story, 4, lasted=5)
    story.look(5 * DAY, behind(since=5 * DAY - 15))
    (whole,) = advice(story)
    assert whole.do == "raise its grace to 25 min: 4 of 4 would not have opened"
    for begin, end in ((2, 30), (0, 4)):
        assert list(advise(story.past(), Span(at(begin * DAY + 1), at(end * DAY)))) == []


def test_half_of_them_is_not_the_most():
    story = Recorded()
    drifts(story, 4, lasted=5)
    drifts(story, 4, lasted=300, first=4)
    assert advice(story) == []


def test_of_those_that_were_over_soon_it_is_told_how():
    story = Recorded()
    drifts(story, 3, lasted=10)
    drifts(story, 2, lasted=20, deployed=True, first=3)
    (only,) = advice(story)
    assert only.why == "5 of 5 incidents were over within 20 min, 3 by themselves, 2 by a deploy"


def test_half_an_hour_is_soon_and_more_is_not():
    for lasted, advised in ((30, 1), (31, 0)):
        story = Recorded()
        drifts(story, 4, lasted=lasted)
        assert len(advice(story)) == advised
