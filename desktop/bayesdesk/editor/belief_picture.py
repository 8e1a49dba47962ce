"""The picture of a parameter's distribution with a hill where the best is expected, which can be moved."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from bayescore.config import Belief, CategoricalSpec, DiscreteSpec, ParameterSpec
from bayescore.i18n import _
from bayescore.search.beliefs import choice_weights
from bayescore.search.space import to_unit
from bayesdesk.editor.belief_edits import moved_to, place_of, stepped
from bayesdesk.editor.distribution import MARGIN, MOST_BOXES, DistributionPicture
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.speech import describe, say

_KNOB = 4.0  # radius
_REACH = 9.0  # pixels around the knob that take hold of it
_DOUBLING = 24.0  # pixels up or down that halve or double the width
_STEPS = 60
_BAR, _LEAST, _TICK = 14.0, 3.0, 4.0
_KEYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class BeliefPicture(DistributionPicture):
    """Dragged sideways the hill moves, dragged up it becomes narrower; the arrow keys do the same.

    ``moved`` is emitted once for a drag, ``stepped`` for each key.
    """

    added = Signal()
    removed = Signal()
    moved = Signal(object)  # Belief
    stepped = Signal(object)  # Belief

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._belief: Belief | None = None
        self._held: tuple[QPointF, float, float] | None = None  # the pointer, centre and width at the press
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        describe(self, self._summary)

    def show_belief(self, spec: ParameterSpec | None, belief: Belief | None) -> None:
        """Show a spec, and what is believed about it, unless a drag shows something else."""
        self.show_spec(spec)
        if self._held is None and belief != self._belief:
            self._belief = belief
            self.update()
        self.setToolTip(as_text(self._explanation()))

    # ---- words

    def _summary(self) -> str:
        if self._belief is None:
            return _("Nothing is expected about the place of the best.")
        if self._belief.weights:
            return ", ".join(f"{value} {weight:g}" for value, weight in self._belief.weights.items())
        return _("The best is expected near {value}.", value=self._belief.around)

    def _explanation(self) -> str:
        if self._spec is None:
            return ""
        if self._belief is None:
            return _("Double-click, or press Enter, to say where you expect the best.")
        if not self._has_hill:
            return self._summary()
        return _(
            "{belief} Drag it sideways; up if you are surer, down if you are less sure. "
            "The arrow keys do the same, Delete removes it.",
            belief=self._summary(),
        )

    # ---- hands and keys

    @property
    def _has_hill(self) -> bool:
        return (
            self._spec is not None
            and not isinstance(self._spec, CategoricalSpec)
            and self._belief is not None
            and isinstance(self._belief.around, int | float)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._spec is None:
            super().keyPressEvent(event)
        elif self._belief is None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.added.emit()
        elif self._belief is not None and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif self._has_hill and key in _KEYS:
            assert self._belief is not None
            self._show_moved(stepped(self._spec, self._belief, *_KEYS[key]))
            say(self, self._summary())
            self.stepped.emit(self._belief)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._spec is not None and self._belief is None:
            self.added.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._is_on_knob(event.position()):
            assert self._spec is not None
            assert self._belief is not None
            self._held = (event.position(), *place_of(self._spec, self._belief))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            shape = (
                Qt.CursorShape.SizeAllCursor
                if self._is_on_knob(event.position())
                else Qt.CursorShape.ArrowCursor
            )
            self.setCursor(shape)
            return
        start, centre, width = self._held
        by = event.position() - start
        assert self._spec is not None
        assert self._belief is not None
        is_wider = abs(by.y()) > _KNOB  # a drag along the range is not a change of the width
        wider = width * math.pow(2.0, by.y() / _DOUBLING) if is_wider else None
        self._show_moved(moved_to(self._spec, self._belief, centre + by.x() / max(self._span, 1.0), wider))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            super().mouseReleaseEvent(event)
            return
        self._held = None
        self.moved.emit(self._belief)

    @property
    def is_held(self) -> bool:
        """Whether the hill is being dragged."""
        return self._held is not None

    def _show_moved(self, belief: Belief) -> None:
        self._belief = belief
        self.setToolTip(as_text(self._explanation()))
        self.update()

    # ---- painting

    @property
    def _span(self) -> float:
        return self.width() - 2 * MARGIN

    def _knob(self) -> QPointF:
        assert self._spec is not None
        assert self._belief is not None
        centre, _width = place_of(self._spec, self._belief)
        return QPointF(MARGIN + centre * self._span, MARGIN + _KNOB / 2)

    def _is_on_knob(self, at: QPointF) -> bool:
        return self._has_hill and abs(at.x() - self._knob().x()) <= _REACH

    def paintEvent(self, event: QPaintEvent) -> None:
        is_choice = isinstance(self._spec, CategoricalSpec) and self._belief is not None
        if not self._has_hill and not is_choice:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        if is_choice:
            self._paint_weights(painter)
        else:
            self._paint_hill(painter)
        painter.end()

    def _paint_weights(self, painter: QPainter) -> None:
        assert isinstance(self._spec, CategoricalSpec)
        assert self._belief is not None
        weights = choice_weights(self._spec, self._belief)[:MOST_BOXES]
        pitch, tallest = self._span / len(weights), self.height() - 2 * MARGIN
        width, highest = min(_BAR, pitch - 2), max(weights)
        ground = QColor(theme.palette().accent)
        for i, weight in enumerate(weights):
            middle, height = MARGIN + (i + 0.5) * pitch, max(tallest * weight / highest, _LEAST)
            ground.setAlpha(255 if weight == highest else 110)
            painter.setBrush(ground)
            bar = QRectF(middle - width / 2, self.height() - MARGIN - height, width, height)
            painter.drawRoundedRect(bar, 2, 2)

    def _paint_hill(self, painter: QPainter) -> None:
        assert self._spec is not None
        assert self._belief is not None
        centre, width = place_of(self._spec, self._belief)
        accent, ground = QColor(theme.palette().accent), QColor(theme.palette().accent)
        ground.setAlpha(70)
        foot, knob = self.height() - MARGIN, self._knob()
        line = QPainterPath()
        for i in range(_STEPS + 1):
            share = i / _STEPS
            height = math.exp(-0.5 * ((share - centre) / width) ** 2)
            at = QPointF(MARGIN + share * self._span, foot - height * (foot - knob.y()))
            line.moveTo(at) if not i else line.lineTo(at)
        area = QPainterPath(line)
        area.lineTo(MARGIN + self._span, foot)
        area.lineTo(MARGIN, foot)
        area.closeSubpath()
        painter.fillPath(area, ground)
        painter.strokePath(line, QPen(accent, 1.2))
        if isinstance(self._spec, DiscreteSpec):
            painter.setPen(accent)
            for value in self._spec.discrete_values[:MOST_BOXES]:
                x = MARGIN + to_unit(self._spec, value) * self._span
                painter.drawLine(QPointF(x, foot), QPointF(x, foot - _TICK))
        painter.setPen(QPen(QColor(theme.palette().sunk), 1.5))
        painter.setBrush(accent)
        painter.drawEllipse(knob, _KNOB, _KNOB)
