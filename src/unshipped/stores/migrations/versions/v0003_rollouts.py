"""Version 3: what is deployed and by whom, what served before, and who did what."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Nothing was deployed from here before; of what served and who did what, nothing is remembered."""
    _past()
    _actions()
    _wishes()
    _rollouts()
    _locks()


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _switch(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)


def _past() -> None:
    with op.batch_alter_table("stretches") as stretches:
        stretches.add_column(sa.Column("past", sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("stretches") as stretches:
        stretches.alter_column("past", server_default=None)


def _actions() -> None:
    op.create_table(
        "actions",
        sa.Column("id", _NUMBER, nullable=False),
        _moment("at"),
        *_text("by", "what", "about", "reason", "door"),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
    )
    op.create_index("ix_actions_at", "actions", ["at"])


def _wishes() -> None:
    op.create_table(
        "wishes",
        sa.Column("seq", _NUMBER, nullable=False),
        *_text("id", "service", "environment", "commit", "by"),
        _moment("at"),
        *_text("reason"),
        _switch("rollback"),
        *_text("despite"),
        _moment("not_before", nullable=True),
        *_text("approved_by"),
        _switch("needs_approval"),
        _switch("canary"),
        *_text("batch"),
        _switch("go_on"),
        *_text("waits"),
        *_text("fate", nullable=True),
        *_text("why"),
        _moment("settled_at", nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_wishes"),
        sa.UniqueConstraint("id", name="uq_wishes_id"),
    )
    op.create_index("ix_wishes_fate", "wishes", ["fate", "seq"])
    op.create_index("ix_wishes_batch", "wishes", ["batch"])


def _rollouts() -> None:
    op.create_table(
        "rollouts",
        sa.Column("seq", _NUMBER, nullable=False),
        *_text("id", "service", "environment", "commit", "plan"),
        _moment("begun_at"),
        *_text("batch"),
        *_text("end", nullable=True),
        *_text("reason"),
        _moment("ended_at", nullable=True),
        *_text("cancelled_by", "cancel_reason"),
        sa.PrimaryKeyConstraint("seq", name="pk_rollouts"),
        sa.UniqueConstraint("id", name="uq_rollouts_id"),
    )
    columns = ["service", "environment"]
    op.create_index(
        "uq_rollouts_open", "rollouts", columns, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index("ix_rollouts_target", "rollouts", [*columns, "seq"])
    op.create_index("ix_rollouts_begun_at", "rollouts", ["begun_at"])
    op.create_index("ix_rollouts_batch", "rollouts", ["batch"])
    op.create_table(
        "steps",
        *_text("rollout"),
        _number("number"),
        _moment("begun_at"),
        _number("attempts"),
        *_text("by"),
        *_text("went", nullable=True),
        _moment("at", nullable=True),
        *_text("detail"),
        _of_a_rollout("steps"),
        sa.PrimaryKeyConstraint("rollout", "number", name="pk_steps"),
    )
    op.create_table(
        "lines",
        sa.Column("seq", _NUMBER, nullable=False),
        *_text("rollout"),
        _number("number"),
        _moment("at"),
        *_text("text"),
        _of_a_rollout("lines"),
        sa.PrimaryKeyConstraint("seq", name="pk_lines"),
    )
    op.create_index("ix_lines_rollout", "lines", ["rollout", "seq"])


def _of_a_rollout(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_rollout"
    return sa.ForeignKeyConstraint(["rollout"], ["rollouts.id"], name=name, ondelete="CASCADE")


def _locks() -> None:
    op.create_table(
        "locks",
        *_text("id", "reason", "by"),
        _moment("since"),
        _moment("until", nullable=True),
        *_text("services", "environments"),
        _moment("ended_at", nullable=True),
        *_text("ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_locks"),
    )
