"""What the trials say of the parameters, and how the job went."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from bayesdesk.jobs.job_model import JobModel
from bayesdesk.plots.contour import ContourChart
from bayesdesk.plots.importance import ImportanceChart
from bayesdesk.plots.slices import SlicesChart
from bayesdesk.plots.timeline import TimelineChart
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import column

_PAUSE_MS = 1500  # between two looks at a job that runs


class AnalysisPage(QScrollArea):
    """Worked out when it is looked at, and again when there is news."""

    def __init__(self, model: JobModel, background: Background) -> None:
        super().__init__()
        self._importance = ImportanceChart(model, background)
        self._contour = ContourChart(model, background)
        self._slices = SlicesChart(model)
        self._timeline = TimelineChart(model)
        self._importance.setMinimumHeight(230)
        inner = QWidget()
        parts = (self._importance, self._contour, self._slices, self._timeline)
        layout = column(*parts, None, spacing=theme.CARD_GAP)
        inner.setLayout(layout)
        self.setWidgetResizable(True)
        self.setWidget(inner)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show)
        model.view_changed.connect(self._show_later)
        model.filter_settled.connect(self._show_soon)
        model.selection_changed.connect(self._show_chosen)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_soon()

    def _show_later(self) -> None:
        if self.isVisible() and not self._later.isActive():
            self._later.start(_PAUSE_MS)

    def _show_soon(self) -> None:
        if self.isVisible():
            self._later.start(0)

    def _show(self) -> None:
        self._importance.work_out()
        self._contour.work_out()
        self._slices.show_trials()
        self._timeline.show_trials()

    def _show_chosen(self) -> None:
        if self.isVisible():
            self._contour.show_chosen()
            self._slices.show_trials()
