"""Why a path counts."""

from __future__ import annotations

import pytest

from unshipped.core.closures.evidence import Why, why
from unshipped.core.model import Closure

CLOSURE = Closure(("api", "shared/**/*.py", "api/src"), ignore=("**/*.md", "api/docs"))
LED = {"vendor/lib": "api/lib", "current": "current/api"}

CASES = [
    # path, pattern, link, ignored by, counts
    ("api/app.py", "api", "", "", True),
    ("api", "api", "", "", True),
    ("api/src/x.py", "api", "", "", True),  # the first pattern that fits
    ("shared/deep/x.py", "shared/**/*.py", "", "", True),
    ("shared/x.txt", "", "", "", False),
    ("apis/app.py", "", "", "", False),
    ("api/README.md", "api", "", "**/*.md", False),
    ("api/docs/x.py", "api", "", "api/docs", False),
    ("web/README.md", "", "", "**/*.md", False),
    ("vendor/lib/x.py", "api", "api/lib", "", True),  # by way of a link that `api` holds
    ("vendor/lib/x.md", "api", "api/lib", "**/*.md", False),
    ("current", "current/api", "current/api", "", True),  # a link on the way of a pattern
]


@pytest.mark.parametrize(("path", "pattern", "link", "ignored_by", "counts"), CASES)
def test_a_path_counts_by_a_pattern_or_by_a_link(
    path: str, pattern: str, link: str, ignored_by: str, counts: bool
) -> None:
    found = why(CLOSURE, path, LED)
    assert found == Why(path, pattern, link, ignored_by)
    assert found.counts is counts


def test_the_whole_tree_is_named_by_a_dot() -> None:
    assert why(Closure(("",)), "any/path", {}) == Why("any/path", ".")
