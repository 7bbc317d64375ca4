"""How often it is deployed, how often that goes back, and how long what went back had served."""

from __future__ import annotations

from tests.core.recorded import Recorded
from tests.core.watched import NEW, OLD, at, in_sync
from unshipped.core.counting.dora import Dora, dora
from unshipped.core.counting.figures import Span


def shown(story: Recorded) -> Dora:
    return dora(story.past(), Span(at(0), at(10_000)))


def test_what_went_back_had_served_since_its_own_deploy():
    story = Recorded()
    story.look(0, in_sync(deployed=OLD), in_sync("api", OLD))
    story.look(60, in_sync(deployed=NEW), in_sync("api", OLD))
    story.look(90, in_sync(deployed=NEW), in_sync("api", NEW))
    story.look(120, in_sync(deployed=OLD), in_sync("api", NEW))
    found = shown(story)
    assert found.restored_after.mean == 3600
    assert found.failures.value == 0.5


def test_what_was_bad_before_anybody_looked_says_nothing_of_a_way_back():
    story = Recorded()
    story.look(0, in_sync(deployed=NEW))
    assert shown(story).restored_after.mean is None
    assert shown(story).failures.value is None
