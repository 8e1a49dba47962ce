"""The analysis of a job: what was expected, importance, contour, slices, timeline."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from bayesdesk.jobs.beliefs_card import BeliefsCard
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.widgets import column

_PAUSE_MS = 1500  # between two analyses of a running job


class AnalysisPage(QScrollArea):
    """Computed when it is shown, and again after changes.

    Parameters
    ----------
    make_last
        Makes what follows the charts, when they are made.
    """

    place_chosen = Signal(dict)  # parameters for a new trial

    def __init__(
        self, model: JobModel, background: Background, make_last: Callable[[], QWidget] | None = None
    ) -> None:
        super().__init__()
        self._make_last = make_last
        self._model, self._background = model, background
        self._is_built = False
        self.setWidgetResizable(True)
        shown = Change.TRIALS | Change.TIME | Change.FILTER | Change.SELECTION
        Redraw(self, model, self._show, shown, pause_ms=_PAUSE_MS)

    def _build(self) -> None:
        """Make the charts when they are first shown: a job's page opens sooner without them."""
        from bayesdesk.plots.contour import ContourChart
        from bayesdesk.plots.importance import ImportanceChart
        from bayesdesk.plots.slices import SlicesChart
        from bayesdesk.plots.timeline import TimelineChart

        self._is_built = True
        self._beliefs = BeliefsCard(self._model)
        self._importance = ImportanceChart(self._model, self._background)
        self._contour = ContourChart(self._model, self._background)
        self._contour.place_chosen.connect(self.place_chosen)
        self._slices = SlicesChart(self._model)
        self._timeline = TimelineChart(self._model)
        parts: list[QWidget] = [self._beliefs, self._importance, self._contour, self._slices, self._timeline]
        if self._make_last is not None:
            parts.append(self._make_last())
        inner = QWidget()
        inner.setLayout(column(*parts, None, spacing=theme.CARD_GAP))
        self.setWidget(inner)

    def _show(self, change: Change) -> None:
        if not self._is_built:
            self._build()
        if change & (Change.TRIALS | Change.TIME):  # bars of running trials grow
            self._timeline.show_trials()
        if change & Change.TRIALS:
            self._beliefs.show_trials()
        if change & (Change.TRIALS | Change.FILTER):
            self._importance.compute()
            self._contour.compute()
        elif change & Change.SELECTION:
            self._contour.show_selected()
        if change & ~Change.TIME:
            self._slices.show_trials()
