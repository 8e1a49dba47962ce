"""From promising rows to the top of the acquisition, over numbers and choices together."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from bayescore.search.bayesian.acquisition import Acquisition
from bayescore.search.bayesian.candidates import snapped, steps_from
from bayescore.search.bayesian.kernel import Array
from bayescore.search.space import SearchSpace

_STARTS = 5  # rows from which the gradient is followed
_ITERATIONS = 30
_APART = 0.1  # starts lie at least so far from each other, in units of the cube
_TOPS = 4  # rows whose surroundings are searched after that
_ROUNDS = 4  # each with steps of a third of the width
_STEPS_PER_ROUND = 24  # from each top
_FIRST_WIDTH = 0.1


def climbed(
    space: SearchSpace, rows: Array, height: Acquisition, rng: np.random.Generator
) -> tuple[Array, Array]:
    """The given rows (m, d) and more, higher ones, with the heights of all.

    First the gradient is followed over the numbers (L-BFGS-B; Byrd et al., 1995) with the choices
    held; then rounds of ever smaller steps change both kinds, and find the best legal
    neighbours where numbers are whole or listed.
    """
    heights = height(rows)
    if space.numeric:
        tops = np.stack([_up(space, rows[i], height) for i in _starts(rows, heights)])
        fresh = snapped(space, tops)
        rows, heights = np.concatenate([rows, fresh]), np.concatenate([heights, height(fresh)])
    width = _FIRST_WIDTH
    for _ in range(_ROUNDS):
        best = rows[np.argsort(-heights, kind="stable")[:_TOPS]]
        widths = np.full((_STEPS_PER_ROUND, 1), width)
        steps = [steps_from(space, top, _STEPS_PER_ROUND, widths, rng) for top in best]
        fresh = snapped(space, np.concatenate(steps))
        rows, heights = np.concatenate([rows, fresh]), np.concatenate([heights, height(fresh)])
        width /= 3.0
    return rows, heights


def _starts(rows: Array, heights: Array) -> list[int]:
    """The highest rows that lie apart from each other."""
    chosen: list[int] = []
    for i in np.argsort(-heights, kind="stable"):
        if all(np.abs(rows[i] - rows[j]).max() > _APART for j in chosen):
            chosen.append(int(i))
        if len(chosen) == _STARTS:
            break
    return chosen


def _up(space: SearchSpace, row: Array, height: Acquisition) -> Array:
    """Follow the gradient from a row (d,) with its choices held."""
    numeric = list(space.numeric)

    def fallen(numbers: Array) -> tuple[float, Array]:
        moved = row.copy()
        moved[numeric] = numbers
        value, gradient = height.gradient(moved)
        return -value, -gradient[numeric]

    found = minimize(
        fallen,
        row[numeric],
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, 1.0)] * len(numeric),
        options={"maxiter": _ITERATIONS},
    )
    top = row.copy()
    top[numeric] = np.clip(found.x, 0.0, 1.0)
    return top
