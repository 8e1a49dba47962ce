"""Early stopping: forecasts of learning curves and the decision that follows from them.

:func:`judge_curve` is a pure function of its arguments.
"""

from bayescore.search.curves.judge import judge_curve
from bayescore.search.curves.records import (
    Curve,
    CurveForecast,
    CurveState,
    CurveVerdict,
    StopReason,
    StopRule,
)

__all__ = ["Curve", "CurveForecast", "CurveState", "CurveVerdict", "StopReason", "StopRule", "judge_curve"]
