"""The windows that the X server puts on the screen: each must be meant to be one."""

from __future__ import annotations

import os

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from Xlib import X, display


class MappedWindows(QObject):
    """Asks the X server for every window that it maps, also for an instant.

    Menus, tool tips and lists of completions are popups, which X calls override-redirect. Any other window has
    a title of its own. A part of a page that becomes a window by mistake has none.
    """

    def __init__(self) -> None:
        super().__init__()
        self._display = display.Display(os.environ["DISPLAY"])
        self._display.screen().root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self._display.sync()
        self._meant: set[int] = set()
        self._others: dict[int, str] = {}
        self._mapped: list[int] = []
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def close(self) -> None:
        """Close the connection to the X server."""
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        self._display.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note what each shown window is."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            number = int(watched.winId())
            if watched.windowTitle():
                self._meant.add(number)
            else:
                self._others[number] = f"{type(watched).__name__} “{watched.objectName()}”"
        return False

    def mapped(self) -> list[int]:
        """Every window that has been mapped, popups left out, oldest first."""
        platform = QGuiApplication.platformName()
        assert platform == "xcb", platform
        self._display.sync()
        while self._display.pending_events():
            event = self._display.next_event()
            if event.type == X.MapNotify and not event.override:
                self._mapped.append(event.window.id)
        return self._mapped

    def strays(self) -> list[str]:
        """The windows that are not meant to be one."""
        return [
            self._others.get(number, f"window {number:#x}")
            for number in self.mapped()
            if number not in self._meant
        ]
