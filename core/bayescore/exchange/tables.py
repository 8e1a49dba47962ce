"""Executions as a table, or as folders that were downloaded: what the platform's pages give away."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
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
from bayescore.exchange.past import Past, PastTrial, finite
from bayescore.i18n import Text, text
from bayescore.store import TrialState

PARAMETERS_FILE = "openbayes_params.json"
_MOST_LOG = 8 * 2**20
_LOGS = ("*.log", "*.txt", "*.json", "*.csv")
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
    specs = {s.name: s for s in tuning.parameter_specs}
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
    remarks: list[Text] = []
    for number, row in enumerate(rows[1:], 2):
        cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
        try:
            parameters = {n: _value(spec, cells.get(n, "")) for n, spec in specs.items()}
        except ValueError as error:
            remarks.append(text("Line {line} was left out: {reason}.", line=number, reason=error))
            continue
        found.append(_trial(config, parameters, cells))
    return Past(name, name, file_text, tuple(found), tuple(remarks))


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
    specs = {s.name: s for s in tuning.parameter_specs}
    found: list[PastTrial] = []
    remarks: list[Text] = []
    for file in sorted(folder.rglob(PARAMETERS_FILE)):
        name = str(file.parent.relative_to(folder))
        try:
            written = json.loads(file.read_text(encoding="utf-8"))
            parameters = {n: _value(spec, str(written[n])) for n, spec in specs.items()}
        except (OSError, ValueError, KeyError, TypeError) as error:
            remarks.append(text("{folder} was left out: {reason}.", folder=name, reason=error))
            continue
        metrics = {
            m: _mentioned(file.parent, m) for m in (tuning.hyperparameter_metric, *tuning.side_metrics)
        }
        cells = {m: str(v) for m, v in metrics.items() if v is not None}
        if tuning.hyperparameter_metric not in cells:
            remarks.append(
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
    return Past(folder.name, folder.name, file_text, tuple(found), tuple(remarks))


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


def _value(spec: ParameterSpec, written: str) -> Any:
    """A cell as the parameter's own kind of value; ``ValueError`` says what is wrong with it."""
    if isinstance(spec, CategoricalSpec):
        if written not in spec.categorical_values:
            raise ValueError(f"{spec.name} = {written or '—'}")
        return written
    number = _number(written)
    if number is None or not math.isfinite(number):
        raise ValueError(f"{spec.name} = {written or '—'}")
    if isinstance(spec, DiscreteSpec):
        return min(spec.discrete_values, key=lambda v: abs(v - number))
    return round(number) if isinstance(spec, IntegerSpec) else number


def _number(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:
        return None


def _mentioned(folder: Path, metric: str) -> float | None:
    """The last value of a metric in an execution's files, the newest file first."""
    pattern = re.compile(
        rf"(?<![\w.]){re.escape(metric)}[\"']?\s*[:=\s]\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    )
    for file in sorted(_texts(folder), key=lambda f: f.stat().st_mtime, reverse=True):
        found = pattern.findall(file.read_text(encoding="utf-8", errors="replace"))
        if found:
            return float(found[-1])
    return None


def _texts(folder: Path) -> Iterator[Path]:
    for kind in _LOGS:
        for file in folder.rglob(kind):
            if file.is_file() and file.name != PARAMETERS_FILE and file.stat().st_size < _MOST_LOG:
                yield file


def hiplot_csv(
    names: Sequence[str], metric: str, rows: Sequence[tuple[int, Mapping[str, Any], float | None]]
) -> str:
    """Trials as HiPlot reads them: ``uid`` and one column for each axis; those without a value are left out.

    Parameters
    ----------
    rows
        Number, parameters and objective of each trial.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["uid", *names, metric])
    for number, parameters, value in rows:
        if value is not None:
            writer.writerow([number, *(parameters.get(n) for n in names), value])
    return written.getvalue()
