"""A picture of a parameter's distribution with some random values."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from bayescore.config import CategoricalSpec, DiscreteSpec, ParameterSpec, Scale
from bayescore.search.space import choices, draw
from bayesdesk.models.formatting import number
from bayesdesk.ui import theme

_SAMPLES = 24
_MOST_BOXES = 8
_STEPS = 60
_WIDTH = 116
_HEIGHT = 56


class DistributionPicture(QWidget):
    """The density over the range, or a box for each value."""

    def __init__(self) -> None:
        super().__init__()
        self._spec: ParameterSpec | None = None
        self.setFixedSize(_WIDTH, _HEIGHT)

    def show_spec(self, spec: ParameterSpec | None) -> None:
        """Show a spec; ``None`` for one with errors."""
        if spec != self._spec:
            self._spec = spec
            self.setAccessibleName(spec.name if spec else "")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.palette().sunk))
        painter.drawRoundedRect(self.rect(), 5, 5)
        font = QFont(theme.MONO[0])
        font.setPixelSize(10)
        painter.setFont(font)
        if isinstance(self._spec, CategoricalSpec | DiscreteSpec):
            self._paint_boxes(painter, [number(v) for v in choices(self._spec)])
        elif self._spec is not None:
            self._paint_density(painter)
        painter.end()

    def _paint_boxes(self, painter: QPainter, words: list[str]) -> None:
        shown = words[:_MOST_BOXES]
        gap = (self.width() - 16) / len(shown)
        size = min(24.0, gap - 4)
        ground = QColor(theme.palette().accent)
        ground.setAlpha(110)
        metrics = painter.fontMetrics()
        for i, word in enumerate(shown):
            middle = 8 + (i + 0.5) * gap
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(middle - size / 2, 8, size, 24), 2, 2)
            painter.setPen(QColor(theme.palette().secondary))
            text = metrics.elidedText(word, Qt.TextElideMode.ElideRight, int(gap))
            painter.drawText(QRectF(middle - gap / 2, 36, gap, 14), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_density(self, painter: QPainter) -> None:
        spec = self._spec
        assert spec is not None
        assert not isinstance(spec, CategoricalSpec | DiscreteSpec)
        low, high = float(spec.min_value), float(spec.max_value)
        left, right, top, foot = 8.0, self.width() - 8.0, 8.0, 36.0
        accent, ground = QColor(theme.palette().accent), QColor(theme.palette().accent)
        ground.setAlpha(70)
        path = QPainterPath(QPointF(left, foot))
        for i in range(_STEPS + 1):
            share = i / _STEPS
            height = self._density(low, high, share) if spec.scale_type is Scale.LOG else 0.55
            path.lineTo(left + share * (right - left), foot - height * (foot - top))
        path.lineTo(right, foot)
        path.closeSubpath()
        painter.fillPath(path, ground)
        painter.setPen(accent)
        for unit in np.random.default_rng(0).random(_SAMPLES):
            value = float(draw(spec, float(unit)))
            share = (value - low) / (high - low) if high > low else 0.5
            x = left + share * (right - left)
            painter.drawLine(QPointF(x, foot), QPointF(x, foot - 5))
        painter.setPen(QColor(theme.palette().secondary))
        area = QRectF(left, 38, right - left, 14)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft, number(spec.min_value))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight, number(spec.max_value))

    @staticmethod
    def _density(low: float, high: float, share: float) -> float:
        """Cube root of the density of a log-uniform value, so that both ends of the range are visible."""
        value = low + share * (high - low)
        return math.pow(low / value, 1 / 3) if value > 0 else 1.0
