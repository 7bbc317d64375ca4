"""Whether two addresses name the same repository."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SCP = r"(?:[^@/:]+@)?([^/:]+):(?!//)(.+)"
_URL = r"[a-z+]+://(?:[^@/]*@)?([^/:]+)(?::\d+)?/(.+)"


def identity(address: str) -> str:
    """`host/path` of a repository, whatever protocol, user, port or ending its address has."""
    found = re.fullmatch(_URL, address, re.IGNORECASE) or re.fullmatch(_SCP, address)
    if not found:
        return address.rstrip("/").removesuffix(".git")
    path = found[2].strip("/").removesuffix(".git")
    return f"{found[1].lower()}/{path.lower()}"


def is_among(address: str, known: Iterable[str]) -> bool:
    """Whether an address names one of the known repositories."""
    return identity(address) in {identity(one) for one in known}
