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

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp, ndtr

from bayescore.search.curves.shapes import shape_bank
from bayescore.search.curves.value_scale import Array

NOISES = tuple(float(x) for x in np.geomspace(0.003, 0.6, 7))  # standard deviations of e
DRIFTS = (0.01, 0.05, 0.2, 0.6)  # standard deviations of W over the whole curve
_BLOCKS = 20  # most points of a curve; later ones are means of blocks
_DROPPED = 1e-6  # probability of components that are left out


@dataclass(frozen=True)
class Prior:
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
    evidence
        Logarithm of the marginal likelihood.
    """

    weights: Array
    means: Array
    deviations: Array
    shape_weights: Array
    noise_weights: Array
    evidence: float

    def below(self, values: Array) -> Array:
        """Probabilities that the last value is below values (v,), shape (v,)."""
        z = (values[:, None] - self.means) / self.deviations
        return np.asarray(ndtr(z) @ self.weights)

    def quantiles(self, shares: Array) -> Array:
        """Quantiles for shares (v,), by bisection, shape (v,)."""
        reach = 12.0 * self.deviations.max()
        low = np.full(len(shares), self.means.min() - reach)
        high = np.full(len(shares), self.means.max() + reach)
        for _ in range(50):
            middle = 0.5 * (low + high)
            is_below = self.below(middle) < shares
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        return 0.5 * (low + high)


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
    shapes = shape_bank()(u)
    remaining = np.minimum.outer(1.0 - u, 1.0 - u)
    pairs = noise_pairs()
    logs, means, variances = [], [], []
    for (noise, drift), noise_weight in zip(pairs, noise_weights, strict=True):
        covariance = drift**2 * remaining + np.diag((noise**2 + 1e-9) / counts)
        factor = np.linalg.cholesky(covariance)
        whitened = solve_triangular(factor, np.column_stack([np.ones(len(u)), y, shapes.T]), lower=True)
        one, target, h = whitened[:, 0], whitened[:, 1], whitened[:, 2:]
        constant = -np.log(factor.diagonal()).sum() - freedom * np.log(noise) - 0.5 * scatter / noise**2
        constant += np.log(noise_weight + 1e-300)
        a, d, f = one @ one, one @ target, target @ target
        b, c, e = one @ h, np.einsum("tk,tk->k", h, h), target @ h
        for prior in priors:
            p, q = prior.deviation**-2, prior.size_deviation**-2
            aa, cc = a + p, c + q
            determinant = aa * cc - b * b
            r, s = d + p * prior.mean, e + q * prior.size_mean
            last = (cc * r - b * s) / determinant
            size = (aa * s - b * r) / determinant
            quadratic = f + p * prior.mean**2 + q * prior.size_mean**2 - r * last - s * size
            logs.append(
                constant
                + np.log(prior.weight)
                + 0.5 * np.log(p * q)
                - 0.5 * np.log(determinant)
                - 0.5 * quadratic
            )
            means.append(last)
            variances.append(cc / determinant + noise**2)
    joint = np.array(logs) + np.log(shape_weights + 1e-300)
    evidence = float(logsumexp(joint))
    probabilities = np.exp(joint - evidence)
    by_shape = probabilities.sum(axis=0)
    by_noise = probabilities.reshape(len(pairs), -1).sum(axis=1)
    flat = probabilities.ravel()
    kept = flat > _DROPPED
    return CurvePosterior(
        flat[kept] / flat[kept].sum(),
        np.array(means).ravel()[kept],
        np.sqrt(np.array(variances).ravel()[kept]),
        by_shape,
        by_noise,
        evidence,
    )
