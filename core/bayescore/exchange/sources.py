"""Which tool a file or folder comes from."""

from __future__ import annotations

from pathlib import Path

from bayescore.config.load import read_utf8
from bayescore.errors import ConfigError
from bayescore.exchange import optuna, tables
from bayescore.exchange.past import Past, keep
from bayescore.i18n import text
from bayescore.store import Database, Job

_TABLES = (".csv", ".tsv", ".txt")


def past_of(
    source: Path, project: Path, *, study: str | None = None, metric: str = "objective"
) -> Past | None:
    """What was found there; ``None`` for a file that only describes a space.

    Raises
    ------
    ConfigError
        When it cannot be read.
    """
    if not source.exists():
        raise ConfigError(text("There is no {file}.", file=source))
    if source.is_dir():
        return tables.from_folder(source, project)
    if optuna.is_storage(source):
        return optuna.read(source, study=study, metric=metric)
    if source.suffix.lower() in _TABLES:
        return tables.from_table(read_utf8(source).decode("utf-8"), source.name, project)
    return None


def bring_in(database: Database, source: Path, project: Path) -> Job:
    """Store what was found there as an ended job.

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
    return keep(database, past, project)
