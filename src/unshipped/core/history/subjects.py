"""What a commit's message says about the pull request that brought it."""

from __future__ import annotations

import re

_FORMS = (
    r"\AMerge pull request #([0-9]{1,10})\b",  # GitHub, merge commit
    r"\AMerged in .*\(pull request #([0-9]{1,10})\)",  # Bitbucket
    r"\AMerged PR ([0-9]{1,10}):",  # Azure DevOps
    r"\(#([0-9]{1,10})\)\s*\Z",  # GitHub, squash
    r"\(!([0-9]{1,10})\)\s*\Z",  # GitLab, squash
)
_MERGED = r"(?m)^See merge request \S*!([0-9]{1,10})\s*$"  # GitLab, merge commit


def pull_request(subject: str, merged: str = "") -> int | None:
    """The number of the pull or merge request that a title names, or the last lines of a merge's body."""
    for form in _FORMS:
        if found := re.search(form, subject):
            return int(found[1])
    return next(map(int, reversed(re.findall(_MERGED, merged))), None)
