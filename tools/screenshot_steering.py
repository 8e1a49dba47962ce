"""A job that was steered, stored without running it: a baseline, a trial by hand, changes, and a pause."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bayescore.config import JobChange, KnownSet, LocalSettings, load_text
from bayescore.i18n import text
from bayescore.results.job_changes import change_text
from bayescore.store import Database, DataFolder, JobState, Submission, TrialState, events, jobs, trials

_FILE = """\
command: python train.py
env: python-3.11
hyper_tuning:
  max_job_count: 24
  parallel_count: 4
  hyperparameter_metric: accuracy
  goal: MAXIMIZE
  algorithm: Bayesian
  parameter_specs:
    - {name: learning_rate, type: DOUBLE, min_value: 0.0001, max_value: 1, scale_type: UNIT_LOG_SCALE}
    - {name: weight_decay, type: DOUBLE, min_value: 0.000001, max_value: 0.01, scale_type: UNIT_LOG_SCALE}
    - {name: dropout, type: DOUBLE, min_value: 0, max_value: 0.6}
    - {name: optimizer, type: CATEGORICAL, categorical_values: [sgd, adam, lion]}
"""
_DEFAULTS = {"learning_rate": 0.0005, "weight_decay": 0.0001, "dropout": 0.1, "optimizer": "adam"}
_ENDED, _BY_HAND = 17, 9
_MINUTES = 12  # of a trial


def store_steered(home: Path) -> None:
    """Store the job in a new data folder."""
    config = load_text(_FILE).config
    assert config is not None
    local = LocalSettings(gpus="none", baseline=KnownSet(parameters=_DEFAULTS))
    submission = Submission(
        name="resnet", project="/home/li/resnet", file_text=_FILE, config=config, local=local,
        runner="process", seed=1,
    )  # fmt: skip
    change = JobChange(parallel=2, count=40, trial_timeout=7200.0)
    draw, began = random.Random(3), datetime.now(UTC) - timedelta(minutes=_MINUTES * (_ENDED + 1) / 2)
    database = Database(DataFolder(home)).open()
    with database.write() as connection:
        job = jobs.add(connection, submission)
        jobs.move(connection, job.id, JobState.RUNNING)
        for number in range(1, _ENDED + 1):
            origin = "baseline" if number == 1 else "by_hand" if number == _BY_HAND else "model"
            parameters = dict(_DEFAULTS) if number == 1 else _drawn(draw, outside=number == _BY_HAND)
            starts = began + timedelta(minutes=_MINUTES * (number // 2))
            ends = starts + timedelta(minutes=_MINUTES, seconds=-draw.uniform(5, 50))
            trial = trials.add(connection, job.id, number, parameters, origin)
            trial = trials.move(connection, trial, TrialState.STARTING)
            trial = trials.move(connection, trial, TrialState.RUNNING, started_at=_written(starts))
            value = _accuracy(parameters) + draw.gauss(0, 0.004)
            trials.move(
                connection, trial, TrialState.SUCCEEDED, value=value, exit_code=0, ended_at=_written(ends)
            )
        events.add(connection, job.id, "changed", change_text(job, change))
        jobs.change(connection, job.id, change.of_config(job.config), change.of_local(job.local), 40)
        events.add(connection, job.id, "paused", text("The job was paused."))
        jobs.move(connection, job.id, JobState.PAUSED)
    database.close()


def _drawn(draw: random.Random, *, outside: bool) -> dict[str, Any]:
    return {
        "learning_rate": 10 ** draw.uniform(-4, 0),
        "weight_decay": 10 ** draw.uniform(-6, -2),
        "dropout": 0.8 if outside else draw.uniform(0, 0.6),
        "optimizer": draw.choice(["sgd", "adam", "lion"]),
    }


def _accuracy(parameters: dict[str, Any]) -> float:
    rate = abs(math.log10(parameters["learning_rate"]) + 2)
    return 0.93 - 0.05 * rate - 0.1 * abs(parameters["dropout"] - 0.2)


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
