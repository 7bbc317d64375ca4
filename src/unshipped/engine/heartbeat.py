"""Tells somebody outside that the watch is alive, and how its last round went: silence is an alarm there.

The address is one as healthchecks.io gives out: it is asked after each round, with `/fail` behind its path
where the round failed, and with the result as text.
"""

from __future__ import annotations

from unshipped.http.exchange import HttpError, Request, ask

_SECONDS = 10.0
_LONGEST = 10_000


def beat(address: str, *, fine: bool, text: str) -> str:
    """Tell it. Answers why that could not be done, empty where it was: the watch goes on all the same."""
    place, mark, query = address.partition("?")
    request = Request(
        url=address if fine else f"{place.rstrip('/')}/fail{mark}{query}",
        headers={"Content-Type": "text/plain; charset=utf-8"},
        whose="the heartbeat",
        timeout=_SECONDS,
        ca_file="",
        body=False,
        limit=0,
        secret=True,
        post=text[:_LONGEST].encode("utf-8", "replace"),
    )
    try:
        ask(request)
    except HttpError as error:
        return error.message
    return ""
