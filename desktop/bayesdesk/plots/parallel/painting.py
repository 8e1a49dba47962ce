"""Lines of trials painted into a picture a slice at a time, so that nothing waits for them.

Painting every line at each move of a brush cannot be fast and need not be: a painter
goes on in slices of a few milliseconds, and a newer submission takes the place of an older one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.Qt import internals
from PySide6.QtCore import QLineF, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPen

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Group = tuple[QColor, float, Rows]
_SLICE_S = 0.003
_SHOW_S = 0.06  # so often the growing picture is shown: showing it costs as much as a slice
_FIRST_GUESS = 16  # trials in the first slice; from then on the time taken decides
_REST_MS = 250  # after so long without a new submission lines are smoothed
_MOST_SMOOTH = 3000  # trials; more would take seconds and look no better


class LinePainter(QObject):
    """Paints many polylines into one picture.

    Parameters
    ----------
    owner
        Takes the painter along when it goes.
    changed
        Called whenever there is more to be seen.
    """

    def __init__(self, owner: QObject, changed: Callable[[], None]) -> None:
        super().__init__(owner)
        self._changed = changed
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._smooth)
        self._lines: Array = np.empty((0, 0, 2))
        self._groups: list[Group] = []
        self._next = (0, 0)
        self._is_smooth = False
        self._count = _FIRST_GUESS
        self._shown_at = 0.0
        self._under_way = QImage()
        self._segments = internals.PrimitiveArray(QLineF, 4)
        self.picture = QImage()

    @property
    def is_busy(self) -> bool:
        """Whether lines are missing still; smoothing them is no more than a finish."""
        return self._timer.isActive() and not self._is_smooth

    def paint(self, size: QSize, ratio: float, lines: Array, groups: list[Group]) -> None:
        """Begin anew.

        Parameters
        ----------
        size, ratio
            Of the picture, in logical pixels, and device pixels for one of them.
        lines
            Shape (n, axes, 2), x and y in logical pixels.
        groups
            Colour, width and which lines, in the order of painting.
        """
        self._size, self._ratio, self._lines = size, ratio, lines
        self._groups = [g for g in groups if len(g[2])]
        self._begin(smooth=False)
        self._rest.start()

    def finish(self) -> None:
        """Paint the rest at once: for pictures that are saved."""
        while self._timer.isActive():
            self._slice()

    def _begin(self, *, smooth: bool) -> None:
        self._is_smooth = smooth
        self._next = (0, 0)
        self._count = _FIRST_GUESS
        image = QImage(self._size * self._ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self._ratio)
        image.fill(Qt.GlobalColor.transparent)
        self._under_way = image
        if not smooth:
            self.picture = image
        self._timer.start()

    def _smooth(self) -> None:
        if self._timer.isActive():
            self._rest.start()
        elif sum(len(rows) for _, _, rows in self._groups) <= _MOST_SMOOTH:
            self._begin(smooth=True)

    def _slice(self) -> None:
        began = time.perf_counter()
        painter = QPainter(self._under_way)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._is_smooth)
        group, start = self._next
        while group < len(self._groups) and time.perf_counter() - began < _SLICE_S:
            colour, width, rows = self._groups[group]
            painter.setPen(self._pen(colour, width))
            asked = time.perf_counter()
            part = rows[start : start + self._count]
            self._load(self._lines[part])
            painter.drawLines(*self._segments.drawargs())
            self._learn(len(part), time.perf_counter() - asked)
            start += len(part)
            if start >= len(rows):
                group, start = group + 1, 0
        painter.end()
        self._next = (group, start)
        is_done = group >= len(self._groups)
        if is_done:
            self._timer.stop()
            self.picture = self._under_way
        if is_done or (not self._is_smooth and time.perf_counter() - self._shown_at > _SHOW_S):
            self._shown_at = time.perf_counter()
            self._changed()

    def _pen(self, colour: QColor, width: float) -> QPen:
        """Rough lines are one opaque pixel wide: anything else is several times slower."""
        if self._is_smooth:
            return QPen(colour, width)
        return QPen(QColor(colour.rgb()), 1.0)

    def _load(self, lines: Array) -> None:
        """Polylines as segments in one block of memory, without a Python object for each of them."""
        pairs = np.concatenate([lines[:, :-1, :], lines[:, 1:, :]], axis=2).reshape(-1, 4)
        self._segments.resize(len(pairs))
        self._segments.ndarray()[:] = pairs

    def _learn(self, count: int, seconds: float) -> None:
        """Choose the next part's size by what this one took."""
        if count and seconds > 0:
            self._count = int(min(max(count * (_SLICE_S / 2) / seconds, 4), 5000))
