"""What explains the program: the manual, the keys, the licences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from bayesdesk.ui import help_mark

if TYPE_CHECKING:
    from bayesdesk.manual import Manual
    from bayesdesk.window import MainWindow


class Help(QObject):
    """Opens it over a window; the manual is a window of its own."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)  # it hears of question marks no longer than the window is there
        self._window = window
        self.manual: Manual | None = None
        help_mark.requests.requested.connect(self.show_manual)

    def show_manual(self, page: str = "") -> None:
        """Open the manual, by default at what is in sight."""
        from bayesdesk.manual import Manual, read_pages

        wanted = page or self._window.topic()

        def show(texts: dict[str, str]) -> None:
            if self.manual is None:
                self.manual = Manual(texts)
            self.manual.show_page(wanted)

        if self.manual is None:
            self._window.background.run(read_pages, show)
        else:
            self.manual.show_page(wanted)

    def close_manual(self) -> None:
        """Close it; the next time it is made anew, in the language in use then."""
        if self.manual is not None:
            self.manual.close()
            self.manual = None

    def show_keys(self) -> None:
        """Show the keys, and where everything is."""
        from bayesdesk.help_dialog import HelpDialog

        HelpDialog(self._window, self._window.actions_by_name, self._window.database.folder).open()

    def show_licences(self) -> None:
        """Show what Bayesdesk is built on."""
        from bayescore.licences import shipped
        from bayesdesk.licences_dialog import LicencesDialog

        self._window.background.run(shipped, lambda packages: LicencesDialog(self._window, packages).open())
