"""Which tool a file or folder comes from."""

from __future__ import annotations

from pathlib import Path

from bayescore.config.load import decode
from bayescore.errors import ConfigError
from bayescore.exchange import optuna, tables
from bayescore.exchange.past import Past
from bayescore.files import open_regular
from bayescore.i18n import text

MOST_BYTES = 8 * 2**20  # of a table
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
    try:
        with open_regular(source) as opened:
            begin = opened.read(len(optuna.MAGIC))
            is_table = source.suffix.lower() in _TABLES and begin != optuna.MAGIC
            rest = opened.read(MOST_BYTES + 1) if is_table else b""
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be read: {reason}.", file=source, reason=error.strerror or str(error))
        ) from None
    if begin == optuna.MAGIC:
        return optuna.read(source, study=study, metric=metric)
    return tables.from_table(decoded(begin + rest, source.name), source.name, project) if is_table else None


def decoded(content: bytes, name: str) -> str:
    """The text of a table that was read up to ``MOST_BYTES`` and one more.

    Raises
    ------
    ConfigError
        When it is larger, or not UTF-8.
    """
    if len(content) > MOST_BYTES:
        raise ConfigError(
            text("{file} is larger than {size} KiB.", file=name, size=MOST_BYTES // 2**10),
            text("Is it the right file?"),
        )
    words, bad = decode(content)
    if bad is not None:
        raise ConfigError(text("{file} is not UTF-8 text.", file=name), text("Save it as UTF-8 first."))
    return words
