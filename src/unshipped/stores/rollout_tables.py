"""The tables of what is deployed: the queue, what was begun of it, each step, what it printed, locks."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, text

from unshipped.core.logged.rolling import Fate
from unshipped.core.rollout import End, Went
from unshipped.stores.columns import Coded, Listed, Moment, Planned, Words, despite
from unshipped.stores.tables import METADATA, NUMBER

WISHES = Table(
    "wishes",
    METADATA,
    Column("seq", NUMBER, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("service", Words, nullable=False),
    Column("environment", Words, nullable=False),
    Column("commit", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Words, nullable=False),
    Column("rollback", Boolean, nullable=False),
    Column("despite", despite(), nullable=False),
    Column("not_before", Moment),
    Column("approved_by", Words, nullable=False),
    Column("needs_approval", Boolean, nullable=False),
    Column("canary", Boolean, nullable=False),
    Column("batch", Words, nullable=False),
    Column("go_on", Boolean, nullable=False),
    Column("waits", Words, nullable=False),
    Column("fate", Coded(Fate)),
    Column("why", Words, nullable=False),
    Column("settled_at", Moment),
    Index("ix_wishes_fate", "fate", "seq"),
    Index("ix_wishes_batch", "batch"),
)

ROLLOUTS = Table(
    "rollouts",
    METADATA,
    Column("seq", NUMBER, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("service", Words, nullable=False),
    Column("environment", Words, nullable=False),
    Column("commit", Words, nullable=False),
    Column("plan", Planned, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("batch", Words, nullable=False),
    Column("end", Coded(End)),
    Column("reason", Words, nullable=False),
    Column("ended_at", Moment),
    Column("cancelled_by", Words, nullable=False),
    Column("cancel_reason", Words, nullable=False),
    Index(
        "uq_rollouts_open",
        "service",
        "environment",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_rollouts_target", "service", "environment", "seq"),
    Index("ix_rollouts_begun_at", "begun_at"),
    Index("ix_rollouts_batch", "batch"),
)
"""`reason` is why it ended so; why it was begun is in its plan."""

STEPS = Table(
    "steps",
    METADATA,
    Column("rollout", Words, ForeignKey("rollouts.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("begun_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("by", Words, nullable=False),
    Column("went", Coded(Went)),
    Column("at", Moment),
    Column("detail", Words, nullable=False),
)

LINES = Table(
    "lines",
    METADATA,
    Column("seq", NUMBER, primary_key=True),
    Column("rollout", Words, ForeignKey("rollouts.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("text", Words, nullable=False),
    Index("ix_lines_rollout", "rollout", "seq"),
)

LOCKS = Table(
    "locks",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("services", Listed(), nullable=False),
    Column("environments", Listed(), nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", Words, nullable=False),
)
