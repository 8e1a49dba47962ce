"""One proposal: initial design, fit, acquisition, and the word that nothing is left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bayescore.config.models import Goal
from bayescore.search.bayesian.acquisition import expected_improvement, success_probability
from bayescore.search.bayesian.candidates import candidate_rows, sobol_rows
from bayescore.search.bayesian.surrogate import Array, GaussianProcess
from bayescore.search.enumerated import EXHAUSTED, fresh_draw, stream
from bayescore.search.space import Key, SearchSpace
from bayescore.search.suggestion import ExhaustedReason, Observation, Origin, Outcome, Suggestion

_MIN_INITIAL = 5
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
    scale = float(np.std(seen.values)) or 1.0
    standard = (seen.values - np.mean(seen.values)) / scale
    rows = np.concatenate([seen.rows, seen.failed])
    # a failed trial counts as the worst that was seen: its surroundings lose their promise
    values = np.concatenate([standard, np.full(len(seen.failed), standard.max())])
    model = GaussianProcess(space, int(rng.integers(2**31))).fit(rows, values)
    best = float(standard.min())
    if len(seen.pending):  # pending trials are believed to come out as predicted
        believed, _ = model.predict(seen.pending)
        model.believed(np.concatenate([rows, seen.pending]), np.concatenate([values, believed]))
    leading = seen.rows[np.argsort(standard, kind="stable")[:_BEST_KEPT]]
    candidates = candidate_rows(space, leading, rng)
    mean, deviation = model.predict(candidates)
    gain = expected_improvement(mean, deviation, best)
    weighted = gain * success_probability(candidates, seen.rows, seen.failed)
    if stop_when_exhausted and _nothing_left(space, standard, float(gain.max())):
        return Suggestion(None, exhausted=ExhaustedReason.NOTHING_TO_GAIN)
    for i in np.argsort(-weighted, kind="stable"):
        point = space.point(candidates[i])
        if space.key(point) not in used:
            return Suggestion(point, Origin.MODEL, expected_gain=float(gain[i]) * scale)
    fresh = fresh_draw(space, used, rng, seed)
    return EXHAUSTED if fresh is None else Suggestion(fresh, Origin.RANDOM)


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
    return _Seen(good, _clipped(np.array(values)), failed, pending)


def _inside(space: SearchSpace, row: Array) -> bool:
    """Whether a row is close enough to the cube to teach the model (history may come from a wider one)."""
    numeric = [i for i in range(space.dimensions) if i not in space.categorical]
    return bool(np.all(row[numeric] >= -1.0) and np.all(row[numeric] <= 2.0))


def _clipped(values: Array) -> Array:
    """Diverged trials pulled in to the far fence, so that one 1e30 does not flatten the model."""
    if len(values) < 4:
        return np.clip(values, -1e100, 1e100)
    low, median, high = np.percentile(values, [25, 50, 75])
    fence = median + 5.0 * max(high - low, 1e-12 * max(1.0, abs(median)))
    return np.minimum(values, max(fence, float(np.min(values))))
