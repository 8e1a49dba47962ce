"""The objective of each trial, and the best value so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from bayescore.i18n import _, n_
from bayescore.results import best_so_far
from bayescore.store import Trial, TrialState
from bayesdesk.models.chart_words import objective_words
from bayesdesk.models.columns import Mask
from bayesdesk.models.curves import Array, fences, stairs
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.models.trial import summary_of
from bayesdesk.plots.canvas import pen, plot
from bayesdesk.plots.edge_marks import EdgeMarks
from bayesdesk.plots.empty_state import EmptyState
from bayesdesk.plots.keyboard import walk_trials
from bayesdesk.plots.legend import Entry, Legend, hollow_key, line_key
from bayesdesk.plots.stopped_marks import SYMBOL, StoppedMarks
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.speech import group
from bayesdesk.ui.widgets import Card, Segmented

_LEFT = 62  # pixels before the legend, which begins where the plot does
_PAUSE_MS = 500  # between two drawings of a running job
Rows = NDArray[np.intp]
_FAILED = (TrialState.FAILED, TrialState.LOST)
_MARGIN, _EDGE_MARGIN = 0.06, 0.12  # share of the height around the dots; where there are marks at the edge


class ObjectiveChart(Card):
    """A dot for each trial, the line of the best; a click selects a trial.

    A failed trial has a cross at the foot. One that was stopped early has a hollow diamond, at its forecast
    or, without one, at the foot.
    """

    def __init__(self, model: JobModel) -> None:
        super().__init__(_("Objective"), _("{metric}, best so far", metric=model.view.job.metric))
        self._model = model
        self._plot = plot(counts=True)
        self._plot.setAccessibleName(_("Objective by trial"))
        self._dots = pg.ScatterPlotItem(pxMode=True, hoverable=True, tip=self._tip)
        self._faded = pg.ScatterPlotItem(pxMode=True, hoverable=True, tip=self._tip)
        self._failed = EdgeMarks(self._plot.box, self._tip)
        self._stopped, self._faded_stopped = StoppedMarks(self._tip), StoppedMarks(self._tip)
        self._unknown = EdgeMarks(self._plot.box, self._tip, is_hollow=True)
        self._legend = Legend(theme.px(_LEFT))
        self._best = pg.PlotDataItem(stepMode=None, antialias=True)
        self._baseline = pg.InfiniteLine(angle=0)
        self._selected = pg.ScatterPlotItem(pxMode=True, size=13)
        self._far = pg.ScatterPlotItem(pxMode=True, size=10, hoverable=True, tip=self._tip)
        self._ends = (-math.inf, math.inf)
        self._whole: QRectF | None = None
        self._plot.set_extent(lambda: self._whole)
        stopped = (*self._faded_stopped.items, *self._stopped.items)
        for item in (
            self._baseline,
            self._faded,
            *stopped,
            self._best,
            self._dots,
            self._far,
            self._selected,
        ):
            self._plot.addItem(item)
        clickable = (self._dots, self._faded, self._failed, self._far, self._unknown)
        for item in (*clickable, self._stopped.marks, self._faded_stopped.marks):
            item.sigClicked.connect(self._clicked)
        walk_trials(self._plot, model, self._points, lambda: objective_words(model.view))
        self._scale = Segmented([("linear", _("Linear")), ("log", _("Log"))])
        self._scale.choose("linear")
        group(self._scale, _("Scale"))
        self._scale.chosen.connect(self._set_scale)
        self.controls.addWidget(self._scale)
        self._empty = EmptyState()
        self.body.addWidget(self._plot)
        self.body.addWidget(self._legend)
        self.body.addWidget(self._empty)
        self.body.setContentsMargins(1, 0, 10, 8)
        shown = Change.TRIALS | Change.FILTER | Change.SELECTION
        Redraw(self, model, self._redraw, shown, pause_ms=_PAUSE_MS).now()

    def _redraw(self, change: Change) -> None:
        if change & ~Change.SELECTION:
            self._show_trials()
        else:
            self._show_selected()

    def _show_trials(self) -> None:
        colours, view, columns = theme.palette(), self._model.view, self._model.columns
        numbers = np.array([t.number for t in view.trials], dtype=float)
        values = columns.numbers(view.job.metric)
        good, stopped = np.isfinite(values), columns.stopped()
        low, high = _intervals(view.trials, stopped & good)
        self._clip(np.concatenate([v[np.isfinite(v)] for v in (values, low, high)]))
        heights = self._heights(values)
        far = good & ((values < self._ends[0]) | (values > self._ends[1]))
        # One brush for each item: a brush for each dot takes seconds with tens of thousands of trials.
        for item, colour, rows in (
            (self._dots, colours.secondary, good & ~far & ~stopped & self._model.mask),
            (self._faded, colours.line, good & ~far & ~stopped & ~self._model.mask),
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
        x, y = stairs(steps, view.trials[-1].number if view.trials else 0)
        self._best.setData(x=x, y=self._heights(y), pen=pen(colours.accent, 2))
        self._show_far(numbers, values, heights, np.flatnonzero(far))
        has_failed = np.array([t.state in _FAILED for t in view.trials], dtype=np.bool_)
        failed = np.flatnonzero(has_failed & ~good)
        self._failed.show_marks(numbers[failed], failed)
        unknown = np.flatnonzero(stopped & ~good)
        self._unknown.show_marks(numbers[unknown], unknown)
        low, high = self._heights(low), self._heights(high)
        self._show_stopped(numbers, heights, (low, high), stopped & good & ~far & np.isfinite(heights))
        baseline = self._show_baseline()
        self._legend.show_entries([*baseline, *(_stopped_key() if stopped.any() else [])])
        self._show_selected()
        self._fit(numbers, np.concatenate([v[np.isfinite(v)] for v in (heights, low, high)]))
        self._show_empty(bool(good.any()), len(failed))

    def _show_baseline(self) -> list[Entry]:
        """Draw a line at the value of the baseline; return its entry of the legend."""
        base = self._model.view.baseline
        value = math.nan if base is None or base.value is None else base.value
        height = float(self._heights(np.array([value]))[0])
        is_shown = math.isfinite(height)
        self._baseline.setVisible(is_shown)
        if base is None or not is_shown:
            return []
        drawn_with = pen(theme.palette().secondary, dashed=True)
        self._baseline.setPen(drawn_with)
        self._baseline.setValue(height)
        words = _("baseline: trial {number}", number=base.trial.number)
        return [(line_key(drawn_with), words)]

    def _show_stopped(
        self, numbers: Array, heights: Array, interval: tuple[Array, Array], drawn: Mask
    ) -> None:
        colours, mask, (low, high) = theme.palette(), self._model.mask, interval
        for marks, colour, is_of in (
            (self._stopped, colours.secondary, mask),
            (self._faded_stopped, colours.line, ~mask),
        ):
            rows = np.flatnonzero(drawn & is_of)
            marks.show_marks(numbers[rows], heights[rows], rows, colour, (low[rows], high[rows]))

    def _fit(self, numbers: Array, heights: Array) -> None:
        """Show every trial, and leave room for the marks at the edges."""
        if not len(heights):
            self._whole = None
            return
        low, high = float(heights.min()), float(heights.max())
        height = (high - low) or abs(high) or 1.0
        has_marks = len(self._failed.points()) or len(self._unknown.points())
        foot = low - height * (_EDGE_MARGIN if has_marks else _MARGIN)
        self._whole = QRectF(
            float(numbers[0]) - 0.5, foot, float(np.ptp(numbers)) + 1.0, high + height * _MARGIN - foot
        )
        self._plot.box.refit()

    def _show_empty(self, has_values: bool, failed: int) -> None:
        """Say why there is nothing to draw."""
        self._plot.setVisible(has_values)
        self._empty.setVisible(not has_values)
        if has_values:
            return
        view = self._model.view
        if failed:
            title = n_(
                "{count} trial failed, and none has a value",
                "{count} trials failed, and none has a value",
                failed,
            )
            hint = _("Select a trial to see why it failed.")
        elif view.job.state.ended:
            title, hint = _("No trial has a value"), _("The page Events shows what happened.")
        else:
            title = _("No trial has a value yet")
            hint = _(
                "The chart begins when the first trial has ended with a value of {metric}.",
                metric=view.job.metric,
            )
        self._empty.show_text(title, hint)

    def _clip(self, values: Array) -> None:
        """Set the ends of the linear scale: outliers are drawn at its edge and do not squeeze the others."""
        self._ends = (-math.inf, math.inf)
        if self._scale.value() == "linear" and len(values):
            self._ends = fences(values)

    def _show_far(self, numbers: Array, values: Array, heights: Array, far: Rows) -> None:
        """Draw an arrow for each value at the edge, and count them in the caption."""
        high = self._ends[1]
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
            words += " · " + n_(
                "{count} outlier drawn at the edge ▲▼", "{count} outliers drawn at the edge ▲▼", len(far)
            )
        self.caption.setText(words)

    def _show_selected(self) -> None:
        trial = self._model.selected
        columns, colours = self._model.columns, theme.palette()
        row = columns.row_of(trial.number) if trial is not None else None
        rows = [] if row is None else [row]
        heights = self._heights(columns.numbers(self._model.view.job.metric)[rows])
        rows = [i for i, height in zip(rows, heights, strict=True) if np.isfinite(height)]
        is_hollow = bool(columns.stopped()[rows].any())
        self._selected.setData(
            x=[self._model.view.trials[i].number for i in rows],
            y=heights[: len(rows)],
            symbol=SYMBOL if is_hollow else "o",
            brush=pg.mkBrush(colours.panel if is_hollow else colours.accent),
            pen=pen(colours.accent, 2.4) if is_hollow else pen(colours.panel, 2),
        )

    def _heights(self, values: Array) -> Array:
        """Heights of values on the scale, shape (n,); NaN for those that a logarithmic scale cannot show."""
        if self._scale.value() == "log":
            return np.log10(np.where(values > 0, values, np.nan))
        return np.clip(values, *self._ends)

    def _set_scale(self, name: str) -> None:
        self._plot.getPlotItem().getAxis("left").setLogMode(name == "log")
        self._show_trials()
        self._plot.box.show_whole()

    def _clicked(self, _item: Any, points: Any, _event: Any = None) -> None:
        if len(points):
            self._model.select(self._model.view.trials[int(points[0].data())].number)

    def _tip(self, x: float, y: float, data: int) -> str:
        del x, y  # pyqtgraph passes them by name
        view = self._model.view
        return as_text(summary_of(view, view.trials[int(data)]))

    # ---- keys

    def _points(self) -> tuple[Array, Array, list[int]]:
        """Where the trials are that pass the filter and are drawn, and their numbers."""
        view, columns = self._model.view, self._model.columns
        heights = self._heights(columns.numbers(view.job.metric))
        rows = np.flatnonzero(self._model.mask & np.isfinite(heights))
        numbers = [view.trials[i].number for i in rows]
        return np.array(numbers, dtype=float), heights[rows], numbers

    def sizeHint(self) -> Any:
        hint = super().sizeHint()
        hint.setHeight(300)
        return hint


def _intervals(trials: Sequence[Trial], drawn: Mask) -> tuple[Array, Array]:
    """Ends of the intervals of some trials, NaN for the others, each of shape (n,)."""
    low, high = np.full(len(trials), np.nan), np.full(len(trials), np.nan)
    for row in np.flatnonzero(drawn).tolist():
        if (forecast := trials[row].curve.forecast) is not None:
            low[row], high[row] = forecast.low, forecast.high
    return low, high


def _stopped_key() -> list[Entry]:
    return [(hollow_key(theme.palette().secondary), _("stopped early: forecast and 80 % of ends"))]
