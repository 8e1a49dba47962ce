"""The pages of the window, of which one is shown; each is built when it is first shown."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from bayescore.i18n import _
from bayescore.store import Database
from bayesdesk.models.snapshot import JobRow, JobView
from bayesdesk.services.background import Background
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.services.store_watch import StoreWatch
from bayesdesk.start_page import StartPage

if TYPE_CHECKING:  # loaded when they are first shown, so that the window starts quickly
    from bayesdesk.compare.page import ComparePage
    from bayesdesk.diagnostics.page import DiagnosticsPage
    from bayesdesk.editor.edited_project import EditedProject
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.job_table.page import JobTablePage, JobTableState
    from bayesdesk.jobs.job_actions import JobActions
    from bayesdesk.jobs.job_page import JobPage

_log = logging.getLogger(__name__)


class Pages(QStackedWidget):
    """Shows one page and follows the jobs in the store."""

    job_changed = Signal(object)  # str | None: id of the job that is shown from now on
    title_changed = Signal()  # what is shown, its name, or whether it is saved
    job_started = Signal(str)  # from the editor
    new_from_requested = Signal(object, object)  # Job, tuple[ParameterSpec, ...] | None: narrowed ranges

    def __init__(
        self,
        database: Database,
        background: Background,
        machine: MachineWatch,
        watch: StoreWatch,
        start: StartPage,
    ) -> None:
        super().__init__()
        self._database, self._background = database, background
        self._machine, self._watch = machine, watch
        self._shown_job: str | None = None
        self.start = start
        self.job: JobPage | None = None
        self.editor: EditorPage | None = None
        self.comparison: ComparePage | None = None
        self.jobs: JobTablePage | None = None
        self.diagnostics: DiagnosticsPage | None = None
        self._jobs_state: JobTableState | None = None
        self.addWidget(self.start)
        self.currentChanged.connect(lambda _index: self.title_changed.emit())

    @property
    def shown_job(self) -> str | None:
        """Id of the job that is shown, even if its page is still being read."""
        return self._shown_job

    @property
    def title(self) -> str:
        """What is shown: a job, a file, or a page; the desktop adds the name of the application."""
        shown = self.currentWidget()
        if self.job is not None and shown is self.job:
            return self.job.model.view.job.submission.name
        if self.editor is not None and shown is self.editor:
            file = self.editor.model.file
            return f"{file.parent.name}/{file.name}[*]"
        names: dict[QWidget | None, str] = {
            self.jobs: _("Jobs"),
            self.comparison: _("Compare jobs"),
            self.diagnostics: _("Diagnostics"),
        }
        return names.get(shown, "Bayesdesk")

    def rebuild(self, start: StartPage, rows: tuple[JobRow, ...], actions: JobActions) -> None:
        """Build the pages again in the current language and theme; the same page stays shown."""
        shown, editor, page = self.currentWidget(), self.editor, self.job
        is_of_jobs, is_of_machine = shown is self.jobs, shown is self.diagnostics
        compared = tuple(self.comparison.jobs.shown) if self.comparison is shown and self.comparison else None
        if self.jobs is not None:
            self._jobs_state = self.jobs.state
        for widget in [self.widget(i) for i in range(self.count())]:
            self._remove(widget)
        self.start = start
        self.job = self.editor = self.comparison = self.jobs = self.diagnostics = None
        self.addWidget(self.start)
        if editor is not None:
            self.show_editor(editor.edited)
        if shown is editor:
            return
        if page is not None and shown is page:
            self._show_view(page.model.view, page.tabs.currentIndex())
            if self.job is not None:
                self.job.model.set_filter(page.model.filter)
                if page.model.selected is not None:
                    self.job.model.select(page.model.selected.number)
            self.show_job(page.model.view.job.id)
        elif is_of_jobs:
            self.show_jobs(rows, actions)
        elif compared is not None:
            self.compare(rows, compared)
        elif is_of_machine:
            self.show_diagnostics()
        else:
            self.show_start()

    def _remove(self, page: QWidget | None) -> None:
        if page is not None:
            self.removeWidget(page)
            page.deleteLater()

    def _show(self, page: QWidget, job: str | None = None) -> None:
        self._shown_job = job
        if self.indexOf(page) < 0:
            self.addWidget(page)
        self.setCurrentWidget(page)
        self.job_changed.emit(job)

    def show_start(self) -> None:
        """Show the start page."""
        self._show(self.start)

    def show_diagnostics(self) -> None:
        """Show the checks of this machine."""
        if self.diagnostics is None:
            from bayesdesk.diagnostics.page import DiagnosticsPage

            self.diagnostics = DiagnosticsPage(self._background, self._database, self._machine)
        self._show(self.diagnostics)
        self.diagnostics.check_again()

    def show_jobs(self, rows: tuple[JobRow, ...], actions: JobActions) -> None:
        """Show all jobs as a table."""
        if self.jobs is None:
            from bayesdesk.job_table.page import JobTablePage

            self.jobs = JobTablePage(self._database, self._background, actions)
            self.jobs.job_chosen.connect(self.show_job)
            self.jobs.take_rows(rows)
            if self._jobs_state is not None:
                self.jobs.restore(self._jobs_state)
        self.jobs.take_rows(rows)
        self._show(self.jobs)

    def compare(self, rows: tuple[JobRow, ...], chosen: tuple[str, ...]) -> None:
        """Compare the given jobs and the one that is shown."""
        if self.comparison is None:
            from bayesdesk.compare.page import ComparePage

            self.comparison = ComparePage(self._database, self._background)
        shown = (self._shown_job,) if self._shown_job else ()
        self.comparison.show_rows(rows, (*shown, *chosen))
        self._show(self.comparison)

    def show_editor(self, edited: EditedProject) -> EditorPage:
        """Show an editor of a project in place of the one before."""
        from bayesdesk.editor.editor_page import EditorPage

        old = self.editor
        self.editor = EditorPage(edited, self._background, self._database, self._machine)
        self.editor.started.connect(self.job_started)
        self.editor.save_failed.connect(self._show_failed_save)
        self.editor.state_changed.connect(self.title_changed)
        self._show(self.editor)
        self._remove(old)
        return self.editor

    def return_to_editor(self) -> None:
        """Show the editor again, if a file has been opened."""
        if self.editor is not None:
            self._show(self.editor)

    def _show_failed_save(self) -> None:
        """Show why a file was not saved, whatever page it was saved from."""
        self.return_to_editor()
        if self.editor is not None:
            self.editor.attend()

    def close_editor(self) -> None:
        """Show the start page in place of the editor."""
        old, self.editor = self.editor, None
        self._show(self.start)
        self._remove(old)

    # ---- jobs

    def show_job(self, identifier: str) -> None:
        """Show a job's page, which is built with the job's first snapshot."""
        self._shown_job = identifier
        self.job_changed.emit(identifier)
        self._watch.watch(identifier)
        if self.job is not None and self.job.model.view.job.id == identifier:
            self.setCurrentWidget(self.job)

    def take_view(self, view: JobView) -> None:
        """Show a snapshot of the job that is shown."""
        if view.job.id != self._shown_job:
            return
        if self.job is not None and self.job.model.view.job.id == view.job.id:
            self.job.set_view(view)
            self.title_changed.emit()  # the job may have been renamed
        else:
            self._show_view(view, self.job.tabs.currentIndex() if self.job else 0)

    def _show_view(self, view: JobView, tab: int) -> None:
        from bayesdesk.jobs.job_page import JobPage

        old, self.job = self.job, JobPage(view, self._database, self._background, tab)
        self.job.new_requested.connect(self.new_from_requested)
        self.job.job_requested.connect(self.show_job)
        self._show(self.job, view.job.id)
        self._remove(old)
        _log.info("job %s is shown", view.job.id)

    def take_rows(self, rows: tuple[JobRow, ...]) -> None:
        """Show the jobs, and leave the page of one that has been deleted."""
        if self.jobs is not None:
            self.jobs.take_rows(rows)
        page = self.job
        if page is None or any(r.job.id == page.model.view.job.id for r in rows):
            return
        if self.currentWidget() is page:
            self.setCurrentWidget(self.start)
        if self._shown_job == page.model.view.job.id:
            self._shown_job = None
            self._watch.watch(None)
            self.job_changed.emit(None)
        self.job = None
        self._remove(page)
