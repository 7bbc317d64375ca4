"""Which commit the tag of an image is, and under which names one is looked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from unshipped.core.model import Revision
from unshipped.sources.shared.hearing import LABELS, VARIABLES, Part, of_image, of_labels, of_variables

A = "a1" * 20


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("shop/api:a1b2c3d", [("a1b2c3d", False)]),
        (f"registry.example:5000/shop/api:{A}", [(A, False)]),
        ("shop/api:sha-a1b2c3d@sha256:" + "0" * 64, [("a1b2c3d", False)]),
        ("shop/api:v1.2.3-4-ga1b2c3d", [("a1b2c3d", False)]),
        ("shop/api:main-a1b2c3d-1614001423", [("a1b2c3d", False)]),
        ("shop/api:a1b2c3d-20260205", [("a1b2c3d", False)]),
        ("shop/api:a1b2c3d-dirty", [("a1b2c3d", True)]),
        ("shop/api:v1.2.3-4-ga1b2c3d-dirty", [("a1b2c3d", True)]),
        ("shop/api:20260205", []),
        ("shop/api:20260205-1614001423", []),
        ("shop/api:v1.2.3-dirty", []),
        ("registry.example:5000/shop/api", []),
        ("shop/api@sha256:" + "0" * 64, []),
        (f"sha256:{A}{A[:24]}", []),
    ],
)
def test_a_tag_is_the_commit_with_which_it_ends(image: str, said: list[tuple[str, bool]]):
    """As git, Skaffold and Flux write it. What `docker run $(docker build -q .)` starts has none."""
    assert [(one.text, one.dirty) for one in of_image(Part("api"), image)] == said


def test_the_names_that_are_looked_for_are_those_of_the_page():
    page = (Path(__file__).parents[2] / "docs/concepts/sources.md").read_text("utf-8")
    said = dict(re.findall(r"^\| (labels, annotations, tags|variables) \| (.*) \|$", page, re.MULTILINE))
    assert {where: tuple(re.findall(r"`(.+?)`", names)) for where, names in said.items()} == {
        "labels, annotations, tags": LABELS,
        "variables": VARIABLES,
    }


@pytest.mark.parametrize("of", [of_labels, of_variables])
def test_under_a_usual_name_only_what_looks_like_a_commit_is_a_word(of: Callable[..., Iterator[Revision]]):
    """`revision: 7` of a chart, `REVISION=blue`: whoever set it meant something else."""
    for name in LABELS if of is of_labels else VARIABLES:
        for value, said in (
            (f" {A}", [A]),
            ("A1B2C3D-dirty", ["A1B2C3D"]),
            ("1.2.3", []),
            ("7", []),
            ("", []),
        ):
            assert [one.text for one in of(Part("api"), {name: value})] == said
            assert [one.text for one in of(Part("api"), {name: value}, ("own",))] == []
            own = [one.text for one in of(Part("api"), {name: A, "own": value}, ("own",))]
            assert own == (said or [value] * bool(value))
