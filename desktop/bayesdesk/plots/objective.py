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
from bayesdesk.jobs.words import number, state_word
from bayesdesk.plots.canvas import fences, pen, plot
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, Segmented


class ObjectiveChart(Card):
    """A dot a trial, a cross for a failed one, and the line of the best; a click chooses."""

    def __init__(self, model: JobModel) -> None:
        super().__init__(_("Objective"), _("{metric}, best so far", metric=model.view.job.metric))
        self._model = model
        self._plot = plot()
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
        colours, view = theme.palette(), self._model.view
        shown = {t.id for t in self._model.shown}
        good = [t for t in view.trials if t.value is not None and math.isfinite(t.value)]
        self._clip(good)
        # one brush for each item: a brush for each dot takes seconds with tens of thousands
        for item, colour, passes in (
            (self._dots, colours.secondary, True),
            (self._faded, colours.line, False),
        ):
            some = [t for t in good if (t.id in shown) is passes]
            item.setData(
                x=[t.number for t in some],
                y=[self._height(t.value) for t in some],
                brush=pg.mkBrush(colour),
                pen=None,
                size=8,
                data=some,
            )
        steps = best_so_far(view.trials, view.job.config.hyper_tuning.goal)
        x, y = _stairs(steps, view.trials[-1].number if view.trials else 0)
        self._best.setData(x=x, y=[self._height(v) for v in y], pen=pen(colours.accent, 2))
        self._show_failed(good)
        self._show_chosen()

    def _clip(self, good: list[Trial]) -> None:
        """Keep far values from squeezing the others: on the linear scale they sit at the edge, as arrows."""
        self._ends = (-math.inf, math.inf)
        values = np.array([t.value for t in good], dtype=float)
        if self._scale.value() == "linear" and len(values):
            self._ends = fences(values)
        low, high = self._ends
        far = [t for t in good if not low <= float(t.value or 0.0) <= high]
        self._far.setData(
            x=[t.number for t in far],
            y=[self._height(t.value) for t in far],
            symbol=["t1" if float(t.value or 0.0) > high else "t" for t in far],
            brush=pg.mkBrush(theme.palette().warning),
            pen=None,
            data=far,
        )
        name = self._model.view.job.metric
        words = _("{metric}, best so far", metric=name)
        if far:
            words += " · " + _("{count} far values drawn at the edge ▲▼", count=len(far))
        self.caption.setText(words)

    def _show_failed(self, good: list[Trial]) -> None:
        view = self._model.view
        states = (TrialState.FAILED, TrialState.LOST)
        failed = [t for t in view.trials if t.state in states and t not in good]
        values = [self._height(t.value) for t in good]
        foot = min(values) - 0.06 * (max(values) - min(values)) if values else 0.0
        self._failed.setData(
            x=[t.number for t in failed],
            y=[foot] * len(failed),
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
            y=[self._height(trial.value)] if known and trial else [],
            brush=pg.mkBrush(colours.accent),
            pen=pen(colours.panel, 2),
        )

    def _height(self, value: float | None) -> float:
        if value is None:
            return math.nan
        if self._scale.value() == "log":
            return math.log10(value) if value > 0 else math.nan
        return min(max(value, self._ends[0]), self._ends[1])

    def _set_scale(self, name: str) -> None:
        self._plot.getPlotItem().getAxis("left").setLogMode(name == "log")
        self.show_trials()
        self._plot.getPlotItem().enableAutoRange()

    def _clicked(self, _item: Any, points: Any, _event: Any = None) -> None:
        if len(points):
            self._model.select(points[0].data().number)

    @staticmethod
    def _tip(x: float, y: float, data: Trial) -> str:
        value = number(data.value) if data.value is not None else state_word(data.state)
        words = "\n".join(f"{k}: {number(v)}" for k, v in data.parameters.items())
        return f"#{data.number}  {value}\n{words}"

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
