"""The dialog while the window waits for actions under way before it closes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from bayescore.i18n import _
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import busy_bar, button, column, label, row


class ClosingDialog(QDialog):
    """Lists what is under way, or shows why the window stays open. Rejecting it keeps the window open."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bayesdesk")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(theme.px(440))
        self._title = label("", "title")
        self.words = label("", wrap=True, selectable=True)
        self._busy = busy_bar(_("The window closes when this is done."))
        self._about = label(_("The window closes when this is done."), "secondary", wrap=True)
        self.close_anyway = button(_("Close now"), lambda: None, kind="danger")
        self.close_anyway.setAutoDefault(False)
        self.close_anyway.setToolTip(_("What is not finished may be lost."))
        self.keep_open = button(_("Keep open"), self.reject, kind="primary")
        foot = row(None, self.close_anyway, self.keep_open)
        layout = column(self._title, self.words, self._busy, self._about, foot, spacing=12)
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        self.keep_open.setFocus()  # the Enter key alone must not lose anything

    def show_actions(self, actions: Sequence[str]) -> None:
        """Show what the window waits for."""
        self._title.setText(_("Not finished yet"))
        self.words.setText("\n".join(actions) or _("Saving"))
        self.open()

    def show_failure(self, error: Exception) -> None:
        """Show an error, and that the window stays open."""
        self._title.setText(_("The window stays open"))
        self.words.setObjectName("problem")
        self.words.setProperty("severity", "error")
        self.words.setText(str(error))
        for part in (self._busy, self._about, self.close_anyway):
            part.hide()
        self.keep_open.setText(_("OK"))
        self.open()
