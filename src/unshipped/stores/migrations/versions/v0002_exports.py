"""Version 2: how far the log was sent to somebody else, and what a gate was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """One row for each place that the log is sent to; of a decision what the work was."""
    op.create_table(
        "exports",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("sending", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_exports"),
    )
    for name, usual in (("purpose", "work"), ("deploys", "")):
        op.add_column("decisions", sa.Column(name, sa.Text(), nullable=False, server_default=usual))
