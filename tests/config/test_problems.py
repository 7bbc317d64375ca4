"""What a person reads about a wrong file, compared whole: `problems.txt` has every case and its answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.doubles import config, problems
from unshipped.errors import ConfigError, ConfigProblem

PAGES = Path(__file__).with_name("problems.txt").read_text(encoding="utf-8").split("=== ")[1:]
CASES = {page.partition("\n")[0]: page.partition("\n")[2].rstrip("\n").split("\n>>>\n") for page in PAGES}


@pytest.mark.parametrize(("text", "said"), CASES.values(), ids=CASES)
def test_every_problem_of_a_file_is_said_in_plain_words(text: str, said: str) -> None:
    assert problems(text) == said


def test_no_two_cases_have_one_name() -> None:
    assert len(CASES) == len(PAGES)


def test_nothing_is_said_in_the_words_of_the_library() -> None:
    said = "\n".join(answer for _, answer in CASES.values()).lower()
    jargon = ("input should", "should be a valid", "pydantic", "type=", "dict", "tuple", "validation")
    assert [word for word in jargon if word in said] == []


def test_a_literal_secret_is_never_repeated() -> None:
    assert "hunter2" in CASES["sources"][0] and "hunter2" not in CASES["sources"][1]


def test_a_problem_has_its_parts() -> None:
    with pytest.raises(ConfigError) as caught:
        config("services:\n  api: {paths: [api], deployed: abcdef0, retired: 7}\n")
    message = "`true` or `false` is expected, not `7`"
    assert caught.value.problems == [ConfigProblem("unshipped.yaml", 2, 51, "services.api.retired", message)]


UNREADABLE = {
    "an empty file": (b"", "1:1: the file is empty; declare at least `services:`"),
    "no utf-8": (b"a: \xc3\xa9\nb: t\xe9\n", "2:5: the file is not UTF-8: byte 0xe9 here is no character"),
    "utf-16": ("a: 1".encode("utf-16"), "1:1: the file is UTF-16; save it as UTF-8"),
    "a byte order mark": (
        b"\xef\xbb\xbfservices: {}",
        "1:1: the file begins with a byte order mark; save it as UTF-8 without",
    ),
    "a control character": (
        "services:\r\n  a\x00b: {}",
        "2:4: the file holds the character U+0000, which YAML does not allow",
    ),
    "half a character": ("a: \ud800", "1:4: the file holds the character U+D800, which YAML does not allow"),
    "five megabytes": (
        "services: {}\n" + "# padding\n" * 500_000,
        "1:1: the file has more than 4,194,304 bytes: that is no configuration",
    ),
    "a hundred thousand brackets": (
        "services: " + "[" * 100_000,
        "1:50: services[0][0][0][0][0][0][0][0][0]…: nested more than 40 deep",
    ),
    "a hundred thousand braces": ("{a: " * 100_000, "1:161: a.a.a.a.a.a.a.a.a.a…: nested more than 40 deep"),
    "sixty blocks": (
        "".join(" " * depth + "a:\n" for depth in range(60)),
        "41:41: a.a.a.a.a.a.a.a.a.a…: nested more than 40 deep",
    ),
}


@pytest.mark.parametrize(("text", "said"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_file_has_one_clear_problem(text: str | bytes, said: str) -> None:
    assert problems(text) == f"unshipped.yaml:{said}"


def test_a_bomb_of_aliases_does_not_go_off() -> None:
    layers = ["x-0: &l0 [" + "1, " * 10 + "]"]
    layers += [f"x-{n}: &l{n} [{f'*l{n - 1}, ' * 10}]" for n in range(1, 12)]
    said = problems("\n".join([*layers, "services: {}"]))
    assert said == "unshipped.yaml:6:31: x-5[4]: more than 500,000 values once its aliases are written out"


def test_a_bomb_of_merges_does_not_go_off() -> None:
    layers = ["x-0: &l0 {" + ", ".join(f"k{n}: 1" for n in range(10)) + "}"]
    layers += [f"x-{n}: &l{n} {{a: *l{n - 1}, <<: [{f'*l{n - 1}, ' * 10}]}}" for n in range(1, 12)]
    assert "more than 500,000 values" in problems("\n".join([*layers, "services: {}"]))


def test_of_very_many_names_some_are_said() -> None:
    services = "".join(f"  s{at:04}: {{paths: [a], deployed: abcdef0}}\n" for at in range(1000))
    said = problems(f"gates: {{night: {{services: [zzz]}}}}\nservices:\n{services}")
    assert said.startswith(
        "unshipped.yaml:1:28: gates.night.services[0]: unknown service `zzz`; declared: `s0000`"
    )
    assert said.endswith("`s0039` and 960 more") and "\n" not in said
