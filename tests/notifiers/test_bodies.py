"""What is told of rollouts and bypasses in Markdown: titles and reasons of others are text there."""

from __future__ import annotations

from html import unescape

import pytest
from markdown_it import MarkdownIt

from tests.core.watched import at
from tests.notifiers.hostile import TEXTS
from tests.notifiers.test_hostile import Elements, preview, texts
from tests.support.stored import notices
from unshipped.app.bypass import give
from unshipped.core.alerting import Notice, Topic
from unshipped.core.messages import Message, compose
from unshipped.core.model import Change
from unshipped.core.rollout import End, Outcome, Plan
from unshipped.core.texts import telling
from unshipped.gate.values import Bypassing
from unshipped.notifiers._text import text
from unshipped.stores.memory import MemoryStore


def rollout(foreign: str) -> Message:
    ships = (Change("c" * 40, at(0), foreign, foreign),)
    plan = Plan(
        "1", "api", "production", "a" * 40, "b" * 40, "b" * 40, (), ships=ships, by=foreign, reason=foreign
    )
    body = telling.body(plan, Outcome(End.PROVEN, foreign))
    return compose(
        Notice("n", "chat", Topic.ROLLOUT, at(0), why="api was deployed", body=body), (), {}, at(0)
    )


def bypass(foreign: str) -> Message:
    store = MemoryStore()
    given = Bypassing(foreign or "hotfix", foreign or "Ana", 60)
    give(given, "", ["api"], store, at(0), identity=lambda: "b1", receivers=["chat"])
    [notice] = notices(store)
    return compose(notice, (), {}, notice.at)


def shown(name: str, message: Message) -> str:
    """The message as a receiver's own reading of Markdown makes HTML of it."""
    made = preview(name, message)
    if name == "email":
        return str(made["html"])
    if name == "github-issue":
        return str(MarkdownIt("gfm-like", {"linkify": False}).render(made["body"].partition("\n")[2]))
    if name == "discord":
        return str(MarkdownIt().render(made["embeds"][0]["description"]))
    [block] = [one for one in made["blocks"] if one["type"] == "markdown"]
    return str(MarkdownIt().render(unescape(block["text"])))


@pytest.mark.parametrize("name", ["slack", "slack-webhook", "discord", "github-issue", "email"])
@pytest.mark.parametrize("made", [rollout, bypass])
@pytest.mark.parametrize("foreign", [text for text in TEXTS.values() if len(text) < 1000])
def test_what_others_wrote_is_text_in_every_chat(name: str, made, foreign: str):
    known, found = Elements(), Elements()
    known.feed(shown(name, made("Ana")))
    found.feed(shown(name, made(foreign)))
    assert found.names <= known.names and found.addresses == known.addresses
    assert "@everyone" not in shown(name, made(foreign))


@pytest.mark.parametrize("made", [rollout, bypass])
def test_it_reads_as_it_was_written(made):
    foreign = "Keep `a*b` in [cents] <now> & _then_ (#9)"
    assert foreign in text(made(foreign))
    assert foreign in "\n".join(texts(preview("teams", made(foreign))))
    for name in ("slack", "discord", "github-issue", "email"):
        assert foreign in unescape(shown(name, made(foreign))).replace("\u200b", "")
