"""What is printed, to the letter."""

from __future__ import annotations

import sys

import pytest

from tests.notifiers.hostile import SAMPLES
from unshipped.errors import NotifyError
from unshipped.notifiers.console import ConsoleNotifier

ESCALATED = """\
critical: worker in production: 3 changes behind for 20 h

It became worse.

  why         waiting 20 h (critical past 12 h)
  runs        e8b017d7e  https://github.com/acme/shop/commit/e8b017d7e80aa80cf7fb48eb6c18fe87da22496f
"""


def test_it_prints_all_of_it(capsys: pytest.CaptureFixture[str]):
    assert ConsoleNotifier().say(SAMPLES["escalated"], "") == ""
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(ESCALATED)
    assert printed.err.endswith("next        unshipped explain worker -e production\n\n")


def test_it_prints_to_standard_output_where_that_is_said(capsys: pytest.CaptureFixture[str]):
    ConsoleNotifier(stream="stdout").say(SAMPLES["opened"], "")
    assert "2 changes behind" in capsys.readouterr().out


def test_a_stream_that_is_closed_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(NotifyError, match="stderr cannot be written"):
        ConsoleNotifier().say(SAMPLES["opened"], "")
