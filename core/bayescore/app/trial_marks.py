"""What users mark trials with: a star, a note."""

from __future__ import annotations

from collections.abc import Iterable

from bayescore.store import Database, trials


def star(database: Database, job: str, numbers: Iterable[int], *, starred: bool) -> None:
    """Set or remove the star of trials; see :meth:`Database.write` for the errors."""
    with database.write() as connection:
        for number in numbers:
            trials.star(connection, job, number, starred=starred)


def annotate(database: Database, job: str, number: int, note: str) -> None:
    """Write a note on a trial; see :meth:`Database.write` for the errors."""
    with database.write() as connection:
        trials.annotate(connection, job, number, note)
