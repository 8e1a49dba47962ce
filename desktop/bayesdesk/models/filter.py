"""One filter for every view of a job: states, the best share, an expression, brushes on axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bayescore.config import Goal
from bayescore.results.where import OWN_COLUMNS, column, column_names, condition
from bayescore.store import Trial, TrialState
from bayesdesk.models.columns import Mask, TrialColumns
from bayesdesk.models.snapshot import JobView


@dataclass(frozen=True)
class Brush:
    """A selected interval of one axis, both ends included; both ends of a category are its name.

    On the axis of the objective it selects a trial that was stopped early by its forecast, as it is drawn.
    """

    low: Any
    high: Any

    def mask(self, columns: TrialColumns, axis: str) -> Mask:
        """Trials whose value lies in it, shape (n,); a missing value never does."""
        if isinstance(self.low, str):
            return np.asarray(columns.texts(axis) == self.low, dtype=np.bool_)
        values = columns.numbers(axis)
        return np.asarray((values >= self.low) & (values <= self.high), dtype=np.bool_)


@dataclass(frozen=True)
class TrialFilter:
    """Which trials are shown; by default all of them.

    Attributes
    ----------
    best_percent
        Share of the trials with a value, best first, in percent.
    states
        Empty for all states.
    expression
        A condition as ``bayesdesk trials --where`` takes it; empty for none.
    brushes
        By axis; several brushes of one axis are alternatives.
    """

    best_percent: int = 100
    states: frozenset[TrialState] = frozenset()
    expression: str = ""
    brushes: Mapping[str, tuple[Brush, ...]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether every trial passes."""
        return self == TrialFilter()

    def with_brushes(self, axis: str, brushes: Sequence[Brush]) -> TrialFilter:
        """The filter with the brushes of one axis replaced."""
        others = {name: b for name, b in self.brushes.items() if name != axis}
        return replace(self, brushes={**others, axis: tuple(brushes)} if brushes else others)

    def check(self, view: JobView) -> None:
        """Check the expression against the columns that the job has now.

        Raises
        ------
        ConfigError
            When the expression is invalid or names another column.
        """
        if self.expression.strip():
            condition(self.expression, names_of(view))

    def mask(self, columns: TrialColumns) -> Mask:
        """Trials that pass, shape (n,); everything but the brushes is computed once.

        Raises
        ------
        ConfigError
            When the expression is invalid.
        """
        key = ("mask", self.best_percent, self.states, self.expression)
        kept = columns.once(key, lambda: self._without_brushes(columns)).copy()
        for axis, brushes in self.brushes.items():
            kept &= np.logical_or.reduce([brush.mask(columns, axis) for brush in brushes])
        return kept

    def _without_brushes(self, columns: TrialColumns) -> Mask:
        view = columns.view
        kept = np.ones(columns.n, dtype=np.bool_)
        if self.best_percent < 100:
            kept &= self._best_share(columns)
        if self.states:
            kept &= np.array([t.state in self.states for t in view.trials], dtype=np.bool_)
        if self.expression.strip():
            holds = condition(self.expression)
            kept &= np.array([holds(row_of(view, t)) for t in view.trials], dtype=np.bool_)
        return kept

    def _best_share(self, columns: TrialColumns) -> Mask:
        values = columns.objective()
        sign = -1.0 if columns.view.job.config.hyper_tuning.goal is Goal.MAXIMIZE else 1.0
        order = np.argsort(sign * values, kind="stable")  # NaN comes last
        known = int(np.isfinite(values).sum())
        kept = np.zeros(columns.n, dtype=np.bool_)
        kept[order[: math.ceil(known * self.best_percent / 100)]] = True
        return kept


def names_of(view: JobView) -> tuple[str, ...]:
    """The columns that an expression can name."""
    return column_names(view.job, view.metrics)


def row_of(view: JobView, trial: Trial, own: Sequence[str] = OWN_COLUMNS) -> dict[str, Any]:
    """Every column of a trial by name: parameters, last values of metrics, and those that every job has."""
    series = {name: [float(v[-1])] for name, v in view.series.get(trial.id, {}).items() if len(v)}
    return column(view.job, trial, series, own)
