"""Where the acquisition is looked at first: everywhere, and around the best trials."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from bayescore.config.models import CategoricalSpec
from bayescore.search.bayesian.kernel import Array
from bayescore.search.space import SearchSpace

_GLOBAL = 512  # power of two: Sobol's balance
_LOCAL_PER_BEST = 64
_STEPS = (0.02, 0.1)  # widths of local steps, in units of the cube


def sobol_rows(space: SearchSpace, n: int, seed: int) -> Array:
    """First ``n`` rows of a scrambled Sobol sequence, shape (n, d), snapped to legal points."""
    power = max(0, int(n - 1).bit_length())
    units = qmc.Sobol(space.dimensions, seed=seed).random_base2(power)[:n]
    return np.stack([space.drawn(i, units[:, i]) for i in range(space.dimensions)], axis=1)


def candidate_rows(space: SearchSpace, best: Array, rng: np.random.Generator) -> Array:
    """Rows to choose from, shape (m, d), each a legal point.

    Parameters
    ----------
    best
        Rows of the best trials so far, shape (b, d).
    """
    everywhere = sobol_rows(space, _GLOBAL, int(rng.integers(2**31)))
    widths = rng.choice(_STEPS, size=(_LOCAL_PER_BEST, 1))
    near = [steps_from(space, row, _LOCAL_PER_BEST, widths, rng) for row in best]
    return snapped(space, np.concatenate([everywhere, *near]))


def snapped(space: SearchSpace, rows: Array) -> Array:
    """The nearest legal rows."""
    return np.stack([space.snap(i, rows[:, i]) for i in range(space.dimensions)], axis=1)


def steps_from(space: SearchSpace, row: Array, count: int, widths: Array, rng: np.random.Generator) -> Array:
    """Rows a step away from a row (d,), shape (count, d): numbers a little way, now and then another choice.

    Parameters
    ----------
    widths
        Of the steps, in units of the cube, shape (count, 1).
    """
    rows = np.repeat(row[None, :], count, axis=0)
    moved = rng.random(rows.shape) < max(0.4, 1.0 / space.dimensions)
    moved[np.arange(count), rng.integers(space.dimensions, size=count)] = True
    for i, spec in enumerate(space.specs):
        if isinstance(spec, CategoricalSpec):
            other = rng.integers(len(spec.categorical_values), size=count)
            rows[:, i] = np.where(moved[:, i] & (rng.random(count) < 0.4), other, rows[:, i])
        else:
            grain = space.grain(i)  # a step below it would end where it began
            step = rng.normal(size=count) * np.maximum(widths[:, 0], grain)
            rows[:, i] = np.where(moved[:, i], np.clip(rows[:, i] + step, 0.0, 1.0), rows[:, i])
    return rows
