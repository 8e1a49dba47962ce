"""Local search for the maximum of the acquisition, over numbers and choices together."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from bayescore.search.bayesian.acquisition import Acquisition
from bayescore.search.bayesian.candidates import perturbed
from bayescore.search.bayesian.kernel import Array
from bayescore.search.space import SearchSpace

_STARTS = 5  # of gradient ascents
_SEPARATION = 0.1  # least distance of two starts, in units of the cube
_ITERATIONS = 30  # of a gradient ascent
_ROUNDS = 4  # of random steps, each with a third of the width of the one before
_CENTRES = 4  # best rows around which a round searches
_STEPS = 24  # from each of them
_FIRST_WIDTH = 0.1


def maximize(
    space: SearchSpace, rows: Array, acquisition: Acquisition, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Search for rows with larger values of the acquisition, from candidates (m, d).

    Gradient ascent (L-BFGS-B; Byrd et al., 1995) moves the numbers while the choices are fixed. Then
    rounds of random steps of decreasing width change numbers and choices, which also finds the best
    legal neighbours of integers and listed values.

    Returns
    -------
    (rows, values)
        The candidates and all rows found, shape (m', d), and the acquisition there, shape (m',).
    """
    values = acquisition(rows)
    if space.numeric:
        ascended = np.stack([_ascend(space, rows[i], acquisition) for i in _separated_starts(rows, values)])
        found = space.snap_rows(ascended)
        rows, values = np.concatenate([rows, found]), np.concatenate([values, acquisition(found)])
    width = _FIRST_WIDTH
    for _ in range(_ROUNDS):
        best = rows[np.argsort(-values, kind="stable")[:_CENTRES]]
        widths = np.full((_STEPS, 1), width)
        steps = [perturbed(space, centre, _STEPS, widths, rng) for centre in best]
        found = space.snap_rows(np.concatenate(steps))
        rows, values = np.concatenate([rows, found]), np.concatenate([values, acquisition(found)])
        width /= 3.0
    return rows, values


def _separated_starts(rows: Array, values: Array) -> list[int]:
    """Indices of the best rows that keep a distance from each other."""
    chosen: list[int] = []
    for i in np.argsort(-values, kind="stable"):
        if all(np.abs(rows[i] - rows[j]).max() > _SEPARATION for j in chosen):
            chosen.append(int(i))
        if len(chosen) == _STARTS:
            break
    return chosen


def _ascend(space: SearchSpace, row: Array, acquisition: Acquisition) -> Array:
    """Local maximum over the numbers from a row (d,), with its choices fixed, shape (d,)."""
    numeric = list(space.numeric)

    def negative(numbers: Array) -> tuple[float, Array]:
        moved = row.copy()
        moved[numeric] = numbers
        value, gradient = acquisition.value_and_gradient(moved)
        return -value, -gradient[numeric]

    found = minimize(
        negative,
        row[numeric],
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, 1.0)] * len(numeric),
        options={"maxiter": _ITERATIONS},
    )
    top = row.copy()
    top[numeric] = np.clip(found.x, 0.0, 1.0)
    return top
