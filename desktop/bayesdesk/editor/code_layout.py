"""The layout of the edited text."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextDocumentLayout


class CodeLayout(QPlainTextDocumentLayout):
    """Repaints only the line in which a letter was typed.

    Qt adds the removed and the added characters of a change. When the colours of a line are set again, both
    are the length of the line, so Qt takes the next line for changed as well and repaints the whole text.
    """

    def documentChanged(self, start: int, removed: int, added: int) -> None:
        super().documentChanged(start, 0, max(1, added))
