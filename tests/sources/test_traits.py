"""What a kind of source says of itself is understood, and no kind that has something to say forgets it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.support.traits import said
from unshipped import sources
from unshipped.cache import Cache
from unshipped.config import load
from unshipped.config.options import docstrings
from unshipped.sources import KINDS, kind
from unshipped.sources.bare import BareCommit
from unshipped.sources.plain.static import StaticSource
from unshipped.wiring import Fleet

TRAITS = {"relative": str, "written": bool, "at_once": bool, "wished": bool}
A_PLACE = re.compile(r"\b(file|folder|directory|path)\b", re.IGNORECASE)
ELSEWHERE = re.compile(r"from where the check runs|certificate authorities|relative to the unit|`GROUP/NAME`")
"""What the settings say that are paths, and none that are relative to the configuration file."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody noted."""

    relative: ClassVar[str] = "note"

    note: str
    """The file."""


def settings(of: type[Any]) -> dict[str, Any]:
    return {field.name: field.type for field in dataclasses.fields(of)}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_says_nothing_of_itself_that_nobody_reads(name: str):
    found = kind(name)
    assert {one: type(getattr(found, one)) for one in said(found)}.items() <= TRAITS.items()


@pytest.mark.parametrize("name", KINDS)
def test_a_setting_that_is_a_path_of_this_machine_is_relative_to_the_configuration(name: str):
    found: Any = kind(name)
    places = {
        setting
        for setting, text in docstrings(found).items()
        if settings(found).get(setting) == "str" and A_PLACE.search(text) and not ELSEWHERE.search(text)
    }
    assert places == ({found.relative} if hasattr(found, "relative") else set())


def test_a_bare_commit_says_of_itself_what_the_kind_says_that_it_stands_for():
    bare, static = BareCommit("abcdef0"), StaticSource(commit="abcdef0")
    assert [getattr(bare, one, None) for one in TRAITS] == [getattr(static, one, None) for one in TRAITS]


@pytest.mark.parametrize("name", ["static", "ref", "file"])
def test_what_was_written_down_says_so(name: str):
    assert kind(name).written  # type: ignore[attr-defined]


def test_a_path_is_placed_for_a_kind_that_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setitem(KINDS, "note", f"{__name__}:Note")
    text = "services: {api: {paths: [a], deployed: {source: note, note: live}}}"
    config = load(text, "unshipped.yaml", sources.every())
    fleet = Fleet(config, str(tmp_path / "unshipped.yaml"), None, Cache(None))
    [target] = config.targets
    made: object = fleet.source(target, target.origins[0], target.origins[0].sources[0])
    assert made == Note(note=str(tmp_path / "live"))
