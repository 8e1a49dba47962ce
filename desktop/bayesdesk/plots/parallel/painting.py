"""Lines of trials painted into a picture a slice at a time, so that nothing waits for them.

Painting every line at each move of a brush cannot be fast and need not be: a painter
goes on in slices of a few milliseconds, and a newer wish takes the place of an older one.
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
_SLICE_S = 0.007
_FIRST_GUESS = 40  # trials in the first slice; from then on the time taken decides
_REST_MS = 250  # after so long without a new wish lines are smoothed
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
        self._groups: list[tuple[QColor, float, Array]] = []
        self._next = (0, 0)
        self._is_smooth = False
        self._count = _FIRST_GUESS
        self._under_way = QImage()
        self._segments = internals.PrimitiveArray(QLineF, 4)
        self.picture = QImage()

    @property
    def is_busy(self) -> bool:
        """Whether there is more to come."""
        return self._timer.isActive()

    def paint(self, size: QSize, ratio: float, groups: list[tuple[QColor, float, Array]]) -> None:
        """Begin anew.

        Parameters
        ----------
        size, ratio
            Of the picture, in logical pixels, and device pixels for one of them.
        groups
            Colour, width and lines; lines have the shape (n, axes, 2), x and y in logical pixels.
        """
        self._size, self._ratio = size, ratio
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
        elif sum(len(lines) for _, _, lines in self._groups) <= _MOST_SMOOTH:
            self._begin(smooth=True)

    def _slice(self) -> None:
        began = time.perf_counter()
        painter = QPainter(self._under_way)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._is_smooth)
        group, start = self._next
        while group < len(self._groups) and time.perf_counter() - began < _SLICE_S:
            colour, width, lines = self._groups[group]
            pen = QPen(colour)
            pen.setWidthF(width)
            painter.setPen(pen)
            asked = time.perf_counter()
            part = lines[start : start + self._count]
            self._load(part)
            painter.drawLines(*self._segments.drawargs())
            self._learn(len(part), time.perf_counter() - asked)
            start += len(part)
            if start >= len(lines):
                group, start = group + 1, 0
        painter.end()
        self._next = (group, start)
        if group >= len(self._groups):
            self._timer.stop()
            self.picture = self._under_way
        if group >= len(self._groups) or not self._is_smooth:
            self._changed()

    def _load(self, lines: Array) -> None:
        """Polylines as segments in one block of memory, without a Python object for each of them."""
        pairs = np.concatenate([lines[:, :-1, :], lines[:, 1:, :]], axis=2).reshape(-1, 4)
        self._segments.resize(len(pairs))
        self._segments.ndarray()[:] = pairs

    def _learn(self, count: int, seconds: float) -> None:
        """Choose the next part's size by what this one took."""
        if count and seconds > 0:
            self._count = int(min(max(count * (_SLICE_S / 2) / seconds, 4), 5000))
