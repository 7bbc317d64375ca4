"""Who asks, where nobody says it."""

from __future__ import annotations

import getpass

import pytest

from unshipped.cli.person import person as of_a_command
from unshipped.errors import UsageError
from unshipped.gate.questions import person


def test_it_is_who_the_environment_says_and_then_the_user_of_this_machine(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "ben")
    assert (person(), of_a_command("")) == ("ben", "ben")
    monkeypatch.setenv("UNSHIPPED_USER", "ana\x1b[2J")
    assert (person(), of_a_command("")) == ("ana [2J", "ana [2J")
    assert of_a_command(" carla ") == "carla"


def test_where_nothing_says_it_a_command_asks_and_a_program_is_nobody(monkeypatch):
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert person() == ""
    with pytest.raises(UsageError, match="who you are"):
        of_a_command("")
