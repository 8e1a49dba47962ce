"""One proposal: initial design, fit, acquisition, and the word that nothing is left."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bayescore.config.models import Goal
from bayescore.search.bayesian.acquisition import averaged, log_expected_improvement, success_probability
from bayescore.search.bayesian.candidates import candidate_rows, climbed, sobol_rows
from bayescore.search.bayesian.kernel import Array
from bayescore.search.bayesian.surrogate import GaussianProcess
from bayescore.search.bayesian.warping import fence, warped
from bayescore.search.enumerated import EXHAUSTED, fresh_draw, stream
from bayescore.search.space import Key, SearchSpace
from bayescore.search.suggestion import ExhaustedReason, Observation, Origin, Outcome, Suggestion

_MIN_INITIAL = 5
_FAILED_AS = 0.85  # quantile of the values that a failed trial is given
_BEST_KEPT = 6  # of the best trials, so many get local candidates
_FIRST_STOP = 20  # finished trials before the search may call itself exhausted
_NOTHING = 1e-3  # expected gain, in standard deviations of the values seen, that counts as none
_STALE = 10  # finished trials without a new best before the search may stop


@dataclass(frozen=True)
class _Seen:
    """Trials as arrays: successes with values (smaller is better), failures, pending."""

    rows: Array
    values: Array
    failed: Array
    pending: Array


def initial_count(space: SearchSpace) -> int:
    """Trials before the first model: one more than the parameters, from 5 to 10."""
    return min(max(_MIN_INITIAL, space.dimensions + 1), 10)


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
    standard, warp = warped(seen.values)
    rows = np.concatenate([seen.rows, seen.failed])
    # a failed trial counts as a bad one, not as the worst: where it failed the chance of success speaks
    values = np.concatenate([standard, np.full(len(seen.failed), np.quantile(standard, _FAILED_AS))])
    model = GaussianProcess(space, int(rng.integers(2**31))).fit(rows, values)
    if len(seen.pending):
        model.believe(seen.pending)
    best = model.best_means()[:, None]

    def promise(candidates: Array) -> Array:
        """Logarithm of the expected improvement times the chance of success."""
        mean, deviation = model.members(candidates)
        found = averaged(log_expected_improvement(mean, deviation, best))
        chance = success_probability(candidates, seen.rows, seen.failed, space.categorical)
        return np.asarray(found + np.log(chance))

    leading = seen.rows[np.argsort(standard, kind="stable")[:_BEST_KEPT]]
    candidates = candidate_rows(space, leading, rng)
    candidates, heights = climbed(space, candidates, promise(candidates), promise, rng)
    largest = float(np.exp(heights.max()))
    if stop_when_exhausted and _nothing_left(space, standard, largest):
        return Suggestion(None, exhausted=ExhaustedReason.NOTHING_TO_GAIN)
    for i in np.argsort(-heights, kind="stable"):
        point = space.point(candidates[i])
        if space.key(point) not in used:
            gain = float(np.exp(heights[i])) * scale_near_best(seen.values, warp)
            return Suggestion(point, Origin.MODEL, expected_gain=gain)
    fresh = fresh_draw(space, used, rng, seed)
    return EXHAUSTED if fresh is None else Suggestion(fresh, Origin.RANDOM)


def scale_near_best(values: Array, warp: Callable[[Array], Array]) -> float:
    """Objective's units for one unit of the model's, near the best value."""
    best, spread = float(np.min(values)), float(np.std(np.minimum(values, fence(values)))) or 1.0
    step = 0.05 * spread
    ends = warp(np.array([best, best + step]))
    return step / max(float(ends[1] - ends[0]), 1e-12)


def _initial(space: SearchSpace, used: set[Key], seed: int, number: int) -> Suggestion:
    rows = sobol_rows(space, max(initial_count(space), number), seed & 0x7FFFFFFF)
    point = space.point(rows[number - 1])
    if space.key(point) not in used:
        return Suggestion(point, Origin.INITIAL)
    fresh = fresh_draw(space, used, stream(seed, number), seed)
    return EXHAUSTED if fresh is None else Suggestion(fresh, Origin.INITIAL)


def _nothing_left(space: SearchSpace, standard: Array, largest_gain: float) -> bool:
    n = len(standard)
    if n < max(_FIRST_STOP, 2 * space.dimensions + 10):
        return False
    since_best = n - 1 - int(np.argmin(standard))
    return since_best >= _STALE and largest_gain < _NOTHING


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
    numeric = [i for i in range(space.dimensions) if i not in space.categorical]
    return bool(np.all(row[numeric] >= -1.0) and np.all(row[numeric] <= 2.0))
