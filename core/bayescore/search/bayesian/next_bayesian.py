"""Bayesian search: initial design, then the maximum of the acquisition under the fitted surrogate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bayescore.config.models import Goal
from bayescore.search.bayesian.acquisition import Acquisition
from bayescore.search.bayesian.candidates import candidate_rows, draw_rows, sobol_units
from bayescore.search.bayesian.fitted_model import FittedModel
from bayescore.search.bayesian.gain_forecast import forecast_gain
from bayescore.search.bayesian.kernel import Array
from bayescore.search.bayesian.local_search import maximize
from bayescore.search.beliefs import Beliefs
from bayescore.search.fit import fit
from bayescore.search.model_free import EXHAUSTED, random_stream, unused_draw
from bayescore.search.records import (
    ExhaustedReason,
    GainForecast,
    Observation,
    Origin,
    Prediction,
    Suggestion,
    Why,
)
from bayescore.search.space import Key, SearchSpace

_INITIAL = 4  # trials of the initial design
_BEST = 6  # best trials around which local candidates are drawn
_EXPLORING = 0.6  # standard deviations of the values: a less certain prediction is exploration
_NEAR = 0.7  # correlation with the best trial above which a row is near it
# The search ends when, after enough trials and some without a new best, hardly any gain is likely.
_STOP_AFTER = 20  # finished trials
_STALE = 10  # finished trials since the best one
_NEGLIGIBLE = 0.005  # gain, as a share of the range of the values


def initial_count(space: SearchSpace) -> int:
    """Trials before the first model: at most four, and at most half of all combinations, but two."""
    total = space.combinations()
    return _INITIAL if total is None else min(_INITIAL, max(2, total // 2))


def next_bayesian(
    space: SearchSpace,
    used: set[Key],
    seed: int,
    number: int,
    goal: Goal,
    trials: Sequence[Observation],
    beliefs: Beliefs,
    *,
    stop_when_exhausted: bool,
) -> Suggestion:
    """Point of the largest expected improvement under the surrogate.

    The parameters are those of :func:`bayescore.search.suggest`; ``used`` are keys of points that
    are not suggested again.
    """
    rng = random_stream(seed, number)
    model_seed = int(rng.integers(2**31))
    model = fit(space, goal, trials, seed=model_seed) if len(trials) >= initial_count(space) else None
    if model is None:
        return _initial(space, used, seed, number, beliefs)
    acquisition = Acquisition(model, beliefs)
    candidates = candidate_rows(space, model.best_rows(_BEST), rng)
    candidates, values = maximize(space, candidates, acquisition, rng)
    forecast = forecast_gain(model, candidates, values, rng)
    if stop_when_exhausted and _is_exhausted(model, forecast):
        return Suggestion(None, forecast=forecast, exhausted=ExhaustedReason.NOTHING_TO_GAIN)
    for i in np.argsort(-values, kind="stable"):
        point = space.point(candidates[i])
        if space.key(point) not in used:
            return Suggestion(point, Origin.MODEL, _prediction(model, candidates[i]), forecast)
    unused = unused_draw(space, used, rng, seed)
    return EXHAUSTED if unused is None else Suggestion(unused, Origin.RANDOM)


def _initial(space: SearchSpace, used: set[Key], seed: int, number: int, beliefs: Beliefs) -> Suggestion:
    """Point of the initial design: row ``number`` of a scrambled Sobol sequence.

    With beliefs, one trial gets the expected values first. Then rows with odd numbers are drawn from the
    beliefs; the others show whether they are right.
    """
    units = sobol_units(space, max(initial_count(space), number), seed & 0x7FFFFFFF)
    row = draw_rows(space, units)[number - 1]
    if beliefs and not beliefs.is_tried(used):
        row = beliefs.centre(row)
    elif beliefs and number % 2:
        row = beliefs.draw(units[number - 1 : number], row[None, :])[0]
    point = space.point(row)
    if space.key(point) not in used:
        return Suggestion(point, Origin.INITIAL)
    unused = unused_draw(space, used, random_stream(seed, number), seed)
    return EXHAUSTED if unused is None else Suggestion(unused, Origin.INITIAL)


def _prediction(model: FittedModel, row: Array) -> Prediction:
    """Predicted objective at a row (d,), and why the row was chosen."""
    best = model.best_rows(1)[0]
    mean, deviation = model.process.predict(np.stack([row, best]))
    if deviation[0] > _EXPLORING:
        why = Why.EXPLORING
    else:
        why = Why.NEAR_BEST if model.process.correlation(row, best) > _NEAR else Why.BEST_GUESS
    objective, spread = model.to_objective(mean[:1], deviation[:1])
    return Prediction(float(objective[0]), float(spread[0]), why)


def _is_exhausted(model: FittedModel, forecast: GainForecast) -> bool:
    """Whether further trials are unlikely to improve the best value noticeably."""
    n = len(model.data.values)
    values = np.where(model.data.ended, model.data.values, np.inf)
    if n < max(_STOP_AFTER, 2 * model.space.dimensions + 10):
        return False
    since_best = n - 1 - int(np.argmin(values))
    spread = float(np.ptp(np.minimum(model.data.values, model.warp.limit)))
    return since_best >= _STALE and forecast.high < _NEGLIGIBLE * spread
