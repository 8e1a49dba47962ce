"""Known parameter sets of a start: those of the settings, or of the table that they name."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from bayescore.app.parameter_values import number_of, value_of
from bayescore.config import (
    LOCAL_FILE_NAME,
    HyperTuning,
    Loaded,
    LoadedLocal,
    LocalSettings,
    ParameterSpec,
    Problem,
)
from bayescore.config.beliefs import beliefs
from bayescore.config.known_sets import KNOWN, MOST_SETS, KnownSet, baseline, known_sets, table_name
from bayescore.config.reader import Reader, closest_match
from bayescore.errors import ConfigError
from bayescore.exchange.readers import MOST_BYTES, decode_table
from bayescore.exchange.tables import table_rows
from bayescore.files import open_regular, reason_of
from bayescore.i18n import text
from bayescore.results.column_names import column_in
from bayescore.results.export import EXPORTED


def known_problems(project: Path, loaded: Loaded, local: LoadedLocal) -> tuple[Problem, ...]:
    """Errors of the table that ``known`` names; errors of a list are among those of both files."""
    reader = Reader(local.document, project / LOCAL_FILE_NAME)
    name = table_name(reader)
    if name is None or loaded.config is None:
        return ()
    try:
        _table_sets(project, name, loaded.config.hyper_tuning)
    except ConfigError as error:
        reader.error("known-table", KNOWN, error.message)
    return reader.finish()


def with_known(
    settings: LocalSettings, project: Path, tuning: HyperTuning, local: LoadedLocal
) -> LocalSettings:
    """The settings with the known sets, the baseline and the beliefs, which have been checked.

    Raises
    ------
    ConfigError
        When a table has changed since and cannot be read any more.
    """
    reader = Reader(local.document, project / LOCAL_FILE_NAME)
    name = table_name(reader)
    found = known_sets(reader, tuning) if name is None else _table_sets(project, name, tuning)
    first, expected = baseline(reader, tuning), beliefs(reader, tuning)
    return settings.model_copy(update={"known": found, "baseline": first, "expect": expected})


def _table_sets(project: Path, name: str, tuning: HyperTuning) -> tuple[KnownSet, ...]:
    """The sets of a table with a column for each parameter and, for what was measured, each metric.

    An empty cell is a parameter that the search fills in, or a set that was not measured.
    """
    rows = _rows(project, name)
    header = [cell.strip() for cell in rows[0]] if rows else []
    if len(rows) > MOST_SETS + 1:
        raise ConfigError(text("{file} has more than {most} rows.", file=name, most=MOST_SETS))
    specs = {column_in(header, s.name): s for s in tuning.parameter_specs}
    metrics = (tuning.hyperparameter_metric, *tuning.side_metrics)
    reported = {column_in(header, metric, is_metric=True): metric for metric in metrics}
    if not any(column in header for column in specs):
        names = ", ".join(specs)
        raise ConfigError(
            text("{file} has no column with the name of a parameter ({names}).", file=name, names=names)
        )
    _check_header(name, header, [*specs, *reported])
    sets = []
    for line, row in enumerate(rows[1:], 2):
        if len(row) > len(header):
            raise ConfigError(
                text("Line {line} of {file} has more cells than the first line.", line=line, file=name)
            )
        if len(row) < len(header):
            raise ConfigError(
                text("Line {line} of {file} has fewer cells than the first line.", line=line, file=name)
            )
        cells = {column: cell.strip() for column, cell in zip(header, row, strict=False) if cell.strip()}
        try:
            sets.append(_set(cells, specs, reported, tuning.hyperparameter_metric))
        except ConfigError as error:
            raise ConfigError(
                text("Line {line} of {file}: {reason}", line=line, file=name, reason=error.message)
            ) from None
    return tuple(each for each in sets if each.parameters)


def _check_header(file: str, header: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse a column that is there twice, and one whose name is most likely a misspelt one.

    Other columns are left alone: an exported table has them.
    """
    missing = [name for name in wanted if name not in header]
    for column in header:
        if column in wanted and header.count(column) > 1:
            raise ConfigError(text("{file} has two columns “{name}”.", file=file, name=column))
        is_other = column in wanted or column in EXPORTED
        if not is_other and (guess := closest_match(column, missing)) is not None:
            raise ConfigError(
                text(
                    "{file} has a column “{name}”; did you mean “{guess}”?",
                    file=file,
                    name=column,
                    guess=guess,
                )
            )


def _rows(project: Path, name: str) -> list[list[str]]:
    file = project / name
    try:
        if not file.resolve().is_relative_to(project.resolve()):
            raise ConfigError(text("The table {file} is not in the project's folder.", file=name))
        with open_regular(file) as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            text("{file} cannot be read: {reason}.", file=name, reason=reason_of(error))
        ) from None
    try:
        return table_rows(decode_table(content, name))
    except csv.Error as error:
        raise ConfigError(text("The table cannot be read: {reason}.", reason=error)) from None


def _set(
    cells: Mapping[str, str], specs: Mapping[str, ParameterSpec], metrics: Mapping[str, str], objective: str
) -> KnownSet:
    parameters = {s.name: value_of(s, cells[column]) for column, s in specs.items() if column in cells}
    values = {
        metric: number_of(metric, cells[column]) for column, metric in metrics.items() if column in cells
    }
    missing = [s.name for s in specs.values() if s.name not in parameters]
    if objective in values and missing:
        raise ConfigError(
            text("A set that was measured names every parameter; {names} is missing.", names=missing[0])
        )
    return KnownSet(parameters=parameters, values=values if objective in values else {})
