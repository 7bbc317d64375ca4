"""Whether two addresses name the same repository."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SCP = re.compile(r"(?:[^@/:]+@)?([^/:]+):(?!//)(.+)\Z")
_URL = re.compile(r"[a-z+]+://(?:[^@/]*@)?([^/:]+)(?::\d+)?/(.+)\Z", re.IGNORECASE)


def identity(address: str) -> str:
    """`host/path` of a repository, whatever protocol, user, port or ending its address has."""
    found = _URL.match(address) or _SCP.match(address)
    if not found:
        return address.rstrip("/").removesuffix(".git")
    path = found[2].strip("/").removesuffix(".git")
    return f"{found[1].lower()}/{path.lower()}"


def is_among(address: str, known: Iterable[str]) -> bool:
    """Whether an address names one of the known repositories."""
    return identity(address) in {identity(one) for one in known}
