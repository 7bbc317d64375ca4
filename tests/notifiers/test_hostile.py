"""No text of others is anything but text, and nothing is too large, at any receiver."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.notifiers.hostile import SAMPLES, TEXTS, hostile, large
from unshipped.core.messages import Message
from unshipped.notifiers import KINDS, kind

SIZES: dict[str, int] = {
    "slack": 13_000,
    "slack-webhook": 13_000,
    "email": 400_000,
    "webhook": 1_000_000,
    "console": 400_000,
    "teams": 28_000,
    "discord": 6_000,
    "pagerduty": 512_000,
    "opsgenie": 20_000,
    "github-issue": 65_536,
    "apprise": 10_000,
    "github-deployment": 65_536,
}
"""How many characters a receiver takes at most, of the whole of it as JSON."""
TALKING = [name for name in KINDS if name != "github-deployment"]  # which is told of rollouts alone


def preview(name: str, message: Message) -> Any:
    made: Any = kind(name)
    return made(**made.EXAMPLE).preview(message)


def texts(part: object) -> list[str]:
    """Every text of a payload, wherever it stands."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        return [text for one in part.values() for text in texts(one)]
    return [text for one in part for text in texts(one)] if isinstance(part, list) else []


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_sent_is_whole_and_can_be_printed(name: str, text: str):
    made = preview(name, hostile(text))
    assert json.loads(json.dumps(made)) == made
    json.dumps(made).encode("ascii")
    if name != "webhook":  # data for machines: they get what it was
        gaps = str.maketrans("", "", "\n\u200b" if name == "discord" else "\n")
        assert [one for one in texts(made) if not one.translate(gaps).isprintable()] == []
    assert len(json.dumps(made, ensure_ascii=False)) <= SIZES[name]


@pytest.mark.parametrize("name", TALKING)
@pytest.mark.parametrize("targets", [1, 11, 400, 10_000])
def test_a_large_message_fits(name: str, targets: int):
    made = preview(name, large(targets))
    assert len(json.dumps(made, ensure_ascii=False)) <= SIZES[name]
    assert f"{targets} targets wait for a deploy" in json.dumps(made)


@pytest.mark.parametrize("name", TALKING)
@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sort_of_message_says_what_it_is_about(name: str, sample: str):
    said = json.dumps(preview(name, SAMPLES[sample]), ensure_ascii=False)
    message = SAMPLES[sample]
    if (name, sample) != ("pagerduty", "resolved"):  # which takes no words for that
        assert message.title in said
    if not message.resolved:
        assert message.items[0].command in said


class Elements(HTMLParser):
    """Which elements and addresses an HTML text has."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src")}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_html_has_no_element_but_its_own(text: str):
    known = elements(SAMPLES["escalated"])
    found = elements(hostile(text))
    assert found.names <= known.names and found.attributes <= known.attributes
    assert all(one.startswith("https://github.com/acme/shop/") for one in found.addresses)


def elements(message: Message) -> Elements:
    found = Elements()
    found.feed(preview("email", message)["html"])
    return found


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_report_in_markdown_brings_no_html_and_no_picture(text: str):
    from unshipped.core.alerting import Topic

    body = f"# Week\n\n{text}\n\n| a |\n|---|\n"
    message = SAMPLES["opened"]._replace(topic=Topic.REPORT, items=(), body=body)
    found = Elements()
    found.feed(preview("email", message)["html"])
    assert not found.names & {"script", "img", "iframe", "style"}
    assert not [one for one in found.addresses if one.startswith("javascript")]
