"""The small question marks: each asks for a page of the manual."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton

from bayescore.i18n import _
from bayesdesk.ui.widgets import button


class HelpRequests(QObject):
    """Where the marks report to; the window listens."""

    requested = Signal(str)  # name of a page


requests = HelpRequests()


def help_mark(page: str) -> QPushButton:
    """A question mark that opens the manual at a page."""
    ask = partial(requests.requested.emit, page)
    return button("", ask, kind="quiet", meaning="help", tip=_("What is this?"))
