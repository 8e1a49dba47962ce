"""The header of a table that can be sorted: its arrow stands beside the text, never on it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionHeader, QWidget

from bayesdesk.ui import theme

_ARROW = QSize(8, 5)
_MARGIN_PX = 8  # as in the style sheet
_GAP_PX = 5


class SortHeader(QHeaderView):
    """Names that are too long are shortened in the middle."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def sectionSizeFromContents(self, section: int) -> QSize:
        """Leave room for the arrow in every column, so that none changes its width when it is sorted."""
        size = super().sectionSizeFromContents(section)
        is_marked = self.isSortIndicatorShown() and section == self.sortIndicatorSection()
        own = self.style().pixelMetric(QStyle.PixelMetric.PM_HeaderMarkSize, None, self) if is_marked else 0
        return QSize(size.width() - own + _ARROW.width() + _GAP_PX, size.height())

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        """Let the style draw the text without an arrow, beside the place of ours."""
        super().initStyleOptionForIndex(option, section)
        option.sortIndicator = QStyleOptionHeader.SortIndicator.None_

    def paintSection(self, painter: QPainter, area: QRect, section: int) -> None:
        is_sorted = self.isSortIndicatorShown() and section == self.sortIndicatorSection()
        if not is_sorted:
            super().paintSection(painter, area, section)
            return
        room = _ARROW.width() + _GAP_PX
        painter.save()
        super().paintSection(painter, area.adjusted(0, 0, -room, 0), section)
        painter.restore()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(
            QRect(area.right() - room, area.top(), room + 1, area.height() - 1), theme.palette().panel
        )
        painter.setPen(QColor(theme.palette().line))
        painter.drawLine(area.right() - room, area.bottom(), area.right(), area.bottom())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.palette().accent))
        painter.drawPolygon(self._arrow(area))
        painter.restore()

    def arrow_area(self, section: int) -> QRect:
        """Where the arrow of a sorted column is drawn, in the viewport."""
        left, width = self.sectionViewportPosition(section), self.sectionSize(section)
        return self._arrow(QRect(left, 0, width, self.height())).boundingRect().toAlignedRect()

    def _arrow(self, area: QRect) -> QPolygonF:
        width, height = _ARROW.width(), _ARROW.height()
        left, middle = area.right() - _MARGIN_PX - width + 1, area.center().y() + 1
        points = [QPointF(left, 0), QPointF(left + width, 0), QPointF(left + width / 2, height)]
        is_down = self.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        top = middle - height / 2
        return QPolygonF([QPointF(p.x(), top + (p.y() if is_down else height - p.y())) for p in points])
