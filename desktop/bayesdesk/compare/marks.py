"""The mark of a job in a comparison: a colour and a dash pattern, the same in the chart and in the lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from bayesdesk.plots.canvas import pen
from bayesdesk.ui import theme

_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
ICON_SIZE = QSize(30, 14)  # px
_WIDTH, _DOT = 2.0, 3.0  # px
_SHARPNESS = 3  # pixels of the drawing in one of the icon, for screens with a scale factor


@dataclass(frozen=True)
class Mark:
    """The mark of the job at a place of the list."""

    place: int

    @property
    def colour(self) -> str:
        """A colour of the theme."""
        colours = theme.palette().series
        return colours[self.place % len(colours)]

    def pen(self) -> Any:
        """The pen of the job's line; jobs of the same colour have other dash patterns."""
        drawn = pen(self.colour, _WIDTH)
        turn = self.place // len(theme.palette().series)
        drawn.setStyle(_STYLES[(self.place + turn) % len(_STYLES)])
        return drawn

    def icon(self) -> QIcon:
        """A piece of the line with a dot."""
        pixmap = QPixmap(ICON_SIZE * _SHARPNESS)
        pixmap.setDevicePixelRatio(_SHARPNESS)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = ICON_SIZE.height() / 2
        painter.setPen(self.pen())
        painter.drawLine(QPointF(1, middle), QPointF(ICON_SIZE.width() - 1, middle))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.pen().color())
        painter.drawEllipse(QPointF(ICON_SIZE.width() / 2, middle), _DOT, _DOT)
        painter.end()
        return QIcon(pixmap)
