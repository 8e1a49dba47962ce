"""Forecasts in a plot of curves: a band and the expected end of each trial, and a line at the best."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem

from bayescore.i18n import _
from bayesdesk.models.curves import one_line
from bayesdesk.models.forecast_band import Band
from bayesdesk.models.formatting import number
from bayesdesk.plots.canvas import pen
from bayesdesk.plots.legend import Entry, area_key, line_key
from bayesdesk.ui import theme

_CHOSEN_ALPHA, _OTHER_ALPHA = (
    60,
    34,
)  # of the areas, so that the grid and other bands can be seen through them
_MARK = 9  # pixels
_BELOW, _ABOVE = -10, 5  # of the curves


class ForecastBands:
    """Draws bands into a plot: that of the selected trial in colour, those of the others in grey.

    Parameters
    ----------
    box
        The area of the plot. The heights that are drawn are those of its scale.
    """

    def __init__(self, box: pg.ViewBox) -> None:
        self._box = box
        self._areas = [QGraphicsPathItem() for _i in range(2)]
        self._means = [pg.PlotCurveItem(connect="finite", antialias=True) for _i in range(2)]
        self._ends = [pg.ScatterPlotItem(pxMode=True, size=_MARK) for _i in range(2)]
        self._best = pg.InfiniteLine(angle=0)
        self._best.hide()
        for area in self._areas:
            area.setZValue(_BELOW)
            area.setPen(Qt.PenStyle.NoPen)
            box.addItem(area)
        box.addItem(self._best)  # it is always in sight
        for item in self._means:
            box.addItem(item, ignoreBounds=True)
        for marks in self._ends:
            marks.setZValue(_ABOVE)
            box.addItem(marks, ignoreBounds=True)

    def show_bands(self, others: Sequence[Band], chosen: Band | None, best: float | None) -> None:
        """Draw these bands; the line of the best only beside one.

        Parameters
        ----------
        best
            Height of the best objective.
        """
        colours = theme.palette()
        selected = [] if chosen is None else [chosen]
        self._draw(0, others, colours.secondary, _OTHER_ALPHA)
        self._draw(1, selected, colours.accent, _CHOSEN_ALPHA)
        has_line = best is not None and bool(others or selected)
        self._best.setVisible(has_line)
        if best is not None and has_line:
            self._best.setPen(pen(colours.good, 1.0))
            self._best.setValue(best)

    def _draw(self, index: int, bands: Sequence[Band], colour: str, alpha: int) -> None:
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        for band in bands:
            path.addPolygon(_outline(band))
        area = self._areas[index]
        area.setBrush(_tinted(colour, alpha))
        area.setPath(path)
        self._box.itemBoundsChanged(area)
        x, y = one_line([b.middle() for b in bands])
        self._means[index].setData(x=x, y=y, pen=pen(colour, 1.3, dashed=True))
        self._ends[index].setData(
            x=[b.end for b in bands],
            y=[b.mean for b in bands],
            symbol=["d" if b.has_stopped else "o" for b in bands],
            brush=pg.mkBrush(theme.palette().panel),
            pen=pen(colour, 1.6),
        )


def legend_entries(*, has_chosen: bool, best: float | None) -> list[Entry]:
    """What explains the bands and the line."""
    colours = theme.palette()
    colour, alpha = (colours.accent, _CHOSEN_ALPHA) if has_chosen else (colours.secondary, _OTHER_ALPHA)
    found = [(area_key(_tinted(colour, 2 * alpha)), _("80 % of ends"))]
    if best is not None:
        words = _("best {value}", value=number(float(f"{best:.6g}")))
        found.append((line_key(pen(colours.good, 1.5)), words))
    return found


def _tinted(colour: str, alpha: int) -> QColor:
    made = QColor(colour)
    made.setAlpha(alpha)
    return made


def _outline(band: Band) -> QPolygonF:
    steps, low, high = band.edges()
    there = [QPointF(x, y) for x, y in zip(steps.tolist(), high.tolist(), strict=True)]
    back = [QPointF(x, y) for x, y in zip(steps[::-1].tolist(), low[::-1].tolist(), strict=True)]
    return QPolygonF([*there, *back])
