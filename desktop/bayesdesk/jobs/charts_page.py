"""The charts of a job: the objective at the top, the metrics below."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.plots.metric import MetricChart
from bayesdesk.plots.objective import ObjectiveChart
from bayesdesk.ui import theme
from bayesdesk.ui.redraw import Redraw

_MOST_COLUMNS = 2
_NARROWEST = 330  # pixels of a chart beside another one
_CHART_HEIGHT = 280


class ChartsPage(QScrollArea):
    """One chart for the objective and one for each metric that was reported."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._charts: dict[str, MetricChart] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, theme.PAGE_MARGIN)
        self._grid.setSpacing(theme.CARD_GAP)
        objective = ObjectiveChart(model)
        objective.setMinimumHeight(theme.px(_CHART_HEIGHT + 30))
        self._grid.addWidget(objective, 0, 0, 1, _MOST_COLUMNS)
        self._columns = _MOST_COLUMNS
        inner = QWidget()
        inner.setLayout(self._grid)
        self.setWidgetResizable(True)
        self.setWidget(inner)
        Redraw(self, model, self._add_new_metrics, Change.POINTS).now()

    def _add_new_metrics(self, _change: Change) -> None:
        for metric in self._model.view.metrics:
            if metric not in self._charts:
                chart = self._charts[metric] = MetricChart(self._model, metric)
                chart.setMinimumHeight(theme.px(_CHART_HEIGHT))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Charts below each other where two do not fit side by side."""
        super().resizeEvent(event)
        columns = _MOST_COLUMNS if event.size().width() >= _MOST_COLUMNS * theme.px(_NARROWEST) else 1
        if columns != self._columns:
            self._columns = columns
            self._place()

    def _place(self) -> None:
        columns = min(self._columns, len(self._charts))  # a single chart is as wide as the objective
        for index, chart in enumerate(self._charts.values()):
            row, column = divmod(index, columns)
            self._grid.addWidget(chart, 1 + row, column, 1, _MOST_COLUMNS // columns)
