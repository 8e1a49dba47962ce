"""What the curves of a job teach about a curve that is still running.

Whole curves teach the job's scale, the length of a curve, which shapes and noise levels occur, and how
the last value depends on the parameters. Shapes and noise levels have a Dirichlet prior around the bank's
weights: each whole curve counts as one observation, split over the shapes by their posterior probability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.special import log_ndtr

from bayescore.search.bayesian.gaussian_process import GaussianProcess
from bayescore.search.curves.curve_posterior import CurvePosterior, Prior, condition, noise_pairs
from bayescore.search.curves.shapes import shape_bank
from bayescore.search.curves.value_scale import Array, ValueScale, fit_scale
from bayescore.search.space import SearchSpace

_SHAPE_COUNT = 6.0  # curves that the prior over shapes counts for
_NOISE_COUNT = 2.0  # curves that the prior over noise levels counts for
_ROUNDS = 20  # of expectation and maximisation
_FEWEST_FOR_SURROGATE = 3
# Standard deviations of the last value that is not predicted, and of a shape's size, and their probability.
_BROAD = ((3.0, 1.5, 0.55), (3.0, 4.0, 0.25), (8.0, 8.0, 0.2))
_NEAR = ((1.5, 0.8), (4.0, 0.2))  # standard deviations of a shape's size near the surrogate's prediction
_FALL = 0.3  # mean of a shape's size: curves usually improve
_ANCHORS = (0.075, 0.2, 0.5)  # progress at which forecasts of the whole curves are compared with their ends
_COMPARED = 12  # most curves for that
_TRUST = 3.0  # curves that the forecasts' own deviations count for
_SURPRISES = (1.5, 2.0)  # a surrogate's prediction from n curves is off with a probability of a / (n + b)
_LEAST_SURPRISE = 0.05
_WIDER = 1.15  # factor of the surrogate's standard deviation
_LEAST_DEVIATION = 0.1

Values = tuple[float, ...]


@dataclass(frozen=True)
class WholeCurve:
    """A curve that ran to its end: its row in the unit cube and its finite reports, oriented.

    Attributes
    ----------
    is_earlier
        Whether it is one of an earlier job, whose best is not to be beaten.
    """

    row: Values
    steps: tuple[int, ...]
    values: Values
    is_earlier: bool = False


@dataclass(frozen=True)
class Experience:
    """How far off the forecasts of a job's whole curves were.

    Attributes
    ----------
    widths
        Root mean squares of the ends' normal scores, below and above the median, shrunk to 1 and at
        least 1. They recalibrate forecasts (Kuleshov, Fenner and Ermon, 2018).
    power
        If early values told nothing, the best curves would all have ended at the low end of their
        forecasts. The probabilities of ending that low or lower are fitted by the distribution of
        cumulative probability ``p ** power``, by maximum likelihood, shrunk to 1 and at most 1.
    """

    widths: tuple[float, float] = (1.0, 1.0)
    power: float = 1.0


class JobCurves:
    """The job's whole curves, and the priors that follow from them.

    Parameters
    ----------
    space
        Of the job.
    whole
        At least one.
    """

    def __init__(self, space: SearchSpace, whole: tuple[WholeCurve, ...]) -> None:
        self.whole = whole
        self.scale: ValueScale = fit_scale([np.array(w.values) for w in whole])
        self.ends = self.scale(np.array([w.values[-1] for w in whole]))
        self.best = min((w.values[-1] for w in whole if not w.is_earlier), default=None)
        self._learn()
        self._experience: dict[float, Experience] = {}
        self._surrogate: GaussianProcess | None = None
        if len(whole) >= _FEWEST_FOR_SURROGATE and float(np.ptp(self.ends)) > 0.0:
            self._centre, self._spread = float(self.ends.mean()), float(self.ends.std())
            rows = np.array([w.row for w in whole])
            self._surrogate = GaussianProcess(space, 0).fit(rows, (self.ends - self._centre) / self._spread)

    def _learn(self) -> None:
        bank, pairs = shape_bank(), noise_pairs()
        flat = np.full(len(pairs), 1.0 / len(pairs))
        shape_evidence, noise_evidence = [], []
        priors = self._broad_priors(1.0)
        for curve in self.whole:
            found = condition(
                np.array(curve.steps) / curve.steps[-1],
                self.scale(np.array(curve.values)),
                priors,
                bank.weights,
                flat,
            )
            shape_evidence.append(found.shape_weights / bank.weights)
            noise_evidence.append(found.noise_weights / flat)
        self.shape_weights = _mixture(
            np.array(shape_evidence) @ bank.similarity.T, bank.weights, _SHAPE_COUNT
        )
        self.noise_weights = _mixture(np.array(noise_evidence), flat, _NOISE_COUNT)

    def _broad_priors(self, weight: float) -> list[Prior]:
        centre = float(np.mean(self.ends))
        return [Prior(weight * share, centre, deviation, _FALL, size) for deviation, size, share in _BROAD]

    def priors(self, row: Values) -> list[Prior]:
        """Priors of a trial's last value: near the surrogate's prediction, or anywhere."""
        if self._surrogate is None:
            return self._broad_priors(1.0)
        mean, deviation = self._surrogate.predict(np.array([row]))
        return self._priors_near(float(mean[0]), float(deviation[0]), len(self.whole))

    def _priors_near(self, mean: float, deviation: float, n: int) -> list[Prior]:
        """Priors around a prediction of the surrogate from ``n`` curves."""
        surprise = max(_LEAST_SURPRISE, _SURPRISES[0] / (n + _SURPRISES[1]))
        wide = max(_WIDER * deviation * self._spread, _LEAST_DEVIATION)
        near = [
            Prior((1.0 - surprise) * share, self._centre + self._spread * mean, wide, _FALL, size)
            for size, share in _NEAR
        ]
        return near + self._broad_priors(surprise)

    def chance(self, posterior: CurvePosterior, progress: float) -> float:
        """Probability that a trial ends better than the best so far."""
        if self.best is None:
            return 1.0
        below = float(posterior.below(self.scale(np.array([self.best])))[0])
        return float(below ** self.experience(progress).power)

    def forecast(self, row: Values, progress: Array, values: Array) -> CurvePosterior:
        """Posterior of the last value of a running trial from its finite oriented reports."""
        found = condition(
            progress, self.scale(values), self.priors(row), self.shape_weights, self.noise_weights
        )
        return replace(found, widths=self.experience(float(progress[-1])).widths)

    def experience(self, progress: float) -> Experience:
        """How far off forecasts at this progress were on this job.

        Each whole curve is forecast from its beginning, with what the surrogate predicts from the other
        curves, and its end is located in the forecast.
        """
        anchor = max((a for a in _ANCHORS if a <= progress), default=_ANCHORS[0])
        if anchor not in self._experience:
            self._experience[anchor] = self._experience_at(anchor)
        return self._experience[anchor]

    def _experience_at(self, anchor: float) -> Experience:
        n = len(self.whole)
        if self._surrogate is None:
            return Experience()
        order = np.argsort(self.ends)
        best, rest = order[: _COMPARED // 2], order[_COMPARED // 2 :]
        chosen = np.concatenate([best, rest[:: max(1, math.ceil(len(rest) / (_COMPARED // 2)))]])
        predicted, deviations = self._surrogate.leave_one_out()
        scores = []
        for i in chosen:
            curve = self.whole[i]
            progress = np.array(curve.steps) / curve.steps[-1]
            seen = max(int((progress <= anchor).sum()), min(2, len(progress)))
            found = condition(
                progress[:seen],
                self.scale(np.array(curve.values[:seen])),
                self._priors_near(float(predicted[i]), float(deviations[i]), n - 1),
                self.shape_weights,
                self.noise_weights,
            )
            scores.append(float(found.scores(self.ends[[i]])[0]))
        squared = np.array(scores) ** 2
        below = np.array(scores) < 0.0
        sides = [math.sqrt((_TRUST + squared[s].sum()) / (_TRUST + s.sum())) for s in (below, ~below)]
        good = np.array(scores[: min(len(best), max(1, n // 2))])
        power = (_TRUST + len(good)) / (_TRUST - float(log_ndtr(good).sum()))
        return Experience((max(sides[0], 1.0), max(sides[1], 1.0)), min(power, 1.0))


def _mixture(evidence: Array, prior: Array, count: float) -> Array:
    """Weights of a mixture's components, by expectation and maximisation from their prior.

    A curve that all components explain equally well, such as a flat one, leaves the weights as they are.

    Parameters
    ----------
    evidence
        Likelihoods of the components, shape (curves, components), up to a factor for each curve.
    prior, count
        Mean of the Dirichlet prior, and the number of curves that it counts for.
    """
    weights = prior
    for _ in range(_ROUNDS):
        shares = evidence * weights
        shares = shares / shares.sum(axis=1, keepdims=True)
        weights = (count * prior + shares.sum(axis=0)) / (count + len(evidence))
    return weights


@lru_cache(maxsize=8)
def job_curves(space: SearchSpace, whole: tuple[WholeCurve, ...]) -> JobCurves:
    """The job's curves; computed once for each set of whole curves."""
    return JobCurves(space, whole)
