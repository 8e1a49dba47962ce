"""A ring around the control that has the keyboard's focus, the same for every kind of control."""

from __future__ import annotations

from weakref import ref

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QRegion
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from shiboken6 import isValid

_BESIDE = 4  # pixels between the control and the outer edge of the ring
_WIDEST = 5  # pixels from that edge that the ring and its round corners take
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.EnabledChange)


class FocusRing(QObject):
    """Shows the ring wherever the focus goes; a click shows none, because the pointer is there."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._ring: _Ring | None = None
        # Has the focus by a click, also after another window had it. It is only compared, and it is not kept:
        # the last reference to a closed window would delete it while Qt moves the focus.
        self._clicked: ref[QWidget] | None = None
        # Not at once: the focus also moves while Qt deletes a window, which must get no new child then.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._show)
        application.focusChanged.connect(self._follow)

    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._clicked = None if now is None else ref(now)
        elif now is not None and not self._is_clicked(now):
            self._clicked = None
        self._soon.start()

    def _show(self) -> None:
        if self._ring is not None and isValid(self._ring):  # Qt deletes it with what it is in
            self._ring.end()
        control = QApplication.focusWidget()
        is_shown = control is not None and not self._is_clicked(control) and not control.isWindow()
        self._ring = _Ring(control) if is_shown and control is not None else None

    def _is_clicked(self, control: QWidget) -> bool:
        return self._clicked is not None and self._clicked() is control


class _Ring(QWidget):
    """Drawn by its rule in the style sheet above everything in the window or in the scrolled page.

    It stays inside: a pane at the edge of the window has all four sides. The mask leaves out the control;
    otherwise Qt would paint a whole text again that only has to be scrolled.
    """

    def __init__(self, control: QWidget) -> None:
        chain, around = [control], control.parentWidget() or control
        while not _holds_ring(around):
            chain.append(around)
            around = around.parentWidget() or around
        super().__init__(around)
        self.setObjectName("focus_ring")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._control: QWidget | None = control
        for watched in (*chain, around):
            watched.installEventFilter(self)
        self._place(control)

    def end(self) -> None:
        """Disappear, whatever happens to the control before this is deleted."""
        self.hide()
        self.deleteLater()
        # Else this may hold the last reference to a closed window, which would delete it a second time.
        self._control = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the control when it or something that it is in moves."""
        if event.type() in _MOVES and self._control is not None and isValid(self._control):
            self._place(self._control)
        return False

    def _place(self, control: QWidget) -> None:
        around = self.parentWidget()
        if not control.isVisible() or around is None or not around.isAncestorOf(control):
            self.hide()
            return
        place = QRect(control.mapTo(around, QPoint(0, 0)), control.size())
        place = place.adjusted(-_BESIDE, -_BESIDE, _BESIDE, _BESIDE) & around.rect()
        if place.isEmpty():
            self.hide()
            return
        self.setGeometry(place)
        inner = self.rect().adjusted(_WIDEST, _WIDEST, -_WIDEST, -_WIDEST)
        self.setMask(QRegion(self.rect()) - QRegion(inner))
        self.show()
        self.raise_()


def _holds_ring(widget: QWidget) -> bool:
    """Whether a widget clips what is in it: a window, or the visible part of a scrolled page."""
    above = widget.parentWidget()
    return widget.isWindow() or (isinstance(above, QAbstractScrollArea) and above.viewport() is widget)
