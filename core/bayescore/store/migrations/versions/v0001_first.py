"""The first tables.

A migration is frozen once released: it spells its tables out and does not import
today's, which will change.
"""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
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
)


def upgrade() -> None:
    """Create every table and index."""
    for statement in _STATEMENTS:
        op.execute(statement)
