"""A job in the middle of its early stopping, for pictures: stored as it would be, with nothing that runs."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bayescore.config import EarlyStopping, LocalSettings, load_text
from bayescore.engine.outcome import stop_reason
from bayescore.i18n import text
from bayescore.store import (
    CurveRecord,
    Database,
    DataFolder,
    EndForecast,
    Job,
    JobState,
    NewPoints,
    StopCause,
    Submission,
    Trial,
    TrialState,
    events,
    jobs,
    points,
    tables,
    trials,
)

_FILE = """\
command: python train.py
env: python-3.11
hyper_tuning:
  max_job_count: 100
  parallel_count: 4
  hyperparameter_metric: accuracy
  goal: MAXIMIZE
  algorithm: Bayesian
  side_metrics: [loss]
  parameter_specs:
    - {name: learning_rate, type: DOUBLE, min_value: 0.0001, max_value: 1, scale_type: UNIT_LOG_SCALE}
    - {name: weight_decay, type: DOUBLE, min_value: 0.000001, max_value: 0.01, scale_type: UNIT_LOG_SCALE}
    - {name: dropout, type: DOUBLE, min_value: 0, max_value: 0.6}
    - {name: optimizer, type: CATEGORICAL, categorical_values: [sgd, adam, lion]}
"""
_METRIC = "accuracy"
_STEPS, _STEP_S, _LANES = 30, 58.0, 4
_ENDED, _FAILED, _DIVERGED, _FIRST = 60, (23, 41), (15, 52), 6
_WAIT_S = 400.0  # from the end of the last trial to the moment of the picture
_NOISE = 0.004
_HOURS = 8.0
_STOPPED_AT = 2.2  # deviations between the forecast of a stopped trial and the best: a chance of 1.4 %


@dataclass(frozen=True)
class _Plan:
    """What becomes of a trial: its objective by step, and how long it runs."""

    parameters: dict[str, Any]
    whole: list[float]  # every step, had it run to its end
    steps: int
    state: TrialState


def store_job(home: Path) -> None:
    """Store the job in a new data folder."""
    database = Database(DataFolder(home)).open()
    config = load_text(_FILE).config
    assert config is not None
    local = LocalSettings(early_stopping=EarlyStopping(), max_hours=_HOURS, gpus="none")
    submission = Submission(
        name="resnet", project="/home/li/resnet", file_text=_FILE, config=config, local=local,
        runner="process", seed=1,
    )  # fmt: skip
    plans = _plans()
    spans, elapsed = _spans(plans)
    began = datetime.now(UTC) - timedelta(seconds=elapsed)
    best: float | None = None
    with database.write() as connection:
        job = jobs.add_imported(
            connection, submission, JobState.RUNNING, config.hyper_tuning.max_job_count, _written(began), None
        )
        connection.execute(tables.jobs.update().values(ended_at=None))
        for number, (plan, span) in enumerate(zip(plans, spans, strict=True), 1):
            trial = trials.add(connection, job.id, number, plan.parameters, "model")
            moments = [_written(began + timedelta(seconds=s)) for s in span]
            if plan.state is TrialState.RUNNING:
                plan = replace(plan, steps=int((elapsed - span[0]) / _STEP_S))
            _store_trial(connection, job, trial, plan, moments, best)
            if plan.state is TrialState.SUCCEEDED:
                best = max(plan.whole[-1], best or 0.0)
    database.close()


def _spans(plans: list[_Plan]) -> tuple[list[tuple[float, float]], float]:
    """When each trial begins and ends, and when the picture is taken, in seconds since the job began."""
    free = [0.0] * _LANES
    spans: list[tuple[float, float]] = []
    for plan in plans:
        lane = free.index(min(free))
        begin = free[lane]
        end = math.inf if plan.state is TrialState.RUNNING else begin + plan.steps * _STEP_S
        spans.append((begin, end))
        free[lane] = end + 3.0
    elapsed = _WAIT_S + max(end for _begin, end in spans if math.isfinite(end))
    return [(begin, min(end, elapsed)) for begin, end in spans], elapsed


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _plans() -> list[_Plan]:
    draw = random.Random(4)
    found: list[_Plan] = []
    best = 0.0
    for number in range(1, _ENDED + _LANES + 1):
        near = min(1.0, number / 45)  # the search comes nearer to the best
        parameters = {
            "learning_rate": float(f"{10 ** draw.uniform(-4 + 1.6 * near, -1.2 * near):.4g}"),
            "weight_decay": float(f"{10 ** draw.uniform(-6, -2):.4g}"),
            "dropout": round(draw.uniform(0.0, 0.6 - 0.25 * near), 3),
            "optimizer": draw.choice(["sgd", "adam", "lion"] if number < 25 else ["sgd", "adam"]),
        }
        whole = _curve(parameters, draw)
        state, steps = TrialState.SUCCEEDED, _STEPS
        if number > _ENDED:
            state = TrialState.RUNNING
        elif number in _FAILED:
            state, steps = TrialState.FAILED, 2
        elif number in _DIVERGED:
            state, steps, whole = TrialState.STOPPED_EARLY, 6, [*whole[:4], *([math.nan] * (_STEPS - 4))]
        elif number > _FIRST and whole[-1] < best - 0.007:
            state, steps = TrialState.STOPPED_EARLY, draw.randint(4, 9 if whole[-1] < best - 0.05 else 17)
        else:
            best = max(best, whole[-1])
        found.append(_Plan(parameters, whole, steps, state))
    return found


def _curve(parameters: Mapping[str, Any], draw: random.Random) -> list[float]:
    rate = math.log10(float(parameters["learning_rate"]))
    end = 0.945 - 0.09 * abs(rate + 1.9) ** 1.6 - 0.35 * (float(parameters["dropout"]) - 0.2) ** 2
    end -= {"sgd": 0.0, "adam": 0.008, "lion": 0.03}[str(parameters["optimizer"])]
    pace = draw.uniform(3.0, 5.5)
    rise = max(end, 0.2) - 0.1
    return [
        max(end, 0.2) - rise * math.exp(-step / pace) + draw.gauss(0.0, _NOISE)
        for step in range(1, _STEPS + 1)
    ]


def _store_trial(
    connection: sa.Connection, job: Job, trial: Trial, plan: _Plan, moments: list[str], best: float | None
) -> None:
    values = plan.whole[: plan.steps]
    losses = [2.3 * (1.02 - v) for v in values]
    reports = [
        pair for v, loss in zip(values, losses, strict=True) for pair in ((_METRIC, v), ("loss", loss))
    ]
    points.PointWriter().append(connection, [NewPoints(job.seq, trial.id, 1, tuple(reports))])
    trial = trials.move(connection, trial, TrialState.STARTING)
    trial = trials.move(connection, trial, TrialState.RUNNING, started_at=moments[0], handle="none")
    forecast = _forecast(plan, best)
    if plan.state is TrialState.RUNNING:
        trials.set_curve(connection, trial.id, CurveRecord(forecast))
        return
    ended: dict[str, Any] = {"ended_at": moments[1]}
    if plan.state is TrialState.SUCCEEDED:
        ended |= {"value": plan.whole[-1], "exit_code": 0}
    elif plan.state is TrialState.FAILED:
        ended |= {"exit_code": 1, "reason": text("Exit code {code}.", code=1)}
    else:
        has_diverged = math.isnan(values[-1])
        cause = StopCause.DIVERGED if has_diverged else StopCause.HOPELESS
        record = CurveRecord(None if has_diverged else forecast, cause, plan.steps)
        trials.set_curve(connection, trial.id, record)
        reason = stop_reason(record, job)
        ended |= {"value": values[-1], "reason": reason}
        kind = f"trial_{plan.state}"
        events.add(connection, job.id, kind, reason, trial=trial.number, at=moments[1])
    trials.move(connection, trial, plan.state, **ended)


def _forecast(plan: _Plan, best: float | None) -> EndForecast:
    """A forecast as a model would make it: near the true end, less certain early in the curve."""
    left = 1.0 - plan.steps / _STEPS
    deviation = 0.004 + 0.03 * left**2
    end = next((v for v in reversed(plan.whole) if math.isfinite(v)), 0.0)
    mean = end + 0.4 * deviation * math.sin(37.0 * plan.whole[0])
    if best is not None and plan.state is TrialState.STOPPED_EARLY:
        mean = min(mean, best - 0.004)
        deviation = min(deviation, (best - mean) / _STOPPED_AT)
    chance = 0.0 if best is None else 0.5 * math.erfc((best - mean) / (deviation * math.sqrt(2.0)))
    low, high = mean - 1.2816 * deviation, mean + 1.2816 * deviation
    return EndForecast(plan.steps, _STEPS, mean, deviation, low, high, best, chance)
