"""What comes from outside is hostile in every format alike."""

from __future__ import annotations

import pytest

from tests.formats.reports import HOSTILE, hostile, style
from unshipped.cli.formats import FORMATS, writer

WRITTEN_BY_HAND = [form for form in FORMATS if form != "json"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("attack", HOSTILE)
def test_every_format_is_valid_utf_8(form, attack):
    assert writer(form)(hostile(HOSTILE[attack]), style(config="unshipped.yaml")).encode("utf-8")


@pytest.mark.parametrize("form", WRITTEN_BY_HAND)
@pytest.mark.parametrize("attack", HOSTILE)
def test_nothing_invisible_is_let_through(form, attack):
    written = writer(form)(hostile(HOSTILE[attack]), style(config="unshipped.yaml"))
    assert [char for char in written if not char.isprintable() and char != "\n"] == []


@pytest.mark.parametrize("form", WRITTEN_BY_HAND)
def test_a_control_character_is_made_visible_and_not_dropped(form):
    written = writer(form)(hostile(HOSTILE["control"]), style(300))
    assert "x00" in written and "x1b" in written


@pytest.mark.parametrize("form", WRITTEN_BY_HAND)
def test_a_byte_that_is_no_utf_8_is_made_visible(form):
    assert "xff" in writer(form)(hostile(HOSTILE["surrogate"]), style(300))
