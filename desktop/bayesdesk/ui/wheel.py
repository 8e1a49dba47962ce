"""Input widgets that leave the wheel to the page.

The wheel changes their value only while they have the focus because the user clicked them or moved to them
with the keyboard. Otherwise the page behind them scrolls. All pages use these classes in place of Qt's.
"""

from __future__ import annotations

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


class _Entry:
    """Whether the user has entered a widget, which need not be so when it has the focus."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._is_by_user = False
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Qt's combo boxes take the focus by the wheel

    def take_focus(self, event: QFocusEvent) -> None:
        if event.reason() not in _OF_WINDOW:
            self._is_by_user = event.reason() in _BY_USER

    def take_click(self) -> None:
        self._is_by_user = True

    def allows_wheel(self) -> bool:
        return self._is_by_user and self._widget.hasFocus()


class ComboBox(QComboBox):
    """A combo box that ignores the wheel until the user enters it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry = _Entry(self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._entry.take_focus(event)
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._entry.take_click()
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._entry.allows_wheel():
            super().wheelEvent(event)
        else:
            event.ignore()


class Slider(QSlider):
    """A horizontal slider that ignores the wheel until the user enters it."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._entry = _Entry(self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._entry.take_focus(event)
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._entry.take_click()
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._entry.allows_wheel():
            super().wheelEvent(event)
        else:
            event.ignore()


class TabBar(QTabBar):
    """Tabs that the wheel never changes."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
