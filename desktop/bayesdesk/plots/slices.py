"""The objective against each parameter."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from bayescore.config import ParameterSpec
from bayescore.i18n import _
from bayescore.store import TrialState
from bayesdesk.models.job import JobModel
from bayesdesk.models.parameter_axis import Array, ends, units
from bayesdesk.plots.axis import ParameterTicks
from bayesdesk.plots.canvas import Plot, pen, plot
from bayesdesk.plots.edge_marks import EdgeMarks
from bayesdesk.plots.empty_state import EmptyState
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, ElidedLabel, column, row

_MOST_COLUMNS = 3
_NARROWEST = 230  # pixels of a slice
_HEIGHT = 190
_FAILED = (TrialState.FAILED, TrialState.LOST)
_MARGIN, _EDGE_MARGIN = 0.06, 0.14  # share of the height around the dots; below them with marks at the edge


class SlicesChart(Card):
    """A small chart for each parameter, on its own scale; a click selects a trial."""

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
        """Draw the trials that pass the filter."""
        model = self._model
        values = model.columns.objective()
        rows = np.flatnonzero(model.mask & np.isfinite(values))
        self._inner.setVisible(bool(len(rows)))
        self._empty.setVisible(not len(rows))
        if not len(rows):
            return
        has_failed = np.array([t.state in _FAILED for t in model.view.trials], dtype=np.bool_)
        failed = np.flatnonzero(model.mask & has_failed & ~np.isfinite(values))
        for part in self._slices:
            part.show_dots(rows, failed, values)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as there is room for."""
        super().resizeEvent(event)
        columns = max(1, min(_MOST_COLUMNS, self.width() // _NARROWEST))
        if columns != self._columns:
            self._columns = columns
            for index, part in enumerate(self._slices):
                self._grid.addWidget(part, index // columns, index % columns)
            for i in range(_MOST_COLUMNS):
                self._grid.setColumnStretch(i, 1 if i < columns else 0)


class _Slice(QWidget):
    """One parameter."""

    def __init__(self, spec: ParameterSpec, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._spec = spec
        self._plot = self._made_plot(spec)
        self._whole: QRectF | None = None
        self._plot.set_extent(lambda: self._whole)
        self._dots, self._selected = pg.ScatterPlotItem(size=6, pen=None), pg.ScatterPlotItem(size=11)
        self._failed = EdgeMarks(self._plot.box)
        for part in (self._dots, self._selected):
            self._plot.addItem(part)
        for part in (self._dots, self._failed):
            part.sigClicked.connect(self._clicked)
        title = row(ElidedLabel(spec.name), spacing=0)
        title.setContentsMargins(62, 4, 0, 0)
        self.setLayout(column(title, self._plot, spacing=0))

    def _made_plot(self, spec: ParameterSpec) -> Plot:
        made = plot(axes={"bottom": ParameterTicks("bottom", spec)})
        made.setFixedHeight(_HEIGHT)
        made.setAccessibleName(spec.name)
        return made

    def show_dots(self, rows: Any, failed: Any, values: Array) -> None:
        """Draw dots for some trials, and marks for those that failed."""
        model, colours = self._model, theme.palette()
        positions = units(self._spec, model.columns)
        number_of = partial(_numbers, model)
        self._dots.setData(
            x=positions[rows], y=values[rows], data=number_of(rows), brush=pg.mkBrush(colours.secondary)
        )
        self._failed.show_marks(positions[failed], np.array(number_of(failed), dtype=np.intp))
        trial = model.selected
        chosen = model.columns.row_of(trial.number) if trial else None
        seen = chosen is not None and bool(np.isfinite(values[chosen]))
        self._selected.setData(
            x=[positions[chosen]] if seen else [],
            y=[values[chosen]] if seen else [],
            brush=pg.mkBrush(colours.accent),
            pen=pen(colours.panel, 1.5),
        )
        self._fit(values[rows], has_failed=bool(len(failed)))

    def _fit(self, values: Array, *, has_failed: bool) -> None:
        left, right = ends(self._spec)
        low, high = float(values.min()), float(values.max())
        height = (high - low) or abs(high) or 1.0
        foot = low - height * (_EDGE_MARGIN if has_failed else _MARGIN)
        self._whole = QRectF(left, foot, right - left, high + height * _MARGIN - foot)
        self._plot.box.refit()

    def _clicked(self, _item: Any, points: Any, _event: Any = None) -> None:
        if len(points):
            self._model.select(int(points[0].data()))


def _numbers(model: JobModel, rows: Any) -> list[int]:
    return [model.view.trials[i].number for i in rows]
