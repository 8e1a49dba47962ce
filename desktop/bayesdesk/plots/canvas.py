"""A pyqtgraph plot in the window's own look."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QFont

from bayesdesk.ui import theme

Array = NDArray[np.float64]
_FEWEST_FOR_FENCES = 8


class _WholeAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Figures at whole numbers only: there is no trial 2.5."""

    def tickSpacing(self, *span: float) -> list[tuple[float, float]]:
        levels = [(spacing, offset) for spacing, offset in super().tickSpacing(*span) if spacing >= 1.0]
        return levels or [(1.0, 0.0)]


def plot(*, counts: bool = False) -> Any:
    """An empty plot: horizontal grid, small figures, no frame; the wheel zooms, a double click resets.

    Parameters
    ----------
    counts
        Whether what lies along the bottom is counted, as trials and steps are.
    """
    colours = theme.palette()
    axes = {"bottom": _WholeAxis("bottom")} if counts else {}
    made = pg.PlotWidget(background=colours.panel, axisItems=axes)
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


def one_line(curves: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Many curves (x and y of each) as one broken line, NaN between them: one drawing call for all."""
    if not curves:
        empty = np.empty(0)
        return empty, empty
    gap = np.array([np.nan])
    x, y = ([part for curve in curves for part in (curve[i], gap)] for i in (0, 1))
    return np.concatenate(x), np.concatenate(y)


def fences(values: Array) -> tuple[float, float]:
    """Ends of a scale on which the bulk of the values can be told apart.

    What lies beyond three interquartile ranges from the quartiles is far out (Tukey, 1977,
    section 2D) and does not stretch the scale; without such values the ends are theirs.

    Parameters
    ----------
    values
        Finite, shape (n,), n at least 1.
    """
    low, high = float(values.min()), float(values.max())
    if len(values) < _FEWEST_FOR_FENCES:
        return low, high
    first, third = np.percentile(values, [25, 75])
    reach = 3.0 * (third - first)
    inside = values[(values >= first - reach) & (values <= third + reach)]
    return float(inside.min()), float(inside.max())


def thinned(values: Array, first: float, last: float, most: int) -> tuple[Array, Array]:
    """A curve between two steps with no more points than can be seen.

    Of each stretch of steps the smallest and the largest value stay, so no peak is lost.

    Parameters
    ----------
    first, last
        Steps from 1; what lies outside is left out but for one step on each side.
    most
        Stretches.

    Returns
    -------
    (x, y)
        Steps and values, at most ``2 * most`` of them.
    """
    start = int(min(max(first - 2, 0), len(values)))
    end = int(min(max(last + 1, start), len(values)))
    part = values[start:end]
    steps = np.arange(start + 1, end + 1, dtype=np.float64)
    if len(part) <= 2 * most:
        return steps, part
    width = len(part) // most
    whole = width * most
    rows = part[:whole].reshape(most, width)
    safe = np.where(np.isfinite(rows), rows, 0.0)
    picked = np.sort(np.stack([safe.argmin(axis=1), safe.argmax(axis=1)], axis=1), axis=1)
    index = (picked + np.arange(most)[:, None] * width).reshape(-1)
    index = np.concatenate([index, [len(part) - 1]])
    return steps[index], part[index]


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
