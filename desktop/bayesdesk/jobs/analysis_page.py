"""What the trials say of the parameters, and how the job went."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from bayesdesk.jobs.job_model import JobModel
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import column

_PAUSE_MS = 1500  # between two looks at a job that runs


class AnalysisPage(QScrollArea):
    """Worked out when it is looked at, and again when there is news."""

    def __init__(self, model: JobModel, background: Background) -> None:
        super().__init__()
        self._model, self._background = model, background
        self._is_built = False
        self.setWidgetResizable(True)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show)
        model.view_changed.connect(self._show_later)
        model.filter_settled.connect(self._show_soon)
        model.selection_changed.connect(self._show_chosen)

    def _build(self) -> None:
        """Make the charts when they are first looked at: a job's page opens sooner without them."""
        from bayesdesk.plots.contour import ContourChart
        from bayesdesk.plots.importance import ImportanceChart
        from bayesdesk.plots.slices import SlicesChart
        from bayesdesk.plots.timeline import TimelineChart

        self._is_built = True
        self._importance = ImportanceChart(self._model, self._background)
        self._importance.setMinimumHeight(230)
        self._contour = ContourChart(self._model, self._background)
        self._slices = SlicesChart(self._model)
        self._timeline = TimelineChart(self._model)
        parts = (self._importance, self._contour, self._slices, self._timeline)
        inner = QWidget()
        inner.setLayout(column(*parts, None, spacing=theme.CARD_GAP))
        self.setWidget(inner)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_built:
            self._build()
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
