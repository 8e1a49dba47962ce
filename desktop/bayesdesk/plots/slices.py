"""The objective against each parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from bayescore.config import ParameterSpec
from bayescore.i18n import _
from bayescore.store import TrialState
from bayesdesk.models.chart_words import slice_words
from bayesdesk.models.job import JobModel
from bayesdesk.models.parameter_axis import Array, ends, units
from bayesdesk.models.snapshot import Change
from bayesdesk.plots.axis import ParameterTicks
from bayesdesk.plots.canvas import Plot, pen, plot
from bayesdesk.plots.edge_marks import EdgeMarks
from bayesdesk.plots.empty_state import EmptyState
from bayesdesk.plots.keyboard import walk_trials
from bayesdesk.plots.stopped_marks import SYMBOL, StoppedMarks
from bayesdesk.ui import theme
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.widgets import Card, ElidedLabel, column, row

_MOST_COLUMNS = 3
_NARROWEST = 230  # pixels of a slice
_HEIGHT = 212
_TITLE_LEFT = 62  # where the plot begins
_PAUSE_MS = 1500  # between two drawings of a running job
_FAILED = (TrialState.FAILED, TrialState.LOST)
_MARGIN, _EDGE_MARGIN = 0.06, 0.14  # share of the height around the dots; below them with marks at the edge


class SlicesChart(Card):
    """A small chart for each parameter, on its own scale; a click selects a trial.

    Trials that were stopped early are hollow, at their forecast.
    """

    def __init__(self, model: JobModel) -> None:
        super().__init__(
            _("Slices"), _("the objective against each parameter, for every trial that passes the filter")
        )
        self._model = model
        specs = model.view.job.config.hyper_tuning.parameter_specs
        self._slices = [_Slice(spec, model) for spec in specs]
        self._grid = QGridLayout()
        self._grid.setContentsMargins(4, 0, 10, 10)
        self._grid.setSpacing(2)
        self._columns = 0
        self._inner = QWidget()
        self._inner.setLayout(self._grid)
        self._empty = EmptyState(_("No trial that passes the filter has a value"))
        self.body.addWidget(self._inner)
        self.body.addWidget(self._empty)

    def show_trials(self) -> None:
        """Say if there is nothing to draw; each slice draws itself when it is in sight."""
        model = self._model
        has_dots = bool((model.mask & np.isfinite(model.columns.expected())).any())
        self._inner.setVisible(has_dots)
        self._empty.setVisible(not has_dots)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as there is room for."""
        super().resizeEvent(event)
        columns = max(1, min(_MOST_COLUMNS, self.width() // theme.px(_NARROWEST)))
        if columns != self._columns:
            self._columns = columns
            for index, part in enumerate(self._slices):
                self._grid.addWidget(part, index // columns, index % columns)
            for i in range(_MOST_COLUMNS):
                self._grid.setColumnStretch(i, 1 if i < columns else 0)


class _Slice(QWidget):
    """One parameter; the plot is made when it is first in sight, which takes time with many parameters."""

    def __init__(self, spec: ParameterSpec, model: JobModel) -> None:
        super().__init__()
        self._model, self._spec = model, spec
        self._plot: Plot | None = None
        self._whole: QRectF | None = None
        title = row(ElidedLabel(spec.name), spacing=0)
        title.setContentsMargins(theme.px(_TITLE_LEFT), 4, 0, 0)
        self._column = column(title, spacing=0)
        self._column.addStretch(1)
        self.setLayout(self._column)
        self.setFixedHeight(theme.px(_HEIGHT))
        shown = Change.TRIALS | Change.FILTER | Change.SELECTION
        Redraw(self, model, self._draw, shown, pause_ms=_PAUSE_MS)

    def _build(self) -> Plot:
        made = plot(axes={"bottom": ParameterTicks("bottom", self._spec)})
        made.setAccessibleName(self._spec.name)
        made.set_extent(lambda: self._whole)
        walk_trials(made, self._model, self._points, lambda: slice_words(self._model, self._spec.name))
        self._dots, self._selected = pg.ScatterPlotItem(size=6, pen=None), pg.ScatterPlotItem(size=11)
        self._failed, self._stopped = EdgeMarks(made.box), StoppedMarks(size=8)
        self._unknown = EdgeMarks(made.box, is_hollow=True)
        for part in (self._stopped.marks, self._dots, self._selected):
            made.addItem(part)
        for part in (self._dots, self._failed, self._unknown, self._stopped.marks):
            part.sigClicked.connect(self._clicked)
        self._column.takeAt(1)
        self._column.addWidget(made, 1)
        return made

    def _draw(self, _change: Change) -> None:
        self._plot = self._plot or self._build()
        model, colours = self._model, theme.palette()
        values, positions = model.columns.expected(), units(self._spec, model.columns)
        rows, stopped = np.flatnonzero(model.mask & np.isfinite(values)), model.columns.stopped()
        ran, cut = rows[~stopped[rows]], rows[stopped[rows]]
        has_failed = np.array([t.state in _FAILED for t in model.view.trials], dtype=np.bool_)
        failed = np.flatnonzero(model.mask & has_failed & ~np.isfinite(values))
        self._dots.setData(x=positions[ran], y=values[ran], data=ran, brush=pg.mkBrush(colours.secondary))
        self._stopped.show_marks(positions[cut], values[cut], cut, colours.secondary)
        self._failed.show_marks(positions[failed], failed)
        unknown = np.flatnonzero(model.mask & stopped & ~np.isfinite(values))
        self._unknown.show_marks(positions[unknown], unknown)
        trial = model.selected
        chosen = model.columns.row_of(trial.number) if trial else None
        seen = chosen is not None and bool(np.isfinite(values[chosen]))
        is_hollow = chosen is not None and bool(stopped[chosen])
        self._selected.setData(
            x=[positions[chosen]] if seen else [],
            y=[values[chosen]] if seen else [],
            symbol=SYMBOL if is_hollow else "o",
            brush=pg.mkBrush(colours.panel if is_hollow else colours.accent),
            pen=pen(colours.accent, 2) if is_hollow else pen(colours.panel, 1.5),
        )
        if len(rows):
            self._fit(values[rows], has_marks=bool(len(failed) or len(unknown)))

    def _points(self) -> tuple[Array, Array, list[int]]:
        """Where the trials are that pass the filter, and their numbers."""
        columns, trials = self._model.columns, self._model.view.trials
        values, places = columns.expected(), units(self._spec, columns)
        rows = np.flatnonzero(self._model.mask & np.isfinite(values) & np.isfinite(places))
        return places[rows], values[rows], [trials[i].number for i in rows]

    def _fit(self, values: Array, *, has_marks: bool) -> None:
        left, right = ends(self._spec)
        low, high = float(values.min()), float(values.max())
        height = (high - low) or abs(high) or 1.0
        foot = low - height * (_EDGE_MARGIN if has_marks else _MARGIN)
        self._whole = QRectF(left, foot, right - left, high + height * _MARGIN - foot)
        assert self._plot is not None
        self._plot.box.refit()

    def _clicked(self, _item: Any, points: Any, _event: Any = None) -> None:
        if len(points):
            self._model.select(self._model.view.trials[int(points[0].data())].number)
