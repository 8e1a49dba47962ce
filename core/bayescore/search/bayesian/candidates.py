"""Candidates at which the acquisition is evaluated first: over the whole space and around the best trials."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from bayescore.config.models import CategoricalSpec
from bayescore.search.bayesian.kernel import Array
from bayescore.search.space import SearchSpace

_GLOBAL = 512  # a power of two, for the balance of Sobol's sequence
_LOCAL = 64  # around each of the best trials
_WIDTHS = (0.02, 0.1)  # standard deviations of local steps, in units of the cube
_CHANGED = 0.4  # probability that a local step changes a parameter, and that a choice then changes


def sobol_units(space: SearchSpace, n: int, seed: int) -> Array:
    """First ``n`` rows of a scrambled Sobol sequence, shape (n, d)."""
    power = max(0, int(n - 1).bit_length())
    return np.asarray(qmc.Sobol(space.dimensions, seed=seed).random_base2(power)[:n])


def draw_rows(space: SearchSpace, units: Array) -> Array:
    """Rows that are drawn from the specs by uniform draws (n, d), of the same shape."""
    return np.stack([space.draw_units(i, units[:, i]) for i in range(space.dimensions)], axis=1)


def candidate_rows(space: SearchSpace, best: Array, rng: np.random.Generator) -> Array:
    """Candidates, shape (m, d), all of them legal points.

    Parameters
    ----------
    best
        Rows of the best trials, shape (b, d).
    """
    everywhere = draw_rows(space, sobol_units(space, _GLOBAL, int(rng.integers(2**31))))
    widths = rng.choice(_WIDTHS, size=(_LOCAL, 1))
    near = [perturbed(space, row, _LOCAL, widths, rng) for row in best]
    return space.snap_rows(np.concatenate([everywhere, *near]))


def perturbed(space: SearchSpace, row: Array, count: int, widths: Array, rng: np.random.Generator) -> Array:
    """Random neighbours of a row (d,), shape (count, d): normal steps of numbers, other choices.

    Parameters
    ----------
    widths
        Standard deviations of the steps, in units of the cube, shape (count, 1).
    """
    rows = np.repeat(row[None, :], count, axis=0)
    changed = rng.random(rows.shape) < max(_CHANGED, 1.0 / space.dimensions)
    changed[np.arange(count), rng.integers(space.dimensions, size=count)] = True
    for i, spec in enumerate(space.specs):
        if isinstance(spec, CategoricalSpec):
            other = rng.integers(len(spec.categorical_values), size=count)
            rows[:, i] = np.where(changed[:, i] & (rng.random(count) < _CHANGED), other, rows[:, i])
        else:
            spacing = space.spacing(i)  # a much smaller step would be rounded back to the same value
            step = rng.normal(size=count) * np.maximum(widths[:, 0], spacing)
            rows[:, i] = np.where(changed[:, i], np.clip(rows[:, i] + step, 0.0, 1.0), rows[:, i])
    return rows
