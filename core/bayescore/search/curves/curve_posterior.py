"""Posterior of one curve's last value: Bayesian linear regression on every shape of the bank.

=========  ======================================================================
symbol     meaning
=========  ======================================================================
u (t,)     progress of the observed reports, the share of the steps
y (t,)     observed values on the job's scale, smaller is better
h_k        shape k of the bank, 0 at the end
z          the last value
=========  ======================================================================

The model of shape k is ``y(u) = z + s h_k(u) + W(u) + e``: the last value ``z`` and the size ``s`` have
normal priors, ``e`` is white noise of variance ``sigma2``, and ``W`` is Brownian motion that ends at 0,
of covariance ``omega2 min(1 - u, 1 - u')``: what no shape explains and what may still happen until the
end. Given the shape, the two noise levels and the priors, all is linear and normal, and the marginal
likelihood and the posterior of ``z`` are those of Rasmussen and Williams (2006), section 2.7. The
forecast is the mixture over shapes, noise levels and priors, weighted by their posterior probability,
as in the freeze-thaw model of Swersky, Snoek and Adams (2014), whose only shape is exponential.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from bayescore.search.curves.shapes import shape_bank
from bayescore.search.curves.value_scale import Array

NOISES = tuple(float(x) for x in np.geomspace(0.004, 0.6, 6))  # standard deviations of e
DRIFTS = (0.02, 0.1, 0.4)  # standard deviations of W over the whole curve
_BLOCKS = 20  # most points of a curve; later ones are means of blocks
_DROPPED = 1e-6  # probability of components that are left out
_TINY = 1e-12  # least probability of which a normal score is taken
_MOST_COMPONENTS = 500  # the most probable ones, from which quantiles are computed
_HALVINGS = 24  # of the interval that holds a quantile


class Prior(NamedTuple):
    """A normal prior of the last value and of the size of the shape, with its probability."""

    weight: float
    mean: float
    deviation: float
    size_mean: float
    size_deviation: float


@dataclass(frozen=True)
class CurvePosterior:
    """Mixture of normal distributions of the last value.

    Attributes
    ----------
    weights, means, deviations
        Of the components, shapes (c,).
    shape_weights, noise_weights
        Posterior probabilities of the shapes (k,) and of the pairs of noise levels (q,).
    widths
        Factors by which the distribution is wider than the mixture, below and above its median.
    """

    weights: Array
    means: Array
    deviations: Array
    shape_weights: Array
    noise_weights: Array
    widths: tuple[float, float] = (1.0, 1.0)

    def below(self, values: Array) -> Array:
        """Probabilities that the last value is below values (v,), shape (v,)."""
        scores = self.scores(values)
        return np.asarray(ndtr(scores / np.where(scores < 0.0, *self.widths)))

    def scores(self, values: Array) -> Array:
        """Normal scores of values (v,) in the mixture, shape (v,)."""
        z = (values[:, None] - self.means) / self.deviations
        lower, upper = ndtr(z) @ self.weights, ndtr(-z) @ self.weights
        low, high = ndtri(np.maximum(lower, _TINY)), -ndtri(np.maximum(upper, _TINY))
        return np.asarray(np.where(lower < 0.5, low, high))

    def quantiles(self, shares: Array) -> Array:
        """Quantiles for shares (v,), by bisection, shape (v,)."""
        scores = ndtri(shares)
        shares = ndtr(scores * np.where(scores < 0.0, *self.widths))
        chosen = np.argsort(-self.weights)[:_MOST_COMPONENTS]
        weights, means, deviations = self.weights[chosen], self.means[chosen], self.deviations[chosen]
        weights = weights / weights.sum()
        low = np.full(len(shares), float(np.min(means - 6.0 * deviations)))
        high = np.full(len(shares), float(np.max(means + 6.0 * deviations)))
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            is_below = ndtr((middle[:, None] - means) / deviations) @ weights < shares
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        return np.asarray(0.5 * (low + high))


def noise_pairs() -> Array:
    """All pairs of noise and drift, shape (q, 2)."""
    return np.array([(noise, drift) for noise in NOISES for drift in DRIFTS])


def blocks(progress: Array, values: Array) -> tuple[Array, Array, Array, float, int]:
    """A curve as means of at most ``_BLOCKS`` blocks of neighbouring reports.

    Returns
    -------
    (progress, means, counts, scatter, freedom)
        Shapes (b,); the sum of squares within the blocks, from successive differences, and its degrees
        of freedom.
    """
    t = len(values)
    if t <= _BLOCKS:
        return progress, values, np.ones(t), 0.0, 0
    edges = np.unique(np.round(np.linspace(0.0, 1.0, _BLOCKS + 1) ** 1.5 * t).astype(int))
    edges = edges[(edges >= 0) & (edges <= t)]
    counts = np.diff(edges)
    means = np.add.reduceat(values, edges[:-1]) / counts
    places = np.add.reduceat(progress, edges[:-1]) / counts
    steps = np.diff(values)
    inside = np.ones(t - 1, dtype=bool)
    inside[edges[1:-1] - 1] = False
    return places, means, counts.astype(float), float((steps[inside] ** 2).sum() / 2.0), int(inside.sum())


def condition(
    progress: Array, values: Array, priors: list[Prior], shape_weights: Array, noise_weights: Array
) -> CurvePosterior:
    """Posterior of the last value, given a curve's reports so far.

    Parameters
    ----------
    progress, values
        Shapes (t,), t > 0, on the job's scale; progress is above 0 and at most 1.
    priors
        Mixture of priors.
    shape_weights, noise_weights
        Prior probabilities of the shapes (k,) and of :func:`noise_pairs` (q,).
    """
    u, y, counts, scatter, freedom = blocks(progress, values)
    noise, drift = noise_pairs().T
    remaining = np.minimum.outer(1.0 - u, 1.0 - u)
    covariance = drift[:, None, None] ** 2 * remaining
    covariance[:, np.arange(len(u)), np.arange(len(u))] += (noise[:, None] ** 2 + 1e-9) / counts
    factors = np.linalg.cholesky(covariance)
    design = np.concatenate([np.ones((1, len(u))), y[None, :], shape_bank()(u)]).T
    whitened = np.linalg.inv(factors) @ design
    one, target, h = whitened[:, :, 0], whitened[:, :, 1], whitened[:, :, 2:]
    constant = -np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    constant += np.log(noise_weights + 1e-300) - freedom * np.log(noise) - 0.5 * scatter / noise**2
    # Sums over the reports by the pair of noise levels, and by the shape: (q, 1, 1) and (q, 1, k).
    a, d, f = ((x * y).sum(axis=1)[:, None, None] for x, y in ((one, one), (one, target), (target, target)))
    b, e = (np.asarray(x[:, None, :] @ h) for x in (one, target))
    c = (h**2).sum(axis=1)[:, None, :]
    # Of the priors: (1, number of priors, 1).
    weight, mean, deviation, size_mean, size_deviation = (
        np.array(values)[None, :, None] for values in zip(*priors, strict=True)
    )
    p, q = deviation**-2, size_deviation**-2
    first, second = a + p, c + q
    determinant = first * second - b * b
    r, s = d + p * mean, e + q * size_mean
    last = (second * r - b * s) / determinant
    size = (first * s - b * r) / determinant
    quadratic = f + p * mean**2 + q * size_mean**2 - r * last - s * size
    joint = constant[:, None, None] + np.log(weight) + 0.5 * (np.log(p * q / determinant) - quadratic)
    joint = joint + np.log(shape_weights + 1e-300)
    probabilities = np.exp(joint - joint.max())
    probabilities /= probabilities.sum()
    kept = probabilities > _DROPPED
    variances = second / determinant + noise[:, None, None] ** 2
    return CurvePosterior(
        probabilities[kept] / probabilities[kept].sum(),
        last[kept],
        np.sqrt(variances[kept]),
        probabilities.sum(axis=(0, 1)),
        probabilities.sum(axis=(1, 2)),
    )
