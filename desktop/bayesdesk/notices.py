"""Sentences above the pages: a job that has ended, a data folder that cannot be written."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QSizePolicy, QWidget

from bayescore.i18n import _
from bayesdesk.models.job_list import end_message
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui import theme
from bayesdesk.ui.speech import group
from bayesdesk.ui.widgets import NoticeBar, button, column


class Notices(QWidget):
    """One bar for each kind; hidden while there is nothing to say.

    Parameters
    ----------
    show_job
        Called with the id of a job that has ended.
    """

    def __init__(self, show_job: Callable[[str], object]) -> None:
        super().__init__()
        self._show_job = show_job
        self._ended: JobRow | None = None
        self.show_ended_job = button(_("Show"), self._show)
        self.ended = NoticeBar(self.show_ended_job, button(_("Close"), self._close, kind="link"))
        self.read_only = NoticeBar()
        layout = column(self.read_only, self.ended, spacing=6)
        layout.setContentsMargins(theme.PAGE_MARGIN, 10, theme.PAGE_MARGIN, 8)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        group(self, _("Notices"))
        self.hide()

    def tell_ended(self, item: JobRow) -> None:
        """Tell that a job has ended, until the user has looked at it or closes the bar."""
        self._ended = item
        self.ended.show_text(f"{item.job.name}: {end_message(item)}")
        self.show()

    def tell_read_only(self, words: str) -> None:
        """Tell why nothing can be stored."""
        self.read_only.show_text(words)
        self.show()

    def _show(self) -> None:
        ended = self._ended
        self._close()
        if ended is not None:
            self._show_job(ended.job.id)

    def _close(self) -> None:
        self._ended = None
        self.ended.hide()
        self.setHidden(self.read_only.isHidden())
