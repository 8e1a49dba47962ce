"""Whether a running trial is stopped early."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np

from bayescore.config.models import Goal
from bayescore.search.bayesian.training_data import orientation
from bayescore.search.curves.job_curves import JobCurves, WholeCurve, job_curves
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

_MIN_STEPS = 3  # reports before which no trial is stopped
_MIN_SHARE = 0.05
_MIN_WHOLE = 2
_WHOLE_SHARE = 0.05  # of the trials, which run to their end whatever their forecast: the rule learns from them
_LOOKS = (0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # progress at which forecasts are made
_QUANTILES = (np.arange(20) + 0.5) / 20  # for the mean and the deviation
_INTERVAL = (0.1, 0.9)


def judge_curve(
    space: SearchSpace, goal: Goal, curves: Sequence[Curve], index: int, rule: StopRule, seed: int
) -> CurveVerdict:
    """Forecast the end of a running trial and decide whether to stop it. A pure function.

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
    """
    curve = curves[index]
    least = rule.min_steps or _MIN_STEPS
    if has_diverged(curve, least):
        return CurveVerdict(stop=StopReason.DIVERGED)
    if not curve.steps or curve.steps[-1] < least:
        return CurveVerdict()
    job = _job_of(space, goal, curves)
    row = row_of(space, curve)
    if job is None or row is None:
        return CurveVerdict()
    length = job.length(curve.steps[-1], curve.seconds)
    if curve.steps[-1] >= length or not _is_due(curve, length):
        return CurveVerdict()
    forecast = forecast_curve(space, goal, curves, index)
    if forecast is None or _runs_whole(row, seed):
        return CurveVerdict(forecast)
    early = forecast.step < _MIN_SHARE * length and rule.min_steps is None
    hopeless = forecast.chance < 1.0 - rule.confidence and not early
    return CurveVerdict(forecast, StopReason.HOPELESS if hopeless else None)


def forecast_curve(
    space: SearchSpace, goal: Goal, curves: Sequence[Curve], index: int
) -> CurveForecast | None:
    """Forecast the objective that a running or stopped trial would have at its end.

    The parameters are those of :func:`judge_curve`. ``None`` while too few trials have run to their end.
    """
    curve = curves[index]
    sign = orientation(goal)
    job, row = _job_of(space, goal, curves), row_of(space, curve)
    finite = [(s, sign * v) for s, v in zip(curve.steps, curve.values, strict=True) if math.isfinite(v)]
    if job is None or row is None or not finite:
        return None
    steps, values = np.array(finite, dtype=np.float64).T
    length = job.length(curve.steps[-1], curve.seconds)
    posterior = job.forecast(row, steps, values, length)
    low, high, *others = job.scale.inverse(posterior.quantiles(np.array([*_INTERVAL, *_QUANTILES])))
    ends = sorted((sign * float(low), sign * float(high)))
    return CurveForecast(
        step=curve.steps[-1],
        steps=round(length),
        mean=sign * float(np.mean(others)),
        deviation=float(np.std(others)),
        low=ends[0],
        high=ends[1],
        best=sign * job.best,
        chance=job.chance(posterior, curve.steps[-1] / length),
    )


def _job_of(space: SearchSpace, goal: Goal, curves: Sequence[Curve]) -> JobCurves | None:
    """What the whole curves teach; ``None`` while there are too few."""
    whole = whole_curves(space, orientation(goal), curves)
    return job_curves(space, whole) if len(whole) >= _MIN_WHOLE else None


def has_diverged(curve: Curve, reports: int) -> bool:
    """Whether the last ``reports`` values or more are not finite."""
    finite = [step for step, value in zip(curve.steps, curve.values, strict=True) if math.isfinite(value)]
    last_finite = finite[-1] if finite else 0
    return bool(curve.steps) and curve.steps[-1] - last_finite >= reports


def whole_curves(space: SearchSpace, sign: float, curves: Sequence[Curve]) -> tuple[WholeCurve, ...]:
    """Curves that ran to their end and have a finite last value."""
    found = []
    for curve in curves:
        if curve.state is not CurveState.WHOLE or not curve.values or not math.isfinite(curve.values[-1]):
            continue
        row = row_of(space, curve)
        if row is None:
            continue
        steps = tuple(s for s, v in zip(curve.steps, curve.values, strict=True) if math.isfinite(v))
        values = tuple(sign * v for v in curve.values if math.isfinite(v))
        found.append(WholeCurve(row, steps, values, curve.seconds))
    return tuple(found)


def row_of(space: SearchSpace, curve: Curve) -> tuple[float, ...] | None:
    """Row of a trial; ``None`` when its parameters do not fit the space."""
    try:
        row = space.row(curve.parameters)
    except (KeyError, AssertionError):
        return None
    return tuple(float(x) for x in row) if np.all(np.isfinite(row)) else None


def _is_due(curve: Curve, length: float) -> bool:
    """Whether the last report passed one of ``_LOOKS``."""
    step = curve.steps[-1]
    before = curve.steps[-2] if len(curve.steps) > 1 else 0
    return any(before < look * length <= step for look in _LOOKS)


def _runs_whole(row: tuple[float, ...], seed: int) -> bool:
    """Whether a trial is one of those that run to their end, by its parameters."""
    number = zlib.crc32(np.array(row).tobytes())
    return bool(random_stream(seed, number, purpose=7).random() < _WHOLE_SHARE)
