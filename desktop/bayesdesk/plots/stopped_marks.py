"""Marks of trials that were stopped early: hollow, at their forecast, with the interval of their end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from bayesdesk.models.curves import Array
from bayesdesk.plots.canvas import pen
from bayesdesk.ui import theme

SYMBOL = "d"  # a diamond, as the mark of the state in tables
_SIZE = 10  # pixels
_MOST_SMOOTH = 2000  # whiskers that are drawn with antialiasing


class StoppedMarks:
    """A diamond for each trial, and a whisker that holds 80 % of the ends.

    Parameters
    ----------
    tip
        The text about a trial, called with ``x``, ``y`` and ``data``.
    """

    def __init__(self, tip: Callable[[float, float, int], str] | None = None, size: int = _SIZE) -> None:
        self.marks = pg.ScatterPlotItem(
            pxMode=True, symbol=SYMBOL, size=size, hoverable=tip is not None, tip=tip
        )
        self._whiskers = pg.PlotCurveItem(connect="pairs")

    @property
    def items(self) -> tuple[pg.PlotCurveItem, pg.ScatterPlotItem]:
        """What is added to the plot."""
        return self._whiskers, self.marks

    def show_marks(
        self,
        x: Array,
        heights: Array,
        rows: NDArray[np.intp],
        colour: str,
        interval: tuple[Array, Array] | None = None,
    ) -> None:
        """Draw marks; a click on one reports its row.

        Parameters
        ----------
        x, heights, rows
            All of shape (n,).
        interval
            Heights of the lower and the upper ends of the whiskers, each of shape (n,); NaN for an end that
            the scale cannot show.
        """
        drawn = pen(colour, 1.4)
        self.marks.setData(x=x, y=heights, data=rows, pen=drawn, brush=pg.mkBrush(theme.palette().panel))
        if interval is not None:
            known = [np.where(np.isfinite(ends), ends, heights) for ends in interval]
            ends = np.stack(known, axis=1).reshape(-1)
            is_smooth = len(x) <= _MOST_SMOOTH
            self._whiskers.setData(x=np.repeat(x, 2), y=ends, pen=pen(colour, 1.2), antialias=is_smooth)
