"""What stands in the place of a plot that has nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from bayesdesk.ui.widgets import column, label

_MARGIN = 24


class EmptyState(QWidget):
    """A sentence about what is missing, and what to do."""

    def __init__(self, title: str = "", hint: str = "") -> None:
        super().__init__()
        self._title, self._hint = label("", "heading"), label("", "secondary", wrap=True)
        for part in (self._title, self._hint):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = column(None, self._title, self._hint, None, spacing=4)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        self.setLayout(layout)
        self.show_text(title, hint)

    def show_text(self, title: str, hint: str = "") -> None:
        """Show another text."""
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def text(self) -> str:
        """What is shown, for assistive tools and tests."""
        return f"{self._title.text()} {self._hint.text()}".strip()
