"""Results of other tools, imported as an ended job to learn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bayescore.errors import ConfigError
from bayescore.exchange.past import Past, keep, sound
from bayescore.exchange.sources import past_of
from bayescore.exchange.tables import from_table
from bayescore.i18n import text
from bayescore.store import Database, Job


def import_past(
    database: Database, past: Past, project: Path, *, name: str | None = None
) -> tuple[Job, Past]:
    """Store results as an ended job; the job, and the results that were stored.

    Parameters
    ----------
    name
        Name of the job; by default the name that the results have.

    Raises
    ------
    ConfigError
        When the results do not describe a job, or are too large.
    """
    stored = sound(replace(past, name=name or past.name))
    return keep(database, stored, project.absolute()), stored


def import_file(database: Database, source: Path, project: Path) -> Job:
    """Import a file or folder of another tool.

    Raises
    ------
    ConfigError
        When it cannot be read, or holds no results.
    """
    past = past_of(source, project)
    if past is None:
        raise ConfigError(
            text("{file} holds no results that can be imported.", file=source),
            text("Choose an SQLite file of Optuna, a table, or a folder of downloaded outputs."),
        )
    return import_past(database, past, project)[0]


def import_table(database: Database, content: str, name: str, project: Path) -> Job:
    """Import a table, as it was copied from a page or piped.

    Raises
    ------
    ConfigError
        When it cannot be read, or holds no results.
    """
    return import_past(database, from_table(content, name, project), project)[0]
