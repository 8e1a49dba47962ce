"""A mouse of the X server: its events reach the window as those of a person do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QWidget
from Xlib import XK, X, display
from Xlib.ext import xtest

from support.workspace import wait_until

_UP, _DOWN = 4, 5  # the wheel's buttons in the X protocol
_KEYS = {
    Qt.KeyboardModifier.ControlModifier: "Control_L",
    Qt.KeyboardModifier.ShiftModifier: "Shift_L",
    Qt.KeyboardModifier.AltModifier: "Alt_L",
}


class Pointer(QObject):
    """Moves, clicks and scrolls at points of widgets; each call returns when Qt has handled its events."""

    def __init__(self) -> None:
        super().__init__()
        self._display = display.Display(os.environ["DISPLAY"])
        self._seen = {QEvent.Type.Wheel: 0, QEvent.Type.MouseButtonRelease: 0}
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def close(self) -> None:
        """Close the connection to the X server."""
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        self._display.close()

    def move(self, widget: QWidget, point: QPoint | None = None) -> None:
        """Move to a point of a widget, by default to its centre, and after it while layouts move it."""
        moved = None
        while moved != (at := widget.mapToGlobal(point if point is not None else widget.rect().center())):
            xtest.fake_input(self._display, X.MotionNotify, x=at.x(), y=at.y())
            self._display.sync()
            moved = at
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def click(
        self,
        widget: QWidget,
        point: QPoint | None = None,
        *,
        button: int = 1,
        holding: Sequence[Qt.KeyboardModifier] = (),
    ) -> None:
        """Click at a point of a widget; ``button`` 1 is the left one and 3 the right one."""
        self.move(widget, point)
        with self._held(holding), self._handled(QEvent.Type.MouseButtonRelease, 1):
            self._press(button)

    def drag(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        """Drag with the left button from one point of a widget to another."""
        self.move(widget, start)
        with self._handled(QEvent.Type.MouseButtonRelease, 1):
            xtest.fake_input(self._display, X.ButtonPress, 1)
            for step in range(1, 11):
                self.move(widget, start + (end - start) * step / 10)
            xtest.fake_input(self._display, X.ButtonRelease, 1)

    def scroll(
        self,
        widget: QWidget,
        notches: int,
        point: QPoint | None = None,
        *,
        holding: Sequence[Qt.KeyboardModifier] = (),
    ) -> None:
        """Turn the wheel over a point of a widget: up by ``notches``, down if it is negative."""
        self.move(widget, point)
        with self._held(holding), self._handled(QEvent.Type.Wheel, abs(notches)):
            for _ in range(abs(notches)):
                self._press(_UP if notches > 0 else _DOWN)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count what has reached a window."""
        if isinstance(watched, QWindow) and event.type() in self._seen:
            self._seen[event.type()] += 1
        return False

    def _press(self, button: int) -> None:
        xtest.fake_input(self._display, X.ButtonPress, button)
        xtest.fake_input(self._display, X.ButtonRelease, button)

    @contextmanager
    def _held(self, modifiers: Sequence[Qt.KeyboardModifier]) -> Iterator[None]:
        keys = [self._display.keysym_to_keycode(XK.string_to_keysym(_KEYS[m])) for m in modifiers]
        for key in keys:
            xtest.fake_input(self._display, X.KeyPress, key)
        try:
            yield
        finally:
            for key in keys:
                xtest.fake_input(self._display, X.KeyRelease, key)
            self._display.sync()

    @contextmanager
    def _handled(self, kind: QEvent.Type, count: int) -> Iterator[None]:
        before = self._seen[kind]
        yield
        self._display.sync()
        wait_until(lambda: self._counted(kind) >= before + count, f"the {kind.name} events do not arrive")

    def _counted(self, kind: QEvent.Type) -> int:
        QApplication.processEvents()
        return self._seen[kind]
