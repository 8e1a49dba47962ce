"""Domain objects for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bayescore import store
from bayescore.config import LocalSettings, load_text
from bayescore.search import Observation, Outcome, SearchSpace, suggest
from bayescore.store import Database, Job, JobState, Submission, TrialState
from bayescore.store.records import NewPoints

FILE = """\
command: python main.py
hyper_tuning:
  max_job_count: 10
  parallel_count: 2
  hyperparameter_metric: score
  goal: MAXIMIZE
  algorithm: Random
  side_metrics: [loss]
  parameter_specs:
    - {name: x, type: DOUBLE, min_value: 0, max_value: 1}
"""


def a_submission(file_text: str = FILE, **changes: Any) -> Submission:
    """A valid submission of a process job, with changes."""
    config = load_text(file_text).config
    assert config is not None
    fields: dict[str, Any] = {
        "name": "test",
        "project": "/nowhere",
        "file_text": file_text,
        "config": config,
        "local": LocalSettings(),
        "runner": "process",
        "seed": 1,
    }
    return Submission(**{**fields, **changes})


def score_and_loss(parameters: Mapping[str, Any]) -> dict[str, float]:
    """What most test programs report: the objective is the parameter ``x``."""
    return {"score": float(parameters["x"]), "loss": 1 - float(parameters["x"])}


def a_finished_job(
    database: Database,
    submission: Submission | None = None,
    *,
    trials: int | None = None,
    points: int = 1,
    metrics: Callable[[Mapping[str, Any]], Mapping[str, float]] = score_and_loss,
) -> Job:
    """Insert a job whose trials have succeeded, with the parameters that the search suggests; nothing runs.

    Parameters
    ----------
    trials
        Number of trials; ``None`` for as many as the job asks for.
    points
        Points of each metric of a trial; the last one is the value that ``metrics`` returns.
    """
    submission = submission or a_submission()
    tuning = submission.config.hyper_tuning
    space = SearchSpace(tuning.parameter_specs)
    seen: list[Observation] = []
    writer = store.points.PointWriter()
    with database.write() as connection:
        job = store.jobs.add(connection, submission)
        store.jobs.move(connection, job.id, JobState.RUNNING)
        for number in range(1, (trials or tuning.max_job_count) + 1):
            found = suggest(
                space,
                tuning.goal,
                seen,
                submission.seed,
                number,
                algorithm=tuning.algorithm,
                expected=submission.local.expect,
            )
            assert found.parameters is not None
            trial = store.trials.add(connection, job.id, number, found.parameters, str(found.origin))
            store.trials.move(connection, trial, TrialState.STARTING)
            store.trials.move(connection, trial, TrialState.RUNNING)
            last = metrics(found.parameters)
            values = [(name, value * (i + 1) / points) for name, value in last.items() for i in range(points)]
            writer.append(connection, [NewPoints(job.seq, trial.id, trial.attempt, values)])
            objective = last[tuning.hyperparameter_metric]
            store.trials.move(connection, trial, TrialState.SUCCEEDED, value=objective, exit_code=0)
            seen.append(Observation(found.parameters, Outcome.FINISHED, objective))
        return store.jobs.move(connection, job.id, JobState.SUCCEEDED)
