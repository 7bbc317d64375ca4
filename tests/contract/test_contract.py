"""The suite for packages that bring a source of their own finds what is wrong with one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pytest

from tests.contract.benches import BENCHES, Bench, Room
from tests.sources.served import serving, silent
from unshipped.core.model import Code, Reading, Revision, Target
from unshipped.errors import SourceError
from unshipped.ports import Look
from unshipped.sources.contract import breaches
from unshipped.sources.kit import revision
from unshipped.sources.plain.http import HttpSource


@pytest.mark.parametrize(
    "bench",
    [bench for bench in BENCHES if bench.name in ("http", "cloud-run", "github")],
    ids=lambda bench: bench.name,
)
def test_sources_of_the_house_keep_it(bench: Bench, tmp_path, monkeypatch):
    room = Room(tmp_path, monkeypatch)
    with room.stack, serving(silent) as nobody:
        mute = HttpSource(url=nobody.url(), timeout=0.4)
        assert breaches(lambda text: bench.make(room, text), silent=mute) == []


def quoting(text: str) -> Revision:
    raise SourceError(Code.BAD_REVISION, f"what is {text}?")


def crashing(text: str) -> Revision:
    raise KeyError(text)


def late(text: str) -> Revision:
    time.sleep(1.3)
    raise SourceError(Code.SOURCE_TIMEOUT, "late")


WAYS: dict[str, Callable[[str], Revision]] = {
    "good": lambda text: revision(text, "it"),
    "trusting": Revision,
    "deaf": lambda text: Revision("v1"),
    "blind to dirt": lambda text: revision(text.removesuffix("-dirty"), "it"),
    "quoting": quoting,
    "crashing": crashing,
    "late": late,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flawed:
    """Makes a revision of a text in one of the ways."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    way: str
    """Which way."""

    text: str = ""
    """What it reads."""

    timeout: float = 0.2
    """Seconds."""

    def read(self, target: Target, look: Look) -> Reading:
        return Reading((WAYS[self.way](self.text),))


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("trusting", "'' is to raise SourceError"),
        ("trusting", "'@{-1}' is to raise SourceError"),
        ("deaf", "'eb7ce85' is a revision, and was read as [('v1', False)]"),
        ("blind to dirt", "-dirty' is a revision, and was read as"),
        ("quoting", "an error repeats what was read"),
        ("quoting", "the message about 'x\\x1b[31mred' is not one short line"),
        ("quoting", "'' is no-revision, and was called bad-revision"),
        ("crashing", "'two words' is to raise SourceError, and gave KeyError"),
    ],
)
def test_what_is_broken_is_told(way: str, told: str):
    assert told in "\n".join(breaches(lambda text: Flawed(way=way, text=text)))


def test_one_that_waits_for_longer_than_it_says_is_told():
    found = breaches(lambda text: Flawed(way="good", text=text), silent=Flawed(way="late"))
    assert found == ["silence was waited for longer than its timeout of 0.2 s"]


def test_settings_that_are_not_described_are_told():
    @dataclass
    class Loose:
        text: str

        def read(self, target: Target, look: Look) -> Reading:
            return Reading((revision(self.text, "it"),))

    assert breaches(Loose) == [
        "it is no frozen dataclass with slots",
        "a setting can be given without its name",
        "the class has no docstring",
        "a setting that it does not know is not refused: set `extra` to `forbid`",
        "setting text is not described below itself",
    ]
