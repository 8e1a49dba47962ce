"""A bar for each parameter, with its name and its share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from bayescore.results import Importance
from bayesdesk.models.names import fitted
from bayesdesk.plots.parallel.labels import font
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.speech import describe

_ROW = 24  # pixels
_BAR = 12
_MARGIN = 14
_GAP = 12  # between a name and its bar
_SHARE = 52  # width of the shares
_NAMES = 0.4  # most of the width that names take


class ImportanceBars(QWidget):
    """Rows in the order of their importance; the whisker is the uncertainty of the model."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[Importance] = ()
        describe(self, lambda: ", ".join(f"{row.name} {_percent(row)}" for row in self._rows))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[Importance]) -> None:
        """Show these parameters."""
        self._rows = rows
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, theme.px(_ROW) * len(self._rows) + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours = QPainter(self), theme.palette()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sans, mono = font(theme.SANS[0], theme.TEXT_PX), font(theme.MONO[0], theme.SMALL_PX)
        measure = QFontMetricsF(sans).horizontalAdvance
        names = fitted([row.name for row in self._rows], self.width() * _NAMES, measure)
        gap = theme.px(_GAP)
        left = _MARGIN + max(map(measure, names), default=0.0) + gap
        room = max(20.0, self.width() - left - theme.px(_SHARE) - _MARGIN)
        longest = max((row.mean + row.deviation for row in self._rows), default=1.0) or 1.0
        for index, (row, name) in enumerate(zip(self._rows, names, strict=True)):
            top = index * theme.px(_ROW)
            painter.setFont(sans)
            painter.setPen(QColor(colours.text))
            painter.drawText(
                QRectF(_MARGIN, top, left - _MARGIN - gap, theme.px(_ROW)),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                name,
            )
            self._paint_bar(
                painter,
                row,
                QRectF(left, top + (theme.px(_ROW) - theme.px(_BAR)) / 2, room, theme.px(_BAR)),
                longest,
            )
            painter.setFont(mono)
            painter.setPen(QColor(colours.secondary))
            painter.drawText(
                QRectF(self.width() - _MARGIN - theme.px(_SHARE), top, theme.px(_SHARE), theme.px(_ROW)),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                _percent(row),
            )

    @staticmethod
    def _paint_bar(painter: QPainter, row: Importance, area: QRectF, longest: float) -> None:
        colours, scale, y = theme.palette(), area.width() / longest, area.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.sunk))
        painter.drawRoundedRect(area, 3, 3)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(
            QRectF(area.left(), area.top(), max(2.0, row.mean * scale), theme.px(_BAR)), 3, 3
        )
        low, high = (
            area.left() + scale * v for v in (max(0.0, row.mean - row.deviation), row.mean + row.deviation)
        )
        painter.setPen(QPen(QColor(colours.text), 1.4))
        painter.drawLine(QPointF(low, y), QPointF(high, y))
        for x in (low, high):
            painter.drawLine(QPointF(x, y - 3), QPointF(x, y + 3))

    def event(self, event: QEvent) -> bool:
        """The whole name and the share as a tool tip."""
        if isinstance(event, QHelpEvent):
            index = event.pos().y() // theme.px(_ROW)
            if 0 <= index < len(self._rows):
                row = self._rows[index]
                words = f"{row.name}\n{_percent(row)} ± {row.deviation:.1%}"
                QToolTip.showText(event.globalPos(), as_text(words), self)
                return True
        return super().event(event)


def _percent(row: Importance) -> str:
    return f"{row.mean:.1%}"
