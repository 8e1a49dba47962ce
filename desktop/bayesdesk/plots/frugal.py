"""Painting of plots that sends only what looks different to a slow display."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget

from bayesdesk.ui import slow_display

_TILE = (8, 16)  # height and width in pixels: a thin line across a plot changes few of them
_PIXEL = 4  # bytes
_Pixels = NDArray[np.uint32]


class FrugalPainting(QObject):
    """Leaves a view as it is on a fast display.

    On a slow one, changes of the scene are painted into a picture first, at most so many bytes a second. Only
    the tiles that differ from the last picture are painted on the screen.
    """

    def __init__(self, view: QGraphicsView) -> None:
        super().__init__(view)
        self._view = view
        self.is_on = self.is_rendering = False
        self._picture = QImage()
        self._expected = QRegion()  # is to be painted from the picture
        self._unknown = QRegion()  # was painted without it
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._send)
        view.viewport().installEventFilter(self)

    @property
    def is_idle(self) -> bool:
        """Whether everything that was asked for has been painted."""
        return not self._later.isActive() and self._expected.isEmpty()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paint from the picture what was found to differ; leave every other painting to the view."""
        if self.is_rendering or not isinstance(event, QPaintEvent):
            return False
        if slow_display.is_slow() != self.is_on:
            self._switch()
        region = event.region()
        if not self.is_on:
            return False
        if not region.subtracted(self._expected).isEmpty():
            self._unknown += region
            return False
        self._expected -= region
        painter = QPainter(self._view.viewport())
        painter.setClipRegion(region)
        painter.drawImage(0, 0, self._picture)
        painter.end()
        return True

    def _switch(self) -> None:
        """Notice that the display has become slow or fast."""
        self.is_on = slow_display.is_slow()
        modes, scene = QGraphicsView.ViewportUpdateMode, self._view.scene()
        self._view.setViewportUpdateMode(
            modes.NoViewportUpdate if self.is_on else modes.MinimalViewportUpdate
        )
        self._picture = QImage()
        if self.is_on:
            scene.changed.connect(self._ask)
            self._later.start(0)
        else:
            scene.changed.disconnect(self._ask)

    def _ask(self, _areas: object = None) -> None:
        if not self._later.isActive():
            self._later.start(_budget().wait_ms())

    def _send(self) -> None:
        """Update what differs from the last picture."""
        if not self.is_on or not self._view.isVisible():
            return
        if (wait := _budget().wait_ms()) > 0:
            self._later.start(wait)
            return
        before, self._picture = self._picture, self._rendered()
        region = QRegion(self._view.viewport().rect())
        if before.size() == self._picture.size():
            differing = _differing(_pixels(before), _pixels(self._picture), self._picture.devicePixelRatio())
            region &= differing + self._unknown
        if not region.isEmpty():
            self._unknown -= region
            self._expected += region
            self._view.viewport().update(region)
            rects: Iterable[QRect] = region  # type: ignore[assignment]  # PySide6's types lack the iteration
            _budget().spend(_PIXEL * sum(r.width() * r.height() for r in rects))

    def _rendered(self) -> QImage:
        viewport, ratio = self._view.viewport(), self._view.devicePixelRatioF()
        image = QImage(viewport.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        self.is_rendering = True
        viewport.render(image, QPoint(), QRegion(viewport.rect()), QWidget.RenderFlag(0))
        self.is_rendering = False
        return image


def _budget() -> slow_display.Budget:
    is_dragging = QApplication.mouseButtons() != Qt.MouseButton.NoButton
    return slow_display.ACTIONS if is_dragging else slow_display.REST


def _pixels(image: QImage) -> _Pixels:
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), image.width())


def _differing(before: _Pixels, after: _Pixels, ratio: float) -> QRegion:
    """The tiles that differ, in logical pixels."""
    rows, columns = (np.arange(0, n, size) for n, size in zip(after.shape, _TILE, strict=True))
    differs = np.logical_or.reduceat(before != after, rows, axis=0)
    differs = np.logical_or.reduceat(differs, columns, axis=1)
    found = QRegion()
    height, width = _TILE
    for row in np.flatnonzero(differs.any(axis=1)).tolist():
        edges = np.flatnonzero(np.diff(np.concatenate([[False], differs[row], [False]]))).tolist()
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            left, top = int(first * width / ratio), int(row * height / ratio)
            right, bottom = -int(-last * width // ratio), -int(-(row + 1) * height // ratio)
            found += QRect(left, top, right - left, bottom - top)
    return found
