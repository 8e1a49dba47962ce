"""Colours from the worst to the best: those of viridis that can be seen on the panel."""

from __future__ import annotations

from functools import cache
from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QColor

from bayesdesk.ui import theme

NAME = "viridis"  # uniform in lightness, and legible for colour-blind people


def colour_map(n: int) -> list[QColor]:
    """``n`` colours for lines on the panel, worst first: the better, the more contrast."""
    return _colours(n, *theme.palette().ramp)


def area_map(*, reverse: bool = False) -> Any:
    """The whole map for areas, which need no contrast with the panel."""
    found = pg.colormap.get(NAME, skipCache=True)  # not shared: it may be reversed
    if reverse:
        found.reverse()
    return found


@cache
def _colours(n: int, worst: float, best: float) -> list[QColor]:
    low, high = min(worst, best), max(worst, best)
    found = [QColor(int(r), int(g), int(b)) for r, g, b in pg.colormap.get(NAME).getLookupTable(low, high, n)]
    return found if worst <= best else found[::-1]
