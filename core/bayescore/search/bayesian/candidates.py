"""Where the acquisition is looked at: all over the cube, and around the best."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from bayescore.config.models import CategoricalSpec
from bayescore.search.bayesian.surrogate import Array
from bayescore.search.space import SearchSpace, draw

_GLOBAL = 1024  # power of two: Sobol's balance
_LOCAL_PER_BEST = 128
_STEPS = (0.02, 0.1)  # widths of local steps, in units of the cube


def sobol_rows(space: SearchSpace, n: int, seed: int) -> Array:
    """First ``n`` rows of a scrambled Sobol sequence, shape (n, d), snapped to legal points."""
    power = max(0, int(n - 1).bit_length())
    units = qmc.Sobol(space.dimensions, seed=seed).random_base2(power)[:n]
    return np.array(
        [space.row({s.name: draw(s, u) for s, u in zip(space.specs, row, strict=True)}) for row in units]
    )


def candidate_rows(space: SearchSpace, best: Array, rng: np.random.Generator) -> Array:
    """Rows to choose from, shape (m, d), each a legal point.

    Parameters
    ----------
    best
        Rows of the best trials so far, shape (b, d).
    """
    everywhere = sobol_rows(space, _GLOBAL, int(rng.integers(2**31)))
    near = [_steps_from(space, row, rng) for row in best]
    return np.concatenate([everywhere, *near])


def _steps_from(space: SearchSpace, row: Array, rng: np.random.Generator) -> Array:
    rows = np.repeat(row[None, :], _LOCAL_PER_BEST, axis=0)
    widths = rng.choice(_STEPS, size=(_LOCAL_PER_BEST, 1))
    moved = rng.random(rows.shape) < max(0.4, 1.0 / space.dimensions)
    for i, spec in enumerate(space.specs):
        if isinstance(spec, CategoricalSpec):
            other = rng.integers(len(spec.categorical_values), size=len(rows))
            rows[:, i] = np.where(moved[:, i] & (rng.random(len(rows)) < 0.5), other, rows[:, i])
        else:
            step = rng.normal(size=len(rows)) * widths[:, 0]
            rows[:, i] = np.where(moved[:, i], np.clip(rows[:, i] + step, 0.0, 1.0), rows[:, i])
    return np.array([space.row(space.point(r)) for r in rows])
