"""A trial's objective, from the store and without reading all of its points."""

from __future__ import annotations

import sqlalchemy as sa

from bayescore.config import Goal, ObjectiveRule
from bayescore.store import Job, Trial, points


def reported_objective(
    connection: sa.Connection, job: Job, trial: Trial, *, newest: int | None = None
) -> float | None:
    """What :func:`bayescore.engine.outcome.objective` returns for the values in the store.

    Parameters
    ----------
    newest
        Look for the best value among this many of the newest points only.
    """
    if job.local.objective is ObjectiveRule.BEST:
        maximize = job.config.hyper_tuning.goal is Goal.MAXIMIZE
        best = points.best_finite(connection, trial, job.metric, maximize=maximize, newest=newest)
        if best is not None:
            return best
    return points.last_value(connection, trial, job.metric)
