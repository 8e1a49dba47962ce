"""A trial's objective from what the store has of it, without reading all of it."""

from __future__ import annotations

import sqlalchemy as sa

from bayescore.config import Goal, ObjectiveRule
from bayescore.store import Job, Trial, points


def reported_objective(
    connection: sa.Connection, job: Job, trial: Trial, *, newest: int | None = None
) -> float | None:
    """The same as :func:`bayescore.engine.outcome.objective` of the values in the store.

    Parameters
    ----------
    newest
        Look for the best value among so many of the newest only.
    """
    if job.local.objective is ObjectiveRule.BEST:
        maximize = job.config.hyper_tuning.goal is Goal.MAXIMIZE
        best = points.best_finite(connection, trial, job.metric, maximize=maximize, newest=newest)
        if best is not None:
            return best
    return points.last_value(connection, trial, job.metric)
