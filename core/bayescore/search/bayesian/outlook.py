"""What going on is worth: the gain that a number of further trials can be expected to bring.

Functions are drawn from the posterior at promising rows, rows are chosen one after the other so
that together they gain most over the draws (the greedy way of Wilson et al., 2018, section 4.1),
and what they gain in each draw is the distribution that is told.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bayescore.search.bayesian.kernel import Array
from bayescore.search.bayesian.surrogate import GaussianProcess
from bayescore.search.suggestion import Outlook

TRIALS = 10
_ROWS = 64
_DRAWS = 24  # of each member


def outlook(
    model: GaussianProcess,
    rows: Array,
    heights: Array,
    unwarp: Callable[[Array], Array],
    rng: np.random.Generator,
) -> Outlook:
    """Gain over the best so far that ``TRIALS`` more trials can be expected to bring.

    Parameters
    ----------
    rows, heights
        Candidates (m, d) and their acquisition (m,); the highest of them are looked at.
    unwarp
        From the model's unit to the objective's.
    """
    chosen = _spread(rows, heights)
    draws, best = model.draws(rows[chosen], _DRAWS, rng)
    floor = draws.min() if len(draws) else 0.0
    gains = unwarp(np.maximum(best, floor))[:, None] - unwarp(np.minimum(draws, best[:, None]))
    gains = np.maximum(gains, 0.0)
    together = np.zeros(len(gains))
    for _ in range(TRIALS):
        reached = np.maximum(together[:, None], gains)
        together = reached[:, int(np.argmax(reached.mean(axis=0)))]
    low, high = np.quantile(together, [0.1, 0.9])
    return Outlook(float(together.mean()), float(low), float(high), TRIALS)


def _spread(rows: Array, heights: Array) -> Array:
    """Indices of high rows: the highest half, and of the rest every so many down to the middle."""
    order = np.argsort(-heights, kind="stable")
    first = order[: _ROWS // 2]
    rest = order[_ROWS // 2 : max(len(order) // 2, _ROWS)]
    step = max(1, len(rest) // (_ROWS // 2))
    return np.concatenate([first, rest[::step][: _ROWS // 2]])
