"""Sizes of windows that fit the screen they are on."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

FRAME = QSize(8, 40)  # px that a window manager usually adds around a window


def room(widget: QWidget) -> QSize:
    """The largest size of a window on the screen of a widget, without its frame."""
    return widget.screen().availableGeometry().size() - FRAME


def fit_to_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window a size, or less if the screen has no room for it."""
    largest = room(window)
    window.resize(min(width, largest.width()), min(height, largest.height()))
