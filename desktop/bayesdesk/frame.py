"""Where the window is and how large, remembered from one start to the next."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt
from PySide6.QtWidgets import QMainWindow

from bayesdesk.ui.fitting import room

_GEOMETRY = "window/geometry"
_FIRST = QSize(1440, 900)  # px, unless the screen is smaller
_LEAST = QSize(800, 440)  # px; smaller windows would hide primary controls


def set_least_size(window: QMainWindow) -> None:
    """Let the window shrink as far as its primary controls stay in sight."""
    window.setMinimumSize(_LEAST.boundedTo(room(window)))


def restore(window: QMainWindow) -> None:
    """Place the window where it was; by default in a size that fits the screen."""
    geometry = QSettings().value(_GEOMETRY)
    if not isinstance(geometry, QByteArray) or not window.restoreGeometry(geometry):
        window.resize(_FIRST.boundedTo(room(window)))
    elif not window.isMaximized() and not window.isFullScreen():
        window.resize(window.size().boundedTo(room(window)))  # the screen may be another one


def remember(window: QMainWindow) -> None:
    """Remember the place, the size, and whether the window is maximised."""
    QSettings().setValue(_GEOMETRY, window.saveGeometry())


def bring_to_front(window: QMainWindow) -> None:
    """Show the window above others; a maximised one stays maximised."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
