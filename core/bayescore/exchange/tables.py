"""Reads results from a table, such as one copied from a page of the platform."""

from __future__ import annotations

import csv
import io
import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bayescore.config import (
    CategoricalSpec,
    DiscreteSpec,
    IntegerSpec,
    OpenBayesConfig,
    ParameterSpec,
    load_file,
    project_file,
)
from bayescore.errors import ConfigError
from bayescore.exchange.study import MOST_TRIALS, Remarks, Study, StudyTrial, finite
from bayescore.i18n import text
from bayescore.results.column_names import column_in
from bayescore.results.export import without_apostrophe
from bayescore.store import TrialState

_MOST_SHOWN = 200  # characters of a cell in a remark
_STATES = ("state", "status", "状态")  # columns that say how a trial ended
_UNSUCCESSFUL = re.compile(r"fail|error|cancel|stop|lost|失败|出错|取消|错误", re.IGNORECASE)


def read_table(content: str, name: str, project: Path) -> Study:
    """Read a table whose first row has the names of the project's parameters and metrics.

    Columns are separated by commas, semicolons or tabs; a table copied from a page has tabs.

    Raises
    ------
    ConfigError
        When the project's file cannot be read, the table is malformed or too long, or a parameter or the
        objective has no column.
    """
    file_text, config = project_config(project)
    try:
        rows = table_rows(content)
    except csv.Error as error:
        raise ConfigError(text("The table cannot be read: {reason}.", reason=error)) from None
    header = [without_apostrophe(cell.strip()) for cell in rows[0]] if rows else []
    tuning = config.hyper_tuning
    if len(rows) > MOST_TRIALS + 1:
        raise ConfigError(text("The table has more than {most} rows.", most=MOST_TRIALS))
    parsers = {s.name: cell_parser(s) for s in tuning.parameter_specs}
    columns = {n: column_in(header, n) for n in parsers}
    metrics = (tuning.hyperparameter_metric, *tuning.side_metrics)
    reported = {n: column_in(header, n, is_metric=True) for n in metrics}
    missing = [n for n, found in columns.items() if found not in header]
    missing += [n for n in metrics[:1] if reported[n] not in header]
    if missing:
        raise ConfigError(
            text(
                "The table has no column {names}. Its columns: {header}.",
                names=", ".join(missing),
                header=", ".join(header),
            ),
            text("The first row must have the names of the parameters and the metric in openbayes.yaml."),
        )
    used = {*columns.values(), *reported.values()}
    if twice := [n for n in dict.fromkeys(header) if n in used and header.count(n) > 1]:
        raise ConfigError(
            text("The table has several columns {names}.", names=", ".join(twice)),
            text("Give the column of another thing another name."),
        )
    trials: list[StudyTrial] = []
    remarks = Remarks()
    for number, row in enumerate(rows[1:], 2):
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        states = [cells.get(n, "") for n in _STATES if n not in used]
        try:
            parameters = {n: parse(cells.get(columns[n], "")) for n, parse in parsers.items()}
        except ValueError as error:
            remarks.add(text("Line {line} was left out: {reason}.", line=number, reason=error))
            continue
        values = {n: cells.get(found, "") for n, found in reported.items()}
        trials.append(study_trial(config, parameters, values, states))
    return Study(name, name, file_text, tuple(trials), remarks.finish())


def project_config(project: Path) -> tuple[str, OpenBayesConfig]:
    """Text and content of the project's ``openbayes.yaml``, which defines the columns.

    Raises
    ------
    ConfigError
        When it cannot be read or has errors.
    """
    file = project_file(project)
    loaded = load_file(file)
    if loaded.config is None:
        raise ConfigError(
            text("{file} has errors, but the import needs its parameters and metric.", file=file),
            text("Fix the errors first: bayesdesk check"),
        )
    return loaded.document.text, loaded.config


def table_rows(content: str) -> list[list[str]]:
    """Rows of a table that are not empty; columns are separated by tabs, commas or semicolons.

    Raises
    ------
    csv.Error
        For a malformed table.
    """
    content = content.lstrip("\ufeff")
    delimiter = max("\t,;", key=content.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(content), delimiter=delimiter)
    return [row for row in rows if any(cell.strip() for cell in row)]


def study_trial(
    config: OpenBayesConfig,
    parameters: Mapping[str, Any],
    values: Mapping[str, str],
    states: Iterable[str] = (),
) -> StudyTrial:
    """A trial from the cells of a row. It failed without a finite objective, or with a failed state.

    Parameters
    ----------
    values
        The cell of each metric.
    """
    tuning = config.hyper_tuning
    value = finite(_number(values.get(tuning.hyperparameter_metric, "")))
    succeeded = value is not None and not any(map(_UNSUCCESSFUL.search, states))
    metrics = {m: (n,) for m in tuning.side_metrics if (n := _number(values.get(m, ""))) is not None}
    state = TrialState.SUCCEEDED if succeeded else TrialState.FAILED
    return StudyTrial(parameters, value if succeeded else None, metrics, state)


def cell_parser(spec: ParameterSpec) -> Callable[[str], Any]:
    """Function that parses a cell as a value of the parameter; it raises ``ValueError`` for others."""
    choices = frozenset(spec.categorical_values) if isinstance(spec, CategoricalSpec) else frozenset()
    levels = sorted(spec.discrete_values) if isinstance(spec, DiscreteSpec) else []

    def parse(written: str) -> Any:
        wrong = ValueError(f"{spec.name} = {written[:_MOST_SHOWN] or '—'}")
        if isinstance(spec, CategoricalSpec):
            choice = next((c for c in (written, without_apostrophe(written)) if c in choices), None)
            if choice is None:
                raise wrong
            return choice
        number = _number(written)
        if number is None or not math.isfinite(number):
            raise wrong
        if isinstance(spec, DiscreteSpec):
            at = bisect_left(levels, number)
            return min(levels[max(0, at - 1) : at + 1], key=lambda v: abs(v - number))
        return round(number) if isinstance(spec, IntegerSpec) else number

    return parse


def _number(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:
        return None
