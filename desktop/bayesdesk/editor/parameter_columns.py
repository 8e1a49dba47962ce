"""Where the parts of a parameter's row are: in one line, or in two when the form is narrow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QRect

from bayesdesk.ui import theme

_LEFT, _RIGHT, _PAD, _GAP = 9, 8, 6, 6
_HANDLE, _TYPE, _SCALE, _PICTURE, _MENU = 16, 92, 82, 72, 26
_NAME, _NUMBER = 132, 84  # smallest widths: 14 and 8 characters
_FIXED = _LEFT + _HANDLE + _TYPE + _SCALE + _PICTURE + _MENU + _RIGHT + 7 * _GAP
_ONE_LINE = _FIXED + _NAME + 2 * _NUMBER
_WIDEST_NAME = 280


@dataclass(frozen=True)
class Columns:
    """Places of the parts, ``values`` instead of the range and its scale; ``height`` is that of all lines."""

    is_one_line: bool
    height: int
    handle: QRect
    name: QRect
    kind: QRect
    low: QRect
    high: QRect
    scale: QRect
    values: QRect
    picture: QRect
    menu: QRect


def columns(width: int) -> Columns:
    """The places at a width."""
    return _columns(width, theme.CONTROL_HEIGHT, theme.px(100))


@lru_cache(maxsize=8)
def _columns(width: int, control: int, percent: int) -> Columns:
    room, height = width * 100 // percent, control * 100 // percent
    places = _one_line(room, height) if room >= _ONE_LINE else _two_lines(room, height)
    return places if percent == theme.DEFAULT_ZOOM else _zoomed(places, percent)


def _zoomed(places: Columns, percent: int) -> Columns:
    def size(pixels: int) -> int:
        return pixels * percent // 100

    parts: dict[str, Any] = {
        name: QRect(size(at.left()), size(at.top()), size(at.width()), size(at.height()))
        for name, at in vars(places).items()
        if isinstance(at, QRect)
    }
    return replace(places, height=size(places.height), **parts)


def _one_line(width: int, control: int) -> Columns:
    top = _PAD
    spare = width - _ONE_LINE
    name = min(_NAME + spare // 2, _WIDEST_NAME)
    number = (width - _FIXED - name) // 2
    places, left = [], _LEFT
    for part in (_HANDLE, name, _TYPE, number, number, _SCALE, _PICTURE, _MENU):
        places.append(QRect(left, top, part, control))
        left += part + _GAP
    places[-1].moveRight(width - _RIGHT)
    handle, named, kind, low, high, scale, picture, menu = places
    return Columns(
        True, control + 2 * _PAD, handle, named, kind, low, high, scale, low.united(scale), picture, menu
    )


def _two_lines(width: int, control: int) -> Columns:
    top = _PAD
    second = top + control + _GAP
    start = _LEFT + _HANDLE + _GAP
    menu = QRect(width - _RIGHT - _MENU, top, _MENU, control)
    kind = QRect(menu.left() - _GAP - _TYPE, top, _TYPE, control)
    name = QRect(start, top, kind.left() - _GAP - start, control)
    end = width - _RIGHT
    picture = QRect(end - _PICTURE, second, _PICTURE, control)
    number = (picture.left() - _GAP - _SCALE - start) // 2 - _GAP
    if number < _NUMBER:  # the values are worth more than the picture
        picture = QRect()
        number = (end - _SCALE - start) // 2 - _GAP
    scale = QRect(start + 2 * (number + _GAP), second, _SCALE, control)
    low = QRect(start, second, number, control)
    high = QRect(start + number + _GAP, second, number, control)
    return Columns(
        False,
        second + control + _PAD,
        QRect(_LEFT, top, _HANDLE, control),
        name,
        kind,
        low,
        high,
        scale,
        low.united(scale),
        picture,
        menu,
    )
