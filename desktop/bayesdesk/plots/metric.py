"""One metric over its steps: every trial in grey, the chosen one in colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSlider

from bayescore.i18n import _
from bayesdesk.jobs.job_model import JobModel
from bayesdesk.plots.canvas import Array, one_line, pen, plot, smoothed, thinned
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, Segmented, label

_MOST_SMOOTHING = 95  # percent
_STRETCHES = 130  # a chart is some hundred pixels wide: more points of one curve cannot be told apart
_CHOSEN_STRETCHES = 600
_DOT, _CHOSEN_DOT = 5, 9  # pixels
_PAUSE_MS = 500  # between two drawings of a job that runs


class MetricChart(Card):
    """Curves of one metric with smoothing and a logarithmic axis."""

    def __init__(self, model: JobModel, metric: str) -> None:
        caption = _("by step") if metric == model.view.job.metric else _("side metric, by step")
        super().__init__(metric, caption)
        self._model = model
        self._metric = metric
        self._smooth: dict[int, tuple[int, int, Array]] = {}  # by trial: length, smoothing, curve
        self._plot = plot(counts=True)
        self._plot.setAccessibleName(metric)
        self._dim, self._shown, self._chosen = (pg.PlotDataItem(connect="finite") for _i in range(3))
        for item in (self._dim, self._shown, self._chosen):
            self._plot.addItem(item)
        self._add_controls()
        self.body.addWidget(self._plot)
        self.body.setContentsMargins(1, 0, 10, 8)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE_MS)
        self._later.timeout.connect(self.show_if_seen)
        self._is_stale = True
        model.view_changed.connect(self._has_news)
        model.filter_settled.connect(self.show_if_seen)
        model.selection_changed.connect(self.show_if_seen)
        self._plot.getPlotItem().sigXRangeChanged.connect(self._zoomed)

    def _add_controls(self) -> None:
        self._smoothing = QSlider(Qt.Orientation.Horizontal)
        self._smoothing.setRange(0, _MOST_SMOOTHING)
        self._smoothing.setFixedWidth(70)
        self._smoothing.setToolTip(_("Smoothing: exponential moving average"))
        self._smoothing.setAccessibleName(_("Smoothing"))
        self._smoothing.valueChanged.connect(self.show_if_seen)
        self._scale = Segmented([("linear", _("Linear")), ("log", _("Log"))])
        self._scale.choose("linear")
        self._scale.chosen.connect(self._set_scale)
        for part in (label(_("Smooth"), "caption"), self._smoothing, self._scale):
            self.controls.addWidget(part)

    # ---- when to draw

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._has_news()

    def _zoomed(self, *_range: object) -> None:
        self._has_news()

    def _has_news(self) -> None:
        """Draw soon, and together with what comes until then."""
        self._is_stale = True
        if not self._later.isActive():
            self._later.start(_PAUSE_MS if self._model.view.seconds_left is not None else 0)

    def show_if_seen(self) -> None:
        """Draw now, unless nobody would see it: then when it comes into sight."""
        self._is_stale = True
        if not self._plot.viewport().visibleRegion().isEmpty():
            self.show_curves()

    def came_into_sight(self) -> None:
        """Draw what has been put off."""
        if self._is_stale:
            self.show_if_seen()

    # ---- drawing

    def show_curves(self) -> None:
        """Draw what the model holds."""
        self._is_stale = False
        colours, model = theme.palette(), self._model
        hidden: list[Array] = []
        shown: list[Array] = []
        for trial, passes in zip(model.view.trials, model.mask.tolist(), strict=True):
            if (curve := self._curve(trial.id)) is not None:
                (shown if passes else hidden).append(curve)
        self._draw(self._dim, hidden, pen(theme.mixed(colours.line, colours.panel, 0.7)))
        self._draw(self._shown, shown, pen(theme.mixed(colours.faint, colours.panel, 0.55)))
        chosen = self._curve(model.selected.id) if model.selected is not None else None
        accent = [] if chosen is None else [chosen]
        self._draw(self._chosen, accent, pen(colours.accent, 2), _CHOSEN_STRETCHES, _CHOSEN_DOT)

    def _curve(self, trial: int) -> Array | None:
        values = self._model.view.series.get(trial, {}).get(self._metric)
        if values is None:
            return None
        weight = self._smoothing.value()
        if not weight:
            return values
        known = self._smooth.get(trial)
        if known is None or known[:2] != (len(values), weight):
            known = self._smooth[trial] = (len(values), weight, smoothed(values, weight / 100))
        return known[2]

    def _draw(
        self, item: Any, curves: list[Array], drawn_with: Any, stretches: int = _STRETCHES, dot: int = _DOT
    ) -> None:
        box = self._plot.getPlotItem().getViewBox()
        longest = max((len(c) for c in curves), default=0)
        is_whole = box.autoRangeEnabled()[0]
        first, last = (1.0, float(longest)) if is_whole else box.viewRange()[0]
        if longest == 1:  # dots above one step: some hundred heights can be told apart
            ends = np.sort(np.fromiter((c[0] for c in curves), dtype=np.float64, count=len(curves)))
            heights = thinned(ends, 1, len(ends), _CHOSEN_STRETCHES)[1]
            x, y = one_line([(np.ones(1), heights[i : i + 1]) for i in range(len(heights))])
        else:
            x, y = one_line([thinned(c, first, last, stretches) for c in curves])
        item.setData(
            x=x,
            y=y,
            pen=drawn_with,
            symbol="o" if longest == 1 else None,
            symbolSize=dot,
            symbolBrush=drawn_with.color(),
            symbolPen=None,
        )

    def _set_scale(self, name: str) -> None:
        self._plot.getPlotItem().setLogMode(x=False, y=name == "log")
        self._plot.getPlotItem().enableAutoRange()
