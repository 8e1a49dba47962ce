"""A pyqtgraph plot in the window's own look."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QFont

from bayesdesk.ui import theme

Array = NDArray[np.float64]


def plot() -> Any:
    """An empty plot: horizontal grid, small figures, no frame; the wheel zooms, a double click resets."""
    colours = theme.palette()
    made = pg.PlotWidget(background=colours.panel)
    item = made.getPlotItem()
    item.setMenuEnabled(False)
    item.hideButtons()
    item.showGrid(x=False, y=True, alpha=0.18)
    font = QFont(theme.MONO[0])
    font.setPixelSize(11)
    for name in ("left", "bottom"):
        axis = item.getAxis(name)
        axis.setPen(pg.mkPen(colours.line))
        axis.setTextPen(pg.mkPen(colours.secondary))
        axis.setTickFont(font)
        axis.setStyle(tickLength=0)
    item.getAxis("left").setWidth(58)
    item.scene().sigMouseClicked.connect(lambda event: item.enableAutoRange() if event.double() else None)
    made.setMinimumHeight(150)
    return made


def pen(colour: str, width: float = 1.0, alpha: int = 255, *, dashed: bool = False) -> Any:
    """A cosmetic pen in a theme colour."""
    made = pg.mkPen(pg.mkColor(colour), width=width)
    tinted = made.color()
    tinted.setAlpha(alpha)
    made.setColor(tinted)
    if dashed:
        made.setDashPattern([4, 3])
    return made


def one_line(series: list[Array]) -> tuple[Array, Array]:
    """Many curves as one broken line, NaN between them: one drawing call for all.

    Returns
    -------
    (x, y)
        Steps from 1 and values, each of shape (sum of lengths + number of curves,).
    """
    if not series:
        empty = np.empty(0)
        return empty, empty
    xs: list[Array] = []
    ys: list[Array] = []
    gap = np.array([np.nan])
    for values in series:
        xs += [np.arange(1, len(values) + 1, dtype=np.float64), gap]
        ys += [values, gap]
    return np.concatenate(xs), np.concatenate(ys)


def smoothed(values: Array, weight: float) -> Array:
    """Exponential moving average, corrected for its start; ``weight`` from 0 (none) to below 1.

    Kingma and Ba (2015), section 3 (bias correction).  Non-finite values are stepped over.
    """
    if weight <= 0 or not len(values):
        return values
    result = np.empty_like(values)
    mean, correction = 0.0, 0.0
    for i, value in enumerate(values):
        if np.isfinite(value):
            mean = weight * mean + (1 - weight) * value
            correction = weight * correction + (1 - weight)
        result[i] = mean / correction if correction else value
    return result
