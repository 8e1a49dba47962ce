"""Text that is legible above lines, and kept as pictures where it is drawn again and again."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from bayesdesk.ui import theme

_HALO = 4.0  # pixels
_MARGIN = 4
_SMALL = 11 / 13  # of the size of the text


def small_px() -> int:
    """Size of the text inside plots, which follows the size and the zoom of the interface."""
    return round(theme.TEXT_PX * _SMALL)


def font(family: str, pixels: int, *, bold: bool = False) -> QFont:
    """A font of a size in pixels; the sans faces stand in for what a family lacks."""
    made = QFont([family, *theme.SANS[1:]])
    made.setPixelSize(pixels)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


def draw(painter: QPainter, at: QPointF, words: str, drawn_with: QFont, colour: str) -> None:
    """Draw text with a halo in the panel's colour; ``at`` is the left end of its base line."""
    path = QPainterPath()
    path.addText(at, drawn_with, words)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.palette().panel), _HALO))
    painter.drawPath(path)
    painter.fillPath(path, QColor(colour))


def draw_kept(
    painter: QPainter, at: QPointF, words: str, face: tuple[str, int], colour: str, ratio: float
) -> None:
    """Draw the same from a picture, which takes a tenth of the time from the second call on."""
    rise = QFontMetricsF(font(*face)).ascent()
    picture = _picture(words, face, colour, theme.palette().panel, ratio)
    painter.drawImage(QPointF(round(at.x()) - _MARGIN, round(at.y() - rise) - _MARGIN), picture)


@lru_cache(maxsize=512)
def _picture(words: str, face: tuple[str, int], colour: str, _ground: str, ratio: float) -> QImage:
    drawn_with = font(*face)
    metrics = QFontMetricsF(drawn_with)
    size = QSize(round(metrics.horizontalAdvance(words)) + 2 * _MARGIN, round(metrics.height()) + 2 * _MARGIN)
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw(painter, QPointF(_MARGIN, _MARGIN + metrics.ascent()), words, drawn_with, colour)
    painter.end()
    return image
