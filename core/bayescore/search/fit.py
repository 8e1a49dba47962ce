"""The one way to fit the surrogate, for suggestions and for plots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bayescore.config.models import Goal
from bayescore.search.records import Observation
from bayescore.search.space import SearchSpace

if TYPE_CHECKING:
    from bayescore.search.bayesian import FittedModel


def fit(
    space: SearchSpace, goal: Goal, observations: Sequence[Observation], *, seed: int = 0
) -> FittedModel | None:
    """Fit the surrogate to trials.

    The model handles everything that lies between trials and a Gaussian process: the sign of the
    objective, its warping, failed and running trials, and trials of earlier jobs whose parameters
    do not fit the space.

    Parameters
    ----------
    space
        Parameters and their ranges.
    goal
        Whether a larger or a smaller objective is better.
    observations
        Trials of the job, and of earlier jobs those that count as history.
    seed
        Fixes the samples of the hyperparameters.

    Returns
    -------
    FittedModel or None
        ``None`` when fewer than two trials have a finite objective.
    """
    from bayescore.search.bayesian import FittedModel, training_data  # SciPy loads slowly

    data = training_data(space, goal, observations)
    return FittedModel(space, goal, data, seed) if len(data.values) >= 2 else None
