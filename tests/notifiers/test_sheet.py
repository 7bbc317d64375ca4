"""What is new in a conversation, in one line."""

from __future__ import annotations

from tests.core.watched import OLD, Watch, behind, in_sync
from unshipped.core.incidents import Step
from unshipped.core.messages import compose
from unshipped.core.model import Flag
from unshipped.notifiers._sheet import STEPS, news, plain


def told(watch: Watch) -> list[str]:
    notice = watch.notices[-1]
    incidents = [one for one in watch.incidents.values() if one.group == notice.group]
    return [plain(line) for line in news(compose(notice, incidents, watch.standings, notice.at))]


def test_a_hold_and_its_end_are_said_as_that():
    watch = Watch()
    watch.look(0, in_sync(deployed=OLD))
    watch.look(10, behind())
    watch.look(45, behind(flags=(Flag.HELD,)))
    assert told(watch) == ["worker/production: held after 35 min"]
    watch.look(50, behind())
    assert told(watch) == ["worker/production: its hold is over; 1 change behind for 1 h 50 min"]


def test_every_step_has_its_words():
    assert STEPS.keys() == set(Step)
