"""The parallel coordinates in a frame that scrolls sideways when the axes do not fit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from bayesdesk.plots.parallel.canvas import ParallelCanvas
from bayesdesk.plots.reset_button import ResetButton

STEP = 1.4  # of the commands


class ParallelView(QScrollArea):
    """Ctrl and the wheel widen the axes about the pointer; the wheel alone scrolls sideways."""

    def __init__(self, canvas: ParallelCanvas) -> None:
        super().__init__()
        self.canvas = canvas
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(canvas)
        self.reset = ResetButton(self, self.fit)
        canvas.widened.connect(self.widen)

    def widen(self, factor: float, x: float | None = None) -> None:
        """Change the distance between the axes; the point at ``x`` of the canvas stays where it is."""
        bar, viewport, before = self.horizontalScrollBar(), self.viewport(), self.canvas.item.layout
        at = x if x is not None else bar.value() + viewport.width() / 2
        place = (at - before.x_of(0)) / before.distance
        self.canvas.widen(factor, viewport.width())
        self._lay_out()
        after = self.canvas.item.layout
        bar.setRange(0, max(0, self.canvas.width() - viewport.width()))
        bar.setValue(bar.value() + round(after.x_of(0) + place * after.distance - at))
        self.reset.show_if(self.canvas.is_widened)

    def fit(self) -> None:
        """Let the axes take the room that there is."""
        self.canvas.fit()
        self._lay_out()
        self.reset.show_if(False)

    def _lay_out(self) -> None:
        """Give the canvas its new width now, as the scroll bar needs it."""
        self.canvas.resize(max(self.canvas.minimumWidth(), self.viewport().width()), self.canvas.height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar, turned = self.horizontalScrollBar(), event.angleDelta()
        if bar.maximum() > 0:
            bar.setValue(bar.value() - (turned.x() or turned.y()))
            event.accept()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.reset.place()
