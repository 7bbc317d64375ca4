"""What a commit's title says about the pull request that brought it."""

from __future__ import annotations

import re

_FORMS = (
    r"\AMerge pull request #(\d+)\b",  # GitHub, merge commit
    r"\AMerged in .*\(pull request #(\d+)\)",  # Bitbucket
    r"\AMerged PR (\d+):",  # Azure DevOps
    r"\(#(\d+)\)\s*\Z",  # GitHub, squash
    r"\(!(\d+)\)\s*\Z",  # GitLab, squash
)


def pull_request(subject: str) -> int | None:
    """The number of the pull or merge request that a title names, if it names one."""
    for form in _FORMS:
        if found := re.search(form, subject):
            return int(found[1])
    return None
