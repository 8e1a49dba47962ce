"""The best trial of a job, and the trials that were the best before."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayescore.config import Goal
from bayescore.store import Trial, TrialState


def counts(trial: Trial) -> bool:
    """Whether a trial succeeded with a finite objective."""
    return trial.state is TrialState.SUCCEEDED and trial.value is not None and math.isfinite(trial.value)


def is_better(value: float, than: float, goal: Goal) -> bool:
    """Whether one objective is strictly better than another."""
    return value > than if goal is Goal.MAXIMIZE else value < than


def best(trials: Sequence[Trial], goal: Goal) -> Trial | None:
    """The best trial, among equal ones the earliest; ``None`` while no trial has succeeded."""
    found: Trial | None = None
    for trial in sorted(filter(counts, trials), key=lambda t: t.number):
        if found is None or is_better(_value(trial), _value(found), goal):
            found = trial
    return found


def history(trials: Sequence[Trial], goal: Goal) -> list[Trial]:
    """Trials that were the best when they ended, in the order in which they ended."""
    return _improving(sorted(trials, key=lambda t: (t.ended_at or "", t.number)), goal)


def best_so_far(trials: Sequence[Trial], goal: Goal) -> list[Trial]:
    """Trials that are better than all with smaller numbers, in the order of their numbers."""
    return _improving(sorted(trials, key=lambda t: t.number), goal)


def _improving(trials: Sequence[Trial], goal: Goal) -> list[Trial]:
    steps: list[Trial] = []
    for trial in filter(counts, trials):
        if not steps or is_better(_value(trial), _value(steps[-1]), goal):
            steps.append(trial)
    return steps


def _value(trial: Trial) -> float:
    assert trial.value is not None
    return trial.value
