"""Buttons of a message in Slack that somebody pressed: checked, and done as if they had said so elsewhere.

The press carries Slack's signature, made with a secret that only Slack and this server know. Whoever is in
the channel may press: all that they can do is to know of an incident, or to keep quiet for a while.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from unshipped.app.decide import keep_quiet, take_note
from unshipped.carried.rule import tidy
from unshipped.core.alerting import Matcher, Route, Silence
from unshipped.core.value import Value
from unshipped.ports.keeping import Store

LARGEST = 1_000_000
OLDEST = 300
"""A press that was signed more seconds ago is none: somebody may have kept it."""
QUIET = timedelta(hours=2)
_LONGEST_NAME = 100
_DIGITS = 12
"""The seconds of a moment have no more."""


class Pressed(Value):
    """Who pressed which button, and about what."""

    act: str
    """`acknowledge` or `silence`."""
    group: str
    """The conversation that the message belongs to."""
    by: str
    press: str
    """Unlike any other press."""


def verified(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether Slack sent it, a moment ago. Names of headers are in lower case."""
    moment = headers.get("x-slack-request-timestamp", "")
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= _DIGITS):
        return False
    if abs(now.timestamp() - int(moment)) > OLDEST:
        return False
    signed = f"v0:{moment}:".encode() + body
    expected = f"v0={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
    return hmac.compare_digest(expected.encode(), headers.get("x-slack-signature", "").encode())


def pressed(body: bytes) -> Pressed | None:
    """The press that a request tells of; None where it tells of anything else."""
    try:
        [payload] = parse_qs(body.decode(), strict_parsing=True, max_num_fields=10)["payload"]
        found = json.loads(payload)
        [action] = found["actions"]
        user = found["user"]
        name = user.get("username") or user.get("name") or user["id"]
        act, group, press = action["action_id"], action["value"], action["action_ts"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    known = found.get("type") == "block_actions" and act in ("acknowledge", "silence")
    return Pressed(act, group, str(name), str(press)) if known and group and isinstance(group, str) else None


def do(store: Store, routes: tuple[Route, ...], asked: Pressed, now: datetime) -> None:
    """Do it: twice is once. Nothing is done about what is over. Raises `StoreError`."""
    still = store.incidents(groups=[asked.group], open_only=True)
    by = f"{tidy(asked.by, _LONGEST_NAME)} (Slack)"
    if not still:
        return
    if asked.act == "acknowledge":
        targets, ids = [one.target for one in still], [one.id for one in still]
        take_note(store, targets, routes, by, now, reason="pressed in Slack", ids=ids)
        return
    known = {one.id for one in store.silences(now)}
    for place in sorted({one.environment for one in still}):  # one for both would fall on others as well
        services = tuple(sorted({one.service for one in still if one.environment == place}))
        name = hashlib.sha256(f"{asked.group}/{asked.press}/{place}".encode()).hexdigest()[:8]
        if name not in known:
            match = Matcher(services, (place,))
            keep_quiet(store, Silence(name, match, by, "pressed in Slack", now, now + QUIET), routes, now)
