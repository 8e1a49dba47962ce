"""pyqtgraph plots in the window's theme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from bayesdesk.plots.axis import RoundAxis
from bayesdesk.plots.frugal import FrugalPainting
from bayesdesk.plots.reset_button import ResetButton
from bayesdesk.plots.zoom_box import ZoomBox
from bayesdesk.ui import theme

pg.setConfigOptions(mouseRateLimit=-1)  # Qt joins the moves of a fast mouse; a limit loses a short drag
_LEFT = 58  # width of the vertical axis: those of all plots on a page are aligned
_RIGHT = 8  # for half of the last label
_KEY_FACTOR = 1.25


class Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A plot whose zoom has limits and a visible end; the wheel alone scrolls the page.

    Parameters
    ----------
    counts
        Whether the bottom axis counts something, such as trials or steps.
    axes
        Other axes than the usual ones, by side.
    """

    def __init__(self, *, counts: bool = False, axes: Mapping[str, RoundAxis] | None = None) -> None:
        box = ZoomBox(counts=counts)
        axes = {"bottom": RoundAxis("bottom", counts=counts), "left": RoundAxis("left"), **(axes or {})}
        super().__init__(background=theme.palette().panel, viewBox=box, axisItems=axes)
        self.box = box
        FrugalPainting(self)
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.showGrid(x=False, y=True, alpha=0.18)
        item.layout.setContentsMargins(1, 1, theme.px(_RIGHT), 1)
        axes["left"].setWidth(theme.px(_LEFT))
        self.setMinimumHeight(theme.px(150))
        self.reset = ResetButton(self, box.show_whole)
        box.zoomed.connect(self.reset.show_if)

    @property
    def is_zoomed(self) -> bool:
        """Whether less than the whole is shown."""
        return bool(self.box.is_zoomed)

    def set_extent(self, extent: Callable[[], QRectF | None]) -> None:
        """Set what the whole is; see :meth:`ZoomBox.set_extent`."""
        self.box.set_extent(extent)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and any(self.box.mouseEnabled()):
            super().wheelEvent(event)
            event.accept()  # at the limit of the zoom, too: the page does not jump
        else:
            event.ignore()  # for the page

    def keyPressEvent(self, event: QKeyEvent) -> None:
        factors = {Qt.Key.Key_Plus: _KEY_FACTOR, Qt.Key.Key_Minus: 1 / _KEY_FACTOR}
        if event.key() in factors and any(self.box.mouseEnabled()):
            self.box.zoom_by(factors[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape and self.is_zoomed:
            self.box.show_whole()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "reset"):
            self.reset.place()


def plot(*, counts: bool = False, axes: Mapping[str, RoundAxis] | None = None) -> Plot:
    """An empty plot: horizontal grid, small figures, no frame."""
    return Plot(counts=counts, axes=axes)


def pen(colour: str, width: float = 1.0, alpha: int = 255, *, dashed: bool = False) -> Any:
    """A cosmetic pen in a theme colour; its width scales with the screen."""
    made = pg.mkPen(pg.mkColor(colour), width=width * _ratio())
    tinted = made.color()
    tinted.setAlpha(alpha)
    made.setColor(tinted)
    if dashed:
        made.setDashPattern([4, 3])
    return made


def _ratio() -> float:
    """Pixels of the screen in one of the window."""
    window = QApplication.activeWindow()
    if window is not None:
        return float(window.devicePixelRatioF())
    application = QApplication.instance()
    return float(application.devicePixelRatio()) if isinstance(application, QApplication) else 1.0
