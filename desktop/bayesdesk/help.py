"""The help menu: manual, keys, licences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from bayescore.store import DataFolder
from bayesdesk.services.background import Background
from bayesdesk.ui import help_mark

if TYPE_CHECKING:  # loaded when it is first opened
    from bayesdesk.manual import Manual


class Help(QObject):
    """Opens help over a window; the manual is a window of its own.

    Parameters
    ----------
    topic
        Returns the manual's page about what the window shows.
    """

    def __init__(
        self, window: QWidget, background: Background, folder: DataFolder, topic: Callable[[], str]
    ) -> None:
        super().__init__(window)  # disconnected from the question marks when the window is deleted
        self._window, self._background = window, background
        self._folder, self._topic = folder, topic
        self.manual: Manual | None = None
        help_mark.requests.requested.connect(self.show_manual)

    def show_manual(self, page: str = "") -> None:
        """Open the manual, by default at the page about what the window shows."""
        from bayesdesk.manual import Manual, read_pages

        name = page or self._topic()

        def show(texts: dict[str, str]) -> None:
            if self.manual is None:
                self.manual = Manual(texts)
            self.manual.show_page(name)

        if self.manual is None:
            self._background.run(read_pages, show)
        else:
            self.manual.show_page(name)

    def close_manual(self) -> None:
        """Close the manual; it is read again, in the current language, when it is next opened."""
        if self.manual is not None:
            self.manual.close()
            self.manual = None

    def show_keys(self, actions: Mapping[str, QAction]) -> None:
        """Show the keys of the actions, and where files are."""
        from bayesdesk.help_dialog import HelpDialog

        HelpDialog(self._window, actions, self._folder).open()

    def show_licences(self) -> None:
        """Show the packages that Bayesdesk is built on."""
        from bayescore.licences import shipped
        from bayesdesk.licences_dialog import LicencesDialog

        self._background.run(shipped, lambda packages: LicencesDialog(self._window, packages).open())
