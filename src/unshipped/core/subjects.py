"""What a commit's title says about the pull request that brought it."""

from __future__ import annotations

import re

_FORMS = (
    re.compile(r"\AMerge pull request #(\d+)\b"),  # GitHub, merge commit
    re.compile(r"\AMerged in .*\(pull request #(\d+)\)"),  # Bitbucket
    re.compile(r"\AMerged PR (\d+):"),  # Azure DevOps
    re.compile(r"\(#(\d+)\)\s*\Z"),  # GitHub, squash
    re.compile(r"\(!(\d+)\)\s*\Z"),  # GitLab, squash
)


def pull_request(subject: str) -> int | None:
    """The number of the pull or merge request that a title names, if it names one."""
    for form in _FORMS:
        if found := form.search(subject):
            return int(found[1])
    return None
