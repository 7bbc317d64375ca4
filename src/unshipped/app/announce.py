"""Tell programs of a rollout, by the same outbox as people: what is written down arrives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from unshipped.core.alerting import Notice, Topic
from unshipped.core.texts.announcing import Announcement, document


def announced(one: Announcement, receivers: Sequence[str], at: datetime) -> list[Notice]:
    """For each receiver a notice; the same moment of a rollout has the same one."""
    moment = "ended" if one.end else "begun"
    told = one.end.value if one.end else "begins"
    return [
        Notice(
            id=f"{receiver}/{moment}/{one.rollout}",
            receiver=receiver,
            topic=Topic.DEPLOYMENT,
            at=at,
            why=f"{one.target}: {one.commit[:9]} {told}",
            body=json.dumps(document(one)),
        )
        for receiver in receivers
    ]
