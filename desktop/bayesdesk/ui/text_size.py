"""Sizes of texts in the interface's font, before there is a widget that shows them."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics

from bayesdesk.ui import theme

_TALLEST = 10_000


@cache
def _metrics(px: int) -> QFontMetrics:
    font = QFont(list(theme.SANS))
    font.setPixelSize(px)
    return QFontMetrics(font)


def text_width(text: str, px: int | None = None) -> int:
    """Width of one line."""
    return _metrics(px or theme.TEXT_PX).horizontalAdvance(text)


def text_height(text: str, width: int, px: int | None = None) -> int:
    """Height of a text that is wrapped at a width."""
    area = QRect(0, 0, max(width, 1), _TALLEST)
    return _metrics(px or theme.TEXT_PX).boundingRect(area, Qt.TextFlag.TextWordWrap, text).height()
