"""Reads results from downloaded outputs of executions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bayescore.errors import ConfigError
from bayescore.exchange.study import MOST_TRIALS, Remarks, Study, StudyTrial
from bayescore.exchange.tables import cell_parser, project_config, study_trial
from bayescore.files import read_text
from bayescore.files.listing import files_below
from bayescore.i18n import text

PARAMETERS_FILE = "openbayes_params.json"
_MOST_PARAMETERS = 2**20  # bytes of the parameters' file
_MOST_LOG = 8 * 2**20  # bytes read of a log
_MOST_LOGS = 200  # files searched for each execution
_MOST_METRICS = 50  # searched for
_MOST_NAME = 200  # characters of a metric's name
_MOST_MENTIONS = 10_000  # of a metric in one file, from its end
_LOGS = (".log", ".txt", ".json", ".csv")
# What follows a metric's name. Every repetition is bounded, so that a hostile log costs no time.
_VALUE = re.compile(
    r"[\"']?(?:\s{0,20}[:=]|\s)\s{0,20}([-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][-+]?\d{1,4})?)"
)


def read_folder(folder: Path, project: Path) -> Study:
    """Read the outputs of executions: below ``folder``, each folder with a file of parameters is one.

    The value of a metric is the last one in the logs, text and JSON files of the execution, written as
    ``name: 0.93``, ``name=0.93`` or ``"name": 0.93``.

    Raises
    ------
    ConfigError
        When the project's file cannot be read, or there are no executions, or too many.
    """
    file_text, config = project_config(project)
    tuning = config.hyper_tuning
    parsers = {s.name: cell_parser(s) for s in tuning.parameter_specs}
    trials: list[StudyTrial] = []
    remarks = Remarks()
    executions = sorted(f for f in files_below(folder) if f.name == PARAMETERS_FILE)
    if len(executions) > MOST_TRIALS:
        raise ConfigError(text("{folder} has more than {most} executions.", folder=folder, most=MOST_TRIALS))
    for file in executions:
        name = str(file.parent.relative_to(folder))
        try:
            written = json.loads(read_text(file, _MOST_PARAMETERS, follow=False, errors="strict"))
            parameters = {n: parse(str(written[n])) for n, parse in parsers.items()}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            remarks.add(text("{folder} was left out: {reason}.", folder=name, reason=error))
            continue
        metrics = _logged_values(file.parent, (tuning.hyperparameter_metric, *tuning.side_metrics))
        values = {m: str(v) for m, v in metrics.items()}
        if tuning.hyperparameter_metric not in values:
            remarks.add(
                text(
                    "{folder}: no file has a value of “{metric}”.",
                    folder=name,
                    metric=tuning.hyperparameter_metric,
                )
            )
        trials.append(study_trial(config, parameters, values))
    if not trials:
        raise ConfigError(
            text("There is no {file} below {folder}.", file=PARAMETERS_FILE, folder=folder),
            text("Download each execution's outputs into a folder of its own, and give their common folder."),
        )
    return Study(folder.name, folder.name, file_text, tuple(trials), remarks.finish())


def _logged_values(folder: Path, metrics: Sequence[str]) -> dict[str, float]:
    """Last value of each metric in the newest file of an execution that has one."""
    names = [m for m in metrics[: _MOST_METRICS + 1] if len(m) <= _MOST_NAME]
    found: dict[str, float] = {}
    for file in _logs(folder):
        try:
            content = read_text(file, _MOST_LOG, follow=False)
        except OSError:
            continue
        for metric in [m for m in names if m not in found]:
            if (value := _last_value(content, metric)) is not None:
                found[metric] = value
    return found


def _last_value(content: str, metric: str) -> float | None:
    position = len(content)
    for _ in range(_MOST_MENTIONS):
        position = content.rfind(metric, 0, position + len(metric) - 1)
        if position < 0:
            return None
        before = content[position - 1 : position]
        is_whole_word = not (before.isalnum() or before in ("_", "."))
        if is_whole_word and (match := _VALUE.match(content, position + len(metric))):
            return float(match[1])
    return None


def _logs(folder: Path) -> list[Path]:
    """Files that may have values of metrics, the newest first."""
    dated = []
    for file in files_below(folder):
        if file.suffix in _LOGS and file.name != PARAMETERS_FILE:
            with suppress(OSError):
                dated.append((file.lstat().st_mtime, file))
    return [file for _, file in sorted(dated, reverse=True)[:_MOST_LOGS]]
