"""Icons by their meaning: line drawings on a 24 px grid, tinted with the theme's colours."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from bayescore.resources import resource
from bayesdesk.ui import theme


def icon(meaning: str, colour: str | None = None) -> QIcon:
    """An icon; ``colour`` is one of the theme's, by default that of text.

    Raises
    ------
    KeyError
        When there is no drawing of this name in ``resources/icons/line``.
    """
    return QIcon(_LineIcon(meaning, colour or theme.palette().text, theme.palette().faint))


class _LineIcon(QIconEngine):
    """Renders a drawing at the size and scale factor that are asked for, so that lines are always sharp."""

    def __init__(self, meaning: str, colour: str, disabled_colour: str) -> None:
        super().__init__()
        self._meaning, self._colour, self._disabled_colour = meaning, colour, disabled_colour
        _drawings()[meaning]

    def clone(self) -> QIconEngine:
        return _LineIcon(self._meaning, self._colour, self._disabled_colour)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        colour = self._disabled_colour if mode is QIcon.Mode.Disabled else self._colour
        side = min(rect.width(), rect.height())
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(rect).center())
        _renderer(self._meaning, colour).render(painter, square)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap


@cache
def _renderer(meaning: str, colour: str) -> QSvgRenderer:
    drawing = _drawings()[meaning].replace("currentColor", colour)
    return QSvgRenderer(QByteArray(drawing.encode()))


@cache
def _drawings() -> dict[str, str]:
    """The SVG of every icon by its name; reads files once."""
    return {file.stem: file.read_text(encoding="utf-8") for file in resource("icons/line").glob("*.svg")}
