"""What is read without argparse is what argparse reads; argparse itself is the oracle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unshipped.cli.commands import COMMANDS, grammar_of
from unshipped.cli.parser import Parser
from unshipped.cli.plain import read
from unshipped.errors import UsageError

VALUES = [
    "api",
    "web",
    "text",
    "json",
    "list",
    "test",
    "2",
    "2h",
    "2026-02-05T16:37:00Z",
    "a b",
    ".",
    "-",
    "",
]
ODD = ["--", "-h", "-1", "-x y", "--f", "-eprod", "-e=prod", "--repo=", "--no-such", "--fetch=yes", "@file"]


GRAMMARS = {name: grammar_of(name) for name in COMMANDS}


def asked_of_argparse(name: str, words: list[str]) -> dict[str, object] | None:
    """What argparse makes of the words; None where it refuses them, or prints the help."""
    try:
        return vars(Parser(GRAMMARS[name]).read(words))
    except (UsageError, SystemExit):
        return None


@st.composite
def command_lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A command with words that it may understand, and some that it does not."""
    name = draw(st.sampled_from(list(COMMANDS)))
    options = [one for one in GRAMMARS[name].arguments if one.is_option]
    words: list[str] = []
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["option", "option", "option", "loose", "odd"]))
        if kind != "option" or not options:
            words.append(draw(st.sampled_from(ODD if kind == "odd" else VALUES)))
            continue
        one = draw(st.sampled_from(options))
        option, value = (
            draw(st.sampled_from(one.names)),
            draw(st.sampled_from([*VALUES, "-1", *one.settings.get("choices", ())])),
        )
        takes = one.settings.get("action") != "store_true"
        glued = option.startswith("--") and draw(st.booleans())
        words += ([f"{option}={value}"] if glued else [option, value]) if takes else [option]
    return name, words


@given(command_lines())
def test_what_is_read_plainly_is_what_argparse_reads(asked: tuple[str, list[str]]) -> None:
    name, words = asked
    plainly = read(GRAMMARS[name].arguments, words)
    if plainly is not None:
        assert vars(plainly) == asked_of_argparse(name, words)


@pytest.mark.parametrize(
    "line",
    [
        "check",
        "check api web --fail-on critical",
        "check --repo=. -e production -e staging --format json --max-changes=3 --now 2026-02-05T16:37:00Z",
        "status --fetch api",
        "explain api --path shared/log.py",
        "affected HEAD~3",
        "affected main HEAD --format=github-matrix",
        "where 1f5b92b5",
        "gate api worker --mode enforce",
        "hold api --reason frozen --for 2d",
        "record api -e production --commit 1f5b92b5",
        "validate other.yaml",
        "report --since 2026-W06",
        "db backup copy.db",
    ],
)
def test_what_people_type_is_plain(line: str) -> None:
    name, *words = line.split()
    plainly = read(GRAMMARS[name].arguments, words)
    assert plainly is not None
    assert vars(plainly) == asked_of_argparse(name, words)


@pytest.mark.parametrize(
    "line",
    [
        "check --help",
        "check --no-such",
        "check --fail-on loud",
        "check --max-changes many",
        "check --format",
        "check --repo --fetch",
        "check -e=production",
        "check -- api",
        "affected",
        "affected a b c",
        "record api --commit 1f5b92b5",
        "hook install --team",
        "ack",
        "db polish",
    ],
)
def test_what_needs_a_word_of_argparse_is_left_to_it(line: str) -> None:
    name, *words = line.split()
    assert read(GRAMMARS[name].arguments, words) is None


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_declares_what_plain_reading_does_not_know(name: str) -> None:
    known = {"action", "choices", "default", "dest", "help", "metavar", "nargs", "required", "type"}
    for one in GRAMMARS[name].arguments:
        assert set(one.settings) <= known | ({"const"} if one.dest == "team" else set()), one.names
        assert one.settings.get("action", "append") in ("append", "store_true"), one.names
        assert one.settings.get("nargs", "?") in ("?", "*", "+"), one.names
