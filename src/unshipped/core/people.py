"""At which address an author can be written to, from what stands in their commits: nobody is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+"
DOMAIN = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_NOBODY = re.compile(r"no-?_?reply|do-?_?not-?_?reply|bounces?\b|mailer-daemon|postmaster|\bbot\b")
"""Where nobody reads: `noreply@…`, `…@users.noreply.github.com`, robots."""


def reachable(authors: Iterable[tuple[str, str]], domains: Sequence[str]) -> dict[str, str]:
    """The address of each author, by their name, out of (name, address): only of these domains. A name with
    several of them may be that of two people, and is left out.
    """
    allowed = {domain.casefold() for domain in domains}
    found: dict[str, set[str]] = {}
    for name, address in authors:
        if name.strip() and not name.endswith("[bot]") and _is_read(address, allowed):
            found.setdefault(name.casefold(), set()).add(address.casefold())
    return {name: next(iter(addresses)) for name, addresses in found.items() if len(addresses) == 1}


def _is_read(address: str, allowed: set[str]) -> bool:
    whole = address.casefold()
    return (
        re.fullmatch(ADDRESS, address) is not None
        and whole.rpartition("@")[2] in allowed
        and not _NOBODY.search(whole)
    )
