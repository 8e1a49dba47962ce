"""Errors that nothing else shows, each in a message box over the window."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from bayescore.errors import BayesdeskError
from bayescore.files import reason_of
from bayescore.i18n import _
from bayesdesk.ui.message_box import tell

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
        self._open.add(sentence)
        tell(
            self._window,
            sentence,
            hint or where,
            meaning="error" if not isinstance(error, BayesdeskError) else "warning",
            then=lambda: self._open.discard(sentence),
        )


def _sentence(error: Exception) -> str:
    if isinstance(error, BayesdeskError):
        return str(error.message)
    if isinstance(error, OSError) and error.filename:
        return _("{file} cannot be used: {reason}.", file=error.filename, reason=reason_of(error))
    return _("Unexpected error: {error}", error=f"{type(error).__name__}: {error}")
