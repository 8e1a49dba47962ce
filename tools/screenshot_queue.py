"""A machine with a queue, stored without running it: a picture needs jobs that run and wait at one moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bayescore.config import LocalSettings, load_text
from bayescore.queue.places import set_places
from bayescore.store import Database, DataFolder, JobState, Submission, TrialState, jobs, queue, trials

_FILE = """\
command: python train.py
env: python-3.11
hyper_tuning:
  max_job_count: {count}
  parallel_count: {parallel}
  hyperparameter_metric: accuracy
  goal: MAXIMIZE
  algorithm: Bayesian
  parameter_specs:
    - {{name: learning_rate, type: DOUBLE, min_value: 0.0001, max_value: 1.0, scale_type: UNIT_LOG_SCALE}}
"""
_MINUTES = 11  # of a trial
_ENDED = 14


def store_queue(home: Path) -> None:
    """Store the jobs in a new data folder."""
    database = Database(DataFolder(home)).open()
    with database.write() as connection:
        set_places(connection, 2)
        _add(connection, "lenet", 12, ended=12, state=JobState.SUCCEEDED)
        _add(connection, "resnet", 40, ended=_ENDED, running=2, state=JobState.RUNNING)
        in_order = [_add(connection, name, 20) for name in ("bert-base", "bert-large", "bert-distilled")]
        queue.set_in_order(connection, in_order, in_order=True)
        _add(connection, "digits", 30, state=JobState.RUNNING)
        _add(connection, "segmentation", 25, ended=6, state=JobState.PAUSED)
    database.close()


def _add(
    connection: sa.Connection,
    name: str,
    count: int,
    ended: int = 0,
    running: int = 0,
    state: JobState = JobState.QUEUED,
) -> str:
    text = _FILE.format(count=count, parallel=2)
    config = load_text(text).config
    assert config is not None
    submission = Submission(
        name=name, project=f"/home/li/{name}", file_text=text, config=config, runner="process", seed=1,
        local=LocalSettings(gpus="none"),
    )  # fmt: skip
    job = jobs.add(connection, submission)
    if state is not JobState.QUEUED:
        jobs.move(connection, job.id, JobState.RUNNING)
    moment = datetime.now(UTC)
    for number in range(1, ended + running + 1):
        trial = trials.add(connection, job.id, number, {"learning_rate": 0.001 * number}, "model")
        rounds_ago = (ended + running - number) // 2 + (running == 0)
        began = moment - timedelta(minutes=_MINUTES * rounds_ago + 4 + number % 2)
        trial = trials.move(connection, trial, TrialState.STARTING)
        trial = trials.move(connection, trial, TrialState.RUNNING, started_at=_written(began), handle="none")
        if number <= ended:
            value = 0.93 - 0.3 / (number + 1)
            end = _written(began + timedelta(minutes=_MINUTES, seconds=7 * (number % 3)))
            trials.move(connection, trial, TrialState.SUCCEEDED, value=value, exit_code=0, ended_at=end)
    if state not in (JobState.QUEUED, JobState.RUNNING):
        jobs.move(connection, job.id, state)
    return job.id


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
