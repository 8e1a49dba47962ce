"""pyqtgraph plots in the window's theme."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QFont

from bayesdesk.ui import theme


class _WholeAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Ticks at whole numbers only: there is no trial 2.5."""

    def tickSpacing(self, *span: float) -> list[tuple[float, float]]:
        levels = [(spacing, offset) for spacing, offset in super().tickSpacing(*span) if spacing >= 1.0]
        return levels or [(1.0, 0.0)]


def plot(*, counts: bool = False) -> Any:
    """An empty plot: horizontal grid, small figures, no frame; the wheel zooms, a double click resets.

    Parameters
    ----------
    counts
        Whether the bottom axis counts something, such as trials or steps.
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
