"""Bring a database to the version of this program: the only module that needs Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from unshipped.errors import StoreError
from unshipped.stores.database import Database
from unshipped.stores.tables import HEAD
from unshipped.stores.version import unfit, version


def migrate(database: Database, to: str = HEAD) -> tuple[str, str]:
    """Run what is missing, all of it or nothing. Answers the versions before and after."""
    before = version(database)
    if before > HEAD:
        raise unfit(before, database.place)
    if database.file:
        database.write_ahead()
    elif before == "":
        _refuse_what_lacks_letters(database)
    with database.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", "unshipped.stores:migrations")
        command.upgrade(config, to)
    return before, to


def _refuse_what_lacks_letters(database: Database) -> None:
    """A title of a commit has any letter: one that the database lacks would end each round that sees it."""
    with database.reading() as connection:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise StoreError(
            f"the log in {database.place} cannot be made: {encoding} does not hold every letter",
            "make the database with createdb --encoding=UTF8 --template=template0 --locale=C NAME",
        )
