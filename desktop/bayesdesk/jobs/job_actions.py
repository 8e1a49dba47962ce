"""The actions on jobs of a list: the sidebar and the table of jobs use this object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from bayescore.app import deletion, job_export, job_marks, queueing
from bayescore.i18n import _, n_
from bayescore.store import Database
from bayescore.store.queue import FIRST, LAST
from bayesdesk.jobs.job_dialogs import DetailsDialog, TagsDialog
from bayesdesk.models.job_list import known_tags
from bayesdesk.models.snapshot import JobRow
from bayesdesk.services.background import Background
from bayesdesk.ui.icons import icon
from bayesdesk.ui.message_box import Answer, MessageBox, ask

_MOST_NAMES = 8  # in a question


class JobActions(QObject):
    """Renames, notes, tags, archives, exports and deletes jobs, and asks for what it needs.

    Parameters
    ----------
    rows
        Returns every job, for the tags that are in use.
    """

    compare_requested = Signal(list)  # ids
    moved = Signal(str, str)  # id of a job, where it is to be in the queue
    move_failed = Signal()

    def __init__(
        self,
        window: QWidget,
        database: Database,
        background: Background,
        rows: Callable[[], Sequence[JobRow]],
    ) -> None:
        super().__init__(window)
        self._window, self._database, self._background, self._rows = window, database, background, rows

    def edit(self, job: JobRow, *, at_note: bool = False) -> DetailsDialog:
        """Ask for a name and a note."""
        dialog = DetailsDialog(self._window, job, at_note=at_note)
        dialog.saved.connect(partial(self._save, job))
        dialog.open()
        return dialog

    def _save(self, job: JobRow, name: str, note: str) -> None:
        def work() -> None:
            if name != job.job.name:
                job_marks.rename(self._database, job.job.id, name)
            if note != job.job.note:
                job_marks.annotate(self._database, [job.job.id], note)

        self._background.run(work)

    def tag(self, jobs: Sequence[JobRow]) -> TagsDialog:
        """Ask for tags."""
        dialog = TagsDialog(self._window, jobs, known_tags(self._rows()))
        dialog.saved.connect(partial(self._save_tags, _ids(jobs)))
        dialog.open()
        return dialog

    def _save_tags(self, identifiers: list[str], add: list[str], remove: list[str]) -> None:
        self._background.run(lambda: job_marks.tag(self._database, identifiers, add, remove))

    def archive(self, jobs: Sequence[JobRow], *, archived: bool) -> None:
        """Hide ended jobs from the lists, or show them again."""
        chosen = [j.job.id for j in jobs if j.job.state.ended]
        self._background.run(lambda: job_marks.archive(self._database, chosen, archived=archived))

    def export(self, jobs: Sequence[JobRow]) -> None:
        """Ask for a file, and write the jobs into it."""
        name, _filter = QFileDialog.getSaveFileName(
            self._window, _("Export"), "jobs.csv", _("Table of the jobs") + " (*.csv);;JSON (*.json)"
        )
        if name:
            self._background.run(lambda: job_export.export_jobs(self._database, _ids(jobs), name))

    def delete(self, jobs: Sequence[JobRow]) -> MessageBox:
        """Ask, then delete the jobs that have ended."""
        chosen = [j for j in jobs if j.job.state.ended]
        names = [j.job.name for j in chosen[:_MOST_NAMES]]
        details = ", ".join([*names, "…"] if len(chosen) > _MOST_NAMES else names)
        words = n_(
            "Delete {count} job with its trials, logs and files?",
            "Delete {count} jobs with their trials, logs and files?",
            len(chosen),
        )

        def delete() -> None:
            self._background.run(lambda: deletion.delete(self._database, _ids(chosen)))

        answers = [Answer(_("Keep")), Answer(_("Delete"), delete, "danger")]
        return ask(self._window, words, details, meaning="warning", answers=answers)

    def move(self, job: str, to: str | None) -> None:
        """Move a job of the queue: to ``first``, ``last`` or behind another job; ``None`` for nowhere."""
        if to is None:
            return
        ends = {FIRST: queueing.put_first, LAST: queueing.put_last}
        put = ends[to] if to in ends else partial(queueing.put_behind, other=to)
        self._background.run_in_order(
            _("Storing the request"), lambda: put(self._database, job), None, self._move_failed
        )
        self.moved.emit(job, to)

    def _move_failed(self, error: Exception) -> None:
        self.move_failed.emit()
        self._background.went_wrong.emit(error)

    def set_in_order(self, job: str, *, in_order: bool) -> None:
        """Let a job wait for those ahead of it, or take turns with them."""
        self._background.run_in_order(
            _("Storing the request"),
            lambda: queueing.set_in_order(self._database, job, in_order=in_order),
        )

    def fill(self, menu: QMenu, jobs: Sequence[JobRow]) -> None:
        """Add an entry for each action on these jobs."""

        def add(meaning: str, words: str, action: Callable[[], object], *, enabled: bool = True) -> None:
            made = menu.addAction(icon(meaning), words)
            made.setEnabled(enabled)
            made.triggered.connect(lambda _checked=False: action())

        has_ended = any(j.job.state.ended for j in jobs)
        add("compare", _("Compare"), lambda: self.compare_requested.emit(_ids(jobs)))
        menu.addSeparator()
        if len(jobs) == 1:
            add("rename", _("Rename…"), lambda: self.edit(jobs[0]))
            add("note", _("Note…"), lambda: self.edit(jobs[0], at_note=True))
        add("tag", _("Tags…"), lambda: self.tag(jobs))
        if len(jobs) == 1 and (place := jobs[0].place) is not None:
            menu.addSeparator()
            job = jobs[0].job.id
            add(
                "first",
                _("Run first"),
                lambda: self.move(job, FIRST),
                enabled=place.index > 0 or place.running == 0,
            )
            add("last", _("Put at the end"), lambda: self.move(job, LAST))
            in_order = menu.addAction(_("Wait for the jobs ahead"))
            in_order.setCheckable(True)
            in_order.setChecked(place.in_order)
            in_order.triggered.connect(lambda checked: self.set_in_order(job, in_order=checked))
            menu.addSeparator()
        are_archived = all(j.job.archived for j in jobs)
        words = _("Show again") if are_archived else _("Archive")
        add("archive", words, lambda: self.archive(jobs, archived=not are_archived), enabled=has_ended)
        menu.addSeparator()
        add("export", _("Export…"), lambda: self.export(jobs))
        if len(jobs) == 1:
            add("copy", _("Copy the id"), lambda: QGuiApplication.clipboard().setText(jobs[0].job.id))
        add("remove", _("Delete…"), lambda: self.delete(jobs), enabled=has_ended)


def _ids(jobs: Sequence[JobRow]) -> list[str]:
    return [j.job.id for j in jobs]
