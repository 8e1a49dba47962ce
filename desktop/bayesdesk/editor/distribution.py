"""A small picture of a parameter's distribution with some random values."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from bayescore.config import CategoricalSpec, DiscreteSpec, ParameterSpec, Scale
from bayescore.search.space import choices, draw
from bayesdesk.ui import theme

_SAMPLES = 24
MOST_BOXES = 12
_STEPS = 30
MARGIN = 6.0
_TICK = 4.0
_BOX = 14.0


class DistributionPicture(QWidget):
    """The density over the range, or a box for each value."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._spec: ParameterSpec | None = None
        self._drawn: list[float] = []  # random values, as shares of the range

    def show_spec(self, spec: ParameterSpec | None) -> None:
        """Show a spec; ``None`` for one with errors."""
        if spec != self._spec:
            self._spec = spec
            self._drawn = _shares(spec)
            self.setAccessibleName(spec.name if spec else "")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        if isinstance(self._spec, CategoricalSpec | DiscreteSpec):
            self._paint_boxes(painter, min(len(choices(self._spec)), MOST_BOXES))
        elif self._spec is not None:
            self._paint_density(painter)
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.palette().sunk))
        painter.drawRoundedRect(self.rect(), 5, 5)

    def _paint_boxes(self, painter: QPainter, count: int) -> None:
        pitch = (self.width() - 2 * MARGIN) / count
        width = min(_BOX, pitch - 2)
        ground = QColor(theme.palette().accent)
        ground.setAlpha(110)
        painter.setBrush(ground)
        for i in range(count):
            middle = MARGIN + (i + 0.5) * pitch
            painter.drawRoundedRect(QRectF(middle - width / 2, (self.height() - _BOX) / 2, width, _BOX), 2, 2)

    def _paint_density(self, painter: QPainter) -> None:
        left, right, top = MARGIN, self.width() - MARGIN, MARGIN
        foot = self.height() - MARGIN
        accent, ground = QColor(theme.palette().accent), QColor(theme.palette().accent)
        ground.setAlpha(70)
        path = QPainterPath(QPointF(left, foot))
        for i in range(_STEPS + 1):
            share = i / _STEPS
            path.lineTo(left + share * (right - left), foot - self._density(share) * (foot - top))
        path.lineTo(right, foot)
        path.closeSubpath()
        painter.fillPath(path, ground)
        painter.setPen(accent)
        for share in self._drawn:
            x = left + share * (right - left)
            painter.drawLine(QPointF(x, foot), QPointF(x, foot - _TICK))

    def _density(self, share: float) -> float:
        """Share of the height: for a log scale the cube root of the density, so that both ends show."""
        spec = self._spec
        assert spec is not None
        assert not isinstance(spec, CategoricalSpec | DiscreteSpec)
        if spec.scale_type is not Scale.LOG:
            return 0.55
        value = spec.min_value + share * (spec.max_value - spec.min_value)
        return math.pow(spec.min_value / value, 1 / 3) if value > 0 else 1.0


def _shares(spec: ParameterSpec | None) -> list[float]:
    if spec is None or isinstance(spec, CategoricalSpec | DiscreteSpec):
        return []
    low, size = float(spec.min_value), float(spec.max_value) - float(spec.min_value)
    units = np.random.default_rng(0).random(_SAMPLES)
    return [(float(draw(spec, float(unit))) - low) / size if size > 0 else 0.5 for unit in units]
