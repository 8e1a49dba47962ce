"""The reported objectives of one attempt of a trial, kept in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayescore.config import Goal, ObjectiveRule

_MOST = 256  # values that are kept; enough for the shape of a curve


class ObjectiveSeries:
    """Steps and values of reports, the first report being step 1.

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
        self._last = math.nan
        self._first_at = self._last_at = 0.0
        self.count = 0

    def add(self, values: Sequence[float], at: Sequence[float]) -> None:
        """Append reports and the times of their arrival, in seconds."""
        for value, moment in zip(values, at, strict=True):
            if not self.count:
                self._first_at = moment
            self.count += 1
            self._last_at = moment
            self._last = self._combined(value)
            if (self.count - 1) % self._stride == 0:
                self._steps.append(self.count)
                self._values.append(self._last)
            if len(self._steps) >= _MOST:
                self._stride *= 2
                self._steps, self._values = self._steps[::2], self._values[::2]

    def _combined(self, value: float) -> float:
        """The trial's objective after another report; see :func:`bayescore.engine.outcome.objective`."""
        if not self._is_best or not math.isfinite(self._last):
            return value
        if not math.isfinite(value):
            return self._last
        return max(self._last, value) if self._maximize else min(self._last, value)

    @property
    def seconds(self) -> float:
        """Time between the first and the last report."""
        return self._last_at - self._first_at

    def curve(self) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Steps that are kept and their values."""
        steps, values = list(self._steps), list(self._values)
        if self.count and steps[-1] != self.count:
            steps.append(self.count)
            values.append(self._last)
        return tuple(steps), tuple(values)
