"""A legend below a plot: a small drawing and words for each mark that is not explained otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QLabel, QWidget

from bayesdesk.ui import theme
from bayesdesk.ui.widgets import clear, label, row

_SIZE = QSize(26, 14)  # px
_LINE = 1.5  # px
_SHARPNESS = 3  # pixels of the drawing in one of the window, for screens with a scale factor
Entry = tuple[QPixmap, str]


class Legend(QWidget):
    """Hidden while it has no entries."""

    def __init__(self, left: int = 0) -> None:
        super().__init__()
        self._entries = row(spacing=6)
        self._entries.setContentsMargins(left, 2, 0, 0)
        self._shown: list[tuple[QLabel, QLabel]] = []
        self.setLayout(self._entries)
        self.setVisible(False)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these entries, and nothing if there are none."""
        if len(entries) != len(self._shown):
            self._build(len(entries))
        for (picture, words), (drawing, text) in zip(self._shown, entries, strict=True):
            picture.setPixmap(drawing)
            words.setText(text)
        self.setVisible(bool(entries))

    def _build(self, count: int) -> None:
        clear(self._entries)
        self._shown = [(QLabel(), label("", "caption")) for _i in range(count)]
        for picture, words in self._shown:
            self._entries.addWidget(picture)
            self._entries.addWidget(words)
            self._entries.addSpacing(10)
        self._entries.addStretch(1)


def line_key(drawn_with: QPen) -> QPixmap:
    """A piece of a line."""
    pixmap, painter = _begun()
    made = QPen(drawn_with)
    made.setCosmetic(False)  # else it would be that many pixels of the drawing
    made.setWidthF(_LINE)
    painter.setPen(made)
    middle = _SIZE.height() / 2
    painter.drawLine(QPointF(1, middle), QPointF(_SIZE.width() - 1, middle))
    painter.end()
    return pixmap


def area_key(colour: QColor) -> QPixmap:
    """A piece of a band that opens to the right."""
    pixmap, painter = _begun()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    width, height = _SIZE.width(), _SIZE.height()
    painter.drawPolygon(QPolygonF([QPointF(2, height / 2), QPointF(width, 1), QPointF(width, height - 1)]))
    painter.end()
    return pixmap


def hollow_key(colour: str) -> QPixmap:
    """A hollow diamond with a whisker."""
    pixmap, painter = _begun()
    x, y, half = _SIZE.width() / 2, _SIZE.height() / 2, 4.0
    painter.setPen(QPen(QColor(colour), 1.4))
    painter.drawLine(QPointF(x, 0.5), QPointF(x, _SIZE.height() - 0.5))
    painter.setBrush(QColor(theme.palette().panel))
    corners = [QPointF(x, y - half), QPointF(x + half, y), QPointF(x, y + half), QPointF(x - half, y)]
    painter.drawPolygon(QPolygonF(corners))
    painter.end()
    return pixmap


def _begun() -> tuple[QPixmap, QPainter]:
    pixmap = QPixmap(_SIZE * _SHARPNESS)
    pixmap.setDevicePixelRatio(_SHARPNESS)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(QRectF(0, 0, _SIZE.width(), _SIZE.height()))
    return pixmap, painter
