"""One proposal: initial design, fit, acquisition, and the word that nothing is left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bayescore.config.models import Goal
from bayescore.search.bayesian.acquisition import Acquisition
from bayescore.search.bayesian.candidates import candidate_rows, sobol_rows
from bayescore.search.bayesian.kernel import Array
from bayescore.search.bayesian.local_search import climbed
from bayescore.search.bayesian.outlook import outlook
from bayescore.search.bayesian.surrogate import GaussianProcess
from bayescore.search.bayesian.warping import Warp, fence, fitted
from bayescore.search.enumerated import EXHAUSTED, fresh_draw, stream
from bayescore.search.space import Key, SearchSpace
from bayescore.search.suggestion import (
    ExhaustedReason,
    Observation,
    Origin,
    Outcome,
    Outlook,
    Prediction,
    Suggestion,
    Why,
)

_INITIAL = 4  # trials of the first design
_FAILED_AS = 0.85  # quantile of the values that a failed trial is given
_BEST_KEPT = 6  # of the best trials, so many get local candidates
_FIRST_STOP = 20  # finished trials before the search may call itself exhausted
_NOTHING = 0.005  # share of the range seen: a likely gain below it counts as none
_UNSURE = 0.6  # standard deviations of the values: with more the model knows little
_ALIKE = 0.7  # correlation with the best trial above which a row is near it
_STALE = 10  # finished trials without a new best before the search may stop


@dataclass(frozen=True)
class _Seen:
    """Trials as arrays: successes with values (smaller is better), failures, pending."""

    rows: Array
    values: Array
    failed: Array
    pending: Array


def initial_count(space: SearchSpace) -> int:
    """Trials before the first model: a few, and no more than half of what there is."""
    total = space.combinations()
    return _INITIAL if total is None else min(_INITIAL, max(2, total // 2))


def propose(
    space: SearchSpace,
    goal: Goal,
    trials: Sequence[Observation],
    seed: int,
    number: int,
    used: set[Key],
    *,
    stop_when_exhausted: bool,
) -> Suggestion:
    """Next point by expected improvement under a Gaussian process; see ``suggest``."""
    seen = _arrays(space, goal, trials)
    if len(seen.values) < 2 or len(trials) < initial_count(space):
        return _initial(space, used, seed, number)
    rng = stream(seed, number)
    warp = fitted(seen.values)
    standard = warp(seen.values)
    rows = np.concatenate([seen.rows, seen.failed])
    # a failed trial counts as a bad one, not as the worst: where it failed the chance of success speaks
    values = np.concatenate([standard, np.full(len(seen.failed), np.quantile(standard, _FAILED_AS))])
    model = GaussianProcess(space, int(rng.integers(2**31))).fit(rows, values)
    if len(seen.pending):
        model.believe(seen.pending)
    promise = Acquisition(model, seen.rows, seen.failed, space.categorical)
    leading = seen.rows[np.argsort(standard, kind="stable")[:_BEST_KEPT]]
    candidates = candidate_rows(space, leading, rng)
    candidates, heights = climbed(space, candidates, promise, rng)
    ahead = outlook(model, candidates, heights, warp.inverse, rng)
    if stop_when_exhausted and _nothing_left(space, seen.values, ahead):
        return Suggestion(None, outlook=ahead, exhausted=ExhaustedReason.NOTHING_TO_GAIN)
    for i in np.argsort(-heights, kind="stable"):
        point = space.point(candidates[i])
        if space.key(point) not in used:
            told = _prediction(model, candidates[i], leading[0], warp, -1.0 if goal is Goal.MAXIMIZE else 1.0)
            return Suggestion(point, Origin.MODEL, prediction=told, outlook=ahead)
    fresh = fresh_draw(space, used, rng, seed)
    return EXHAUSTED if fresh is None else Suggestion(fresh, Origin.RANDOM)


def _prediction(model: GaussianProcess, row: Array, best: Array, warp: Warp, sign: float) -> Prediction:
    """What the model expects of a row, in the objective's unit, and why the row was chosen."""
    both_mean, both_deviation = model.predict(np.stack([row, best]))
    mean, deviation = float(both_mean[0]), float(both_deviation[0])
    ends = warp.inverse(np.array([mean - deviation, mean, mean + deviation]))
    if deviation > _UNSURE:
        why = Why.EXPLORING
    else:
        why = Why.NEAR_BEST if model.likeness(row, best) > _ALIKE else Why.BEST_GUESS
    return Prediction(sign * float(ends[1]), float(ends[2] - ends[0]) / 2.0, why)


def _initial(space: SearchSpace, used: set[Key], seed: int, number: int) -> Suggestion:
    rows = sobol_rows(space, max(initial_count(space), number), seed & 0x7FFFFFFF)
    point = space.point(rows[number - 1])
    if space.key(point) not in used:
        return Suggestion(point, Origin.INITIAL)
    fresh = fresh_draw(space, used, stream(seed, number), seed)
    return EXHAUSTED if fresh is None else Suggestion(fresh, Origin.INITIAL)


def _nothing_left(space: SearchSpace, values: Array, ahead: Outlook) -> bool:
    """Whether nothing worth a trial can be expected, after enough trials to say so."""
    n = len(values)
    if n < max(_FIRST_STOP, 2 * space.dimensions + 10):
        return False
    since_best = n - 1 - int(np.argmin(values))
    spread = float(np.ptp(np.minimum(values, fence(values))))
    return since_best >= _STALE and ahead.high < _NOTHING * spread


def _arrays(space: SearchSpace, goal: Goal, trials: Sequence[Observation]) -> _Seen:
    sign = -1.0 if goal is Goal.MAXIMIZE else 1.0
    rows: dict[str, list[Array]] = {"good": [], "failed": [], "pending": []}
    values: list[float] = []
    for trial in trials:
        try:
            row = space.row(trial.parameters)
        except (KeyError, AssertionError):
            continue
        if not np.all(np.isfinite(row)) or np.any(row < -1.0) or not _inside(space, row):
            continue
        if trial.outcome is Outcome.RUNNING:
            rows["pending"].append(row)
        elif trial.outcome is Outcome.FINISHED and trial.value is not None and math.isfinite(trial.value):
            rows["good"].append(row)
            values.append(sign * trial.value)
        elif trial.outcome is not Outcome.STOPPED:
            rows["failed"].append(row)
    d = space.dimensions
    good, failed, pending = (np.array(rows[k]).reshape(-1, d) for k in ("good", "failed", "pending"))
    return _Seen(good, np.clip(np.array(values), -1e100, 1e100), failed, pending)


def _inside(space: SearchSpace, row: Array) -> bool:
    """Whether a row is close enough to the cube to teach the model (history may come from a wider one)."""
    numeric = list(space.numeric)
    return bool(np.all(row[numeric] >= -1.0) and np.all(row[numeric] <= 2.0))
