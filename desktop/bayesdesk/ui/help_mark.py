"""Question marks that open a page of the manual."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton

from bayescore.i18n import _
from bayesdesk.ui.widgets import button


class HelpRequests(QObject):
    """Connects the question marks with the window."""

    requested = Signal(str)  # name of a page


requests = HelpRequests()


def help_mark(page: str) -> QPushButton:
    """A question mark that opens the manual at a page."""
    ask = partial(requests.requested.emit, page)
    return button("", ask, kind="quiet", meaning="help", tip=_("Open the manual"))
