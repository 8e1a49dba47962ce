"""A small curve without axes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from bayesdesk.ui import theme

_WIDTH, _HEIGHT = 160, 34
_MARGIN = 4.0


class Sparkline(QWidget):
    """Steps of a value, scaled to the height; the last one is marked."""

    def __init__(self) -> None:
        super().__init__()
        self._values: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A size that fits a line of a list."""
        return QSize(theme.px(_WIDTH), theme.px(_HEIGHT))

    def show_values(self, values: Sequence[float]) -> None:
        """Draw these values."""
        if tuple(values) != self._values:
            self._values = tuple(values)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the steps and the mark."""
        if not self._values:
            return
        low, high = min(self._values), max(self._values)
        width, height = self.width() - 2 * _MARGIN, self.height() - 2 * _MARGIN
        points: list[QPointF] = []
        for i, value in enumerate(self._values):
            x = _MARGIN + width * (i / max(1, len(self._values) - 1))
            share = (value - low) / (high - low) if high > low else 0.5
            point = QPointF(x, _MARGIN + height * (1 - share))
            if i:
                points.append(QPointF(x, points[-1].y()))
            points.append(point)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(theme.palette().accent)
        painter.setPen(
            QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.drawPolyline(points)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(points[-1], 3, 3)
