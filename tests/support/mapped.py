"""The windows that the X server puts on the screen: each must be meant to be one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget
from Xlib import X, display


class MappedWindows:
    """Asks the X server for every window that it maps, also for an instant.

    Menus, tool tips and lists of completions are popups, which X calls override-redirect. Any other window has
    a title of its own and is shown by ``show`` or ``open``. A part of a page that becomes a window by mistake
    is shown by Qt.

    No event filter is used: one in Python sees a million events when the style sheet changes.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._display = display.Display(os.environ["DISPLAY"])
        self._display.screen().root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self._display.sync()
        self._meant: set[int] = set()
        self._mapped: list[int] = []
        for kind, name in ((QWidget, "show"), (QDialog, "open")):
            monkeypatch.setattr(kind, name, self._noting(getattr(kind, name)))

    def close(self) -> None:
        """Close the connection to the X server."""
        self._display.close()

    def _noting(self, show: Callable[[Any], None]) -> Callable[[QWidget], None]:
        """A function that shows a widget and notes that it is meant to be a window if it has a title."""

        def shown(widget: QWidget) -> None:
            if widget.isWindow() and widget.windowTitle():
                self._meant.add(int(widget.winId()))
            show(widget)

        return shown

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
        """The windows that are not meant to be one, by their numbers, and what is known about each."""
        return [_described(number) for number in self.mapped() if number not in self._meant]


def _described(number: int) -> str:
    widget = QWidget.find(number)
    return f"{number:#x}" if widget is None else f"{type(widget).__name__} “{widget.objectName()}”"
