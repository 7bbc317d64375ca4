"""Teams and Discord: what their documentation says of a message, and of one that is changed."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler

import pytest

from tests.notifiers.benches import Room, made
from tests.notifiers.doubles import Heard, saying
from tests.notifiers.hostile import SAMPLES, TEXTS, hostile, large
from tests.sources.served import body
from unshipped.core.messages import Message
from unshipped.errors import NotifyError
from unshipped.notifiers._discord import escaped
from unshipped.notifiers.discord import DiscordNotifier
from unshipped.notifiers.teams import TeamsNotifier

EVERY = [*SAMPLES.values(), *map(hostile, TEXTS.values()), large(400)]


# ---------------------------------------------------------------- Teams


def card(message: Message, **settings: object) -> dict[str, object]:
    notifier = TeamsNotifier(url={"env": "T"}, **settings)  # type: ignore[arg-type]
    payload = notifier.preview(message)
    assert payload["type"] == "message"
    (attached,) = payload["attachments"]
    assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
    content: dict[str, object] = attached["content"]
    return content


@pytest.mark.parametrize("message", EVERY)
def test_a_card_has_nothing_that_is_read_as_markup(message: Message):
    found = card(message)
    assert (found["type"], found["version"]) == ("AdaptiveCard", "1.4")
    elements = found["body"]
    assert isinstance(elements, list)
    assert {one["type"] for one in elements} == {"RichTextBlock"}
    runs = [run for one in elements for run in one["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"} and all(run["text"] for run in runs)


def test_a_card_leads_to_pages_and_buttons():
    shown = json.dumps(card(SAMPLES["opened"], server="https://unshipped.example.com"))
    assert "https://github.com/acme/shop/pull/9" in shown
    assert "https://unshipped.example.com/incidents/" in shown


def test_a_card_mentions_people_as_teams_says():
    found = card(SAMPLES["opened"], people={"Ben": "ben@shop.example"})
    person = {"id": "ben@shop.example", "name": "ben@shop.example"}
    entity = {"type": "mention", "text": "<at>ben@shop.example</at>", "mentioned": person}
    assert found["msteams"] == {"width": "Full", "entities": [entity]}
    assert found["body"][-1]["text"] == "<at>ben@shop.example</at>"  # type: ignore[index]


def test_teams_says_with_200_that_it_failed(room: Room):
    answer = body(
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"
    )
    notifier = made("teams", url=room.secret(room.serve(answer)))
    with pytest.raises(NotifyError, match="was not delivered") as caught:
        notifier.say(SAMPLES["opened"], "")
    assert not caught.value.final


@pytest.mark.parametrize("kind", ["teams", "slack-webhook"])
def test_where_nothing_can_be_changed_small_news_are_not_told(room: Room, kind: str):
    notifier = made(kind, url=room.secret("http://127.0.0.1:1/"))
    assert notifier.say(SAMPLES["opened"]._replace(loud=False), "") == ""


@pytest.mark.parametrize("answer", ['{"ok": false}', '{"success": false, "error": "no"}'])
def test_what_takes_the_same_as_slack_may_say_with_200_that_it_failed(room: Room, answer: str):
    notifier = made("slack-webhook", url=room.secret(room.serve(body(answer))))
    with pytest.raises(NotifyError, match="answered that it failed"):
        notifier.say(SAMPLES["opened"], "")


# ---------------------------------------------------------------- Discord


class Discord(Heard):
    """A webhook of a channel."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.messages: dict[str, object] = {}

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        method, path, _, sent = self.told[-1]
        if method == "PATCH":
            number = path.rpartition("/")[2].partition("?")[0]
            if not number.isdecimal():
                return saying({"message": "Invalid Form Body", "code": 50035}, 400)(handler)
            if number not in self.messages:
                return saying({"message": "Unknown Message", "code": 10008}, 404)(handler)
            self.messages[number] = sent
            return saying({"id": number})(handler)
        assert path.partition("?")[2] == "thread_id=7&wait=true"
        number = str(1100110011001100110 + len(self.messages))
        self.messages[number] = sent
        return saying({"id": number})(handler)


def discord(room: Room, double: Discord, **settings: object) -> DiscordNotifier:
    address = room.secret(room.serve(double, "/api/webhooks/1/secret?thread_id=7"))
    found = made("discord", url=address, **settings)
    assert isinstance(found, DiscordNotifier)
    return found


def test_a_message_is_changed_and_its_news_are_said_after_it(room: Room):
    double = Discord()
    notifier = discord(room, double)
    reference = notifier.say(SAMPLES["opened"], "")
    assert notifier.say(SAMPLES["escalated"], reference) == reference
    assert notifier.say(SAMPLES["escalated"]._replace(loud=False), reference) == reference
    assert [method for method, *_ in double.told] == ["POST", "PATCH", "POST", "PATCH"]
    first, second = double.messages.values()
    assert "critical" in json.dumps(first) and "became worse" in json.dumps(second)


def test_a_message_that_was_deleted_is_posted_anew_there(room: Room):
    double = Discord()
    notifier = discord(room, double)
    reference = notifier.say(SAMPLES["opened"], "")
    double.messages.clear()
    assert notifier.say(SAMPLES["escalated"], reference) in double.messages
    assert len(double.messages) == 1


def test_a_conversation_that_began_in_another_chat_goes_on_in_discord(room: Room):
    double = Discord()
    reference = discord(room, double).say(SAMPLES["escalated"], "C01DEPLOYS:1770309420.000001")
    assert list(double.messages) == [reference]


@pytest.mark.parametrize("message", EVERY)
def test_it_keeps_to_what_discord_takes(message: Message):
    payload = DiscordNotifier(url={"env": "T"}).preview(message)
    (embed,) = payload["embeds"]
    assert len(embed["title"]) <= 256 and 0 < len(embed["description"]) <= 4096
    assert len(embed["title"]) + len(embed["description"]) + len(embed["footer"]["text"]) <= 6000
    assert payload["allowed_mentions"] == {"parse": [], "users": []}


def test_only_those_are_mentioned_whom_somebody_named():
    payload = DiscordNotifier(url={"env": "T"}, people={"Ben": "80351110224678912"}).preview(
        SAMPLES["opened"]
    )
    assert payload["content"] == "<@80351110224678912>"
    assert payload["allowed_mentions"]["users"] == ["80351110224678912"]


def test_markup_of_discord_is_text():
    assert escaped("**a** [b](http://c) @everyone <@1> :x:") == (
        "\\*\\*a\\*\\* \\[b\\]\\(http\\:/\u200b/c\\) @\u200beveryone \\<@\u200b1\\> \\:x\\:"
    )
