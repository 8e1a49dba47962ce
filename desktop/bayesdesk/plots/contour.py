"""The surrogate over two parameters: its mean and its deviation."""

from __future__ import annotations

import html
from functools import partial
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtWidgets import QLayout, QMenu

from bayescore.config import Goal, ParameterSpec
from bayescore.i18n import _, n_
from bayescore.results import Surface, importances, surface
from bayesdesk.models.curves import one_line
from bayesdesk.models.formatting import number
from bayesdesk.models.job import JobModel
from bayesdesk.models.parameter_axis import value_at
from bayesdesk.plots.axis import ParameterTicks, style_axis
from bayesdesk.plots.canvas import pen, plot
from bayesdesk.plots.colours import area_map
from bayesdesk.plots.contour_picture import Array, ContourPicture, contour_picture
from bayesdesk.plots.keyboard import walk_trials
from bayesdesk.plots.name_choice import NameChoice
from bayesdesk.plots.stopped_marks import SYMBOL
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.speech import group
from bayesdesk.ui.widgets import Card, Segmented, label, row, set_shown

_HEIGHT = 320
_MARGIN = 0.015  # share of the area around it: dots at its edge are whole
_Result = tuple[tuple[str, str], Surface | None, dict[str, ContourPicture]]


class ContourChart(Card):
    """The surrogate's mean or deviation as colours, with contour lines; a click selects a trial."""

    place_chosen = Signal(dict)  # the best parameters, with those of a place for a new trial

    def __init__(self, model: JobModel, background: Background) -> None:
        super().__init__(_("Contour"), " ")
        self._model, self._background = model, background
        self._is_busy = self._is_stale = False
        self._found: Surface | None = None
        self._pictures: dict[str, ContourPicture] = {}  # by what they show
        self._drawn = ("", "")  # the parameters of the surface, while others may be chosen
        self._is_chosen = False
        self._chosen = (0, 1)  # indices of the two parameters before the last choice
        self._x, self._y = self._made_choice(), self._made_choice()
        self._y.setCurrentIndex(min(1, self._y.count() - 1))
        self._what = Segmented([("mean", _("Predicted mean")), ("deviation", _("Uncertainty"))])
        self._what.choose("mean")
        group(self._what, _("Contour"))
        self._what.chosen.connect(self._show_again)
        self.controls.addWidget(self._what)
        self.body.addLayout(self._choices())
        self._axes = {side: ParameterTicks(side) for side in ("bottom", "left")}
        self._plot = plot(axes=self._axes)
        self._plot.set_extent(self._frame)
        self._plot.setMinimumHeight(theme.px(_HEIGHT))
        self._plot.setAccessibleName(_("Contour"))
        self._plot.getPlotItem().showGrid(x=False, y=False)
        self._image = pg.ImageItem()
        self._lines = pg.PlotDataItem(connect="finite", antialias=True)
        self._dots = pg.ScatterPlotItem(size=7)
        self._dots.sigClicked.connect(self._clicked)
        self._bar = pg.ColorBarItem(interactive=False, width=14, colorMap=area_map())
        style_axis(self._bar.axis)
        self._bar.setImageItem(self._image, insert_in=self._plot.getPlotItem())
        for item in (self._image, self._lines, self._dots):
            self._plot.addItem(item)
        walk_trials(self._plot, model, self._points, self._words)
        if not model.view.job.submission.is_imported:
            self._plot.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            self._plot.customContextMenuRequested.connect(self._offer)
        self._empty = label(_("computing…"), "secondary", wrap=True)
        self._empty.setContentsMargins(13, 8, 13, 16)
        self.body.addWidget(self._empty)
        self.body.addWidget(self._plot)
        self._plot.setVisible(False)
        self.body.setContentsMargins(1, 0, 10, 8)
        set_shown(self, len(self._specs) > 1)

    @property
    def _specs(self) -> tuple[ParameterSpec, ...]:
        return self._model.view.job.config.hyper_tuning.parameter_specs

    def _choices(self) -> QLayout:
        """The two parameters, below the title: long names need the room."""
        across, up = label(_("Across"), "caption"), label(_("Up"), "caption")
        made = row(across, self._x, 8, up, self._y)
        for caption, choice in ((across, self._x), (up, self._y)):
            caption.setBuddy(choice)
            choice.setAccessibleName(caption.text())
        made.addStretch(1)
        made.setContentsMargins(13, 2, 4, 6)
        return made

    def _made_choice(self) -> NameChoice:
        made = NameChoice([s.name for s in self._specs])
        made.activated.connect(partial(self._choose, made))
        return made

    def _choose(self, choice: NameChoice, index: int) -> None:
        """Show the chosen pair; the other parameter changes place if it is the same one."""
        other = self._y if choice is self._x else self._x
        if other.currentIndex() == index:
            other.setCurrentIndex(self._chosen[0 if choice is self._x else 1])
        self._remember_pair()
        self._is_chosen = True
        self.compute()

    def _remember_pair(self) -> None:
        self._chosen = (self._x.currentIndex(), self._y.currentIndex())

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
        pair = (self._x.currentData(), self._y.currentData()) if self._is_chosen else None

        def work() -> _Result:
            first, second = pair or _leading_pair(specs, [i.name for i in importances(specs, shown, goal)])
            found = surface(specs, shown, goal, first, second)
            return (first, second), found, _pictures(found, specs, first, second)

        self._background.run(work, self._show_result, self._failed)

    def _failed(self, error: Exception) -> None:
        self._found = None
        self._draw()
        self._empty.setText(str(error))
        self._finish()

    def _finish(self) -> None:
        """Compute again if the trials or the parameters have changed since."""
        self._is_busy = False
        if self._is_stale:
            self._is_stale = False
            self.compute()

    def _show_result(self, outcome: _Result) -> None:
        self._drawn, self._found, self._pictures = outcome
        first, second = self._drawn
        self._x.setCurrentIndex(self._x.findData(first))
        self._y.setCurrentIndex(self._y.findData(second))
        self._remember_pair()
        try:
            self._draw()
        finally:
            self._finish()

    def _show_again(self, _what: str) -> None:
        self._draw()

    def _draw(self) -> None:
        found = self._found
        self._empty.setText(_("The model needs more finished trials."))
        self._empty.setVisible(found is None)
        self._plot.setVisible(found is not None)
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
        what = self._what.value() or "mean"
        picture, goal = self._pictures[what], self._model.view.job.config.hyper_tuning.goal
        self._image.setImage(picture.values, levels=picture.levels)
        self._image.setRect(QRectF(*picture.frame))
        self._bar.setColorMap(area_map(reverse=what == "mean" and goal is Goal.MINIMIZE))
        self._bar.setLevels(picture.levels)
        x, y = one_line([(line[:, 0], line[:, 1]) for line in picture.lines])
        self._lines.setData(x=x, y=y, pen=pen(theme.palette().panel, 1.0, 150))
        self._draw_dots(found)
        self._draw_axes()

    def _frame(self) -> QRectF | None:
        picture = self._pictures.get(self._what.value() or "mean")
        if picture is None:
            return None
        left, bottom, width, height = picture.frame
        return QRectF(left, bottom, width, height).adjusted(
            -_MARGIN * width, -_MARGIN * height, _MARGIN * width, _MARGIN * height
        )

    def _draw_dots(self, found: Surface) -> None:
        colours = theme.palette()
        chosen = self._model.selected
        columns = self._model.columns
        rows = [columns.row_of(n) for n in found.numbers]
        is_stopped = [row is not None and bool(columns.stopped()[row]) for row in rows]
        sizes = [12 if chosen and n == chosen.number else 7 for n in found.numbers]
        self._dots.setData(
            x=found.dots[:, 0],
            y=found.dots[:, 1],
            size=sizes,
            symbol=[SYMBOL if stopped else "o" for stopped in is_stopped],
            data=list(found.numbers),
            brush=pg.mkBrush(colours.panel),
            pen=pen(colours.text, 1.2),
        )

    def _pair(self) -> tuple[ParameterSpec, ParameterSpec]:
        by_name = {s.name: s for s in self._specs}
        across, up = self._drawn
        return by_name[across], by_name[up]

    def _draw_axes(self) -> None:
        item = self._plot.getPlotItem()
        for side, spec in zip(("bottom", "left"), self._pair(), strict=True):
            self._axes[side].set_spec(spec)
            item.setLabel(
                side,
                html.escape(spec.name),
                **{"color": theme.palette().secondary, "font-size": f"{theme.SMALL_PX}px"},
            )
        self._plot.box.show_whole()

    def _clicked(self, _item: Any, points: Any, _event: Any = None) -> None:
        if len(points):
            self._model.select(points[0].data())

    def _offer(self, at: QPoint) -> None:
        """Offer a trial at a place of the plot."""
        if (best := self._model.view.best) is None or self._found is None:
            return
        place = self._plot.box.mapSceneToView(self._plot.mapToScene(at))
        across, up = self._pair()
        chosen = {across.name: value_at(across, place.x()), up.name: value_at(up, place.y())}
        menu = QMenu(self)
        entry = menu.addAction(_("Add a trial here…"))
        entry.triggered.connect(lambda _on=False: self.place_chosen.emit({**best.parameters, **chosen}))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._plot.mapToGlobal(at))

    def _points(self) -> tuple[Array, Array, list[int]]:
        """Where the trials are, and their numbers."""
        if self._found is None:
            return np.empty(0), np.empty(0), []
        return self._found.dots[:, 0], self._found.dots[:, 1], [int(n) for n in self._found.numbers]

    def _words(self) -> str:
        picture = self._pictures.get(self._what.value() or "mean")
        if self._found is None or picture is None:
            return self._empty.text()
        low, high = picture.levels
        what = _("Uncertainty") if self._what.value() == "deviation" else _("Predicted mean")
        return _(
            "{what} over {x} and {y}, from {low} to {high}",
            what=what,
            x=self._drawn[0],
            y=self._drawn[1],
            low=number(float(f"{low:.4g}")),
            high=number(float(f"{high:.4g}")),
        )

    def show_selected(self) -> None:
        """Draw the selected trial larger."""
        if self._found is not None:
            self._draw_dots(self._found)


def _leading_pair(specs: tuple[ParameterSpec, ...], ranked: list[str]) -> tuple[str, str]:
    names = ranked if len(ranked) > 1 else [s.name for s in specs]
    return names[0], names[1]


def _pictures(
    found: Surface | None, specs: tuple[ParameterSpec, ...], first: str, second: str
) -> dict[str, ContourPicture]:
    if found is None:
        return {}
    by_name = {s.name: s for s in specs}
    pair = (by_name[first], by_name[second])
    return {
        "mean": contour_picture(found, found.mean, pair),
        "deviation": contour_picture(found, found.deviation, pair),
    }
