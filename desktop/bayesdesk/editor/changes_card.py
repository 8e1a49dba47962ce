"""The unsaved changes of a project's files, shown before an action that saves them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from bayescore.i18n import _
from bayesdesk.editor.project_files import FileChange
from bayesdesk.ui.diff_view import DiffView
from bayesdesk.ui.widgets import Card, clear, label, rule

_MIN_HEIGHT, _MAX_HEIGHT = 90, 250  # px of the differences, which scroll


class ChangesCard(Card):
    """The differences of each changed file; hidden when there are none."""

    def __init__(self, title: str, caption: str) -> None:
        super().__init__(title, caption)
        self.views: list[DiffView] = []
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        inner = QWidget()
        inner.setLayout(self._lines)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(inner)
        self.body.addWidget(self._scroll)
        self.body.setContentsMargins(1, 0, 1, 1)
        self.setVisible(False)

    def show_changes(self, changes: Sequence[FileChange]) -> None:
        """Show the differences in place of those before."""
        clear(self._lines)
        self.views = [_view(change) for change in changes]
        for change, view in zip(changes, self.views, strict=True):
            name = label(change.file.name, "caption")
            name.setContentsMargins(13, 4, 13, 4)
            for part in (rule(), name, view):
                self._lines.addWidget(part)
        height = self._lines.sizeHint().height()
        self._scroll.setMaximumHeight(min(height, _MAX_HEIGHT))
        self._scroll.setMinimumHeight(min(height, _MIN_HEIGHT))
        self.setVisible(bool(changes))


def _view(change: FileChange) -> DiffView:
    made = DiffView()
    made.setObjectName("code")  # without a frame of its own
    made.setAccessibleName(_("Changes of {file}", file=change.file.name))
    made.show_difference(change.before, change.after)
    made.fit_height()
    return made
