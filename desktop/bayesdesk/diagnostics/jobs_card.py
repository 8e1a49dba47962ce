"""Ended jobs, the disk space they use, and deleting them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from bayescore.app.deletion import JobSize, delete, ended_jobs
from bayescore.i18n import _, n_
from bayescore.store import Database
from bayescore.times import parsed
from bayesdesk.models.formatting import size, state_word
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.message_box import Answer, ask
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, button

_HEIGHT = 190
_ID = Qt.ItemDataRole.UserRole


class JobsCard(Card):
    """Selected jobs are deleted with their trials and files, after a confirmation."""

    def __init__(self, background: Background, database: Database) -> None:
        super().__init__(_("Ended jobs"), _("on the disk"))
        self._background, self._database = background, database
        self._sizes: dict[str, JobSize] = {}
        self.list = QTreeWidget()
        self.list.setRootIsDecorated(False)
        self.list.setHeaderLabels([_("Job"), _("State"), _("Ended"), _("Size")])
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setStretchLastSection(False)
        self.list.setMinimumHeight(theme.px(_HEIGHT))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setAccessibleName(_("Ended jobs"))
        self.list.itemChanged.connect(self._ticked)
        self.remove = button(_("Delete…"), self.ask, kind="danger", meaning="remove")
        self.remove.setEnabled(False)
        self.controls.addWidget(self.remove)
        self.body.addWidget(self.list)
        self.body.setContentsMargins(1, 0, 1, 6)

    def measure(self) -> None:
        """Measure the folders of the jobs, off the GUI thread."""
        self._background.run(lambda: ended_jobs(self._database), self._show)

    def _show(self, found: tuple[JobSize, ...]) -> None:
        ticked = set(self._ticked_ids())
        self._sizes = {each.job.id: each for each in found}
        self.list.blockSignals(True)
        self.list.clear()
        for each in found:
            job = each.job
            ended = parsed(job.ended_at).astimezone().strftime("%Y-%m-%d %H:%M") if job.ended_at else ""
            item = QTreeWidgetItem([job.name, state_word(job.state), ended, size(each.bytes)])
            item.setData(0, _ID, job.id)
            item.setToolTip(0, as_text(job.id))
            item.setTextAlignment(3, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            state = Qt.CheckState.Checked if job.id in ticked else Qt.CheckState.Unchecked
            item.setCheckState(0, state)
            self.list.addTopLevelItem(item)
        for column in (1, 2, 3):
            self.list.resizeColumnToContents(column)
        self.list.blockSignals(False)
        self._ticked()

    def _ticked_ids(self) -> list[str]:
        items = (self.list.topLevelItem(i) for i in range(self.list.topLevelItemCount()))
        return [i.data(0, _ID) for i in items if i and i.checkState(0) is Qt.CheckState.Checked]

    def _ticked(self) -> None:
        chosen = self._ticked_ids()
        total = sum(each.bytes for each in self._sizes.values())
        freed = sum(self._sizes[i].bytes for i in chosen)
        words = _("{size} in total", size=size(total))
        if chosen:
            words += " · " + _("{count} selected, {size}", count=len(chosen), size=size(freed))
        self.caption.setText(words)
        self.remove.setEnabled(bool(chosen))

    def ask(self) -> None:
        """Ask for confirmation, with the disk space that becomes free, then delete."""
        chosen = self._ticked_ids()
        freed = size(sum(self._sizes[i].bytes for i in chosen))
        names = ", ".join(self._sizes[i].job.name for i in chosen)
        question = n_(
            "Delete {count} job with its trials, logs and files? This frees {size}.",
            "Delete {count} jobs with their trials, logs and files? This frees {size}.",
            count=len(chosen),
            size=freed,
        )
        ask(
            self.window(),
            question,
            names,
            meaning="warning",
            answers=[Answer(_("Keep")), Answer(_("Delete"), lambda: self.delete(chosen), "danger")],
        )

    def delete(self, identifiers: list[str]) -> None:
        """Delete jobs, off the GUI thread."""
        self.remove.setEnabled(False)
        self._background.run_to_end(
            _("Deleting jobs"), lambda: delete(self._database, identifiers), self._deleted
        )

    def _deleted(self, _freed: int) -> None:
        self.measure()
