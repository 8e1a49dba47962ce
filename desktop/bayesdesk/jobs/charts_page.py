"""The charts of a job: the objective on top, every metric below."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from bayesdesk.jobs.job_model import JobModel
from bayesdesk.plots.metric import MetricChart
from bayesdesk.plots.objective import ObjectiveChart
from bayesdesk.ui import theme

_COLUMNS = 2
_CHART_HEIGHT = 280


class ChartsPage(QScrollArea):
    """Useful at once: one chart for the objective and one for each metric that was reported."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._charts: dict[str, MetricChart] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, theme.PAGE_MARGIN)
        self._grid.setSpacing(theme.CARD_GAP)
        objective = ObjectiveChart(model)
        objective.setMinimumHeight(_CHART_HEIGHT + 30)
        self._grid.addWidget(objective, 0, 0, 1, _COLUMNS)
        inner = QWidget()
        inner.setLayout(self._grid)
        self.setWidgetResizable(True)
        self.setWidget(inner)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        model.view_changed.connect(self._add_new_metrics)
        self._add_new_metrics()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self._scrolled)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self._scrolled)

    def _scrolled(self) -> None:
        for chart in self._charts.values():
            chart.came_into_sight()

    def _add_new_metrics(self) -> None:
        for metric in self._model.view.metrics:
            if metric not in self._charts:
                place = len(self._charts)
                chart = self._charts[metric] = MetricChart(self._model, metric)
                chart.setMinimumHeight(_CHART_HEIGHT)
                self._grid.addWidget(chart, 1 + place // _COLUMNS, place % _COLUMNS)
