"""The button that ends a zoom, in the corner of what is zoomed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from bayescore.i18n import _
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon

_MARGIN = 6  # pixels


class ResetButton(QPushButton):
    """Visible while something is zoomed; it stays at the top right of its parent."""

    def __init__(self, parent: QWidget, clicked: Callable[[], object]) -> None:
        super().__init__(_("Reset zoom"), parent)
        self._frame = parent
        self.setObjectName("floating")
        self.setIcon(icon("whole"))
        self.setIconSize(QSize(theme.px(14), theme.px(14)))
        self.setToolTip(_("Show everything"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clicked.connect(lambda _checked=False: clicked())
        self.hide()

    def show_if(self, zoomed: bool) -> None:
        """Show or hide the button."""
        self.setVisible(zoomed)
        self.place()

    def place(self) -> None:
        """Move into the corner, after a change of the parent's size."""
        self.adjustSize()
        self.move(self._frame.width() - self.width() - _MARGIN, _MARGIN)
        self.raise_()
