"""A prior over the shapes of learning curves: a bank of parametric curves.

The families are those of Domhan, Springenberg and Hutter (2015) and of Adriaensen et al. (2023),
reduced to their shapes: exponential and power-law saturation, and sigmoids that lie flat and then
take off, alone and on top of a saturation; and curves that rise again when the model overfits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import expit
from scipy.stats import qmc

from bayescore.search.curves.value_scale import Array

_FAMILIES = {"exponential": 0.25, "power": 0.25, "take_off": 0.2, "two_phases": 0.2, "rising": 0.1}
_COUNT = 256
_GRID = 24  # places at which shapes are compared


@dataclass(frozen=True)
class ShapeBank:
    """``k`` shapes on (0, 1], each about 1 at the start and 0 or more at the end.

    A shape is ``(1 - share) * saturation + share * take-off + rise * u**2``, where the saturation is
    ``exp(-rate * u)`` or ``(1 + rate * u) ** -power``, and the take-off a falling logistic function.

    Attributes
    ----------
    rate, power, share, middle, width, rise
        Shapes (k,). ``power`` is 0 for exponential saturation.
    weights
        Prior probabilities, shape (k,).
    """

    rate: Array
    power: Array
    share: Array
    middle: Array
    width: Array
    rise: Array
    weights: Array

    def __call__(self, progress: Array) -> Array:
        """Shapes at progress (t,), less their value at the end, shape (k, t)."""
        return self._raw(progress) - self._raw(np.ones(1))

    def _raw(self, progress: Array) -> Array:
        u = progress[None, :]
        rate, power, middle, width = (x[:, None] for x in (self.rate, self.power, self.middle, self.width))
        saturation = np.where(power > 0.0, (1.0 + rate * u) ** -power, np.exp(-rate * u))
        take_off = expit((middle - u) / width)
        share = self.share[:, None]
        return np.asarray((1.0 - share) * saturation + share * take_off + self.rise[:, None] * u**2)

    @property
    def similarity(self) -> Array:
        """Weights with which a shape's evidence counts for others, rows sum to 1, shape (k, k)."""
        return _similarity()


@cache
def shape_bank() -> ShapeBank:
    """The prior: low-discrepancy draws from each family's parameters."""
    counts = [round(_COUNT * share) for share in _FAMILIES.values()]
    parts = [
        _family(name, qmc.Sobol(5, seed=i).random_base2(8)[:n])
        for i, (name, n) in enumerate(zip(_FAMILIES, counts, strict=True))
    ]
    weights = np.concatenate(
        [np.full(n, share / n) for n, share in zip(counts, _FAMILIES.values(), strict=True)]
    )
    rate, power, share, middle, width, rise = np.concatenate(parts, axis=1)
    return ShapeBank(rate, power, share, middle, width, rise, weights / weights.sum())


def _family(name: str, units: Array) -> Array:
    """Parameters of ``n`` shapes of a family, shape (6, n), from uniform draws (n, 5)."""
    a, b, c, d, e = units.T
    zero = np.zeros(len(units))
    exponential_rate = np.exp(_between(a, np.log(0.3), np.log(60.0)))
    power_rate = np.exp(_between(a, np.log(1.0), np.log(300.0)))
    power = np.exp(_between(b, np.log(0.2), np.log(3.0)))
    middle, width = _between(c, 0.05, 1.2), np.exp(_between(d, np.log(0.01), np.log(0.2)))
    some = np.where(b < 0.5, 0.0, np.exp(_between(2.0 * b - 1.0, np.log(0.2), np.log(2.0))))
    mixed_rate = np.where(b < 0.5, exponential_rate, power_rate)
    match name:
        case "exponential":
            return np.stack([exponential_rate, zero, zero, zero + 0.5, zero + 0.1, zero])
        case "power":
            return np.stack([power_rate, power, zero, zero + 0.5, zero + 0.1, zero])
        case "take_off":
            return np.stack([exponential_rate, zero, zero + 1.0, middle, width, zero])
        case "two_phases":
            return np.stack([mixed_rate, some, _between(e, 0.1, 0.9), middle, width, zero])
        case _:
            return np.stack([mixed_rate, some, zero, zero + 0.5, zero + 0.1, np.exp(_between(e, -3.0, 0.7))])


def _between(units: Array, low: float, high: float) -> Array:
    return low + units * (high - low)


@cache
def _similarity() -> Array:
    bank = shape_bank()
    grid = (np.arange(_GRID) + 0.5) / _GRID
    values = bank(grid)
    values = values / np.maximum(np.sqrt((values**2).mean(axis=1, keepdims=True)), 1e-3)
    squared = ((values[:, None, :] - values[None, :, :]) ** 2).mean(axis=2)
    kernel = np.exp(-0.5 * squared / 0.15**2) * bank.weights
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True))
