"""Which commit the tag of an image is."""

from __future__ import annotations

import pytest

from unshipped.sources.shared.hearing import Part, of_image

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
