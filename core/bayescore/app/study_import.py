"""Results of other tools, imported as an ended job to learn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bayescore.errors import ConfigError
from bayescore.exchange.readers import read_study
from bayescore.exchange.study import Study, store_study, validated
from bayescore.exchange.tables import read_table
from bayescore.i18n import text
from bayescore.store import Database, Job


def import_study(
    database: Database, study: Study, project: Path, *, name: str | None = None
) -> tuple[Job, Study]:
    """Store results as an ended job; returns the job, and the results that were stored.

    Parameters
    ----------
    name
        Name of the job; by default the name that the results have.

    Raises
    ------
    ConfigError
        When the results do not describe a job, or are too large.
    """
    stored = validated(replace(study, name=name or study.name))
    return store_study(database, stored, project.absolute()), stored


def read_file(source: Path, project: Path) -> Study:
    """The results in a file or folder of another tool; nothing is stored.

    Raises
    ------
    ConfigError
        When it cannot be read, or has no results.
    """
    study = read_study(source, project)
    if study is None:
        raise ConfigError(
            text("{file} has no results that can be imported.", file=source),
            text("Choose an SQLite file of Optuna, a table, or a folder of downloaded outputs."),
        )
    return validated(study)


def read_text(content: str, name: str, project: Path) -> Study:
    """The results in the text of a table; nothing is stored.

    Raises
    ------
    ConfigError
        When it cannot be read, or has no results.
    """
    return validated(read_table(content, name, project))
