"""Views of jobs for the tests of the window's models: no store, no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bayescore.config import Goal
from bayescore.i18n import text
from bayescore.results import best
from bayescore.store import CurveRecord, EndForecast, Job, JobState, JobSummary, StopCause, Trial, TrialState
from bayesdesk.models.snapshot import JobView
from support.builders import a_submission

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
    - {name: x, type: DOUBLE, min_value: 0.001, max_value: 1, scale_type: UNIT_LOG_SCALE}
    - {name: n, type: INTEGER, min_value: 1, max_value: 9}
    - {name: c, type: CATEGORICAL, categorical_values: [a, b, "c"]}
    - {name: d, type: DISCRETE, discrete_values: [1, 2, 4]}
"""
S = TrialState


def a_job(state: JobState = JobState.RUNNING, file: str = FILE, **changes: Any) -> Job:
    """A job of ten trials."""
    submission = a_submission(file, **changes)
    return Job(1, "job1", submission, state, None, 10, "", "2026-01-01T00:00:00+00:00", None)


def a_summary(state: JobState = JobState.RUNNING, **changes: Any) -> JobSummary:
    """What lists read of a job of ten trials, which ended after an hour if it has ended."""
    ended = "2026-01-01T01:00:00+00:00" if state.ended else None
    made = JobSummary(
        1, "job1", "test", "", (), False, state, None, "/nowhere", "process", "score", Goal.MAXIMIZE, 10,
        "2026-01-01T00:00:00+00:00", ended,
    )  # fmt: skip
    return replace(made, **changes)


def a_trial(
    number: int, value: float | None = None, state: TrialState = S.SUCCEEDED, **changes: Any
) -> Trial:
    """A trial that took a minute; its parameters follow from its number."""
    parameters = {"x": number / 10, "n": number, "c": "abc"[number % 3], "d": (1, 2, 4)[number % 3]}
    made = Trial(
        number, "job1", number, 1, state, None, None, "random", parameters, value, (), None, "",
        "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00", "2026-01-01T00:01:00+00:00",
    )  # fmt: skip
    return replace(made, **changes)


def a_forecast(mean: float = 0.5, **changes: Any) -> EndForecast:
    """A forecast after step 6 of 30, with a chance of 1.4 % to beat the best."""
    made = EndForecast(6, 30, mean, 0.1, mean - 0.13, mean + 0.13, 0.9, 0.014)
    return replace(made, **changes)


def a_stopped_trial(number: int, mean: float | None = 0.5, **changes: Any) -> Trial:
    """A trial that was stopped early; it diverged if there is no forecast."""
    cause = StopCause.DIVERGED if mean is None else StopCause.HOPELESS
    curve = CurveRecord(None if mean is None else a_forecast(mean), cause, 6)
    fields = {"curve": curve, "reason": text("Stopped at step 6."), **changes}
    return a_trial(number, 0.2, TrialState.STOPPED_EARLY, **fields)


def a_view(
    trials: Sequence[Trial] = (),
    *,
    job: Job | None = None,
    series: Mapping[int, Mapping[str, Sequence[float]]] | None = None,
    **changes: Any,
) -> JobView:
    """A view of these trials; ``series`` by trial id and metric."""
    shown = job or a_job()
    arrays = {t: {n: np.array(v) for n, v in by_name.items()} for t, by_name in (series or {}).items()}
    winner = best(trials, shown.submission.config.hyper_tuning.goal)
    view = JobView(shown, tuple(trials), arrays, (), winner, None)
    return replace(view, **changes)
