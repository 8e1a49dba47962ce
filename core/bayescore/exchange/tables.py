"""Executions as a table, or as folders that were downloaded: what the platform's pages give away."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
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
from bayescore.exchange.past import MOST_TRIALS, Past, PastTrial, Remarks, finite
from bayescore.files import read_text
from bayescore.files.listing import files_below
from bayescore.i18n import text
from bayescore.results import csv_text
from bayescore.store import TrialState

PARAMETERS_FILE = "openbayes_params.json"
_MOST_PARAMETERS = 2**20  # bytes of the parameters' file
_MOST_LOG = 8 * 2**20
_MOST_LOGS = 200  # files of one execution that are searched
_MOST_METRICS = 50  # that are searched for
_MOST_NAME = 200  # characters of a metric that is searched for
_MOST_MENTIONS = 10_000  # of a metric in one file, from its end, that are looked at
_LOGS = (".log", ".txt", ".json", ".csv")
# What follows a metric's name; every repeat is bounded, so that a hostile log costs no time.
_BEHIND = re.compile(
    r"[\"']?(?:\s{0,20}[:=]|\s)\s{0,20}([-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][-+]?\d{1,4})?)"
)
_BAD_STATES = re.compile(r"fail|error|cancel|stop|lost|失败|出错|取消|错误", re.IGNORECASE)


def from_table(content: str, name: str, project: Path) -> Past:
    """Rows of a table with a head: columns named as the project's parameters and metrics are.

    Commas, semicolons or tabs part the columns, so that a table copied from a page works too.

    Raises
    ------
    ConfigError
        When the project's file cannot be read, or no column is a parameter or the objective.
    """
    file_text, config = _described(project)
    try:
        rows = _rows(content)
    except csv.Error as error:
        raise ConfigError(text("The table cannot be read: {reason}.", reason=error)) from None
    head = [cell.strip() for cell in rows[0]] if rows else []
    tuning = config.hyper_tuning
    if len(rows) > MOST_TRIALS + 1:
        raise ConfigError(text("The table has more than {most} rows.", most=MOST_TRIALS))
    specs = {s.name: _reading(s) for s in tuning.parameter_specs}
    missing = [n for n in (*specs, tuning.hyperparameter_metric) if n not in head]
    if missing:
        raise ConfigError(
            text(
                "The table has no column {names}; it has: {head}.",
                names=", ".join(missing),
                head=", ".join(head),
            ),
            text("The first row must name the parameters and the metric as openbayes.yaml does."),
        )
    found: list[PastTrial] = []
    remarks = Remarks()
    for number, row in enumerate(rows[1:], 2):
        cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
        try:
            parameters = {n: read(cells.get(n, "")) for n, read in specs.items()}
        except ValueError as error:
            remarks.add(text("Line {line} was left out: {reason}.", line=number, reason=error))
            continue
        found.append(_trial(config, parameters, cells))
    return Past(name, name, file_text, tuple(found), remarks.finish())


def from_folder(folder: Path, project: Path) -> Past:
    """Outputs of executions below a folder: each has the parameters' file, and the metric in what it wrote.

    The metric is its last mention in a log, a text or a JSON file of the execution, as
    ``name: 0.93``, ``name=0.93`` or ``"name": 0.93``.

    Raises
    ------
    ConfigError
        When the project's file cannot be read, or there is no execution below the folder.
    """
    file_text, config = _described(project)
    tuning = config.hyper_tuning
    specs = {s.name: _reading(s) for s in tuning.parameter_specs}
    found: list[PastTrial] = []
    remarks = Remarks()
    executions = sorted(f for f in files_below(folder) if f.name == PARAMETERS_FILE)
    if len(executions) > MOST_TRIALS:
        raise ConfigError(text("{folder} has more than {most} executions.", folder=folder, most=MOST_TRIALS))
    for file in executions:
        name = str(file.parent.relative_to(folder))
        try:
            written = json.loads(read_text(file, _MOST_PARAMETERS, follow=False, errors="strict"))
            parameters = {n: read(str(written[n])) for n, read in specs.items()}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            remarks.add(text("{folder} was left out: {reason}.", folder=name, reason=error))
            continue
        metrics = _mentioned(file.parent, (tuning.hyperparameter_metric, *tuning.side_metrics))
        cells = {m: str(v) for m, v in metrics.items()}
        if tuning.hyperparameter_metric not in cells:
            remarks.add(
                text(
                    "{folder}: “{metric}” is in none of its files.",
                    folder=name,
                    metric=tuning.hyperparameter_metric,
                )
            )
        found.append(_trial(config, parameters, cells))
    if not found:
        raise ConfigError(
            text("There is no {file} below {folder}.", file=PARAMETERS_FILE, folder=folder),
            text("Download the outputs, each into a folder of its own, and name the folder that holds them."),
        )
    return Past(folder.name, folder.name, file_text, tuple(found), remarks.finish())


def _described(project: Path) -> tuple[str, OpenBayesConfig]:
    file = project_file(project)
    loaded = load_file(file)
    if loaded.config is None:
        raise ConfigError(
            text("{file} has errors, and says what the columns mean.", file=file),
            text("Mend it first: bayesdesk check"),
        )
    return loaded.document.text, loaded.config


def _rows(content: str) -> list[list[str]]:
    content = content.lstrip("\ufeff")
    head = content.partition("\n")[0]
    mark = max("\t,;", key=head.count)
    return [row for row in csv.reader(io.StringIO(content), delimiter=mark) if any(c.strip() for c in row)]


def _trial(config: OpenBayesConfig, parameters: Mapping[str, Any], cells: Mapping[str, str]) -> PastTrial:
    tuning = config.hyper_tuning
    value = finite(_number(cells.get(tuning.hyperparameter_metric, "")))
    ended_badly = any(_BAD_STATES.search(cells.get(n, "")) for n in ("state", "status", "状态"))
    good = value is not None and not ended_badly
    metrics = {m: (n,) for m in tuning.side_metrics if (n := _number(cells.get(m, ""))) is not None}
    return PastTrial(
        parameters, value if good else None, metrics, TrialState.SUCCEEDED if good else TrialState.FAILED
    )


def _reading(spec: ParameterSpec) -> Callable[[str], Any]:
    """Reads a cell as the parameter's own kind of value; ``ValueError`` says what is wrong with it."""
    choices = frozenset(spec.categorical_values) if isinstance(spec, CategoricalSpec) else frozenset()
    levels = sorted(spec.discrete_values) if isinstance(spec, DiscreteSpec) else []

    def read(written: str) -> Any:
        wrong = ValueError(f"{spec.name} = {written[:_MOST_NAME] or '—'}")
        if isinstance(spec, CategoricalSpec):
            if written not in choices:
                raise wrong
            return written
        number = _number(written)
        if number is None or not math.isfinite(number):
            raise wrong
        if isinstance(spec, DiscreteSpec):
            at = bisect_left(levels, number)
            return min(levels[max(0, at - 1) : at + 1], key=lambda v: abs(v - number))
        return round(number) if isinstance(spec, IntegerSpec) else number

    return read


def _number(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:
        return None


def _mentioned(folder: Path, metrics: Sequence[str]) -> dict[str, float]:
    """The last value of each metric in an execution's files, the newest file first."""
    sought = [m for m in metrics[: _MOST_METRICS + 1] if len(m) <= _MOST_NAME]
    found: dict[str, float] = {}
    for file in _logs(folder):
        try:
            content = read_text(file, _MOST_LOG, follow=False)
        except OSError:
            continue
        for metric in [m for m in sought if m not in found]:
            if (value := _last_value(content, metric)) is not None:
                found[metric] = value
    return found


def _last_value(content: str, metric: str) -> float | None:
    at = len(content)
    for _ in range(_MOST_MENTIONS):
        at = content.rfind(metric, 0, at + len(metric) - 1)
        if at < 0:
            return None
        before = content[at - 1 : at]
        is_whole = not (before.isalnum() or before in ("_", "."))
        if is_whole and (match := _BEHIND.match(content, at + len(metric))):
            return float(match[1])
    return None


def _logs(folder: Path) -> list[Path]:
    """Files in which an execution may have written its metrics, the newest first."""
    dated = []
    for file in files_below(folder):
        if file.suffix in _LOGS and file.name != PARAMETERS_FILE:
            with suppress(OSError):
                dated.append((file.lstat().st_mtime, file))
    return [file for _, file in sorted(dated, reverse=True)[:_MOST_LOGS]]


def hiplot_csv(
    names: Sequence[str], metric: str, rows: Sequence[tuple[int, Mapping[str, Any], float | None]]
) -> str:
    """Trials as HiPlot reads them: ``uid`` and one column for each axis; those without a value are left out.

    Parameters
    ----------
    rows
        Number, parameters and objective of each trial.
    """
    return csv_text(
        ["uid", *names, metric],
        (
            [number, *(parameters.get(n) for n in names), value]
            for number, parameters, value in rows
            if value is not None
        ),
    )
