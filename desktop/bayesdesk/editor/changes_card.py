"""The unsaved changes of a project's files, shown before an action that saves them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QSizePolicy

from bayescore.i18n import _
from bayesdesk.editor.project_files import FileChange
from bayesdesk.ui.diff_view import DiffView
from bayesdesk.ui.widgets import Card

_MOST_LINES = 12  # that are visible without scrolling


class ChangesCard(Card):
    """One list of differences for each changed file; hidden when there is none."""

    def __init__(self, title: str, caption: str) -> None:
        super().__init__(title, caption)
        self.views: list[DiffView] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setVisible(False)

    def show_changes(self, changes: Sequence[FileChange]) -> None:
        """Show the differences in place of those before."""
        for view in self.views:
            self.body.removeWidget(view)
            view.deleteLater()
        self.views = [self._view(change) for change in changes]
        for view in self.views:
            self.body.addWidget(view)
        self.setVisible(bool(changes))

    def _view(self, change: FileChange) -> DiffView:
        made = DiffView()
        made.setAccessibleName(_("Changes of {file}", file=change.file.name))
        made.show_difference(change.before, change.after, heading=change.file.name)
        made.set_height_in_lines(min(made.blockCount(), _MOST_LINES))
        return made
