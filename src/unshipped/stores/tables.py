"""The tables of the log. A column has the name of the field that it holds, and stands in its order.

A change here needs a migration beside it: `migrations/`, and `tests/stores/test_migrations.py` says whether
the two agree.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from unshipped.core.alerting import Topic
from unshipped.core.gating import Answer, Mode, Purpose
from unshipped.core.incidents import Ending, Kind, Step
from unshipped.core.logged.journal import Outcome
from unshipped.core.model import Code, Severity, State
from unshipped.stores.columns import Coded, Graded, Listed, Moment, Words, changes, flags, found, told

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A number that a database gives out: SQLite does that for its own kind of integer only."""

# ---------------------------------------------------------------- what was seen

STRETCHES = Table(
    "stretches",
    METADATA,
    Column("id", NUMBER, primary_key=True),
    Column("service", Words, nullable=False),
    Column("environment", Words, nullable=False),
    Column("checked_at", Moment, nullable=False),
    Column("state", Coded(State), nullable=False),
    Column("severity", Graded(Severity), nullable=False),
    Column("flags", flags(), nullable=False),
    Column("quiet", Boolean, nullable=False),
    Column("code", Coded(Code)),
    Column("reasons", Listed(), nullable=False),
    Column("deployed", Words, nullable=False),
    Column("expected", Words, nullable=False),
    Column("changes", Integer),
    Column("behind", Integer),
    Column("ahead", Integer),
    Column("cancelled", Integer),
    Column("behind_since", Moment),
    Column("waiting", changes(), nullable=False),
    Column("owner", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("web", Words, nullable=False),
    Column("map", Words, nullable=False),
    Column("target", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("conclusive_at", Moment),
    Column("inconclusive_since", Moment),
    Column("latest", Boolean, nullable=False),
    Column("past", Listed(), nullable=False),
    Index("ix_stretches_target", "target", "since"),
    Index("ix_stretches_checked_at", "checked_at"),
    Index(
        "uq_stretches_latest",
        "target",
        unique=True,
        sqlite_where=text("latest"),
        postgresql_where=text("latest"),
    ),
)
"""How targets stood. `latest` is the stretch that lasts: the only one of its target that is ever written
to again.
"""

ROUNDS = Table(
    "rounds",
    METADATA,
    Column("id", NUMBER, primary_key=True),
    Column("shard", Words, nullable=False),
    Column("slot", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("declared", Integer, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("conclusive", Integer, nullable=False),
    Column("troubled", Integer, nullable=False),
    Column("error", Words, nullable=False),
    UniqueConstraint("shard", "slot"),
    Index("ix_rounds_at", "at"),
)

# ---------------------------------------------------------------- what followed from it

INCIDENTS = Table(
    "incidents",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("service", Words, nullable=False),
    Column("environment", Words, nullable=False),
    Column("kind", Coded(Kind), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("severity", Graded(Severity), nullable=False),
    Column("peak", Graded(Severity), nullable=False),
    Column("since", Moment),
    Column("deployed", Words, nullable=False),
    Column("map", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("cause", Words, nullable=False),
    Column("group", Words, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("acknowledged_by", Words, nullable=False),
    Column("resolved_at", Moment),
    Column("ending", Coded(Ending)),
    Column("returns", Integer, nullable=False),
    Column("calm_since", Moment),
    Column("steps", Integer, nullable=False),
    Index(
        "uq_incidents_open",
        "service",
        "environment",
        "kind",
        unique=True,
        sqlite_where=text("resolved_at IS NULL"),
        postgresql_where=text("resolved_at IS NULL"),
    ),
    Index("ix_incidents_target", "service", "environment", "kind", "opened_at"),
    Index("ix_incidents_opened_at", "opened_at"),
    Index("ix_incidents_resolved_at", "resolved_at"),
    Index("ix_incidents_group", "group"),
)

TRANSITIONS = Table(
    "transitions",
    METADATA,
    Column("incident", Words, ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("step", Coded(Step), nullable=False),
    Column("at", Moment, nullable=False),
    Column("before", Graded(Severity), nullable=False),
    Column("after", Graded(Severity), nullable=False),
    Column("reasons", Listed(), nullable=False),
    Column("by", Words, nullable=False),
)

# ---------------------------------------------------------------- who is told

NOTICES = Table(
    "notices",
    METADATA,
    Column("seq", NUMBER, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("receiver", Words, nullable=False),
    Column("topic", Coded(Topic), nullable=False),
    Column("at", Moment, nullable=False),
    Column("group", Words, nullable=False),
    Column("told", told(), nullable=False),
    Column("why", Words, nullable=False),
    Column("loud", Boolean, nullable=False),
    Column("body", Words, nullable=False),
    Column("outcome", Coded(Outcome)),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", Words, nullable=False),
    Column("leased_until", Moment),
    Column("again_at", Moment),
    Index(
        "ix_notices_unsettled",
        "receiver",
        "group",
        "seq",
        sqlite_where=text("outcome IS NULL"),
        postgresql_where=text("outcome IS NULL"),
    ),
    Index("ix_notices_at", "at"),
)
"""The outbox. `outcome` is empty for as long as a notice has to be said; `attempts` is raised with each claim
and tells one claim from the next.
"""

SAID = Table(
    "said",
    METADATA,
    Column("incident", Words, primary_key=True),
    Column("receiver", Words, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("severity", Graded(Severity), nullable=False),
    Column("resolved", Boolean, nullable=False),
)

CONVERSATIONS = Table(
    "conversations",
    METADATA,
    Column("receiver", Words, primary_key=True),
    Column("group", Words, primary_key=True),
    Column("reference", Words, nullable=False),
)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("notice", Words, ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("outcome", Coded(Outcome), nullable=False),
    Column("detail", Words, nullable=False),
    Index("ix_deliveries_at", "at"),
)

# ---------------------------------------------------------------- what people decided

HOLDS = Table(
    "holds",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("service", Words, nullable=False),
    Column("environment", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("until", Moment),
    Column("since", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", Words, nullable=False),
)

SILENCES = Table(
    "silences",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("services", Listed(), nullable=False),
    Column("environments", Listed(), nullable=False),
    Column("owners", Listed(), nullable=False),
    Column("by", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

BYPASSES = Table(
    "bypasses",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("gate", Words, nullable=False),
    Column("service", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("revoked_by", Words, nullable=False),
)

ACTIONS = Table(
    "actions",
    METADATA,
    Column("id", NUMBER, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", Words, nullable=False),
    Column("what", Words, nullable=False),
    Column("about", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("door", Words, nullable=False),
    Index("ix_actions_at", "at"),
)

# ---------------------------------------------------------------- what is told of

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("id", NUMBER, primary_key=True),
    Column("gate", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("answer", Graded(Answer), nullable=False),
    Column("would", Graded(Answer), nullable=False),
    Column("mode", Coded(Mode), nullable=False),
    Column("found", found(), nullable=False),
    Column("asked_by", Words, nullable=False),
    Column("purpose", Coded(Purpose), nullable=False),
    Column("deploys", Words, nullable=False),
    Index("ix_decisions_at", "at"),
)

DEPLOYMENTS = Table(
    "deployments",
    METADATA,
    Column("id", NUMBER, primary_key=True),
    Column("service", Words, nullable=False),
    Column("environment", Words, nullable=False),
    Column("commit", Words, nullable=False),
    Column("when", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("url", Words, nullable=False),
    UniqueConstraint("service", "environment", "commit", "when", "kind"),
    Index("ix_deployments_when", "when"),
)

# ---------------------------------------------------------------- what was sent elsewhere

EXPORTS = Table(
    "exports",
    METADATA,
    Column("place", Words, primary_key=True),
    Column("sent", BigInteger, nullable=False),
    Column("sending", BigInteger, nullable=False),
    Column("job", Words, nullable=False),
)
"""Up to which stretch the log was sent to a place, and up to which it is being sent: where the two differ,
somebody was interrupted, and the same rows are sent again under the same name.
"""

# ---------------------------------------------------------------- the version

HEAD = "0003"
"""The version of these tables: the last file of `migrations/versions`."""

VERSION = Table("unshipped_version", MetaData(), Column("version_num", Words, nullable=False))
"""Which version a database has. Alembic keeps it; it is read here without Alembic."""
