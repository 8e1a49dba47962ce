"""Cut, copy, paste and select all, in whatever has the focus."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_Keys = QKeySequence.StandardKey


def apply(keys: QKeySequence.StandardKey) -> None:
    """Do what the keys do in the widget that has the focus."""
    widget = QApplication.focusWidget()
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit):
        _in_text(widget, keys)
    elif isinstance(widget, QLabel) and keys is _Keys.Copy:
        QApplication.clipboard().setText(widget.selectedText())
    elif not _by_action(widget, keys) and isinstance(widget, QAbstractItemView) and keys is _Keys.SelectAll:
        widget.selectAll()


def _in_text(widget: QLineEdit | QTextEdit | QPlainTextEdit, keys: QKeySequence.StandardKey) -> None:
    if keys is _Keys.Cut:
        widget.cut()
    elif keys is _Keys.Copy:
        widget.copy()
    elif keys is _Keys.Paste:
        widget.paste()
    else:
        widget.selectAll()


def _by_action(widget: QWidget | None, keys: QKeySequence.StandardKey) -> bool:
    """Trigger the action that the widget has for the keys, as the trial table has one to copy rows."""
    for action in widget.actions() if widget is not None else ():
        if action.shortcut() == QKeySequence(keys):
            action.trigger()
            return True
    return False
