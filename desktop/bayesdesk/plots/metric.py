"""One metric over its steps: every trial in grey, the chosen one in colour."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider

from bayescore.i18n import _
from bayesdesk.jobs.job_model import JobModel
from bayesdesk.plots.canvas import Array, one_line, pen, plot, smoothed
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, Segmented, label

_MOST_SMOOTHING = 95  # percent


class MetricChart(Card):
    """Curves of one metric with smoothing and a logarithmic axis."""

    def __init__(self, model: JobModel, metric: str) -> None:
        caption = _("by step") if metric == model.view.job.metric else _("side metric, by step")
        super().__init__(metric, caption)
        self._model = model
        self._metric = metric
        self._plot = plot()
        self._plot.setAccessibleName(metric)
        self._dim = pg.PlotDataItem(connect="finite")
        self._shown = pg.PlotDataItem(connect="finite")
        self._chosen = pg.PlotDataItem(connect="finite")
        for item in (self._dim, self._shown, self._chosen):
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)
            self._plot.addItem(item)
        self._smoothing = QSlider(Qt.Orientation.Horizontal)
        self._smoothing.setRange(0, _MOST_SMOOTHING)
        self._smoothing.setFixedWidth(70)
        self._smoothing.setToolTip(_("Smoothing: exponential moving average"))
        self._smoothing.setAccessibleName(_("Smoothing"))
        self._smoothing.valueChanged.connect(self.show_curves)
        self._scale = Segmented([("linear", _("Linear")), ("log", _("Log"))])
        self._scale.choose("linear")
        self._scale.chosen.connect(self._set_scale)
        self.controls.addWidget(label(_("Smooth"), "caption"))
        self.controls.addWidget(self._smoothing)
        self.controls.addWidget(self._scale)
        self.body.addWidget(self._plot)
        self.body.setContentsMargins(1, 0, 10, 8)
        model.view_changed.connect(self.show_curves)
        model.filter_settled.connect(self.show_curves)
        model.selection_changed.connect(self.show_curves)
        self.show_curves()

    def show_curves(self) -> None:
        """Draw what the model holds."""
        colours, model = theme.palette(), self._model
        shown = {t.id for t in model.shown}
        curves = {t.id: c for t in model.view.trials if (c := self._curve(t.id)) is not None}
        chosen = model.selected
        self._draw(self._dim, [c for i, c in curves.items() if i not in shown], pen(colours.line, 1))
        self._draw(self._shown, [c for i, c in curves.items() if i in shown], pen(colours.faint, 1, 130))
        accent = [curves[chosen.id]] if chosen is not None and chosen.id in curves else []
        self._draw(self._chosen, accent, pen(colours.accent, 2))
        single = accent and len(accent[0]) == 1
        self._chosen.setSymbol("o" if single else None)

    def _curve(self, trial: int) -> Array | None:
        values = self._model.view.series.get(trial, {}).get(self._metric)
        return None if values is None else smoothed(values, self._smoothing.value() / 100)

    @staticmethod
    def _draw(item: Any, curves: list[Array], drawn_with: Any) -> None:
        x, y = one_line(curves)
        item.setData(x=x, y=y, pen=drawn_with)

    def _set_scale(self, name: str) -> None:
        self._plot.getPlotItem().setLogMode(x=False, y=name == "log")
        self._plot.getPlotItem().enableAutoRange()
