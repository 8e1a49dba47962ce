"""Opens folders, files and links with the desktop's programs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from bayescore.i18n import _
from bayesdesk.ui.message_box import Answer, ask


def open_path(parent: QWidget, path: Path) -> None:
    """Open a file or a folder; if nothing opens it, offer to copy its path."""
    words, copy = str(path), _("Copy the path")
    if not path.exists():
        _offer_copy(parent, _("It is no longer there."), words, copy)
    elif not QDesktopServices.openUrl(QUrl.fromLocalFile(words)):
        _offer_copy(parent, _("No program of this desktop opens it."), words, copy)


def open_link(parent: QWidget, link: str) -> None:
    """Open a link; if nothing opens it, offer to copy it."""
    if not QDesktopServices.openUrl(QUrl(link)):
        _offer_copy(parent, _("No program of this desktop opens it."), link, _("Copy the link"))


def _offer_copy(parent: QWidget, reason: str, words: str, copy: str) -> None:
    ask(
        parent.window(),
        reason,
        words,
        meaning="warning",
        answers=[
            Answer(_("Close")),
            Answer(copy, lambda: QGuiApplication.clipboard().setText(words), "primary"),
        ],
    )
