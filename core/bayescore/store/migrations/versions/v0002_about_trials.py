"""A star, a note and what the search foresaw for each trial; an index that nothing asked goes."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    "ALTER TABLE trials ADD COLUMN starred INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE trials ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE trials ADD COLUMN foresight TEXT",
    "ALTER TABLE trials DROP COLUMN expected_gain",
    "DROP INDEX trials_token",
)


def upgrade() -> None:
    """Run once per data folder."""
    for statement in _STATEMENTS:
        op.execute(statement)
