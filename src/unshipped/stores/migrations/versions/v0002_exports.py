"""Version 2: how far the log was sent to somebody else, and what a gate was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """What was asked before was asked for work with what is deployed."""
    op.create_table(
        "exports",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("sending", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_exports"),
    )
    for name, before in (("purpose", "work"), ("deploys", "")):
        with op.batch_alter_table("decisions") as decisions:
            decisions.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=before))
        with op.batch_alter_table("decisions") as decisions:
            decisions.alter_column(name, server_default=None)
