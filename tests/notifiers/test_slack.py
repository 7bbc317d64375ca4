"""Slack: one message a conversation, held against Slack's own client for what it may look like."""

from __future__ import annotations

import json

import pytest
from slack_sdk import WebClient
from slack_sdk.models.blocks import Block, HeaderBlock

from tests.notifiers.benches import Room, made
from tests.notifiers.doubles import Slack
from tests.notifiers.hostile import SAMPLES, TEXTS, hostile, large
from unshipped.core.messages import Message
from unshipped.errors import NotifyError
from unshipped.notifiers.slack import SlackNotifier

PEOPLE = {"Ben": "U024BE7LH", "Ana": "U0G9QF9C6", "Cleo": "U0000CLEO"}


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def notifier(room: Room, slack: Slack) -> SlackNotifier:
    token = room.secret("xoxb-of-the-test")
    found = made("slack", channel="#deploys", token=token, endpoint=room.serve(slack, "/api"))
    assert isinstance(found, SlackNotifier)
    return found


def test_a_conversation_is_one_message_whose_news_is_in_its_thread(notifier: SlackNotifier, slack: Slack):
    reference = notifier.say(SAMPLES["opened"], "")
    assert reference == "C01DEPLOYS:1770309420.000001"
    assert notifier.say(SAMPLES["escalated"], reference) == reference
    assert notifier.say(SAMPLES["resolved"], reference) == reference
    (root,) = slack.roots()
    assert root["text"] == "worker in production: resolved after 20 h: it was deployed"
    assert [one["thread_ts"] for one in slack.replies()] == ["1770309420.000001"] * 2
    assert [one["reply_broadcast"] for one in slack.replies()] == [True, False]


def test_a_thread_counts_the_news_that_it_does_not_name(notifier: SlackNotifier, slack: Slack):
    reference = notifier.say(SAMPLES["first-look"], "")
    notifier.say(SAMPLES["first-look"], reference)
    (reply,) = slack.replies()
    assert "mail/production" in str(reply["blocks"]) and "and 30 more" in str(reply["blocks"])


def test_a_message_that_was_deleted_is_posted_anew(notifier: SlackNotifier, slack: Slack):
    reference = notifier.say(SAMPLES["opened"], "")
    slack.messages.clear()
    again = notifier.say(SAMPLES["escalated"], reference)
    assert again != reference
    (root,) = slack.roots()
    assert root["text"].startswith("critical: worker in production")
    assert slack.replies() == []


@pytest.mark.parametrize("error", ["is_inactive", "channel_not_found", "is_archived", "not_in_channel"])
def test_where_the_channel_of_a_message_is_no_more_it_is_posted_anew(
    notifier: SlackNotifier, slack: Slack, error: str
):
    slack.error = f"chat.update={error}"
    assert notifier.say(SAMPLES["escalated"], "C01ARCHIVED:1770309420.000001").startswith("C01DEPLOYS:")
    (root,) = slack.roots()
    assert root["text"].startswith("critical: worker in production")


def test_what_is_tried_again_changes_the_same_message(notifier: SlackNotifier, slack: Slack):
    reference = notifier.say(SAMPLES["opened"], "")
    slack.error = "chat.postMessage=internal_error"
    with pytest.raises(NotifyError):
        notifier.say(SAMPLES["escalated"], reference)
    slack.error = ""
    assert notifier.say(SAMPLES["escalated"], reference) == reference
    assert len(slack.roots()) == 1 and len(slack.replies()) == 1


@pytest.mark.parametrize(
    ("error", "final", "hint"),
    [
        ("token_revoked", True, ""),
        ("invalid_auth", True, "revoked"),
        ("channel_not_found", True, "invite the app"),
        ("not_in_channel", True, "/invite"),
        ("is_archived", True, "archived"),
        ("missing_scope", True, "chat:write"),
        ("invalid_blocks", True, ""),
        ("ratelimited", False, ""),
        ("rate_limited", False, ""),
        ("internal_error", False, ""),
        ("fatal_error", False, ""),
        ("service_unavailable", False, ""),
    ],
)
def test_an_error_in_an_answer_of_200_is_one(
    notifier: SlackNotifier, slack: Slack, error: str, final: bool, hint: str
):
    slack.error = error
    with pytest.raises(NotifyError) as caught:
        notifier.say(SAMPLES["opened"], "")
    assert (caught.value.final, caught.value.message) == (final, f"Slack answered {error}")
    assert hint in caught.value.hint


def test_a_revoked_token_and_a_channel_that_is_not_there_are_told(room: Room, slack: Slack):
    address = room.serve(slack, "/api")
    for channel, token in (("#deploys", "xoxb-old"), ("#nowhere", "xoxb-of-the-test")):
        notifier = made("slack", channel=channel, token=room.secret(token), endpoint=address)
        with pytest.raises(NotifyError) as caught:
            notifier.say(SAMPLES["opened"], "")
        assert caught.value.final


def test_a_word_of_an_error_that_is_no_word_is_not_repeated(notifier: SlackNotifier, slack: Slack):
    slack.error = "<xoxb-secret>"
    with pytest.raises(NotifyError, match="Slack answered with an error"):
        notifier.say(SAMPLES["opened"], "")


# ---------------------------------------------------------------- what it looks like


def held(payload: dict[str, object]) -> None:
    """Against the limits that Slack documents, and Slack's own models."""
    blocks = payload["blocks"]
    assert isinstance(blocks, list) and 0 < len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) <= 13_000
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None, block["type"]
        parsed.validate_json()
        if isinstance(parsed, HeaderBlock):
            assert len(block["text"]["text"]) <= 150
    assert not any(text == "" for text in texts(blocks))


def texts(part: object) -> list[str]:
    """Every text that is shown."""
    if isinstance(part, list):
        return [text for one in part for text in texts(one)]
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [text for key, one in part.items() if key != "style" for text in texts(one)]
    return []


@pytest.mark.parametrize("message", SAMPLES.values(), ids=SAMPLES)
def test_it_keeps_to_the_limits(notifier: SlackNotifier, message: Message):
    held(notifier.preview(message))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_of_others_is_markup(notifier: SlackNotifier, text: str):
    payload = notifier.preview(hostile(text))
    held(payload)
    assert "<" not in str(payload["text"]) and ">" not in str(payload["text"])
    assert "mrkdwn" not in json.dumps(payload)
    assert all(one.replace("\n", "").isprintable() for one in texts(payload["blocks"]))


@pytest.mark.parametrize("targets", [10, 60, 400])
def test_a_large_message_is_cut_until_it_fits(notifier: SlackNotifier, targets: int):
    payload = notifier.preview(large(targets))
    held(payload)
    shown = "".join(texts(payload["blocks"]))
    assert f"{targets} targets wait for a deploy" in shown and "service-000/production" in shown


def test_changes_and_commits_lead_to_their_pages(notifier: SlackNotifier):
    shown = json.dumps(notifier.preview(SAMPLES["escalated"]))
    for page in ("/pull/9", "/commit/6f2c25f5d", "/commit/e8b017d7e", "/compare/e8b017d"):
        assert f"https://github.com/acme/shop{page}" in shown


def test_there_are_buttons_where_a_server_is_known_and_something_can_be_done(notifier: SlackNotifier):
    import dataclasses

    served = dataclasses.replace(notifier, server="https://unshipped.example.com/")

    def buttons(message: Message, of: SlackNotifier = served) -> dict[str, str]:
        rows = [one for one in of.preview(message)["blocks"] if one["type"] == "actions"]
        return {one["text"]["text"]: one["url"] for row in rows for one in row["elements"]}

    place = "https://unshipped.example.com/incidents/drift%3Aworker%2Fproduction%3A20260205T162700Z"
    assert buttons(SAMPLES["opened"]) == {
        "Acknowledge": f"{place}?act=acknowledge",
        "Silence": f"{place}?act=silence",
        "Deploy": "https://unshipped.example.com/targets/worker/production?act=deploy",
    }
    assert set(buttons(SAMPLES["grouped"])) == {"Acknowledge", "Silence"}
    assert buttons(SAMPLES["resolved"]) == {}
    assert buttons(SAMPLES["opened"], notifier) == {}
    held(served.preview(SAMPLES["opened"]))


def test_authors_are_mentioned_once_and_only_where_somebody_said_who_they_are(room: Room, slack: Slack):
    token = room.secret("xoxb-of-the-test")
    notifier = made(
        "slack", channel="#deploys", token=token, endpoint=room.serve(slack, "/api"), people=PEOPLE
    )
    notifier.say(SAMPLES["escalated"], notifier.say(SAMPLES["opened"], ""))
    root, update, reply = (json.dumps(sent) for _, sent in slack.calls)
    assert root.count("U024BE7LH") == 1 and "U0G9QF9C6" not in root and "CLEO" not in root
    assert update.count("U0G9QF9C6") == reply.count("U0G9QF9C6") == 1
    slack.calls.clear()
    notifier.say(SAMPLES["resolved"], "")
    assert "U024BE7LH" not in json.dumps(slack.calls)


def test_a_name_is_no_id_of_a_user():
    with pytest.raises(ValueError, match="Ben is called there by the id of a user"):
        made("slack", channel="#deploys", token={"env": "T"}, people={"Ben": "@ben"})


def test_slack_s_own_client_sends_the_same(notifier: SlackNotifier, slack: Slack, room: Room):
    notifier.say(SAMPLES["opened"], "")
    ours = slack.calls[-1][1]
    client = WebClient("xoxb-of-the-test", base_url=room.serve(slack, "/api/"))
    answer = client.chat_postMessage(**ours)
    theirs = slack.calls[-1][1]
    assert answer["ok"] and theirs == ours
