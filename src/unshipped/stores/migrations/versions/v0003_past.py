"""Version 3: what a target served before, beside how it stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Of what was written down before, nothing is remembered."""
    with op.batch_alter_table("stretches") as stretches:
        stretches.add_column(sa.Column("past", sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("stretches") as stretches:
        stretches.alter_column("past", server_default=None)
