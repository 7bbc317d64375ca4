"""What a title says about the pull request that brought it."""

from __future__ import annotations

import pytest

from unshipped.core.history.subjects import pull_request

TITLES = [
    ("Merge pull request #12 from ana/topic", 12),  # GitHub, a merge
    ("Add the page (#123)", 123),  # GitHub, a squash
    ("Add the page (#123)  ", 123),
    ("Add the page (!45)", 45),  # GitLab, a squash
    ("Merged in ana/topic (pull request #7)", 7),  # Bitbucket
    ("Merged PR 8: Add the page", 8),  # Azure DevOps
    ('Revert "Add the page (#12)" (#13)', 13),  # the last one brought it
    ('Revert "Add the page (#12)"', None),  # no pull request brought it
    ("Fix #12", None),  # an issue
    ("Add (#12) the page", None),
    ("Merge branch 'topic'", None),
    (f"Add the page (#{'9' * 5000})", None),  # more digits than Python reads
    ("Add the page (#\uff11)", None),  # a digit to Python alone
    ("", None),
]


@pytest.mark.parametrize(("subject", "number"), TITLES)
def test_a_title_names_its_pull_request(subject: str, number: int | None) -> None:
    assert pull_request(subject) == number


MERGE = "Merge branch 'topic' into 'main'"
BODIES = [
    ("Add the page\n\nSee merge request shop/app!12", 12),
    ("See merge request ana/a-b/shop.app!12\r\n\n", 12),
    ("See merge request !12", 12),  # before GitLab 9.5
    ("This reverts\nSee merge request shop/app!11\n\nSee merge request shop/app!12\n", 12),
    (f"See merge request shop/app!{'9' * 5000}", None),
    ("It does what see merge request shop/app!12 did", None),
    ("See merge request shop/app!12 for why", None),
    ("", None),
]


@pytest.mark.parametrize(("body", "number"), BODIES)
def test_the_body_of_a_merge_names_its_merge_request(body: str, number: int | None) -> None:
    assert pull_request(MERGE, body) == number


QUOTED = [
    'Revert "Merge pull request #12 from ana/topic"',
    'Revert "Merged in ana/topic (pull request #7)"',
    'Revert "Merged PR 8: Add the page"',
]


@pytest.mark.parametrize("subject", QUOTED)
def test_a_revert_is_not_the_pull_request_that_it_takes_back(subject: str) -> None:
    assert pull_request(subject) is None
