"""The objective by trial, with the best so far."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg

from bayescore.i18n import _
from bayescore.results import best_so_far
from bayescore.store import Trial, TrialState
from bayesdesk.jobs.job_model import JobModel
from bayesdesk.jobs.trial_columns import Mask
from bayesdesk.jobs.words import number, state_word
from bayesdesk.plots.canvas import Array, fences, pen, plot
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, Segmented


class ObjectiveChart(Card):
    """A dot a trial, a cross for a failed one, and the line of the best; a click chooses."""

    def __init__(self, model: JobModel) -> None:
        super().__init__(_("Objective"), _("{metric}, best so far", metric=model.view.job.metric))
        self._model = model
        self._plot = plot(counts=True)
        self._plot.setAccessibleName(_("Objective by trial"))
        self._dots = pg.ScatterPlotItem(pxMode=True, hoverable=True, tip=self._tip)
        self._faded = pg.ScatterPlotItem(pxMode=True, hoverable=True, tip=self._tip)
        self._failed = pg.ScatterPlotItem(pxMode=True, symbol="x", size=9, hoverable=True, tip=self._tip)
        self._best = pg.PlotDataItem(stepMode=None)
        self._chosen = pg.ScatterPlotItem(pxMode=True, size=13)
        self._far = pg.ScatterPlotItem(pxMode=True, size=10, hoverable=True, tip=self._tip)
        self._ends = (-math.inf, math.inf)
        for item in (self._faded, self._best, self._dots, self._failed, self._far, self._chosen):
            self._plot.addItem(item)
        for item in (self._dots, self._faded, self._failed, self._far):
            item.sigClicked.connect(self._clicked)
        self._scale = Segmented([("linear", _("Linear")), ("log", _("Log"))])
        self._scale.choose("linear")
        self._scale.chosen.connect(self._set_scale)
        self.controls.addWidget(self._scale)
        self.body.addWidget(self._plot)
        self.body.setContentsMargins(1, 0, 10, 8)
        model.view_changed.connect(self.show_trials)
        model.filter_settled.connect(self.show_trials)
        model.selection_changed.connect(self._show_chosen)
        self.show_trials()

    def show_trials(self) -> None:
        """Draw what the model holds."""
        colours, view, columns = theme.palette(), self._model.view, self._model.columns
        numbers = np.array([t.number for t in view.trials], dtype=float)
        values = columns.numbers(view.job.metric)
        good = np.isfinite(values)
        self._clip(values[good])
        heights = self._heights(values)
        # one brush for each item: a brush for each dot takes seconds with tens of thousands
        for item, colour, rows in (
            (self._dots, colours.secondary, good & self._model.mask),
            (self._faded, colours.line, good & ~self._model.mask),
        ):
            item.setData(
                x=numbers[rows],
                y=heights[rows],
                brush=pg.mkBrush(colour),
                pen=None,
                size=8,
                data=np.flatnonzero(rows),
            )
        steps = best_so_far(view.trials, view.job.config.hyper_tuning.goal)
        x, y = _stairs(steps, view.trials[-1].number if view.trials else 0)
        self._best.setData(x=x, y=self._heights(np.array(y, dtype=float)), pen=pen(colours.accent, 2))
        self._show_far(numbers, values, heights, good)
        self._show_failed(numbers, heights, good)
        self._show_chosen()

    def _clip(self, values: Array) -> None:
        """Keep far values from squeezing the others: on the linear scale they sit at the edge."""
        self._ends = (-math.inf, math.inf)
        if self._scale.value() == "linear" and len(values):
            self._ends = fences(values)

    def _show_far(self, numbers: Array, values: Array, heights: Array, good: Mask) -> None:
        """Arrows for the values that were drawn at the edge, and how many they are."""
        low, high = self._ends
        far = np.flatnonzero(good & ((values < low) | (values > high)))
        self._far.setData(
            x=numbers[far],
            y=heights[far],
            symbol=["t1" if values[i] > high else "t" for i in far],
            brush=pg.mkBrush(theme.palette().warning),
            pen=None,
            data=far,
        )
        words = _("{metric}, best so far", metric=self._model.view.job.metric)
        if len(far):
            words += " · " + _("{count} far values drawn at the edge ▲▼", count=len(far))
        self.caption.setText(words)

    def _show_failed(self, numbers: Array, heights: Array, good: Mask) -> None:
        states = (TrialState.FAILED, TrialState.LOST)
        ended_badly = np.array([t.state in states for t in self._model.view.trials], dtype=np.bool_)
        failed = np.flatnonzero(ended_badly & ~good)
        seen = heights[good & np.isfinite(heights)]
        foot = float(seen.min() - 0.06 * np.ptp(seen)) if len(seen) else 0.0
        self._failed.setData(
            x=numbers[failed],
            y=np.full(len(failed), foot),
            pen=pen(theme.palette().bad, 1.5),
            brush=None,
            data=failed,
        )

    def _show_chosen(self) -> None:
        trial = self._model.selected
        known = trial is not None and trial.value is not None and math.isfinite(trial.value)
        colours = theme.palette()
        self._chosen.setData(
            x=[trial.number] if known and trial else [],
            y=self._heights(np.array([trial.value], dtype=float)) if known and trial else [],
            brush=pg.mkBrush(colours.accent),
            pen=pen(colours.panel, 2),
        )

    def _heights(self, values: Array) -> Array:
        """Where values are drawn, shape (n,); NaN where they cannot be."""
        if self._scale.value() == "log":
            return np.log10(np.where(values > 0, values, np.nan))
        return np.clip(values, *self._ends)

    def _set_scale(self, name: str) -> None:
        self._plot.getPlotItem().getAxis("left").setLogMode(name == "log")
        self.show_trials()
        self._plot.getPlotItem().enableAutoRange()

    def _clicked(self, _item: Any, points: Any, _event: Any = None) -> None:
        if len(points):
            self._model.select(self._model.view.trials[int(points[0].data())].number)

    def _tip(self, x: float, y: float, data: int) -> str:
        del x, y  # where it is drawn: the trial's row says more
        trial = self._model.view.trials[int(data)]
        value = number(trial.value) if trial.value is not None else state_word(trial.state)
        words = "\n".join(f"{k}: {number(v)}" for k, v in trial.parameters.items())
        return as_text(f"#{trial.number}  {value}\n{words}")

    def sizeHint(self) -> Any:
        hint = super().sizeHint()
        hint.setHeight(300)
        return hint


def _stairs(steps: list[Trial], last: int) -> tuple[list[float], list[float]]:
    """Corners of the line of the best."""
    x: list[float] = []
    y: list[float] = []
    for i, trial in enumerate(steps):
        value = float(trial.value or 0.0)
        end = steps[i + 1].number if i + 1 < len(steps) else max(last, trial.number)
        x += [trial.number, end]
        y += [value, value]
    return list(np.asarray(x, dtype=float)), list(np.asarray(y, dtype=float))
