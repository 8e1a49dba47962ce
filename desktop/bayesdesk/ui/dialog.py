"""A dialog whose parts come and go."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog

from bayesdesk.ui.reading_order import move_focus


class Dialog(QDialog):
    """Tab visits its controls in reading order, also those that were made after it was opened."""

    def focusNextPrevChild(self, forward: bool) -> bool:
        return move_focus(self, forward=forward)
