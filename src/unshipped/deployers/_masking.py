"""What must not be repeated of what a program prints: the secrets that it was given."""

from __future__ import annotations

import os

from unshipped.http.checks import is_credential

_SHORTEST = 6
"""A value that is shorter is a word like any other: to hide it would hide half of a text."""


def masked(text: str) -> str:
    """The text without the value of any environment variable whose name says that it is a secret."""
    secrets = {
        line.strip()
        for name, value in os.environ.items()
        if is_credential(name)
        for line in value.splitlines()
        if len(line.strip()) >= _SHORTEST
    }
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
