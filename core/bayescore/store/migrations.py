"""The migrations of the store: SQL statements, applied in order and never changed once released.

They spell the tables out instead of importing :mod:`bayescore.store.tables`, which describes only the
newest version.

The version is kept in the table ``alembic_version``, which the migration tool of the first releases created.
``PRAGMA user_version`` would be shorter, but a store without that table is one that these releases cannot
open, and its tables have other root pages, which :mod:`bayescore.store.recovery` relies on.
"""

from __future__ import annotations

import sqlalchemy as sa

_VERSION_TABLE = """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"""

MIGRATIONS: dict[str, tuple[str, ...]] = {
    "0001": (
        _VERSION_TABLE,
        """CREATE TABLE jobs (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            message TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, project TEXT NOT NULL,
            file_text TEXT NOT NULL, config TEXT NOT NULL, local TEXT NOT NULL,
            runner TEXT NOT NULL, endpoint TEXT,
            image TEXT, inputs TEXT NOT NULL, seed INTEGER NOT NULL, max_trials INTEGER NOT NULL,
            history TEXT NOT NULL, midpoint INTEGER NOT NULL,
            run_since TEXT NOT NULL, created_at TEXT NOT NULL, ended_at TEXT)""",
        """CREATE TABLE trials (
            id INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL REFERENCES jobs(id),
            number INTEGER NOT NULL, attempt INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT,
            exit_code INTEGER, origin TEXT NOT NULL, expected_gain FLOAT, parameters TEXT NOT NULL,
            value FLOAT, gpus TEXT NOT NULL, handle TEXT, token TEXT NOT NULL,
            created_at TEXT NOT NULL, started_at TEXT, ended_at TEXT, UNIQUE (job, number))""",
        "CREATE INDEX trials_state ON trials (state)",
        "CREATE INDEX trials_token ON trials (token)",
        "CREATE TABLE metrics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        """CREATE TABLE points (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL, trial INTEGER NOT NULL,
            attempt INTEGER NOT NULL, metric INTEGER NOT NULL, value FLOAT, at FLOAT NOT NULL)""",
        "CREATE INDEX points_job ON points (job)",
        "CREATE INDEX points_trial ON points (trial, metric)",
        """CREATE TABLE logged_parameters (
            trial INTEGER NOT NULL, attempt INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
            at TEXT NOT NULL, PRIMARY KEY (trial, attempt, name))""",
        """CREATE TABLE spooled (
            trial INTEGER NOT NULL, attempt INTEGER NOT NULL, offset INTEGER NOT NULL,
            PRIMARY KEY (trial, attempt))""",
        """CREATE TABLE events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, trial INTEGER, at TEXT NOT NULL,
            level TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL)""",
        "CREATE INDEX events_job ON events (job)",
        """CREATE TABLE wants (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL REFERENCES jobs(id),
            kind TEXT NOT NULL, trial INTEGER, count INTEGER, at TEXT NOT NULL, done_at TEXT)""",
        "CREATE INDEX wants_open ON wants (done_at)",
        "CREATE TABLE leases (gpu TEXT NOT NULL, trial INTEGER NOT NULL, PRIMARY KEY (gpu, trial))",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    ),
    "0002": (
        "ALTER TABLE trials ADD COLUMN starred INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE trials ADD COLUMN note TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE trials ADD COLUMN foresight TEXT",
        "ALTER TABLE trials DROP COLUMN expected_gain",
        "DROP INDEX trials_token",
    ),
    # The first page has room for these and little more; see the recovery of a lost first page.
    "0003": (
        "ALTER TABLE jobs ADD COLUMN note TEXT",
        "ALTER TABLE jobs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX jobs_changed ON jobs (changed)",
    ),
    "0004": ("ALTER TABLE jobs ADD COLUMN environment TEXT",),
    "0005": ("ALTER TABLE jobs ADD COLUMN uncopied TEXT NOT NULL DEFAULT '{}'",),
    "0006": ("ALTER TABLE trials ADD COLUMN curve TEXT", "ALTER TABLE wants ADD COLUMN data TEXT"),
    "0007": ("ALTER TABLE jobs ADD COLUMN baseline INTEGER",),
}
VERSIONS = tuple(MIGRATIONS)
NEWEST = VERSIONS[-1]


def stored_version(connection: sa.Connection) -> str | None:
    """Version of a store; ``None`` for a new, empty file."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(version) if version else None


def migrate(connection: sa.Connection, target: str = NEWEST) -> None:
    """Bring a store up to a version, in the transaction of ``connection``."""
    current = stored_version(connection)
    for version, statements in MIGRATIONS.items():
        if (current is None or current < version) and version <= target:
            for statement in statements:
                connection.exec_driver_sql(statement)
    connection.exec_driver_sql("DELETE FROM alembic_version")
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (target,))
