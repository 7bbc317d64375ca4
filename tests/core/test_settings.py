"""What a target is set to, held against what was declared: one row a case, and what holds of all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unshipped.core.model import Code, Problem, Reading, Remark, Revision, Sign, Signal
from unshipped.core.settings import (
    IMAGE,
    LABEL,
    MAX_INSTANCES,
    MIN_INSTANCES,
    OBJECT,
    VARIABLE,
    Expectation,
    Settings,
    differences,
    of_object,
)

SECRET = "hunter2"
LIVE = Settings(
    "api-1",
    variables={"LEVEL": "info", "TOKEN": SECRET, "EMPTY": "", "KEPT": None},
    labels={"team": "shop"},
    image="registry.example/shop/api:1.2",
    min_instances=0,
    max_instances=10,
)
BLIND = Settings("api-1")
DIFFERS, UNKNOWN = Sign.SETTING_DIFFERS, Sign.SETTING_UNKNOWN

TABLE = [
    (Expectation(VARIABLE, "LEVEL", "info"), None, ""),
    (Expectation(VARIABLE, "LEVEL", "debug"), DIFFERS, "variable LEVEL is not what was declared"),
    (Expectation(VARIABLE, "TOKEN", "other"), DIFFERS, "variable TOKEN is not what was declared"),
    (Expectation(VARIABLE, "TOKEN"), None, ""),
    (Expectation(VARIABLE, "EMPTY", ""), None, ""),
    (Expectation(VARIABLE, "GONE"), DIFFERS, "variable GONE is missing"),
    (Expectation(VARIABLE, "GONE", ""), DIFFERS, "variable GONE is missing"),
    (Expectation(VARIABLE, "GONE", present=False), None, ""),
    (Expectation(VARIABLE, "KEPT"), None, ""),
    (
        Expectation(VARIABLE, "KEPT", "x"),
        UNKNOWN,
        "variable KEPT has a value that is kept elsewhere, which is not read",
    ),
    (Expectation(VARIABLE, "TOKEN", present=False), DIFFERS, "variable TOKEN is set, and must not be"),
    (Expectation(VARIABLE, "KEPT", present=False), DIFFERS, "variable KEPT is set, and must not be"),
    (Expectation(LABEL, "team", "shop"), None, ""),
    (Expectation(LABEL, "team", "web"), DIFFERS, "label team is shop, declared is web"),
    (Expectation(LABEL, "owner"), DIFFERS, "label owner is missing"),
    (Expectation(LABEL, "team", present=False), DIFFERS, "label team is set, and must not be"),
    (Expectation(MIN_INSTANCES, value="0"), None, ""),
    (Expectation(MIN_INSTANCES, value="1"), DIFFERS, "min_instances is 0, declared is 1"),
    (Expectation(MAX_INSTANCES, value="10"), None, ""),
    (Expectation(MAX_INSTANCES, value="3"), DIFFERS, "max_instances is 10, declared is 3"),
    (Expectation(IMAGE, value="registry.example/*"), None, ""),
    (Expectation(IMAGE, value="registry.example/shop/api:1.2"), None, ""),
    (
        Expectation(IMAGE, value="registry?example/*"),
        DIFFERS,
        "image is registry.example/shop/api:1.2, declared is registry?example/*",
    ),
]


@pytest.mark.parametrize(("expected", "sign", "said"), TABLE)
def test_every_setting_is_held_against_what_was_declared(
    expected: Expectation, sign: Sign | None, said: str
) -> None:
    found = differences([expected], [("cloud-run", [LIVE])])
    assert [(one.sign, one.message) for one in found] == ([(sign, f"api-1: {said}")] if sign else [])


@pytest.mark.parametrize("expected", [row[0] for row in TABLE], ids=str)
def test_what_a_source_cannot_see_is_never_fine(expected: Expectation) -> None:
    [found] = differences([expected], [("command", [BLIND])])
    what = f"{expected.kind} {expected.name}".strip()
    assert (found.sign, found.message) == (UNKNOWN, f"api-1: {what} cannot be read by source command")


def test_where_no_source_reads_settings_it_is_said_once() -> None:
    expected = [Expectation(VARIABLE, "A"), Expectation(VARIABLE, "B")]
    [found] = differences(expected, [("http", ()), ("ref", ())])
    assert found.sign is UNKNOWN
    assert found.message == "settings are declared, and what they are was not read by source http and ref"
    assert differences([], [("http", ())]) == ()


def test_one_source_that_reads_them_is_enough() -> None:
    assert differences([Expectation(VARIABLE, "LEVEL", "info")], [("http", ()), ("ecs", [LIVE])]) == ()


def test_a_missing_variable_may_come_from_what_is_not_read() -> None:
    settings = LIVE._replace(open=True)
    for expected in (Expectation(VARIABLE, "GONE"), Expectation(VARIABLE, "GONE", present=False)):
        [found] = differences([expected], [("kubernetes", [settings])])
        assert found.sign is UNKNOWN
    assert differences([Expectation(VARIABLE, "LEVEL", "info")], [("kubernetes", [settings])]) == ()


def test_parts_that_are_set_alike_are_told_in_one_line() -> None:
    parts = [LIVE._replace(part=f"api-{number}") for number in range(5)]
    found = differences(
        [Expectation(MIN_INSTANCES, value="1")], [("cloud-run", [*parts, LIVE._replace(min_instances=1)])]
    )
    assert [one.message for one in found] == [
        "api-0, api-1, api-2 and 2 more: min_instances is 0, declared is 1"
    ]


def test_foreign_text_is_escaped() -> None:
    hostile = LIVE._replace(part="a\x1b[31m", labels={"team": "\x1b[31m"})
    [found] = differences([Expectation(LABEL, "team", "shop")], [("cloud-run", [hostile])])
    assert found.message == "a\\x1b[31m: label team is \\x1b[31m, declared is shop"


def test_no_representation_shows_the_value_of_a_variable() -> None:
    reading = Reading((Revision("a" * 40),), settings=(LIVE,))
    assert SECRET not in f"{LIVE} {LIVE!r} {reading} {reading!r}"
    assert "api-1" in repr(reading)


names = st.text(max_size=5)
pairs = st.dictionaries(names, names, max_size=4)
numbers = st.integers(0, 100)
settings = st.builds(Settings, names, pairs, pairs, names, numbers, numbers)


def as_it_is(found: Settings) -> list[Expectation]:
    """What is to be declared so that this is right."""
    return [
        *(Expectation(VARIABLE, name, value) for name, value in (found.variables or {}).items()),
        *(Expectation(LABEL, name, value) for name, value in (found.labels or {}).items()),
        Expectation(MIN_INSTANCES, value=str(found.min_instances)),
        Expectation(MAX_INSTANCES, value=str(found.max_instances)),
        *([Expectation(IMAGE, value=found.image)] if found.image else []),
    ]


@given(settings, st.data())
def test_one_change_is_one_remark(found: Settings, data: st.DataObject) -> None:
    declared = as_it_is(found)
    assert differences(declared, [("cloud-run", [found])]) == ()
    at = data.draw(st.integers(0, len(declared) - 1))
    changed = declared[at]._replace(value=f"{declared[at].value}+")
    [remark] = differences([*declared[:at], changed, *declared[at + 1 :]], [("cloud-run", [found])])
    assert remark.sign is DIFFERS


@pytest.mark.parametrize(
    ("measure", "declared", "found", "message"),
    [
        ("etag", "a1", "a1", ""),
        ("etag", "a1", "a1b2", "object model is etag a1b2, declared is a1"),
        ("etag", "a1a1a1a", "a1a1a1a1", "object model is etag a1a1a1a1, declared is a1a1a1a"),
        ("commit", "a1a1a1a", "a1" * 20, ""),
        ("commit", "a1a1a1", "a1" * 20, f"object model is commit {'a1' * 20}, declared is a1a1a1"),
    ],
)
def test_an_object_is_the_declared_one_or_another(measure: str, declared: str, found: str, message: str):
    expected = Expectation(OBJECT, "model", declared, place="https://a.io/b", measure=measure)
    said = of_object(expected, Signal("object", (Revision(found),)))
    assert said == (Remark(DIFFERS, message) if message else None)


def test_an_object_that_cannot_be_read_is_told_with_the_reason():
    expected = Expectation(OBJECT, "model", "a1", place="https://a.io/b", measure="etag")
    said = of_object(expected, Signal("object", problem=Problem(Code.NOT_FOUND, "it answered 404")))
    assert said == Remark(UNKNOWN, "object model cannot be read: it answered 404")
