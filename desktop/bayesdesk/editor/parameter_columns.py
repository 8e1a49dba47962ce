"""Where the parts of a parameter's row are: in one line, or in two when the form is narrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRect

from bayesdesk.ui import theme

_LEFT, _RIGHT, _PAD, _GAP = 9, 8, 6, 6
_HANDLE, _TYPE, _SCALE, _PICTURE, _MENU = 16, 92, 82, 72, 26
_NAME, _NUMBER = 132, 84  # smallest widths: 14 and 8 characters
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
    """The places at a width, in the current sizes."""
    return _columns(width, theme.CONTROL_HEIGHT, theme.px(100))


@lru_cache(maxsize=8)
def _columns(width: int, control: int, zoom: int) -> Columns:
    def px(size: int) -> int:
        return round(size * zoom / 100)

    return _one_line(width, control, px) or _two_lines(width, control, px)


def _one_line(width: int, control: int, px: Callable[[int], int]) -> Columns | None:
    """The places in one line, if there is room."""
    fixed = px(_LEFT + _HANDLE + _TYPE + _SCALE + _PICTURE + _MENU + _RIGHT + 7 * _GAP)
    spare = width - fixed - px(_NAME) - 2 * px(_NUMBER)
    if spare < 0:
        return None
    name = min(px(_NAME) + spare // 2, px(_WIDEST_NAME))
    number = (width - fixed - name) // 2
    places, left = [], px(_LEFT)
    for part in (px(_HANDLE), name, px(_TYPE), number, number, px(_SCALE), px(_PICTURE), px(_MENU)):
        places.append(QRect(left, px(_PAD), part, control))
        left += part + px(_GAP)
    places[-1].moveRight(width - px(_RIGHT))
    handle, named, kind, low, high, scale, picture, menu = places
    height = control + 2 * px(_PAD)
    return Columns(True, height, handle, named, kind, low, high, scale, low.united(scale), picture, menu)


def _two_lines(width: int, control: int, px: Callable[[int], int]) -> Columns:
    top, gap, end = px(_PAD), px(_GAP), width - px(_RIGHT)
    second = top + control + gap
    start = px(_LEFT) + px(_HANDLE) + gap
    menu = QRect(end - px(_MENU), top, px(_MENU), control)
    kind = QRect(menu.left() - gap - px(_TYPE), top, px(_TYPE), control)
    name = QRect(start, top, kind.left() - gap - start, control)
    picture = QRect(end - px(_PICTURE), second, px(_PICTURE), control)
    number = (picture.left() - gap - px(_SCALE) - start) // 2 - gap
    if number < px(_NUMBER):  # the values are worth more than the picture
        picture = QRect()
        number = (end - px(_SCALE) - start) // 2 - gap
    scale = QRect(start + 2 * (number + gap), second, px(_SCALE), control)
    low = QRect(start, second, number, control)
    high = QRect(start + number + gap, second, number, control)
    return Columns(
        False,
        second + control + px(_PAD),
        QRect(px(_LEFT), top, px(_HANDLE), control),
        name,
        kind,
        low,
        high,
        scale,
        low.united(scale),
        picture,
        menu,
    )
