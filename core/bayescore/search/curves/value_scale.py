"""The scale on which curves of a job are modelled: oriented, usually logarithmic, of about unit spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_LARGEST = 1e100  # of an objective; larger ones overflow
_OUTLIER_RANGES = 8.0  # interquartile ranges above the median: values beyond are clipped
_FARTHEST = 100.0  # units from the centre; values beyond are clipped
_FLOOR = 0.01  # share of the median size, added before the logarithm is taken
_LEAST_SPREAD = (
    0.02  # of the unit, in logarithms or as a share of the size: less is a job without differences
)


@dataclass(frozen=True)
class ValueScale:
    """A monotone transformation of oriented objectives; smaller is better on both sides.

    Objectives of one sign are modelled by their logarithm: noise and differences between trials are
    usually proportional to the size of losses, errors and rewards.

    Attributes
    ----------
    sign
        1 if all values are positive, -1 if all are negative, 0 if the scale is linear.
    floor
        Added to the size before the logarithm is taken.
    limit
        Larger oriented values are clipped to it.
    centre, unit
        Location and spread of the transformed values.
    """

    sign: float
    floor: float
    limit: float
    centre: float
    unit: float

    def __call__(self, values: Array) -> Array:
        """Oriented values on the scale, of the same shape."""
        scaled = (self._transformed(values) - self.centre) / self.unit
        return np.clip(scaled, -_FARTHEST, _FARTHEST)

    def inverse(self, scaled: Array) -> Array:
        """Oriented values from values on the scale, of the same shape."""
        transformed = np.asarray(scaled, dtype=np.float64) * self.unit + self.centre
        if self.sign == 0.0:
            return np.asarray(np.clip(transformed, -_LARGEST, min(self.limit, _LARGEST)))
        size = np.exp(np.clip(self.sign * transformed, -300.0, 230.0)) - self.floor
        return np.asarray(np.minimum(self.sign * np.maximum(size, 0.0), self.limit))

    def _transformed(self, values: Array) -> Array:
        clipped = np.minimum(np.clip(values, -_LARGEST, _LARGEST), self.limit)
        if self.sign == 0.0:
            return np.asarray(clipped)
        return np.asarray(self.sign * np.log(np.maximum(self.sign * clipped, 0.0) + self.floor))


def fit_scale(curves: Sequence[Array]) -> ValueScale:
    """Fit the scale to the finite oriented values of curves, each of shape (t,) with t > 0."""
    pooled = np.clip(np.concatenate(curves), -_LARGEST, _LARGEST)
    first, median, third = np.percentile(pooled, [25, 50, 75])
    reach = max(third - first, 1e-3 * abs(median), 1e-300)
    ends = np.array([curve[-1] for curve in curves])
    limit = float(max(median + _OUTLIER_RANGES * reach, np.min(ends)))
    sign = 1.0 if np.all(pooled >= 0.0) else -1.0 if np.all(pooled <= 0.0) else 0.0
    size = float(np.median(np.abs(np.minimum(pooled, limit))))
    if size == 0.0:
        sign = 0.0
    scale = ValueScale(sign, _FLOOR * size, limit, 0.0, 1.0)
    marks = np.concatenate([scale(curve[[0, len(curve) // 2, -1]]) for curve in curves])
    least = _LEAST_SPREAD if sign else max(_LEAST_SPREAD * size, 1e-300)
    return ValueScale(sign, _FLOOR * size, limit, float(np.median(marks)), max(float(np.std(marks)), least))
