"""Painting of plots that sends only what looks different to a slow display."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QImage, QRegion
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
        self._is_on = False
        self._sent: _Pixels = np.empty((0, 0), dtype=np.uint32)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._send)
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice at a painting that the display has become slow or fast."""
        if event.type() == QEvent.Type.Paint and slow_display.is_slow() != self._is_on:
            self._switch()
        return False

    def _switch(self) -> None:
        self._is_on = slow_display.is_slow()
        modes, scene = QGraphicsView.ViewportUpdateMode, self._view.scene()
        self._view.setViewportUpdateMode(
            modes.NoViewportUpdate if self._is_on else modes.MinimalViewportUpdate
        )
        self._sent = np.empty((0, 0), dtype=np.uint32)
        if self._is_on:
            scene.changed.connect(self._ask)
            self._later.start(0)
        else:
            scene.changed.disconnect(self._ask)

    def _ask(self, _areas: object = None) -> None:
        if not self._later.isActive():
            self._later.start(_budget().wait_ms())

    def _send(self) -> None:
        """Update what differs from the last picture."""
        if not self._is_on or not self._view.isVisible():
            return
        if (wait := _budget().wait_ms()) > 0:
            self._later.start(wait)
            return
        viewport, ratio = self._view.viewport(), self._view.devicePixelRatioF()
        seen, self._sent = self._sent, _pixels(viewport, ratio)
        if seen.shape == self._sent.shape:
            region = _differing(seen, self._sent, ratio)
        else:
            region = QRegion(viewport.rect())
        if not region.isEmpty():
            viewport.update(region)
            _budget().spend(_PIXEL * sum(r.width() * r.height() for r in region))


def _budget() -> slow_display.Budget:
    is_dragging = QApplication.mouseButtons() != Qt.MouseButton.NoButton
    return slow_display.ACTIONS if is_dragging else slow_display.REST


def _pixels(viewport: QWidget, ratio: float) -> _Pixels:
    image = QImage(viewport.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    viewport.render(image, QPoint(), QRegion(viewport.rect()), QWidget.RenderFlag(0))
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), image.width()).copy()


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
