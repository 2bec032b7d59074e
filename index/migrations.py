"""The formats of the catalog: an older one is brought up to date in one transaction, a newer one is refused.

`schema.MIGRATIONS` has, by the number of a format, the statements that make it the next one. The number stands in `meta`.
"""

from __future__ import annotations

import sqlite3

from index import schema
from index.database import Database
from index.errors import CatalogDamaged, CatalogError

OLDEST = min(schema.MIGRATIONS, default=schema.SCHEMA_VERSION)


def migrate(database: Database) -> None:
    """Brings the file to the format of this version, whichever process opens it first.

    CatalogError, and nothing changed, if its format is newer, or older than any that is known; CatalogDamaged if it has none.
    """
    if not database.query("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
        raise CatalogDamaged(
            f"{database.path} holds no catalog; run `assistant restore FILE` with a backup of it, or `assistant repair`."
        )
    if _format(database.query("SELECT value FROM meta WHERE key = 'schema'"), database) == schema.SCHEMA_VERSION:
        return
    with database.transaction() as connection:  # another process may have done it in between
        found = _format(connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchall(), database)
        for number in range(found, schema.SCHEMA_VERSION):
            for statement in schema.MIGRATIONS[number].split(";\n"):
                connection.execute(statement)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(schema.SCHEMA_VERSION),))


def _format(rows: list[sqlite3.Row], database: Database) -> int:
    found = str(rows[0][0]) if rows else "none"
    if found.isdecimal() and OLDEST <= int(found) <= schema.SCHEMA_VERSION:
        return int(found)
    raise CatalogError(
        f"{database.path} has format {found}, and this version reads {OLDEST} to {schema.SCHEMA_VERSION}; "
        "use the version that wrote it, or ingest into a new folder."
    )
