"""The objective against each parameter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QGridLayout

from bayescore.config import CategoricalSpec, DiscreteSpec, IntegerSpec, ParameterSpec, Scale
from bayescore.config import DoubleSpec as RealSpec
from bayescore.i18n import _
from bayesdesk.models.formatting import number
from bayesdesk.models.job import JobModel
from bayesdesk.plots.canvas import pen, plot
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, label

_COLUMNS = 3
_HEIGHT = 190


class SlicesChart(Card):
    """A small chart for each parameter, on its own scale; a click selects a trial."""

    def __init__(self, model: JobModel) -> None:
        super().__init__(
            _("Slices"), _("the objective against each parameter, for every trial that passes the filter")
        )
        self._model = model
        self._dots: dict[str, Any] = {}
        self._selected: dict[str, Any] = {}
        grid = QGridLayout()
        grid.setContentsMargins(4, 0, 10, 10)
        grid.setSpacing(2)
        for i, spec in enumerate(model.view.job.config.hyper_tuning.parameter_specs):
            place = (i // _COLUMNS * 2, i % _COLUMNS)
            title = label(spec.name, "caption")
            title.setContentsMargins(62, 4, 0, 0)
            grid.addWidget(title, *place)
            grid.addWidget(self._made(spec), place[0] + 1, place[1])
        self.body.addLayout(grid)

    def _made(self, spec: ParameterSpec) -> Any:
        made = plot()
        made.setFixedHeight(_HEIGHT)
        made.setAccessibleName(spec.name)
        item = made.getPlotItem()
        item.getAxis("bottom").setTicks([_ticks(spec)])
        dots = pg.ScatterPlotItem(size=6, pen=None)
        dots.sigClicked.connect(self._clicked)
        selected = pg.ScatterPlotItem(size=11)
        for part in (dots, selected):
            made.addItem(part)
        self._dots[spec.name], self._selected[spec.name] = dots, selected
        return made

    def show_trials(self) -> None:
        """Draw the trials that pass the filter."""
        model, colours = self._model, theme.palette()
        values = model.columns.objective()
        rows = np.flatnonzero(model.mask & np.isfinite(values))
        trial = model.selected
        row = model.columns.row_of(trial.number) if trial else None
        for spec in model.view.job.config.hyper_tuning.parameter_specs:
            positions = self._positions(spec)
            numbers = [model.view.trials[i].number for i in rows]
            self._dots[spec.name].setData(
                x=positions[rows], y=values[rows], data=numbers, brush=pg.mkBrush(colours.secondary)
            )
            seen = row is not None and np.isfinite(values[row])
            self._selected[spec.name].setData(
                x=[positions[row]] if seen else [],
                y=[values[row]] if seen else [],
                brush=pg.mkBrush(colours.accent),
                pen=pen(colours.panel, 1.5),
            )

    def _positions(self, spec: ParameterSpec) -> Any:
        columns = self._model.columns
        if isinstance(spec, CategoricalSpec):
            names = list(spec.categorical_values)
            return np.array(
                [names.index(v) if v in names else -1 for v in columns.texts(spec.name)], dtype=float
            )
        values = columns.numbers(spec.name)
        if isinstance(spec, RealSpec | IntegerSpec) and spec.scale_type is Scale.LOG:
            return np.log10(np.where(values > 0, values, np.nan))
        return values

    def _clicked(self, _item: Any, points: Any, _event: Any = None) -> None:
        if len(points):
            self._model.select(points[0].data())


def _ticks(spec: ParameterSpec) -> list[tuple[float, str]]:
    """The ends and the middle of a range, or the listed values."""
    if isinstance(spec, CategoricalSpec):
        return list(enumerate(spec.categorical_values))
    if isinstance(spec, DiscreteSpec):
        return [
            (float(v), number(v)) for v in spec.discrete_values[:: max(1, len(spec.discrete_values) // 4)]
        ]
    low, high = float(spec.min_value), float(spec.max_value)
    if spec.scale_type is Scale.LOG:
        ends = (math.log10(low), math.log10(high))
        return [(p, f"{10.0**p:.3g}") for p in (ends[0], sum(ends) / 2, ends[1])]
    return [(v, f"{v:.3g}") for v in (low, (low + high) / 2, high)]
