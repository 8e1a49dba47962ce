"""Reads a file or folder of results with the reader of the tool that it comes from."""

from __future__ import annotations

from pathlib import Path

from bayescore.config.load import decode
from bayescore.errors import ConfigError
from bayescore.exchange.optuna_import import MAGIC, read_optuna
from bayescore.exchange.output_folders import read_folder
from bayescore.exchange.study import Study
from bayescore.exchange.tables import read_table
from bayescore.files import open_regular, reason_of
from bayescore.i18n import text

MOST_BYTES = 8 * 2**20  # of a table
_TABLES = (".csv", ".tsv", ".txt")


def read_study(
    source: Path, project: Path, *, study: str | None = None, metric: str = "objective"
) -> Study | None:
    """Read results: an Optuna storage, a table, or a folder of downloaded outputs.

    Parameters
    ----------
    project
        Folder of the ``openbayes.yaml`` that explains the columns of a table.
    study, metric
        See :func:`bayescore.exchange.optuna_import.read_optuna`.

    Returns
    -------
    Study or None
        ``None`` for another file, which may describe a search space.

    Raises
    ------
    ConfigError
        When the source cannot be read.
    """
    if not source.exists():
        raise ConfigError(text("There is no {file}.", file=source))
    if source.is_dir():
        return read_folder(source, project)
    try:
        with open_regular(source) as opened:
            start = opened.read(len(MAGIC))
            is_table = source.suffix.lower() in _TABLES and start != MAGIC
            rest = opened.read(MOST_BYTES + 1) if is_table else b""
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be read: {reason}.", file=source, reason=reason_of(error))
        ) from None
    if start == MAGIC:
        return read_optuna(source, study=study, metric=metric)
    return read_table(decode_table(start + rest, source.name), source.name, project) if is_table else None


def decode_table(content: bytes, name: str) -> str:
    """Text of a table, of which at most ``MOST_BYTES`` + 1 bytes were read.

    Raises
    ------
    ConfigError
        When the table is larger than ``MOST_BYTES``, or not UTF-8.
    """
    if len(content) > MOST_BYTES:
        raise ConfigError(
            text("{file} is larger than {size} KiB.", file=name, size=MOST_BYTES // 2**10),
            text("Check that it is the right file."),
        )
    words, bad = decode(content)
    if bad is not None:
        raise ConfigError(text("{file} is not UTF-8 text.", file=name), text("Save it as UTF-8 first."))
    return words
