"""How much each parameter matters for the objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bayescore.config import ParameterSpec
from bayescore.results.best import counts
from bayescore.search.space import SearchSpace, choices
from bayescore.store import Trial

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_TRIALS = 10  # with fewer a model sees patterns in noise
MOST_TRIALS = 200  # the model's time grows with their third power, and more say nothing new here
_SAMPLES = 512


@dataclass(frozen=True)
class Importance:
    """Share of the objective's variance that a parameter has, 0 to 1, and how far the model is unsure."""

    name: str
    mean: float
    deviation: float


def importances(
    specs: Sequence[ParameterSpec], trials: Sequence[Trial], seed: int = 0
) -> tuple[Importance, ...]:
    """Parameters by importance, the greatest first; empty with fewer than ``LEAST_TRIALS``.

    Total Sobol indices (Saltelli et al., 2010, table 2) of the search's own surrogate, over the whole
    space, as shares of their sum; the deviation is that of the surrogate's members.
    """
    space = SearchSpace(tuple(specs))
    good = [t for t in trials if counts(t) and all(s.name in t.parameters for s in specs)]
    if len(good) < LEAST_TRIALS or not specs:
        return ()
    import numpy as np
    from scipy.stats import sobol_indices, uniform

    from bayescore.search.bayesian import GaussianProcess, fitted, snapped

    rng = np.random.default_rng(seed)
    if len(good) > MOST_TRIALS:
        good = [good[i] for i in rng.choice(len(good), MOST_TRIALS, replace=False)]
    values = np.array([t.value for t in good], dtype=np.float64)
    model = GaussianProcess(space, seed).fit(
        np.array([space.row(t.parameters) for t in good]), fitted(values)(values)
    )

    def expected(units: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = units.T.copy()
        for i in space.categorical:  # every value has the same share of the axis, also the first and the last
            rows[:, i] = rows[:, i] * len(choices(specs[i])) - 0.5
        return model.members(snapped(space, rows))[0]

    found = sobol_indices(func=expected, n=_SAMPLES, dists=[uniform()] * len(specs), rng=rng)
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
