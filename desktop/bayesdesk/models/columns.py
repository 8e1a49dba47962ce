"""The trials of a job as columns of NumPy arrays, for filters and plots."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bayescore.results import expected_value
from bayescore.store import Trial, TrialState
from bayesdesk.models.snapshot import JobView

Mask = NDArray[np.bool_]
T = TypeVar("T")


class TrialColumns:
    """Columns by name, computed when first asked for; ``n`` trials, by number."""

    def __init__(self, view: JobView) -> None:
        self.view = view
        self.n = len(view.trials)
        self._made: dict[object, Any] = {}

    def once(self, key: object, make: Callable[[], T]) -> T:
        """The result of ``make``, computed once for these trials."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found

    def row_of(self, number: int) -> int | None:
        """Row of the trial with this number; ``None`` if there is no such trial."""
        rows = self.once("rows", lambda: {t.number: i for i, t in enumerate(self.view.trials)})
        return rows.get(number)

    def raw(self, name: str) -> list[Any]:
        """Values of a parameter, or last values of a metric; ``None`` where there is none; shape (n,).

        Of the objective they are the trials' values; a trial that was stopped early has its forecast, at
        which it is drawn, and none if there is no forecast.
        """
        return self.once(("raw", name), lambda: self._raw(name))

    def numbers(self, name: str) -> NDArray[np.float64]:
        """The same values as numbers; NaN where there is none; shape (n,)."""
        return self.once(("numbers", name), lambda: _numbers(self.raw(name)))

    def texts(self, name: str) -> NDArray[np.str_]:
        """The same values as text; shape (n,)."""
        return self.once(("texts", name), lambda: np.array([str(v) for v in self.raw(name)], dtype=np.str_))

    def stopped(self) -> Mask:
        """Which trials were stopped early, shape (n,)."""
        return self.once("stopped", self._stopped)

    def _stopped(self) -> Mask:
        return np.array([t.state is TrialState.STOPPED_EARLY for t in self.view.trials], dtype=np.bool_)

    def objective(self) -> NDArray[np.float64]:
        """Finite objectives of succeeded trials, NaN elsewhere; shape (n,)."""
        return self.once("objective", self._objective)

    def expected(self) -> NDArray[np.float64]:
        """The same, and forecasts of trials that were stopped early; shape (n,)."""
        return self.once("expected", self._expected)

    def _expected(self) -> NDArray[np.float64]:
        found = self.objective().copy()
        for row in np.flatnonzero(self.stopped()):
            found[row] = _float(expected_value(self.view.trials[row]))
        return found

    def _objective(self) -> NDArray[np.float64]:
        values = [_float(t.value) if t.state is TrialState.SUCCEEDED else math.nan for t in self.view.trials]
        found = np.array(values, dtype=np.float64)
        found[~np.isfinite(found)] = np.nan
        return found

    def _raw(self, name: str) -> list[Any]:
        view = self.view
        if name in {s.name for s in view.job.config.hyper_tuning.parameter_specs}:
            return [t.parameters.get(name) for t in view.trials]
        if name == view.job.metric:
            return [_drawn_value(t) for t in view.trials]
        series = (view.series.get(t.id, {}).get(name) for t in view.trials)
        return [None if values is None else float(values[-1]) for values in series]


def _drawn_value(trial: Trial) -> float | None:
    return expected_value(trial) if trial.state is TrialState.STOPPED_EARLY else trial.value


def _numbers(values: list[Any]) -> NDArray[np.float64]:
    try:
        return np.array(values, dtype=np.float64)  # None becomes NaN
    except (TypeError, ValueError):  # texts among them
        return np.array([_float(v) for v in values], dtype=np.float64)


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
