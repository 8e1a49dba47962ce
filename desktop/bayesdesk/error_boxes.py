"""Errors that nothing else shows, each in a message box over the window."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from bayescore.errors import BayesdeskError
from bayescore.i18n import _
from bayesdesk.ui.plain import as_text

_log = logging.getLogger(__name__)


class ErrorBoxes(QObject):
    """Shows errors; a message whose box is still open is not shown twice."""

    def __init__(self, window: QWidget, log: Path) -> None:
        super().__init__(window)
        self._window, self._file = window, log
        self._open: set[str] = set()  # messages whose box is open

    def show(self, error: Exception) -> None:
        """Show an error and what to do about it."""
        _log.error("%s", error, exc_info=error)
        sentence = _sentence(error)
        if sentence in self._open:
            return
        hint = str(error.hint) if isinstance(error, BayesdeskError) and error.hint else ""
        where = _("Details are in {file}.", file=self._file)
        box = QMessageBox(QMessageBox.Icon.Warning, "Bayesdesk", as_text(sentence), parent=self._window)
        box.setInformativeText(as_text(hint or where))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(lambda _answer: self._open.discard(sentence))
        self._open.add(sentence)
        box.open()


def _sentence(error: Exception) -> str:
    if isinstance(error, BayesdeskError):
        return str(error.message)
    return _("Unexpected error: {error}", error=f"{type(error).__name__}: {error}")
