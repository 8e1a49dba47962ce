"""Paints the lines of trials into a picture in slices of a few milliseconds, so that the window never waits.

Painting every line after each move of a brush takes too long; a newer request replaces an older one.
Lines are painted with antialiasing at once where that is known to fit into a frame, or where the older
picture can stay until the new one is finished; else without it first, and with it when nothing moves.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.Qt import internals
from PySide6.QtCore import QLineF, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPen

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
_SLICE_S = 0.003
_SHOW_S = 0.06  # between two updates of the unfinished picture: one takes as long as a slice
_FIRST_GUESS = 16  # trials in the first slice; the measured time determines the next ones
_REST_MS = 250  # without a new request, after which lines are painted with antialiasing
_MOST_SMOOTH = 3000  # trials; antialiasing more would take seconds and look no better
_FRAME_S = 0.006  # in which antialiased lines may be painted at once
_DASHES = (5.0, 4.0)  # drawn and left out, in widths of the pen
_WAIT_S = 0.25  # for which the older picture may stay


def dashed(colour: QColor) -> QPen:
    """A pen for dashed lines; one pixel wide, because Qt draws others several times slower."""
    made = QPen(colour, 1.0)
    made.setCosmetic(True)
    made.setDashPattern(_DASHES)
    return made


class Group(NamedTuple):
    """Lines that are drawn with one pen.

    Attributes
    ----------
    rows
        Rows of the lines.
    """

    colour: QColor
    width: float
    rows: Rows
    is_dashed: bool = False

    def pen(self, *, smooth: bool) -> QPen:
        """The pen for lines with antialiasing or without.

        Without it lines are opaque and one pixel wide: Qt draws others several times slower.
        """
        if self.is_dashed:
            return dashed(self.colour)
        return QPen(self.colour, self.width) if smooth else QPen(QColor(self.colour.rgb()), 1.0)


class LinePainter(QObject):
    """Paints many polylines into one picture.

    Parameters
    ----------
    owner
        Qt parent.
    changed
        Called whenever more of the picture can be shown.
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
        self._is_smooth = self._is_second = False
        self._smooth_cost: float | None = None  # seconds for a trial, measured
        self._spent = 0.0
        self._count = _FIRST_GUESS
        self._shown_at = 0.0
        self._unfinished = QImage()
        self._segments = internals.PrimitiveArray(QLineF, 4)
        self.picture = QImage()

    @property
    def is_busy(self) -> bool:
        """Whether lines are still missing; antialiasing of lines that are there does not count."""
        return self._timer.isActive() and not self._is_second

    def paint(
        self, size: QSize, ratio: float, lines: Array, groups: list[Group], *, can_wait: bool = False
    ) -> None:
        """Start a new picture.

        Parameters
        ----------
        size, ratio
            Size of the picture in logical pixels, and device pixels per logical pixel.
        lines
            Shape (n, axes, 2), x and y in logical pixels.
        groups
            In the order of painting.
        can_wait
            Whether the older picture is as good until the new one is finished.
        """
        self._size, self._ratio, self._lines = size, ratio, lines
        self._groups = [g for g in groups if len(g.rows)]
        seconds = self._predicted()
        if seconds <= _FRAME_S:
            self._rest.stop()
            self._begin(smooth=True)
            self.finish()
        elif can_wait and seconds <= _WAIT_S and not self.picture.isNull():
            self._rest.stop()
            self._begin(smooth=True)
        else:
            self._begin(smooth=False)
            self._rest.start()

    def _predicted(self) -> float:
        """Seconds that antialiased lines take; infinite if there are too many, or nothing is known."""
        count = self._trials()
        if not count:
            return 0.0
        if self._smooth_cost is None or count > _MOST_SMOOTH:
            return math.inf
        return count * self._smooth_cost

    def _trials(self) -> int:
        return sum(len(group.rows) for group in self._groups)

    def finish(self) -> None:
        """Paint the rest now, for a picture that is saved."""
        while self._timer.isActive():
            self._slice()

    def _begin(self, *, smooth: bool, second: bool = False) -> None:
        self._is_smooth, self._is_second = smooth, second
        self._spent = 0.0
        self._next = (0, 0)
        self._count = _FIRST_GUESS
        image = QImage(self._size * self._ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self._ratio)
        image.fill(Qt.GlobalColor.transparent)
        self._unfinished = image
        if not smooth:
            self.picture = image
        self._timer.start()

    def _smooth(self) -> None:
        if self._timer.isActive():
            self._rest.start()
        elif self._trials() <= _MOST_SMOOTH:
            self._begin(smooth=True, second=True)

    def _slice(self) -> None:
        began = time.perf_counter()
        painter = QPainter(self._unfinished)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._is_smooth)
        group, start = self._next
        while group < len(self._groups) and time.perf_counter() - began < _SLICE_S:
            rows = self._groups[group].rows
            painter.setPen(self._groups[group].pen(smooth=self._is_smooth))
            asked = time.perf_counter()
            part = rows[start : start + self._count]
            self._load(self._lines[part])
            painter.drawLines(*self._segments.drawargs())
            self._adapt(len(part), time.perf_counter() - asked)
            start += len(part)
            if start >= len(rows):
                group, start = group + 1, 0
        painter.end()
        self._next = (group, start)
        self._spent += time.perf_counter() - began
        is_done = group >= len(self._groups)
        if is_done:
            self._timer.stop()
            self.picture = self._unfinished
            if self._is_smooth and (count := self._trials()):
                self._smooth_cost = self._spent / count
        if is_done or (not self._is_smooth and time.perf_counter() - self._shown_at > _SHOW_S):
            self._shown_at = time.perf_counter()
            self._changed()

    def _load(self, lines: Array) -> None:
        """Copy polylines as segments into one block of memory, without a Python object for each."""
        pairs = np.concatenate([lines[:, :-1, :], lines[:, 1:, :]], axis=2).reshape(-1, 4)
        self._segments.resize(len(pairs))
        self._segments.ndarray()[:] = pairs

    def _adapt(self, count: int, seconds: float) -> None:
        """Choose the size of the next part by the time that this one took."""
        if count and seconds > 0:
            self._count = int(min(max(count * (_SLICE_S / 2) / seconds, 4), 5000))
