"""What an unquoted word means: the table of YAML 1.2.2, 10.3.2, and nothing of YAML 1.1."""

from __future__ import annotations

from math import inf, isnan

import pytest

from unshipped.config.scalars import Scalar, natural, plain, raw, resolve

MEANT: list[tuple[str, bool | float | None]] = [
    *[(word, None) for word in ("null", "Null", "NULL", "~", "")],
    *[(word, True) for word in ("true", "True", "TRUE")],
    *[(word, False) for word in ("false", "False", "FALSE")],
    *[("0", 0), ("-19", -19), ("+7", 7), ("0123", 123), ("0o14", 12), ("0x3A", 58), ("0xaf", 175)],
    *[("9" * 40, 10**40 - 1), ("0o" + "7" * 40, 8**40 - 1), ("0x" + "f" * 40, 16**40 - 1)],
    *[("0.", 0.0), ("-0.5", -0.5), (".5", 0.5), ("+12e03", 12000.0), ("-2E+05", -200000.0), ("1.5e-1", 0.15)],
    *[("." + "0" * 39 + "1", 1e-40), ("1" + "0" * 39 + "." + "0" * 40, 1e39), ("1e" + "0" * 39 + "5", 1e5)],
    *[(".inf", inf), ("-.Inf", -inf), ("+.INF", inf)],
]
LONG = ["9" * 41, "0o" + "7" * 41, "0x" + "f" * 41, "." + "0" * 41, "0." + "0" * 41, "1e" + "0" * 41]
TEXT = [
    "yes",
    "No",
    "on",
    "y",
    "tRUE",
    "nULL",
    "0o8",
    "0x",
    "-0x1",
    "+0o7",
    "1_000",
    "1:30",
    "2026-02-05",
    ".",
]
TEXT += ["-", "1e", "e5", "+.nan", ".Nan", ".iNF", "inf", "nan", "9" * 41, "0.0.0", "0b1", " 1", "a1", "é"]


@pytest.mark.parametrize(("word", "value"), MEANT)
def test_a_word_means_what_the_table_says_and_stays_as_it_was_written(
    word: str, value: bool | float | None
) -> None:
    found = resolve(word)
    if value is None:
        assert found is None
    else:
        assert isinstance(found, Scalar) and type(found.value) is type(value)
        assert found.value == value and raw(found) == word and natural(found) == found.value
        assert plain({"a": [found, {"b": found}], "c": word}) == {
            "a": [found.value, {"b": found.value}],
            "c": word,
        }


@pytest.mark.parametrize("word", [".nan", ".NaN", ".NAN"])
def test_a_word_may_say_that_it_is_no_number(word: str) -> None:
    found = resolve(word)
    assert isinstance(found, Scalar) and isinstance(found.value, float) and isnan(found.value)


@pytest.mark.parametrize("word", [*TEXT, *LONG])
def test_all_else_is_text(word: str) -> None:
    assert resolve(word) == raw(word) == natural(word) == word
