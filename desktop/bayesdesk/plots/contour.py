"""The surrogate over two parameters: its mean and its deviation."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF

from bayescore.config import CategoricalSpec, Goal, ParameterSpec
from bayescore.i18n import _, n_
from bayescore.results import Surface, importances, surface
from bayescore.search.space import from_unit
from bayesdesk.models.formatting import number
from bayesdesk.models.job import JobModel
from bayesdesk.plots.canvas import pen, plot
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.wheel import ComboBox
from bayesdesk.ui.widgets import Card, Segmented, label

_HEIGHT = 320
_LEVELS = 7


class ContourChart(Card):
    """The surrogate's mean or deviation as colours, with contour lines; a click selects a trial."""

    def __init__(self, model: JobModel, background: Background) -> None:
        super().__init__(_("Contour"), " ")
        self._model, self._background = model, background
        self._is_busy = self._is_stale = False
        self._found: Surface | None = None
        self._is_chosen = False
        self._x, self._y = self._made_choice(), self._made_choice()
        self._what = Segmented([("mean", _("Predicted mean")), ("deviation", _("Uncertainty"))])
        self._what.choose("mean")
        self._what.chosen.connect(self._show_again)
        for part in (self._x, self._y, self._what):
            self.controls.addWidget(part)
        self._plot = plot()
        self._plot.setMinimumHeight(_HEIGHT)
        self._plot.setAccessibleName(_("Contour"))
        self._image = pg.ImageItem()
        self._lines: list[Any] = []
        self._dots = pg.ScatterPlotItem(size=7)
        self._dots.sigClicked.connect(self._clicked)
        self._bar = pg.ColorBarItem(interactive=False, width=14, colorMap=pg.colormap.get("viridis"))
        self._bar.setImageItem(self._image, insert_in=self._plot.getPlotItem())
        self._plot.addItem(self._image)
        self._plot.addItem(self._dots)
        self._empty = label(_("computing…"), "secondary")
        self._empty.setContentsMargins(13, 8, 13, 16)
        self.body.addWidget(self._empty)
        self.body.addWidget(self._plot)
        self._plot.setVisible(False)
        self.body.setContentsMargins(1, 0, 10, 8)
        self.setVisible(len(self._specs) > 1)

    @property
    def _specs(self) -> tuple[ParameterSpec, ...]:
        return self._model.view.job.config.hyper_tuning.parameter_specs

    def _made_choice(self) -> ComboBox:
        made = ComboBox()
        made.addItems([s.name for s in self._specs])
        made.activated.connect(self._choose)
        return made

    def _choose(self, _index: int) -> None:
        self._is_chosen = True
        self.compute()

    def compute(self) -> None:
        """Fit the surrogate off the GUI thread, then draw; by default the two most important parameters."""
        if len(self._specs) < 2:
            return
        if self._is_busy:
            self._is_stale = True
            return
        self._is_busy = True
        specs, shown = self._specs, self._model.shown
        goal = self._model.view.job.config.hyper_tuning.goal
        pair = (self._x.currentText(), self._y.currentText()) if self._is_chosen else None

        def work() -> tuple[tuple[str, str], Surface | None]:
            first, second = pair or _leading_pair(specs, [i.name for i in importances(specs, shown, goal)])
            found = surface(specs, shown, goal, first, second) if first != second else None
            return (first, second), found

        self._background.run(work, self._show_result, self._failed)

    def _failed(self, error: Exception) -> None:
        self.caption.setText(str(error))
        self._finish()

    def _finish(self) -> None:
        """Compute again if the trials or the parameters have changed since."""
        self._is_busy = False
        if self._is_stale:
            self._is_stale = False
            self.compute()

    def _show_result(self, outcome: tuple[tuple[str, str], Surface | None]) -> None:
        (first, second), self._found = outcome
        self._x.setCurrentText(first)
        self._y.setCurrentText(second)
        self._draw()
        self._finish()

    def _show_again(self, _what: str) -> None:
        self._draw()

    def _draw(self) -> None:
        found = self._found
        self._empty.setText(_("The model needs more finished trials."))
        self._empty.setVisible(found is None)
        self._plot.setVisible(found is not None)
        for line in self._lines:
            self._plot.removeItem(line)
        self._lines = []
        if found is None:
            self.caption.setText("")
            return
        self.caption.setText(
            n_(
                "the search's Gaussian process on {count} trial, other parameters as in the best trial",
                "the search's Gaussian process on {count} trials, other parameters as in the best trial",
                len(found.numbers),
            )
        )
        mean = self._what.value() == "mean"
        shown = found.mean if mean else found.deviation
        low, high = float(shown.min()), float(shown.max())
        high = high if high > low else low + 1e-9
        goal = self._model.view.job.config.hyper_tuning.goal
        colours = pg.colormap.get("viridis", skipCache=True)  # not shared: it may be reversed
        if mean and goal is Goal.MINIMIZE:
            colours.reverse()
        self._image.setImage(shown, levels=(low, high))
        self._image.setRect(_frame(found))
        self._bar.setColorMap(colours)
        self._bar.setLevels((low, high))
        self._draw_lines(shown, low, high)
        self._draw_dots(found)
        self._draw_axes(found)

    def _draw_lines(self, shown: Any, low: float, high: float) -> None:
        """Draw contour lines, if both parameters are numeric."""
        found = self._found
        assert found is not None
        if any(isinstance(s, CategoricalSpec) for s in self._pair()):
            return
        for level in np.linspace(low, high, _LEVELS + 2)[1:-1]:
            line = pg.IsocurveItem(shown, level=float(level), pen=pen(theme.palette().panel, 1.0, 150))
            line.setTransform(self._image.transform())
            self._plot.addItem(line)
            self._lines.append(line)

    def _draw_dots(self, found: Surface) -> None:
        colours = theme.palette()
        chosen = self._model.selected
        sizes = [12 if chosen and n == chosen.number else 7 for n in found.numbers]
        self._dots.setData(
            x=found.dots[:, 0],
            y=found.dots[:, 1],
            size=sizes,
            data=list(found.numbers),
            brush=pg.mkBrush(colours.panel),
            pen=pen(colours.text, 1.2),
        )

    def _pair(self) -> tuple[ParameterSpec, ParameterSpec]:
        by_name = {s.name: s for s in self._specs}
        return by_name[self._x.currentText()], by_name[self._y.currentText()]

    def _draw_axes(self, found: Surface) -> None:
        item = self._plot.getPlotItem()
        for side, spec in zip(("bottom", "left"), self._pair(), strict=True):
            item.getAxis(side).setTicks([_ticks(spec)])
            item.setLabel(
                side, html.escape(spec.name), **{"color": theme.palette().secondary, "font-size": "12px"}
            )
        frame = _frame(found)
        item.setRange(frame, padding=0.01)

    def _clicked(self, _item: Any, points: Any, _event: Any = None) -> None:
        if len(points):
            self._model.select(points[0].data())

    def show_selected(self) -> None:
        """Draw the selected trial larger."""
        if self._found is not None:
            self._draw_dots(self._found)


def _leading_pair(specs: tuple[ParameterSpec, ...], ranked: list[str]) -> tuple[str, str]:
    names = ranked if len(ranked) > 1 else [s.name for s in specs]
    return names[0], names[1]


def _frame(found: Surface) -> QRectF:
    """The area of the grid: half a cell around its outermost points."""
    steps = [(float(c[1] - c[0]) if len(c) > 1 else 1.0) for c in (found.x, found.y)]
    left, top = float(found.x[0]) - steps[0] / 2, float(found.y[0]) - steps[1] / 2
    return QRectF(left, top, steps[0] * len(found.x), steps[1] * len(found.y))


def _ticks(spec: ParameterSpec) -> list[tuple[float, str]]:
    if isinstance(spec, CategoricalSpec):
        return [(float(i), name) for i, name in enumerate(spec.categorical_values)]
    places = [float(u) for u in np.linspace(0, 1, 5)]
    return [(u, number(_short(from_unit(spec, u)))) for u in places]


def _short(value: object) -> object:
    return float(f"{value:.3g}") if isinstance(value, float) else value
