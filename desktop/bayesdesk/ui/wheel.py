"""Input widgets that leave the wheel to the page.

The wheel changes their value only while they have the focus because the user clicked them or moved to them
with the keyboard. Otherwise the page behind them scrolls. All pages use these classes in place of Qt's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSlider, QTabBar, QWidget

_BY_USER = (
    Qt.FocusReason.MouseFocusReason,
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_OF_WINDOW = (  # the widget had the focus before
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
)


if TYPE_CHECKING:
    _Input = QWidget
else:
    _Input = object  # a class can have one base of Qt


class _Entered(_Input):
    """Mixed into an input: the wheel changes it only after the user has entered it.

    It may have the focus without that.
    """

    _is_by_user = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in _OF_WINDOW:
            self._is_by_user = event.reason() in _BY_USER
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._is_by_user = True
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._is_by_user and self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ComboBox(_Entered, QComboBox):
    """A combo box that ignores the wheel until the user enters it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Qt's combo boxes take the focus by the wheel


class Slider(_Entered, QSlider):
    """A horizontal slider that ignores the wheel until the user enters it."""

    def __init__(self) -> None:
        super().__init__()
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class TabBar(QTabBar):
    """Tabs that the wheel never changes."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
