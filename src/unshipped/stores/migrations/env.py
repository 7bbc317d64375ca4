"""What Alembic runs: the migrations, on the connection that it is given, in the transaction of that."""

from __future__ import annotations

from alembic import context

from unshipped.stores.tables import METADATA, VERSION

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION.name,
    version_table_pk=False,
    render_as_batch=True,
)
context.run_migrations()
