"""PagerDuty and Opsgenie: what wakes people, and what lets them sleep again."""

from __future__ import annotations

import pytest

from tests.notifiers.benches import Room, made
from tests.notifiers.doubles import Heard, saying
from tests.notifiers.hostile import SAMPLES
from unshipped.core.incidents import Step
from unshipped.core.messages import Message
from unshipped.errors import NotifyError
from unshipped.notifiers.samples import test_message as a_test

GROUP = "drift:worker/production:20260205T162700Z"


def acknowledged() -> Message:
    message = SAMPLES["escalated"]
    items = tuple(item._replace(acknowledged_by="Ana") for item in message.items)
    return message._replace(items=items, loud=False)


def over_in_part(step: Step = Step.RESOLVED) -> Message:
    """One of two targets is news, and over; somebody may have resolved both in the pager before."""
    message = SAMPLES["escalated"]
    (still,) = message.items
    gone = still._replace(incident="drift:api/production:20260205T162700Z", service="api", step=step)
    gone = gone._replace(resolved=step is Step.RESOLVED)
    return message._replace(items=(still._replace(fresh=False), gone), news=(gone,))


TEST = a_test("night", "test/1", SAMPLES["opened"].at)


@pytest.mark.parametrize(
    ("message", "actions"),
    [
        (SAMPLES["opened"], ["trigger"]),
        (SAMPLES["escalated"], ["trigger"]),
        (acknowledged(), ["acknowledge"]),
        (SAMPLES["escalated"]._replace(loud=False), []),
        (over_in_part(), []),
        (over_in_part(Step.REOPENED), ["trigger"]),
        (SAMPLES["resolved"], ["resolve"]),
        (TEST, ["trigger", "resolve"]),
    ],
)
def test_pagerduty_is_told_what_to_do(room: Room, message: Message, actions: list[str]):
    heard = Heard(saying({"status": "success"}, 202))
    made("pagerduty", key=room.secret("key"), endpoint=room.serve(heard)).say(message, "")
    assert [path for _, path, _, _ in heard.told] == ["/v2/enqueue"] * len(actions)
    events = [sent for *_, sent in heard.told]
    assert [one["event_action"] for one in events] == actions
    assert {one["dedup_key"] for one in events} <= {message.group or "test/1"}
    assert {one["routing_key"] for one in events} <= {"key"}


def test_pagerduty_gets_what_its_interface_asks_for():
    event = made("pagerduty", key={"env": "K"}).preview(SAMPLES["escalated"])  # type: ignore[attr-defined]
    payload = event["payload"]
    assert payload["severity"] in {"critical", "error", "warning", "info"}
    assert {"summary", "source", "severity"} <= set(payload) and len(payload["summary"]) <= 1024
    assert event["links"][0]["href"].startswith("https://github.com/acme/shop/compare/")


def test_a_long_name_of_a_conversation_is_cut_to_one_that_pagerduty_takes():
    notifier = made("pagerduty", key={"env": "K"})
    names = {
        notifier.preview(SAMPLES["opened"]._replace(group="g" * 300 + end))["dedup_key"]  # type: ignore[attr-defined]
        for end in "ab"
    }
    assert len(names) == 2 and all(len(one) <= 255 for one in names)


def test_pagerduty_may_refuse_with_200(room: Room):
    answer = saying({"status": "invalid event"})
    with pytest.raises(NotifyError, match="did not take it"):
        made("pagerduty", key=room.secret("key"), endpoint=room.serve(answer)).say(SAMPLES["opened"], "")


@pytest.mark.parametrize(
    ("message", "calls"),
    [
        (SAMPLES["opened"], [""]),
        (acknowledged(), ["acknowledge"]),
        (SAMPLES["escalated"]._replace(loud=False), []),
        (over_in_part(), []),
        (over_in_part(Step.REOPENED), [""]),
        (SAMPLES["resolved"], ["close"]),
        (TEST, ["", "close"]),
    ],
)
def test_opsgenie_is_told_what_to_do(room: Room, message: Message, calls: list[str]):
    heard = Heard(saying({"result": "Request will be processed"}, 202))
    made("opsgenie", key=room.secret("key"), endpoint=room.serve(heard)).say(message, "")
    alias = "drift%3Aworker%2Fproduction%3A20260205T162700Z" if message.group else "test%2F1"
    assert [path for _, path, _, _ in heard.told] == [
        f"/v2/alerts/{alias}/{verb}?identifierType=alias" if verb else "/v2/alerts" for verb in calls
    ]
    assert {headers["authorization"] for _, _, headers, _ in heard.told} <= {"GenieKey key"}


def test_opsgenie_gets_what_its_interface_takes():
    alert = made("opsgenie", key={"env": "K"}).preview(SAMPLES["first-look"])  # type: ignore[attr-defined]
    assert len(alert["message"]) <= 130 and len(alert["description"]) <= 15_000
    assert (alert["priority"], alert["alias"]) == ("P1", SAMPLES["first-look"].group)
