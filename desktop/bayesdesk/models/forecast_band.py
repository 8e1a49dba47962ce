"""The forecast of a trial beside its curve: a band from the last report to the expected end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bayescore.store import Trial
from bayesdesk.models.curves import Array
from bayesdesk.models.early_stops import shown_forecast


@dataclass(frozen=True)
class Band:
    """It begins at the last point of a curve and opens to the interval that holds 80 % of the ends.

    Attributes
    ----------
    step, value
        The last point.
    end
        Step of the expected end.
    low, mean, high
        Of the objective there.
    has_stopped
        Whether the trial was stopped early.
    """

    step: float
    value: float
    end: float
    low: float
    mean: float
    high: float
    has_stopped: bool = False

    def on_log_scale(self) -> Band | None:
        """The band with logarithms of its heights; ``None`` if one of them has none."""
        heights = (self.value, self.low, self.mean, self.high)
        if min(heights) <= 0.0:
            return None
        value, low, mean, high = map(math.log10, heights)
        return replace(self, value=value, low=low, mean=mean, high=high)


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
        trial.state.ended,
    )


def outline(bands: Sequence[Band]) -> list[list[tuple[float, float]]]:
    """Corners of each band."""
    return [[(b.step, b.value), (b.end, b.high), (b.end, b.low)] for b in bands]
