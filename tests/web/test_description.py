"""The description is the one that is published, and names everything."""

from __future__ import annotations

from pathlib import Path

from docs.generator.interface import description
from tests.web.described import _description

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"


def test_the_published_description_is_current():
    assert PUBLISHED.read_text(encoding="utf-8") == description()


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does():
    operations = [one for path in _description()["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert all(one["description"] for one in operations)
