"""The keys of a plot: arrows go from point to point, Enter opens the trial, Escape ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from bayesdesk.models.chart_words import trial_words
from bayesdesk.models.job import JobModel
from bayesdesk.plots.canvas import Plot, pen
from bayesdesk.plots.walks import Array, Points, Spot, Walk
from bayesdesk.ui import theme
from bayesdesk.ui.speech import describe, say
from bayesdesk.ui.widgets import enclosing, label

_RING = 17  # pixels
_GAP = 14  # pixels between a point and the words about it
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@runtime_checkable
class OpensTrials(Protocol):
    """A page that shows the log and the files of a trial."""

    def open_trial(self, number: int) -> None:
        """Open a trial by its number."""
        ...


def open_trial(widget: QWidget, number: int) -> None:
    """Open a trial on the page that a widget is on."""
    page = enclosing(widget, OpensTrials)  # type: ignore[type-abstract]  # checked at run time
    if page is not None:
        page.open_trial(number)


def walk_trials(
    shown: Plot,
    model: JobModel,
    points: Callable[[], tuple[Array, Array, Sequence[int]]],
    summary: Callable[[], str],
) -> None:
    """Let the keys go through a plot with one point for each trial; the reached trial is selected."""

    def words(number: int) -> str:
        row = model.columns.row_of(number)
        return "" if row is None else trial_words(model.view, model.view.trials[row])

    def selected() -> int | None:
        return None if model.selected is None else model.selected.number

    PlotKeys(shown, Points(points, words, selected), model.select, summary)


class PlotKeys(QObject):
    """Marks the point that the keys have reached, with words beside it, and says them.

    Parameters
    ----------
    select
        Called with the number of each trial that is reached.
    summary
        What the plot shows, in words.
    """

    def __init__(
        self,
        shown: Plot,
        walk: Walk,
        select: Callable[[int], object],
        summary: Callable[[], str],
    ) -> None:
        super().__init__(shown)
        self._plot, self._walk, self._select = shown, walk, select
        self._spot: Spot | None = None
        self._ring = pg.ScatterPlotItem(pxMode=True, size=_RING, brush=None)
        self._ring.setZValue(10)
        self._ring.hide()
        shown.box.addItem(self._ring, ignoreBounds=True)
        self._words = label("", "tip")
        self._words.setParent(shown)
        self._words.hide()
        describe(shown, summary)
        shown.installEventFilter(self)
        shown.box.sigRangeChanged.connect(lambda *_range: self._place_words())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of the plot, and end when it loses the focus."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and self._press(event.key())
        if event.type() is QEvent.Type.FocusOut:
            self.end()
        return False

    def _press(self, key: int) -> bool:
        if key in _STEPS:
            self._show(self._walk.beside(*_STEPS[Qt.Key(key)]))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._show(self._walk.end(last=key == Qt.Key.Key_End))
        elif key in _ENTER and self._spot is not None and self._spot.trial is not None:
            open_trial(self._plot, self._spot.trial)
        elif key == Qt.Key.Key_Escape and self._spot is not None:
            self.end()
        else:
            return False
        return True

    def _show(self, spot: Spot | None) -> None:
        if spot is None:
            return
        self._spot = spot
        if spot.trial is not None:
            self._select(spot.trial)
        self._ring.setData(x=[spot.x], y=[spot.y], pen=pen(theme.palette().text, 2))
        self._ring.show()
        self._words.setText(spot.words)
        self._words.adjustSize()
        self._words.show()
        self._words.raise_()
        self._place_words()
        say(self._plot, spot.words)

    def _place_words(self) -> None:
        """Beside the point, on the side that has room."""
        if self._spot is None:
            return
        scene = self._plot.box.mapViewToScene(QPointF(self._spot.x, self._spot.y))
        at = self._plot.mapFromScene(scene)
        left = at.x() + _GAP
        if left + self._words.width() > self._plot.width():
            left = max(0, at.x() - _GAP - self._words.width())
        top = min(max(0, at.y() - self._words.height() // 2), self._plot.height() - self._words.height())
        self._words.move(left, top)

    def end(self) -> None:
        """Show no point."""
        self._spot = None
        self._ring.hide()
        self._words.hide()
