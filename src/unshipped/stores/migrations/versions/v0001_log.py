"""Version 1: the whole log."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    _seen()
    _followed()
    _told()
    _decided()
    _heard()


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _integer(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable, autoincrement=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _switch(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _seen() -> None:
    op.create_table(
        "stretches",
        sa.Column("id", _NUMBER, nullable=False),
        _text("service"),
        _text("environment"),
        _moment("checked_at"),
        _text("state"),
        _integer("severity"),
        _text("flags"),
        _switch("quiet"),
        _text("code", nullable=True),
        _text("reasons"),
        _text("deployed"),
        _text("expected"),
        _integer("changes", nullable=True),
        _integer("behind", nullable=True),
        _integer("ahead", nullable=True),
        _integer("cancelled", nullable=True),
        _moment("behind_since", nullable=True),
        _text("waiting"),
        _text("owner"),
        _text("source"),
        _text("web"),
        _text("map"),
        _text("target"),
        _moment("since"),
        _moment("conclusive_at", nullable=True),
        _moment("inconclusive_since", nullable=True),
        _switch("latest"),
        sa.PrimaryKeyConstraint("id", name="pk_stretches"),
    )
    op.create_index("ix_stretches_checked_at", "stretches", ["checked_at"])
    op.create_index("ix_stretches_target", "stretches", ["target", "since"])
    _partial_index("uq_stretches_latest", "stretches", ["target"], "latest", unique=True)
    op.create_table(
        "rounds",
        sa.Column("id", _NUMBER, nullable=False),
        _text("shard"),
        _moment("slot"),
        _moment("at"),
        sa.Column("seconds", sa.Float(), nullable=False),
        _integer("declared"),
        _integer("checked"),
        _integer("conclusive"),
        _integer("troubled"),
        _text("error"),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
        sa.UniqueConstraint("shard", "slot", name="uq_rounds_shard_slot"),
    )
    op.create_index("ix_rounds_at", "rounds", ["at"])


def _followed() -> None:
    op.create_table(
        "incidents",
        _text("id"),
        _text("service"),
        _text("environment"),
        _text("kind"),
        _moment("opened_at"),
        _integer("severity"),
        _integer("peak"),
        _moment("since", nullable=True),
        _text("deployed"),
        _text("map"),
        _text("owner"),
        _text("cause"),
        _text("group"),
        _switch("baseline"),
        _text("acknowledged_by"),
        _moment("resolved_at", nullable=True),
        _text("ending", nullable=True),
        _integer("returns"),
        _moment("calm_since", nullable=True),
        _integer("steps"),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_group", "incidents", ["group"])
    op.create_index("ix_incidents_opened_at", "incidents", ["opened_at"])
    op.create_index("ix_incidents_resolved_at", "incidents", ["resolved_at"])
    op.create_index("ix_incidents_target", "incidents", ["service", "environment", "kind", "opened_at"])
    _partial_index(
        "uq_incidents_open",
        "incidents",
        ["service", "environment", "kind"],
        "resolved_at IS NULL",
        unique=True,
    )
    op.create_table(
        "transitions",
        _text("incident"),
        _integer("number"),
        _text("step"),
        _moment("at"),
        _integer("before"),
        _integer("after"),
        _text("reasons"),
        _text("by"),
        sa.PrimaryKeyConstraint("incident", "number", name="pk_transitions"),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_transitions_incident", ondelete="CASCADE"
        ),
    )


def _told() -> None:
    op.create_table(
        "notices",
        sa.Column("seq", _NUMBER, nullable=False),
        _text("id"),
        _text("receiver"),
        _text("topic"),
        _moment("at"),
        _text("group"),
        _text("told"),
        _text("why"),
        _switch("loud"),
        _text("body"),
        _text("outcome", nullable=True),
        _integer("attempts"),
        _text("claimed_by"),
        _moment("leased_until", nullable=True),
        _moment("again_at", nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_notices"),
        sa.UniqueConstraint("id", name="uq_notices_id"),
    )
    op.create_index("ix_notices_at", "notices", ["at"])
    _partial_index(
        "ix_notices_unsettled", "notices", ["receiver", "group", "seq"], "outcome IS NULL", unique=False
    )
    op.create_table(
        "said",
        _text("incident"),
        _text("receiver"),
        _integer("number"),
        _integer("severity"),
        _switch("resolved"),
        sa.PrimaryKeyConstraint("incident", "receiver", name="pk_said"),
    )
    op.create_table(
        "conversations",
        _text("receiver"),
        _text("group"),
        _text("reference"),
        sa.PrimaryKeyConstraint("receiver", "group", name="pk_conversations"),
    )
    op.create_table(
        "deliveries",
        _text("notice"),
        _integer("attempt"),
        _moment("at"),
        _text("outcome"),
        _text("detail"),
        sa.PrimaryKeyConstraint("notice", "attempt", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["notice"], ["notices.id"], name="fk_deliveries_notice", ondelete="CASCADE"),
    )
    op.create_index("ix_deliveries_at", "deliveries", ["at"])


def _decided() -> None:
    op.create_table(
        "holds",
        _text("id"),
        _text("service"),
        _text("environment"),
        _text("reason"),
        _text("by"),
        _moment("until", nullable=True),
        _moment("since"),
        _moment("ended_at", nullable=True),
        _text("ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_table(
        "silences",
        _text("id"),
        _text("services"),
        _text("environments"),
        _text("owners"),
        _text("by"),
        _text("reason"),
        _moment("since"),
        _moment("until"),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
    )
    op.create_table(
        "bypasses",
        _text("id"),
        _text("gate"),
        _text("service"),
        _text("by"),
        _text("reason"),
        _moment("since"),
        _moment("until"),
        _moment("revoked_at", nullable=True),
        _text("revoked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_bypasses"),
    )


def _heard() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", _NUMBER, nullable=False),
        _text("gate"),
        _moment("at"),
        _integer("answer"),
        _integer("would"),
        _text("mode"),
        _text("found"),
        _text("asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_at", "decisions", ["at"])
    op.create_table(
        "deployments",
        sa.Column("id", _NUMBER, nullable=False),
        _text("service"),
        _text("environment"),
        _text("commit"),
        _moment("when"),
        _text("kind"),
        _text("by"),
        _text("url"),
        sa.PrimaryKeyConstraint("id", name="pk_deployments"),
        sa.UniqueConstraint(
            "service",
            "environment",
            "commit",
            "when",
            "kind",
            name="uq_deployments_service_environment_commit_when_kind",
        ),
    )
    op.create_index("ix_deployments_when", "deployments", ["when"])


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
