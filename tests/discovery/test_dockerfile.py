"""A Dockerfile as stages: variables, instructions, and text that means harm."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import some
from unshipped.discovery.images.dockerfile import Broken, Stage, parse
from unshipped.discovery.images.stages import Stages


def stages(text: str, **arguments: str) -> list[Stage]:
    found = parse(text, arguments)
    assert not isinstance(found, Broken), found
    return found


def source(text: str, **arguments: str) -> str:
    """The first source of the last COPY."""
    return [step for stage in stages(text, **arguments) for step in stage.steps if step.name == "COPY"][
        -1
    ].words[0]


VARIABLES = {
    "a default": ("FROM x\nARG A=api\nCOPY $A /", "api"),
    "no default": ("FROM x\nARG A\nCOPY $A /", "$A"),
    "a global one that is not asked for": ("ARG A=api\nFROM x\nCOPY $A /", "$A"),
    "a global one": ("ARG A=api\nFROM x\nARG A\nCOPY $A /", "api"),
    "ENV of a base stage": ("FROM x AS b\nENV A=api\nFROM b\nCOPY $A /", "api"),
    "ARG of a base stage": ("FROM x AS b\nARG A=api\nFROM b\nCOPY $A /", "$A"),
    "ENV that is not known any more": ("FROM x\nARG A=api\nENV A=$B\nCOPY $A /", "$A"),
    "ENV reads what was before it": ("FROM x\nENV A=api\nENV A=web B=$A\nCOPY $B /", "api"),
    "ENV and ARG that differ": ("FROM x\nENV A=api\nARG A=web\nCOPY $A /", "$A"),
    "a default in place": ("FROM x\nCOPY ${A:-api} /", "api"),
    "something if set": ("FROM x\nARG A=1\nCOPY ${A:+api} /", "api"),
    "quotes": ('FROM x\nARG A=api\nCOPY "${A}/b c" /', "api/b c"),
    "another escape": ("# escape=`\nFROM x\nCOPY `\n  api /", "api"),
    "every machine": ("FROM x\nARG TARGETARCH\nCOPY bin/$TARGETARCH /", "bin/*"),
    "replaced in a value": ("FROM x\nARG A=api\nCOPY ${A/a/b} /", "${A/a/b}"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VARIABLES.values(), ids=VARIABLES)
def test_variables_have_the_value_that_a_builder_gives_them(text: str, expected: str) -> None:
    assert source(text) == expected


def test_an_argument_of_the_build_decides_for_the_machine_too() -> None:
    assert source("FROM x\nARG TARGETARCH\nCOPY bin/$TARGETARCH /", TARGETARCH="arm64") == "bin/arm64"


def test_an_instruction_has_the_line_that_it_begins_in() -> None:
    text = "FROM x\n\n# why\nRUN a \\\n  b\nCOPY <<EOF /x\nCOPY no /no\nEOF\nCOPY api /\n"
    assert [(step.name, step.line) for step in stages(text)[0].steps] == [
        ("RUN", 4),
        ("COPY", 6),
        ("COPY", 9),
    ]


@pytest.mark.parametrize(
    "text", ["", "COPY a b", "FROM x\nCOPY a", "FROM a b c d", "FROM", "NO", "FROM x\n" * 400, "#" * 600_000]
)
def test_what_no_builder_takes_says_why(text: str) -> None:
    found = parse(text, {})
    assert isinstance(found, Broken)
    assert found.why


def test_a_name_that_is_used_twice_is_the_one_before() -> None:
    found = Stages(stages("FROM x AS a\nFROM a AS b\nFROM y AS a\nFROM a"))
    assert [found.bases(at) for at in range(4)] == [[], [0], [], [2]]


def test_a_base_that_is_not_known_may_be_any_stage_that_fits() -> None:
    found = Stages(stages("FROM x AS run-amd64\nFROM x AS run-arm64\nFROM x AS test\nFROM run-$TARGETARCH"))
    assert found.bases(3) == [0, 1]


def test_working_directories_follow_each_other() -> None:
    found = Stages(stages("FROM x AS a\nWORKDIR /srv\nWORKDIR app\nFROM a\nWORKDIR ../b\nFROM x\nWORKDIR $D"))
    assert [found.workdir(at) for at in range(3)] == ["srv/app", "srv/b", None]


HOSTILE = {
    "stages": "".join(f"FROM s{at} AS s{at + 1}\n" for at in range(20_000)),
    "replacing": "FROM x\nARG X=" + "a" * 4000 + "\nCOPY ${X/*a*a*a*a*a*b/} /",
    "nesting": "FROM x\nCOPY " + "${A:-" * 3000 + "}" * 3000 + " /",
    "growing": "FROM x\nENV A=aaaaaaaaaa\n" + "ENV A=$A$A$A$A$A$A$A$A\n" * 40 + "COPY $A /",
    "continuing": "FROM x\nRUN " + "a \\\n" * 50_000,
    "slashes": "FROM x\nRUN " + "\\ " * 100_000,
    "instructions": "FROM x\n" + "RUN x\n" * 60_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_that_means_harm_takes_no_time(text: str) -> None:
    began = process_time()
    parse(text, {})
    assert process_time() - began < 5


@settings(max_examples=some(200))
@given(st.text(alphabet="FROMASCOPYARGENV x=.$/{}[]\"'\\\n<-:", max_size=150))
def test_no_text_breaks_it(text: str) -> None:
    parse(f"FROM x\n{text}", {})
