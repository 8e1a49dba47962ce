"""Forecast of the improvement that further trials will bring.

Functions are drawn from the posterior at promising rows. Rows are chosen one after the other so
that together they gain most on average over the draws (greedily, as in Wilson et al., 2018,
section 4.1). The gains of the chosen rows, one for each draw, are the forecast's distribution.
"""

from __future__ import annotations

import numpy as np

from bayescore.search.bayesian.fitted_model import FittedModel
from bayescore.search.bayesian.kernel import Array
from bayescore.search.records import GainForecast

TRIALS = 10
_ROWS = 64
_DRAWS = 24  # by each member


def forecast_gain(
    model: FittedModel, rows: Array, acquisition: Array, rng: np.random.Generator
) -> GainForecast:
    """Forecast the improvement of the best objective by ``TRIALS`` more trials.

    Parameters
    ----------
    rows, acquisition
        Candidates, shape (m, d), and the acquisition's values there, shape (m,).
    """
    chosen = _promising(acquisition)
    draws, best = model.process.sample_functions(rows[chosen], _DRAWS, rng)
    floor = draws.min() if len(draws) else 0.0
    unwarp = model.warp.inverse
    gains = unwarp(np.maximum(best, floor))[:, None] - unwarp(np.minimum(draws, best[:, None]))
    gains = np.maximum(gains, 0.0)
    total = np.zeros(len(gains))
    for _ in range(TRIALS):
        candidates = np.maximum(total[:, None], gains)
        total = candidates[:, int(np.argmax(candidates.mean(axis=0)))]
    low, high = np.quantile(total, [0.1, 0.9])
    return GainForecast(float(total.mean()), float(low), float(high), TRIALS)


def _promising(acquisition: Array) -> Array:
    """Indices of the rows to look at: the best ones, and others evenly from the better half."""
    order = np.argsort(-acquisition, kind="stable")
    first = order[: _ROWS // 2]
    rest = order[_ROWS // 2 : max(len(order) // 2, _ROWS)]
    step = max(1, len(rest) // (_ROWS // 2))
    return np.concatenate([first, rest[::step][: _ROWS // 2]])
