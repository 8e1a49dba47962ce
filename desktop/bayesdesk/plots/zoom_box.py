"""The area of a plot, which can be zoomed within limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal

from bayesdesk.models.zoom import Span, covers, limited, moved, scaled
from bayesdesk.ui import theme

_NOTCH = 120  # eighths of a degree: one notch of a common wheel
_FACTOR = 1.25  # of one notch
_BAND = 12  # pixels: a box that is thinner selects along one axis only
_X, _Y = 0, 1


class ZoomBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """Ctrl and the wheel or a box zoom in; Shift or the middle button moves; the wheel alone is not used.

    Parameters
    ----------
    counts
        Whether the horizontal axis counts something, so that less than one step is not worth showing.
    """

    zoomed = Signal(bool)

    def __init__(self, *, counts: bool = False) -> None:
        super().__init__(enableMenu=False)
        self._least = (1.0 if counts else 0.0, 0.0)
        self._extent: Callable[[], QRectF | None] | None = None
        self.is_zoomed = False
        self.setCursor(Qt.CursorShape.CrossCursor)
        accent = pg.mkColor(theme.palette().accent)
        self.rbScaleBox.setPen(pg.mkPen(accent, width=1))
        accent.setAlpha(40)
        self.rbScaleBox.setBrush(accent)

    # ---- the whole

    def set_extent(self, extent: Callable[[], QRectF | None]) -> None:
        """Show this area while the plot is not zoomed; by default that of everything that is drawn."""
        self._extent = extent

    def show_whole(self) -> None:
        """End the zoom."""
        self._set_zoomed(False)
        self.refit()

    def refit(self) -> None:
        """Show the whole again after new data, unless the plot is zoomed."""
        if self.is_zoomed:
            return
        if (extent := self._extent and self._extent()) is not None:
            self.setRange(extent, padding=0)
        else:
            self.enableAutoRange()

    def zoom_to(self, x: Span, y: Span) -> None:
        """Show an area as far as the limits allow; an area as large as the whole ends the zoom."""
        whole = self._whole()
        x, y = (limited(*args) for args in zip((x, y), whole, self._least, strict=True))
        if covers(x, whole[_X]) and covers(y, whole[_Y]):
            self.show_whole()
        else:
            self._set_zoomed(True)
            self.setRange(xRange=x, yRange=y, padding=0)

    def _whole(self) -> tuple[Span, Span]:
        if (extent := self._extent and self._extent()) is not None:
            return (extent.left(), extent.right()), (extent.top(), extent.bottom())
        bounds, shown = self.childrenBounds(), self.viewRange()
        return self._padded(_X, bounds[_X] or shown[_X]), self._padded(_Y, bounds[_Y] or shown[_Y])

    def _padded(self, axis: int, span: Span) -> Span:
        """As pyqtgraph's automatic range."""
        low, high = span
        if low == high:
            return low - 0.5, high + 0.5
        margin = (high - low) * self.suggestPadding(axis)
        return low - margin, high + margin

    def _set_zoomed(self, zoomed: bool) -> None:
        if zoomed != self.is_zoomed:
            self.is_zoomed = zoomed
            self.zoomed.emit(zoomed)

    # ---- events

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        """Zoom about the pointer; over an axis along that axis only."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier or not any(self._enabled(axis)):
            event.ignore()
            return
        event.accept()
        self.zoom_by(_FACTOR ** (event.delta() / _NOTCH), self.mapToView(event.pos()), axis)

    def zoom_by(self, factor: float, centre: QPointF | None = None, axis: int | None = None) -> None:
        """Zoom in by a factor about a point of the view, by default its centre."""
        x, y = (tuple(span) for span in self.viewRange())
        along = self._enabled(axis)
        at = centre or QPointF(sum(x) / 2, sum(y) / 2)
        self.zoom_to(
            scaled(x, at.x(), factor) if along[_X] else x, scaled(y, at.y(), factor) if along[_Y] else y
        )

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Draw a box and zoom to it; move the view with Shift, the middle button, or on an axis."""
        buttons, along = Qt.MouseButton, self._enabled(axis)
        if event.button() not in (buttons.LeftButton, buttons.MiddleButton) or not any(along):
            event.ignore()
            return
        event.accept()
        moves = event.button() is buttons.MiddleButton or axis is not None
        if moves or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move(self.mapToView(event.lastPos()) - self.mapToView(event.pos()), along)
            return
        area = self._band(event.buttonDownPos(), event.pos(), along)
        if not event.isFinish():
            self.updateScaleBox(area.topLeft(), area.bottomRight())
            return
        self.rbScaleBox.hide()
        shown = self.mapToView(area.topLeft()), self.mapToView(area.bottomRight())
        self.zoom_to((shown[0].x(), shown[1].x()), (shown[0].y(), shown[1].y()))

    def mouseClickEvent(self, event: Any) -> None:
        """A double click ends the zoom."""
        if event.double():
            event.accept()
            self.show_whole()

    def _enabled(self, axis: int | None) -> tuple[bool, bool]:
        x, y = self.mouseEnabled()
        return bool(x) and axis != _Y, bool(y) and axis != _X

    def _move(self, by: QPointF, along: tuple[bool, bool]) -> None:
        if self.is_zoomed:
            x, y = (tuple(span) for span in self.viewRange())
            self.zoom_to(moved(x, by.x()) if along[_X] else x, moved(y, by.y()) if along[_Y] else y)

    def _band(self, start: QPointF, end: QPointF, along: tuple[bool, bool]) -> QRectF:
        """The box of a drag; across the whole height or width if it is thin."""
        area = QRectF(start, end).normalized().intersected(self.rect())
        if not along[_Y] or (area.height() < _BAND <= area.width() and along[_X]):
            area.setTop(self.rect().top())
            area.setBottom(self.rect().bottom())
        if not along[_X] or (area.width() < _BAND <= area.height() and along[_Y]):
            area.setLeft(self.rect().left())
            area.setRight(self.rect().right())
        return area
