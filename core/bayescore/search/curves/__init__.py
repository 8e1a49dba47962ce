"""Early stopping: forecasts of learning curves and the decision that follows from them.

:func:`judge_curve` and :func:`forecast_curve` are pure functions of their arguments.
"""

from bayescore.search.curves.judge import forecast_curve, judge_curve
from bayescore.search.curves.records import (
    Curve,
    CurveForecast,
    CurveState,
    CurveVerdict,
    StopReason,
    StopRule,
)

__all__ = [
    "Curve",
    "CurveForecast",
    "CurveState",
    "CurveVerdict",
    "StopReason",
    "StopRule",
    "forecast_curve",
    "judge_curve",
]
