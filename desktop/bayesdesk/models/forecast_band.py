"""The forecast of a trial beside its curve: a band from the last report to the expected end."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from bayescore.store import EndForecast, Trial
from bayesdesk.models.curves import Array
from bayesdesk.models.early_stops import shown_forecast

_CORNERS = 17  # of each edge
_SLOPE_PART = 4  # the slope is that of the newest fourth of a curve
_MOST_BENT = 6.0


@dataclass(frozen=True)
class Band:
    """It begins at the last point of a curve and opens to the interval that holds 80 % of the ends.

    What lies between is only drawn: the forecast is about the end.

    Attributes
    ----------
    step, value
        The last point.
    end
        Step of the expected end.
    low, mean, high
        Of the objective there.
    bend
        How much sooner than a straight line the middle of the band nears its end, as the curve has done so
        far; 1 for a straight line.
    has_stopped
        Whether the trial was stopped early.
    """

    step: float
    value: float
    end: float
    low: float
    mean: float
    high: float
    bend: float = 1.0
    has_stopped: bool = False

    def on_log_scale(self) -> Band | None:
        """The band with logarithms of its heights; ``None`` if one of them has none."""
        heights = (self.value, self.low, self.mean, self.high)
        if min(heights) <= 0.0:
            return None
        value, low, mean, high = map(math.log10, heights)
        return replace(self, value=value, low=low, mean=mean, high=high)

    def middle(self) -> tuple[Array, Array]:
        """Steps and heights of the line in the middle."""
        share = np.linspace(0.0, 1.0, _CORNERS)
        heights = self.mean + (self.value - self.mean) * (1.0 - share) ** self.bend
        return self.step + share * (self.end - self.step), heights

    def edges(self) -> tuple[Array, Array, Array]:
        """Steps, and heights of the lower and the upper edge; the width grows as that of a random walk."""
        steps, heights = self.middle()
        width = np.sqrt(np.linspace(0.0, 1.0, _CORNERS))
        return steps, heights - (self.mean - self.low) * width, heights + (self.high - self.mean) * width


def band_of(trial: Trial, curve: Array | None) -> Band | None:
    """The band of a trial that runs or was stopped early; ``None`` without a forecast or a curve.

    Parameters
    ----------
    curve
        Objectives by step, shape (n,), as they are drawn.
    """
    forecast = shown_forecast(trial)
    if forecast is None or curve is None:
        return None
    known = np.flatnonzero(np.isfinite(curve))
    if not len(known):
        return None
    last = int(known[-1])
    return Band(
        last + 1.0,
        float(curve[last]),
        float(max(forecast.steps, len(curve))),
        forecast.low,
        forecast.mean,
        forecast.high,
        _bend(curve[known], forecast),
        trial.state.ended,
    )


def _bend(values: Array, forecast: EndForecast) -> float:
    """The bend with which the middle continues the slope of the newest part of a curve."""
    part = max(2, len(values) // _SLOPE_PART)
    newest = values[-part:]
    rise, left = forecast.mean - float(values[-1]), forecast.steps - len(values)
    if len(newest) < 2 or rise == 0.0 or left <= 0:
        return 1.0
    slope = (float(newest[-1]) - float(newest[0])) / (len(newest) - 1)
    return min(max(slope * left / rise, 1.0), _MOST_BENT)
