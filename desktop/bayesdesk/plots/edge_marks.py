"""Marks of trials without a value, at the lower edge of a plot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from bayesdesk.plots.canvas import pen
from bayesdesk.plots.stopped_marks import SYMBOL
from bayesdesk.plots.zoom_box import ZoomBox
from bayesdesk.ui import theme

_SIZE = 9  # pixels
_FROM_EDGE = 9.0  # pixels


class EdgeMarks(pg.ScatterPlotItem):  # type: ignore[misc]  # pyqtgraph has no types
    """A mark for each trial, by default a cross; it stays at the edge whatever part of the plot is shown.

    Parameters
    ----------
    tip
        The text about a trial, called with ``x``, ``y`` and ``data``.
    is_hollow
        Whether the marks are those of trials that were stopped early.
    """

    def __init__(
        self,
        box: ZoomBox,
        tip: Callable[[float, float, int], str] | None = None,
        *,
        is_hollow: bool = False,
    ) -> None:
        colours = theme.palette()
        super().__init__(
            pxMode=True,
            symbol=SYMBOL if is_hollow else "x",
            size=_SIZE,
            hoverable=tip is not None,
            tip=tip,
            pen=pen(colours.secondary, 1.4) if is_hollow else None,
            brush=pg.mkBrush(colours.panel if is_hollow else colours.bad),
        )
        self._box = box
        self._x: NDArray[np.float64] = np.empty(0)
        self._data: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        box.addItem(self, ignoreBounds=True)
        box.sigYRangeChanged.connect(self._move_to_edge)
        box.sigResized.connect(self._move_to_edge)

    def show_marks(self, x: NDArray[np.float64], data: NDArray[np.intp]) -> None:
        """Show one mark for each position; a click on it reports its ``data``."""
        self._x, self._data = x, data
        self._move_to_edge()

    def _move_to_edge(self, *_changed: object) -> None:
        if not len(self._x) and not len(self.data):
            return
        low, high = self._box.viewRange()[1]
        above = (high - low) * _FROM_EDGE / max(1.0, self._box.height())
        self.setData(x=self._x, y=np.full(len(self._x), low + above), data=self._data)
