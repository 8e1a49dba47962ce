"""Importance of each parameter for the objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bayescore.config import Goal, ParameterSpec
from bayescore.results.observations import learned_from, observation_of
from bayescore.search import SearchSpace, fit
from bayescore.search.space import choices
from bayescore.store import Trial

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_TRIALS = 10  # with fewer the model finds patterns in noise
MOST_TRIALS = 200  # the time to fit the model grows with their third power
_SAMPLES = 512


@dataclass(frozen=True)
class Importance:
    """Share of a parameter in the objective's variance, 0 to 1.

    Attributes
    ----------
    mean, deviation
        Over the members of the model.
    """

    name: str
    mean: float
    deviation: float


def importances(
    specs: Sequence[ParameterSpec], trials: Sequence[Trial], goal: Goal, seed: int = 0
) -> tuple[Importance, ...]:
    """Parameters in the order of their importance; empty with fewer than ``LEAST_TRIALS``.

    The importance is the total Sobol index (Saltelli et al., 2010, table 2) of the search's model over
    the whole space, as a share of the sum of all indices. Trials that were stopped early count with their
    forecast.
    """
    space = SearchSpace(tuple(specs))
    good = learned_from(trials, specs)
    if len(good) < LEAST_TRIALS or not specs:
        return ()
    import numpy as np
    from scipy.stats import sobol_indices, uniform

    rng = np.random.default_rng(seed)
    if len(good) > MOST_TRIALS:
        good = [good[i] for i in rng.choice(len(good), MOST_TRIALS, replace=False)]
    model = fit(space, goal, [observation_of(t) for t in good], seed=seed)
    if model is None:
        return ()

    def predicted(units: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = units.T.copy()
        for i in space.categorical:  # all choices have equal shares of the axis, the first and last included
            rows[:, i] = rows[:, i] * len(choices(specs[i])) - 0.5
        return model.predict_members(space.snap_rows(rows))

    found = sobol_indices(func=predicted, n=_SAMPLES, dists=[uniform()] * len(specs), rng=rng)
    total = np.maximum(np.nan_to_num(np.atleast_2d(found.total_order)), 0.0)
    sums = total.sum(axis=1, keepdims=True)
    shares = np.divide(total, sums, out=np.full_like(total, 1.0 / len(specs)), where=sums > 0)
    return tuple(
        sorted(
            (
                Importance(s.name, float(shares[:, i].mean()), float(shares[:, i].std()))
                for i, s in enumerate(specs)
            ),
            key=lambda f: -f.mean,
        )
    )
