"""Whether a running trial is stopped early."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bayescore.config.models import Goal
from bayescore.search.curves.curve_length import expected_length
from bayescore.search.curves.records import (
    Curve,
    CurveForecast,
    CurveState,
    CurveVerdict,
    StopReason,
    StopRule,
)
from bayescore.search.model_free import random_stream
from bayescore.search.space import SearchSpace

if TYPE_CHECKING:
    from bayescore.search.curves.job_curves import JobCurves

_MIN_WHOLE = 8  # trials that must have run to their end before a forecast is made
_MIN_STEPS = 3  # reports before which no trial is stopped
_MIN_PROGRESS = 0.05  # share of the reports, likewise
# Progress at which forecasts are made.
_LOOKS = (0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_WHOLE_SHARE = (
    0.05  # of the trials, which run to their end whatever their forecast: the rule learns from them
)
_LEAST_SAVED = 0.25  # of a whole trial's time: a trial that needs less runs to its end, for what it teaches
_MOST_WHOLE = 48  # whole curves that are used: the best half of them, and otherwise the latest
_QUANTILES = np.array([0.1, 0.5, 0.9])
_NORMAL_QUANTILE = 1.2816  # of 90 %
_PURPOSE = 7  # of the random stream


def judge_curve(
    space: SearchSpace,
    goal: Goal,
    curves: Sequence[Curve],
    index: int,
    rule: StopRule,
    seed: int,
    *,
    since: int | None = None,
) -> CurveVerdict:
    """Forecast the end of a running trial and decide whether to stop it. A pure function.

    Forecasts are made at a few places of a curve. Between them the verdict has none.

    Parameters
    ----------
    space, goal
        Of the job.
    curves
        All trials of the job that have reported their objective.
    index
        Position of the running trial in ``curves``.
    rule
        Settings.
    seed
        Fixes all randomness.
    since
        Report after which the trial was judged before; ``None`` if it is judged after every report.
    """
    curve = curves[index]
    least = rule.min_steps or _MIN_STEPS
    if has_diverged(curve, least):
        return CurveVerdict(stop=StopReason.DIVERGED)
    whole = _whole(curves)
    if len(whole) < _MIN_WHOLE or not curve.steps or curve.steps[-1] < least:
        return CurveVerdict()
    step = curve.steps[-1]
    length = expected_length(whole, step, curve.seconds)
    if step >= length or not _is_due(curve, length, since):
        return CurveVerdict()
    forecast = forecast_curve(space, goal, curves, index)
    hopeless = forecast is not None and forecast.chance < 1.0 - rule.confidence
    early = rule.min_steps is None and step < _MIN_PROGRESS * length
    spared = _runs_whole(space, curve, seed) or _remaining(whole, curve, length) < _LEAST_SAVED
    return CurveVerdict(forecast, StopReason.HOPELESS if hopeless and not early and not spared else None)


def forecast_curve(
    space: SearchSpace, goal: Goal, curves: Sequence[Curve], index: int
) -> CurveForecast | None:
    """Forecast the end of a running or stopped trial. A pure function.

    A trial that was stopped long ago has a better forecast once more trials have run to their end.

    Parameters
    ----------
    space, goal, curves, index
        As for :func:`judge_curve`.

    Returns
    -------
    CurveForecast or None
        ``None`` while too few trials have run to their end, and for a trial without a finite report.
    """
    curve, whole = curves[index], _whole(curves)
    if len(whole) < _MIN_WHOLE or not curve.steps:
        return None
    sign = -1.0 if goal is Goal.MAXIMIZE else 1.0
    job, row = _job(space, sign, whole), _row(space, curve)
    if job is None or row is None:
        return None
    return _forecast(job, row, curve, sign, expected_length(whole, curve.steps[-1], curve.seconds))


def has_diverged(curve: Curve, reports: int) -> bool:
    """Whether the last ``reports`` values or more are not finite."""
    finite = [step for step, value in zip(curve.steps, curve.values, strict=True) if math.isfinite(value)]
    last_finite = finite[-1] if finite else 0
    return bool(curve.steps) and curve.steps[-1] - last_finite >= reports


def _whole(curves: Sequence[Curve]) -> list[Curve]:
    """Curves that ran to their end and have an objective."""
    return [c for c in curves if c.state is CurveState.WHOLE and c.values and math.isfinite(c.values[-1])]


def _is_due(curve: Curve, length: float, since: int | None) -> bool:
    """Whether the reports since the last verdict passed one of ``_LOOKS``."""
    before = since if since is not None else curve.steps[-2] if len(curve.steps) > 1 else 0
    return any(before < look * length <= curve.steps[-1] for look in _LOOKS)


def _runs_whole(space: SearchSpace, curve: Curve, seed: int) -> bool:
    """Whether a trial is one of those that run to their end, by its parameters."""
    row = _row(space, curve)
    number = zlib.crc32(np.array(row or ()).tobytes())
    return bool(random_stream(seed, number, _PURPOSE).random() < _WHOLE_SHARE)


def _remaining(whole: Sequence[Curve], curve: Curve, length: float) -> float:
    """Time until a trial's end, as a share of the mean time of a whole trial."""
    share = length / curve.steps[-1] - 1.0
    mean = float(np.mean([each.seconds for each in whole]))
    if mean <= 0.0 or curve.seconds <= 0.0:
        return 1.0 - curve.steps[-1] / length
    return share * curve.seconds / mean


def _row(space: SearchSpace, curve: Curve) -> tuple[float, ...] | None:
    """Row of a trial; ``None`` when its parameters do not fit the space."""
    try:
        row = space.row(curve.parameters)
    except (KeyError, AssertionError):
        return None
    return tuple(float(x) for x in row) if np.all(np.isfinite(row)) else None


def _job(space: SearchSpace, sign: float, whole: Sequence[Curve]) -> JobCurves | None:
    """What the whole curves teach; ``None`` if the parameters of too few fit the space."""
    from bayescore.search.curves.job_curves import WholeCurve, job_curves  # SciPy loads slowly

    found = []
    for curve in whole:
        row = _row(space, curve)
        if row is not None:
            kept = [(s, sign * v) for s, v in zip(curve.steps, curve.values, strict=True) if math.isfinite(v)]
            steps, values = zip(*kept, strict=True)
            found.append(WholeCurve(row, steps, values, curve.is_earlier))
    if len(found) > _MOST_WHOLE:
        best = sorted(range(len(found)), key=lambda i: found[i].values[-1])[: _MOST_WHOLE // 2]
        latest = [i for i in reversed(range(len(found))) if i not in best][: _MOST_WHOLE - len(best)]
        found = [found[i] for i in sorted([*best, *latest])]
    return job_curves(space, tuple(found)) if len(found) >= _MIN_WHOLE else None


def _forecast(
    job: JobCurves, row: tuple[float, ...], curve: Curve, sign: float, length: float
) -> CurveForecast | None:
    """Forecast of a trial's end in the objective's own unit; ``None`` if no report is finite."""
    finite = [(s, sign * v) for s, v in zip(curve.steps, curve.values, strict=True) if math.isfinite(v)]
    if not finite:
        return None
    steps, values = np.array(finite, dtype=np.float64).T
    posterior = job.forecast(row, steps / length, values)
    better, median, worse = job.scale.inverse(posterior.quantiles(_QUANTILES)).tolist()
    low, high = sorted((sign * better, sign * worse))
    return CurveForecast(
        step=curve.steps[-1],
        steps=round(length),
        mean=sign * median,
        deviation=(median - better) / _NORMAL_QUANTILE,
        low=low,
        high=high,
        best=None if job.best is None else sign * job.best,
        chance=job.chance(posterior, float(steps[-1]) / length),
    )
