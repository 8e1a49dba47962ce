"""A sentence in place of an abort when the window cannot be shown on any display."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from bayescore.i18n import _, preferred_language, set_language

_NOT_CONNECTED = "could not connect to display"
_CURSOR = "xcb-cursor"  # the library that Qt needs since 6.5 and most containers lack


def create_application(arguments: list[str]) -> QApplication:
    """The application; ends the process with one sentence if there is no display.

    Qt reports this as a fatal message and aborts.
    """
    said: list[str] = []

    def handle(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        said.append(message)
        if kind is QtMsgType.QtFatalMsg:
            set_language(preferred_language())
            sys.stderr.write(f"{_reason(said)}\n")
            sys.stderr.flush()
            os._exit(1)  # Qt would abort next

    before = qInstallMessageHandler(handle)
    try:
        return QApplication(arguments)
    finally:
        qInstallMessageHandler(before)


def _reason(said: list[str]) -> str:
    shown = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not shown:
        return _(
            "There is no display to show the window on. Use the command line (bayesdesk --help), or connect "
            "with ssh -X."
        )
    if any(_CURSOR in line for line in said) and not any(_NOT_CONNECTED in line for line in said):
        return _(
            "Qt needs the library libxcb-cursor0 to show the window: sudo apt-get install libxcb-cursor0"
        )
    return _("The window cannot be shown on the display {display}.", display=shown)
