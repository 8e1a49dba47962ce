"""The reported objectives of one attempt of a trial, kept in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.config import Goal, ObjectiveRule

_MOST = 256  # values that are kept; enough for the shape of a curve


@dataclass(frozen=True)
class TimedCurve:
    """Reports of the objective that are kept of one attempt, in their order.

    Attributes
    ----------
    steps, values
        Numbers of the reports, the first one being 1, and the objective at them.
    at
        When they arrived, in seconds since 1970.
    """

    steps: tuple[int, ...]
    values: tuple[float, ...]
    at: tuple[float, ...]


class ObjectiveSeries:
    """Steps, values and times of reports, the first report being step 1.

    From a long series only every second, fourth, … value is kept, and always the last.

    Parameters
    ----------
    rule
        With ``ObjectiveRule.BEST`` a value is the best one so far, as the trial's objective is.
    """

    def __init__(self, goal: Goal, rule: ObjectiveRule) -> None:
        self._maximize = goal is Goal.MAXIMIZE
        self._is_best = rule is ObjectiveRule.BEST
        self._stride = 1
        self._steps: list[int] = []
        self._values: list[float] = []
        self._at: list[float] = []
        self._last = math.nan
        self._last_at = 0.0
        self.count = 0

    def add(self, values: Sequence[float], at: Sequence[float]) -> None:
        """Append reports and the times of their arrival, in seconds."""
        for value, moment in zip(values, at, strict=True):
            self.count += 1
            self._last_at = moment
            self._last = self._combined(value)
            if (self.count - 1) % self._stride == 0:
                self._steps.append(self.count)
                self._values.append(self._last)
                self._at.append(moment)
            if len(self._steps) >= _MOST:
                self._stride *= 2
                self._steps, self._values, self._at = self._steps[::2], self._values[::2], self._at[::2]

    def _combined(self, value: float) -> float:
        """The trial's objective after another report; see :func:`bayescore.engine.outcome.objective`."""
        if not self._is_best or not math.isfinite(self._last):
            return value
        if not math.isfinite(value):
            return self._last
        return max(self._last, value) if self._maximize else min(self._last, value)

    def curve(self) -> TimedCurve:
        """The reports that are kept."""
        steps, values, at = list(self._steps), list(self._values), list(self._at)
        if self.count and steps[-1] != self.count:
            steps.append(self.count)
            values.append(self._last)
            at.append(self._last_at)
        return TimedCurve(tuple(steps), tuple(values), tuple(at))
