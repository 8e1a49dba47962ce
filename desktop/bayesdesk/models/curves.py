"""Curves as arrays: thinned, smoothed, joined, and the ends of a scale that fits them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bayescore.store import Trial

Array = NDArray[np.float64]
_FEWEST_FOR_FENCES = 8


def one_line(curves: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Many curves, each an x and a y, as one line with NaN between them: all take one drawing call."""
    if not curves:
        empty = np.empty(0)
        return empty, empty
    gap = np.array([np.nan])
    x, y = ([part for curve in curves for part in (curve[i], gap)] for i in (0, 1))
    return np.concatenate(x), np.concatenate(y)


def fences(values: Array) -> tuple[float, float]:
    """Ends of a scale on which the bulk of the values can be told apart.

    Values beyond three interquartile ranges from the quartiles are far out (Tukey, 1977, section 2D) and do
    not stretch the scale; without such values the ends are the smallest and the largest.

    Parameters
    ----------
    values
        Finite, shape (n,), n at least 1.
    """
    low, high = float(values.min()), float(values.max())
    if len(values) < _FEWEST_FOR_FENCES:
        return low, high
    first, third = np.percentile(values, [25, 75])
    reach = 3.0 * (third - first)
    inside = values[(values >= first - reach) & (values <= third + reach)]
    return float(inside.min()), float(inside.max())


def thinned(values: Array, first: float, last: float, most: int) -> tuple[Array, Array]:
    """A curve between two steps with no more points than can be seen.

    The smallest and the largest value of each bucket of steps stay, so that no peak is lost.

    Parameters
    ----------
    first, last
        Steps from 1; of those outside only one on each side is kept.
    most
        Number of buckets.

    Returns
    -------
    (x, y)
        Steps and values, at most ``2 * most`` of them.
    """
    start = int(min(max(first - 2, 0), len(values)))
    end = int(min(max(last + 1, start), len(values)))
    part = values[start:end]
    steps = np.arange(start + 1, end + 1, dtype=np.float64)
    if len(part) <= 2 * most:
        return steps, part
    width = len(part) // most
    whole = width * most
    rows = part[:whole].reshape(most, width)
    safe = np.where(np.isfinite(rows), rows, 0.0)
    picked = np.sort(np.stack([safe.argmin(axis=1), safe.argmax(axis=1)], axis=1), axis=1)
    index = (picked + np.arange(most)[:, None] * width).reshape(-1)
    index = np.concatenate([index, [len(part) - 1]])
    return steps[index], part[index]


def smoothed(values: Array, weight: float) -> Array:
    """Exponential moving average, corrected for its start; ``weight`` from 0 (none) to below 1.

    Kingma and Ba (2015), section 3 (bias correction).  Non-finite values are skipped.
    """
    if weight <= 0 or not len(values):
        return values
    result = np.empty_like(values)
    mean, correction = 0.0, 0.0
    for i, value in enumerate(values):
        if np.isfinite(value):
            mean = weight * mean + (1 - weight) * value
            correction = weight * correction + (1 - weight)
        result[i] = mean / correction if correction else value
    return result


def stairs(steps: Sequence[Trial], last: int) -> tuple[Array, Array]:
    """Corners of the line of the best value so far.

    Parameters
    ----------
    steps
        Trials that were the best when they ended, by number.
    last
        Number of the newest trial, where the line ends.
    """
    numbers = np.array([t.number for t in steps], dtype=np.float64)
    values = np.array([t.value for t in steps], dtype=np.float64)
    ends = np.append(numbers[1:], max(float(last), numbers[-1])) if len(steps) else numbers
    return np.stack([numbers, ends], axis=1).reshape(-1), np.repeat(values, 2)
