"""Whether a running trial is stopped early."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayescore.config.models import Goal
from bayescore.search.curves.records import Curve, CurveVerdict, StopReason, StopRule
from bayescore.search.space import SearchSpace

_MIN_STEPS = 3  # reports before which no trial is stopped


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
    del space, goal, seed
    curve = curves[index]
    if has_diverged(curve, rule.min_steps or _MIN_STEPS):
        return CurveVerdict(stop=StopReason.DIVERGED)
    return CurveVerdict()


def has_diverged(curve: Curve, reports: int) -> bool:
    """Whether the last ``reports`` values or more are not finite."""
    finite = [step for step, value in zip(curve.steps, curve.values, strict=True) if math.isfinite(value)]
    last_finite = finite[-1] if finite else 0
    return bool(curve.steps) and curve.steps[-1] - last_finite >= reports
