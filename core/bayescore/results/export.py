"""Jobs and trials as JSON, CSV and YAML."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bayescore.config.yamltext.render import block
from bayescore.results.baseline import baseline_of
from bayescore.results.best import best
from bayescore.results.column_names import named_columns
from bayescore.store import Job, Point, Trial, TrialState

_BEFORE = ("trial", "state", "origin")  # columns of an exported table before and behind those of the job
_BEHIND = ("gpus", "started_at", "ended_at", "reason", "forecast", "forecast_deviation", "starred", "note")
EXPORTED = (*_BEFORE, *_BEHIND)


def number(value: float | None) -> float | str | None:
    """A number for JSON; non-finite ones become the text that JavaScript uses."""
    if value is None or math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def parameters_json(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters for JSON. Those of an imported job may be infinite."""
    return {name: _strict(value) for name, value in parameters.items()}


def _strict(value: Any) -> Any:
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping):
        return parameters_json(value)
    return [_strict(item) for item in value] if isinstance(value, list | tuple) else value


def job_json(
    job: Job, trials: Sequence[Trial], series: Mapping[int, Mapping[str, Sequence[float]]]
) -> dict[str, Any]:
    """A job as ``--json`` prints it.

    Parameters
    ----------
    series
        Values by trial id and metric, in the order of their arrival.
    """
    tuning = job.config.hyper_tuning
    winner, base = best(trials, tuning.goal), baseline_of(job, trials)
    return {
        "id": job.id,
        "name": job.submission.name,
        "state": str(job.state),
        "reason": job.reason.render() if job.reason else None,
        "goal": str(tuning.goal),
        "metric": job.metric,
        "algorithm": str(tuning.algorithm),
        "max_job_count": job.max_trials,
        "parallel_count": tuning.parallel_count,
        "created_at": job.created_at,
        "ended_at": job.ended_at,
        "note": job.note,
        "tags": list(job.tags),
        "archived": job.archived,
        "best": {
            "trial": winner.number,
            "value": winner.value,
            "parameters": parameters_json(winner.parameters),
        }
        if winner
        else None,
        "baseline": base.trial.number if base else None,
        "trials": [trial_json(t, series.get(t.id, {})) for t in trials],
    }


def trial_json(trial: Trial, series: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """A trial as ``--json`` prints it."""
    stop, forecast = trial.curve.stop, trial.curve.forecast
    return {
        "number": trial.number,
        "state": str(trial.state),
        "reason": trial.reason.render() if trial.reason else None,
        "exit_code": trial.exit_code,
        "origin": trial.origin,
        "parameters": parameters_json(trial.parameters),
        "value": number(trial.value),
        "metrics": {name: [number(v) for v in values] for name, values in series.items()},
        "gpus": list(trial.gpus),
        "started_at": trial.started_at,
        "ended_at": trial.ended_at,
        "early_stop": None if stop is None else {"cause": str(stop), "step": trial.curve.step},
        "end_forecast": None if forecast is None else parameters_json(asdict(forecast)),
    }


def _forecast_at_stop(trial: Trial) -> tuple[float | str | None, float | str | None]:
    """Mean and standard deviation of the objective that a trial would have had, if it was stopped early."""
    forecast = trial.curve.forecast
    if trial.state is not TrialState.STOPPED_EARLY or forecast is None:
        return None, None
    return number(forecast.mean), number(forecast.deviation)


def dumps(value: Any) -> str:
    """An indented JSON document; raises ``ValueError`` for non-finite numbers."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)


def trials_csv(job: Job, trials: Sequence[Trial], series: Mapping[int, Mapping[str, Sequence[float]]]) -> str:
    """One row for each trial: parameters, objective, and the last values of the other metrics."""
    names = [s.name for s in job.config.hyper_tuning.parameter_specs]
    side_metrics = list(dict.fromkeys(m for t in trials for m in series.get(t.id, {}) if m != job.metric))
    columns = named_columns((*_BEFORE, *_BEHIND), names, [job.metric, *side_metrics])
    header = [*_BEFORE, *columns.parameters.values(), *columns.metrics.values(), *_BEHIND]
    rows = (
        [
            t.number,
            t.state,
            t.origin,
            *(_strict(t.parameters.get(n)) for n in names),
            number(t.value),
            *(number(_last(series.get(t.id, {}).get(m))) for m in side_metrics),
            " ".join(t.gpus),
            t.started_at,
            t.ended_at,
            "" if t.reason is None else str(t.reason),
            *_forecast_at_stop(t),
            int(t.starred),
            t.note,
        ]
        for t in trials
    )
    return csv_text(header, rows)


def points_csv(trials: Sequence[Trial], points: Iterable[Point]) -> str:
    """One row for each reported value, in the order of arrival; ``at`` in seconds since 1970."""
    numbers = {t.id: t.number for t in trials}
    rows = (
        [numbers[p.trial], p.metric, number(p.value), f"{p.at:.6f}"] for p in points if p.trial in numbers
    )
    return csv_text(["trial", "metric", "value", "at"], rows)


def parameters_yaml(trial: Trial) -> str:
    """A trial's parameters in the form of an ``openbayes.yaml``."""
    return "\n".join(block({"parameters": trial.parameters})) + "\n"


def _last(values: Sequence[float] | None) -> float | None:
    return values[-1] if values else None


def _cell(value: Any) -> Any:
    """A cell for CSV. Text that a spreadsheet would run as a formula gets an apostrophe, as OWASP advises."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        try:
            float(value)
        except ValueError:
            return f"'{value}"
    return value


def without_apostrophe(cell: str) -> str:
    """A cell of an exported table as it was before :func:`csv_text` made it safe for spreadsheets."""
    return cell[1:] if cell.startswith("'") and _cell(cell[1:]) == cell else cell


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV without cells that a spreadsheet would run as formulas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue()
