"""Output without its secrets: those that are known by value, and what looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MASK = "***"
_LEAST = 6
"""A shorter value is no secret: to take it out would take words out."""
_NAMED = re.compile(r"(?i)(secret|token|passw|credential|private|api_?key|access_?key|_key$|_auth$|dsn$)")
_SHAPES = re.compile(
    r"""(?x)
      (?<=://)[^\s/:@]*:[^\s/@]+(?:@[^\s/@"',;]+)*(?=@)     # the user and password of an address
    | \b(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{20,}          # GitHub
    | \bgl(?:pat|ptt|dt|rt|cbt|ft|imt|soat|agent)-[A-Za-z0-9_-]{16,}   # GitLab
    | \bx(?:ox[abeoprs]|app)-[A-Za-z0-9-]{10,}              # Slack
    | (?<=hooks\.slack\.com/)[\w/-]{10,}
    | \bA[KS]IA[A-Z0-9]{16}\b                               # AWS
    | \b(?:hvs\.|sk-ant-)[A-Za-z0-9_-]{20,}                 # Vault, Anthropic
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*   # a JSON Web Token
    | \bya29\.[A-Za-z0-9_-]{20,}                            # Google
    | (?i:(?<=authorization:\ bearer\ )|(?<=authorization:\ basic\ ))\S+
    """
)


def secrets_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of an environment whose names say that they are secrets, the longest first."""
    return known(value for name, value in environment.items() if _NAMED.search(name))


def known(values: Iterable[str]) -> tuple[str, ...]:
    """The values that can be told from words, each line of one by itself, the longest first."""
    lines = {line.strip() for value in values for line in value.splitlines()}
    return tuple(sorted((line for line in lines if len(line) >= _LEAST), key=lambda one: (-len(one), one)))


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text without them."""
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, MASK)
    return _SHAPES.sub(MASK, text)
