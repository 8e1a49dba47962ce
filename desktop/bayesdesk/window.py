"""The main window: the list of jobs on the left, one page beside it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QStackedWidget, QWidget

from bayescore.app.lookup import find_job
from bayescore.config import ParameterSpec
from bayescore.config.load import project_file
from bayescore.errors import BayesdeskError
from bayescore.i18n import _, language, set_language
from bayescore.store import Database, Job, JobState
from bayesdesk.help import Help
from bayesdesk.jobs.sidebar import JobListModel, Sidebar
from bayesdesk.menus import fill_menus
from bayesdesk.models.snapshot import JobRow, JobView
from bayesdesk.new_project import NewProjectActions
from bayesdesk.palette import CommandPalette
from bayesdesk.services.background import Background
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.services.store_watch import StoreWatch
from bayesdesk.single_instance import JOB
from bayesdesk.start_page import StartPage
from bayesdesk.tray import Tray
from bayesdesk.ui import style
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import column, row
from bayesdesk.welcome import Welcome, is_first_start

if TYPE_CHECKING:  # pages are loaded when they are first shown, so that the window starts quickly
    from bayesdesk.compare.page import ComparePage
    from bayesdesk.diagnostics.page import DiagnosticsPage
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.editor.sources import Project
    from bayesdesk.editor.text_model import ConfigModel, LocalModel
    from bayesdesk.jobs.job_page import JobPage

_log = logging.getLogger(__name__)
_MOST_RECENT = 8


class MainWindow(QMainWindow):
    """Wires services to pages. A change of language or theme rebuilds the pages from their models."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.setWindowTitle("Bayesdesk")
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.database = database
        self.background = Background()
        self.background.went_wrong.connect(self.show_error)
        self.watch = StoreWatch(database)
        self.machine = MachineWatch(database, self.background)
        self.rows: tuple[JobRow, ...] = ()
        self._may_close = False  # the user has decided about unsaved changes
        self._open_errors: set[str] = set()  # messages whose box is open
        self.jobs = JobListModel()
        self.tray = Tray(self)
        self._pages = QStackedWidget()
        self._shown_job: str | None = None
        self.editor: EditorPage | None = None
        self.new_project = NewProjectActions(self, self.background, database, self._open_folder)
        self.new_project.chosen.connect(self.open_file)
        self.new_project.example_ready.connect(self._start_example)
        self.new_project.imported.connect(self.show_job)
        self.help = Help(self, self.background, database.folder, self.topic)
        self.job_page: JobPage | None = None
        self._build()
        self.watch.rows_changed.connect(self._take_rows)
        self.watch.view_changed.connect(self._take_view)
        self.watch.trouble.connect(self.show_error)

    def start(self) -> None:
        """Show the window where it was, and start watching the store."""
        settings = QSettings()
        geometry = settings.value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        else:
            self.resize(1440, 900)
        self.show()
        self.watch.start()
        self.machine.start()
        if is_first_start():
            self.welcome()

    # ---- building

    def _build(self) -> None:
        """Build every part in the current language and theme."""
        tab = self.job_page.tabs.currentIndex() if self.job_page else 0
        view = self.job_page.model.view if self.job_page else None
        is_editing = self.editor is not None and self._pages.currentWidget() is self.editor
        self.help.close_manual()
        self._pages = QStackedWidget()
        self.sidebar = Sidebar(self.jobs, self.machine)
        self.sidebar.new_requested.connect(self.show_start)
        self.sidebar.job_chosen.connect(self.show_job)
        self.sidebar.compare_requested.connect(self.compare)
        self.sidebar.delete_requested.connect(self.delete_job)
        self.sidebar.diagnostics_requested.connect(self.show_diagnostics)
        self.sidebar.language_requested.connect(self.switch_language)
        self.sidebar.theme_requested.connect(self.switch_theme)
        self.start_page = StartPage(self.recent_files())
        self.start_page.file_chosen.connect(self.open_file)
        self.start_page.open_requested.connect(self.new_project.ask_for_file)
        self.start_page.new_requested.connect(self.new_project.new_file)
        self.start_page.program_requested.connect(self.new_project.new_from_program)
        self.start_page.import_requested.connect(self.new_project.import_results)
        self.start_page.example_chosen.connect(self.new_project.start_example)
        self.diagnostics: DiagnosticsPage | None = None
        self.comparison: ComparePage | None = None
        self._pages.addWidget(self.start_page)
        self.job_page = None
        whole = QWidget()
        whole.setObjectName("page")
        layout = row(self.sidebar, spacing=0)
        layout.addLayout(column(self._pages, spacing=0), 1)
        whole.setLayout(layout)
        self.setCentralWidget(whole)
        self.actions_by_name = fill_menus(self.menuBar(), self)
        self.jobs.set_rows(self.rows)
        if self.editor is not None:
            self.editor = self._made_editor(self.editor.model, self.editor.local)
        if view is not None and not is_editing:
            self._show_view(view, tab)
            self.show_job(view.job.id)

    def show_palette(self) -> None:
        """Open the command palette."""
        CommandPalette(self, self.actions_by_name).open()

    def welcome(self) -> None:
        """Show the welcome of the first start."""
        dialog = Welcome(self, self.background)
        dialog.language_requested.connect(self.switch_language)
        dialog.example_requested.connect(self.new_project.run_example)
        dialog.manual_requested.connect(lambda: self.help.show_manual("first-job"))
        dialog.open()

    def topic(self) -> str:
        """The manual's page about what the window shows."""
        shown = self._pages.currentWidget()
        if shown is self.start_page:
            return "first-job"
        if shown is self.diagnostics:
            return "troubleshooting"
        return "files" if shown is self.editor else "window"

    def show_start(self) -> None:
        """Show the start page."""
        self._shown_job = None
        self.sidebar.choose(None)
        self._pages.setCurrentWidget(self.start_page)

    # ---- jobs

    def _take_rows(self, rows: tuple[JobRow, ...]) -> None:
        self.tray.take(self.rows, rows)
        self.rows = rows
        self.jobs.set_rows(rows)
        self._leave_deleted_job()
        self.sidebar.choose(self._shown_job)

    def _leave_deleted_job(self) -> None:
        page = self.job_page
        if page is None or any(r.job.id == page.model.view.job.id for r in self.rows):
            return
        if self._pages.currentWidget() is page:
            self._pages.setCurrentWidget(self.start_page)
        if self._shown_job == page.model.view.job.id:
            self._shown_job = None
            self.watch.watch(None)
        self._pages.removeWidget(page)
        self.job_page = None
        page.deleteLater()

    def show_job(self, identifier: str) -> None:
        """Show a job's page, which is built with the job's first snapshot."""
        self._shown_job = identifier
        self.sidebar.choose(identifier)
        self.watch.watch(identifier)
        if self.job_page is not None and self.job_page.model.view.job.id == identifier:
            self._pages.setCurrentWidget(self.job_page)

    def _take_view(self, view: JobView) -> None:
        if view.job.id != self._shown_job:
            return
        if self.job_page is not None and self.job_page.model.view.job.id == view.job.id:
            self.job_page.set_view(view)
        else:
            self._show_view(view, self.job_page.tabs.currentIndex() if self.job_page else 0)

    def _show_view(self, view: JobView, tab: int) -> None:
        from bayesdesk.jobs.job_page import JobPage

        old, self.job_page = self.job_page, JobPage(view, self.database, self.background, tab)
        self.job_page.new_requested.connect(self.new_from)
        self._pages.addWidget(self.job_page)
        self._pages.setCurrentWidget(self.job_page)
        if old is not None:
            self._pages.removeWidget(old)
            old.deleteLater()
        _log.info("job %s is shown", view.job.id)

    def compare(self, *chosen: str) -> None:
        """Compare the given jobs and the one that is shown."""
        if self.comparison is None:
            from bayesdesk.compare.page import ComparePage

            self.comparison = ComparePage(self.database, self.background)
            self._pages.addWidget(self.comparison)
        shown = (self._shown_job,) if self._shown_job else ()
        self.comparison.show_rows(self.rows, (*shown, *chosen))
        self._shown_job = None
        self.sidebar.choose(None)
        self._pages.setCurrentWidget(self.comparison)

    def cancel_shown(self) -> None:
        if self.job_page is not None and self._pages.currentWidget() is self.job_page:
            self.job_page.header.cancel_requested.emit()

    def delete_job(self, identifier: str) -> None:
        """Ask, then delete a job that has ended."""
        from bayescore.app import deletion

        item = next(r for r in self.rows if r.job.id == identifier)
        boxes = QMessageBox.StandardButton
        question = _("Delete job {name} with its trials, logs and files?", name=item.job.name)
        if QMessageBox.question(self, "Bayesdesk", as_text(question)) is boxes.Yes:
            self.background.run(lambda: deletion.delete(self.database, [identifier]))

    # ---- files

    def open_file(self, path: Path) -> None:
        """Open a file, or the one in a folder."""
        self._open_project(path, lambda: None)

    def _open_project(self, path: Path, opened: Callable[[], object]) -> None:
        file = project_file(path).absolute()

        def show(project: Project) -> None:
            self._edit(project)
            opened()

        self.leave_editor(lambda: self.background.run(lambda: _read_project(file), show))

    def _edit(self, project: Project) -> None:
        from bayesdesk.editor.text_model import ConfigModel, LocalModel

        self._remember(project.config.file)
        model = ConfigModel(project.config, self.background)
        self.editor = self._made_editor(model, LocalModel(project.local, self.background))

    def _open_folder(self) -> Path | None:
        return self.editor.model.file.parent if self.editor is not None else None

    def _start_example(self, folder: Path) -> None:
        def start() -> None:
            assert self.editor is not None
            self.editor.start()

        self._open_project(folder, start)

    def _made_editor(self, model: ConfigModel, local: LocalModel) -> EditorPage:
        from bayesdesk.editor.editor_page import EditorPage

        editor = EditorPage(model, local, self.background, self.database, self.machine)
        editor.started.connect(self.show_job)
        old = next(
            (w for i in range(self._pages.count()) if isinstance(w := self._pages.widget(i), EditorPage)),
            None,
        )
        if old is not None:
            self._pages.removeWidget(old)
            old.deleteLater()
        self._pages.addWidget(editor)
        self._pages.setCurrentWidget(editor)
        self._shown_job = None
        self.sidebar.choose(None)
        return editor

    def new_from(self, job: Job, specs: tuple[ParameterSpec, ...] | None) -> None:
        """Edit a job's file for a job that learns from it, with narrowed ranges if there are any."""

        def follow_up() -> None:
            assert self.editor is not None
            self.editor.follow_up(job, specs)

        self._open_project(Path(job.submission.project), follow_up)

    def leave_editor(self, proceed: Callable[[], object]) -> None:
        """Proceed unless changes would be lost; the user decides whether they are saved first."""
        if self.editor is None or not self.editor.is_changed:
            proceed()
            return
        boxes = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self,
            _("Unsaved changes"),
            as_text(_("{file} has unsaved changes.", file=str(self.editor.model.file))),
            boxes.Save | boxes.Discard | boxes.Cancel,
        )
        if answer is boxes.Save:
            self.editor.save(proceed)
        elif answer is boxes.Discard:
            self.editor.discard_drafts()
            proceed()

    def recent_files(self) -> list[Path]:
        """Recently opened files, newest first."""
        names = QSettings().value("files/recent", [])
        return [Path(str(n)) for n in names] if isinstance(names, list) else []

    def _remember(self, file: Path) -> None:
        names = [str(file), *(str(f) for f in self.recent_files() if f != file)]
        QSettings().setValue("files/recent", names[:_MOST_RECENT])

    # ---- the window

    def show_diagnostics(self) -> None:
        """Show the checks of this machine."""
        self._shown_job = None
        self.sidebar.choose(None)
        if self.diagnostics is None:
            from bayesdesk.diagnostics.page import DiagnosticsPage

            self.diagnostics = DiagnosticsPage(self.background, self.database, self.machine)
            self._pages.addWidget(self.diagnostics)
        self._pages.setCurrentWidget(self.diagnostics)
        self.diagnostics.check_again()

    def switch_language(self) -> None:
        """Switch between English and Chinese."""
        wanted = "en" if language() == "zh" else "zh"
        set_language(wanted)
        QSettings().setValue("language", wanted)
        self._build()

    def switch_theme(self) -> None:
        """Switch between light and dark."""
        settings = QSettings()
        wanted = "light" if settings.value("theme") == "dark" else "dark"
        settings.setValue("theme", wanted)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        style.apply(application, wanted)
        self._build()

    def show_error(self, error: Exception) -> None:
        """Show an error; a message whose box is still open is not shown twice."""
        _log.error("%s", error, exc_info=error)
        sentence = _sentence(error)
        if sentence in self._open_errors:
            return
        hint = str(error.hint) if isinstance(error, BayesdeskError) and error.hint else ""
        where = _("Details are in {file}.", file=self.database.folder.root / "window.log")
        box = QMessageBox(QMessageBox.Icon.Warning, "Bayesdesk", as_text(sentence), parent=self)
        box.setInformativeText(as_text(hint or where))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(lambda _answer: self._open_errors.discard(sentence))
        self._open_errors.add(sentence)
        box.open()

    def raise_and_open(self, target: str) -> None:
        """Come to the front and open what a second start names."""
        self.showNormal()
        self.raise_()
        self.activateWindow()
        if target:
            self.open(target)

    def open(self, target: str) -> None:
        """Open a file by its absolute path, or a job by ``job:ID``."""
        job = target.removeprefix(JOB)
        if job == target:
            self.open_file(Path(target))
        else:
            self.background.run(partial(find_job, self.database, job), lambda found: self.show_job(found.id))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [u.toLocalFile() for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            self.open_file(Path(paths[0]))

    def _close_now(self) -> None:
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close and self.editor is not None and self.editor.is_changed:
            event.ignore()
            self.leave_editor(self._close_now)
            return
        if any(r.job.state is JobState.RUNNING for r in self.rows) and not QSettings().value("told/goes_on"):
            QSettings().setValue("told/goes_on", True)
            QMessageBox.information(
                self,
                "Bayesdesk",
                _("The running jobs continue without the window. Open it again to see them."),
            )
        QSettings().setValue("window/geometry", self.saveGeometry())
        self.machine.end()
        self.watch.end()
        self.help.close_manual()
        event.accept()


def _read_project(file: Path) -> Project:
    from bayesdesk.editor.sources import open_project

    return open_project(file)


def _sentence(error: Exception) -> str:
    if isinstance(error, BayesdeskError):
        return str(error.message)
    return _("Unexpected error: {error}", error=f"{type(error).__name__}: {error}")
