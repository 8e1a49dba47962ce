"""The main window: the list of jobs on the left, one page beside it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QWidget

from bayescore.app.lookup import find_job
from bayescore.i18n import _
from bayescore.store import Database, JobState
from bayesdesk.appearance import Appearance
from bayesdesk.closing import Closing
from bayesdesk.error_boxes import ErrorBoxes
from bayesdesk.help import Help
from bayesdesk.jobs.sidebar import JobListModel, Sidebar
from bayesdesk.menus import fill_menus
from bayesdesk.models.snapshot import JobRow
from bayesdesk.new_project import NewProjectActions
from bayesdesk.open_files import OpenFiles
from bayesdesk.pages import Pages
from bayesdesk.palette import CommandPalette
from bayesdesk.recent_files import RecentFiles
from bayesdesk.services.background import Background
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.services.store_watch import StoreWatch
from bayesdesk.single_instance import JOB
from bayesdesk.start_page import StartPage
from bayesdesk.tray import Tray
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import row
from bayesdesk.welcome import Welcome, is_first_start

if TYPE_CHECKING:  # pages are loaded when they are first shown, so that the window starts quickly
    from bayesdesk.compare.page import ComparePage
    from bayesdesk.diagnostics.page import DiagnosticsPage
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.jobs.job_page import JobPage


class MainWindow(QMainWindow):
    """Wires services to pages. A change of language or theme rebuilds the pages from their models."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.setWindowTitle("Bayesdesk")
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.database = database
        self.errors = ErrorBoxes(self, database.folder.root / "window.log")
        self.background = Background()
        self.background.went_wrong.connect(self.show_error)
        self.watch = StoreWatch(database)
        self.machine = MachineWatch(database, self.background)
        self.rows: tuple[JobRow, ...] = ()
        self.jobs = JobListModel()
        self.tray = Tray(self)
        self.recent = RecentFiles(self)
        self.new_project = NewProjectActions(self, self.background, database, self._open_folder)
        self.pages = Pages(database, self.background, self.machine, self.watch, self._made_start_page)
        self.files = OpenFiles(self, self.pages, self.background, self.recent)
        self.closing = Closing(self, self.files, self.background)
        self.help = Help(self, self.background, database.folder, self.topic)
        self.appearance = Appearance(self)
        self.sidebar = self._made_sidebar()
        self.actions_by_name: dict[str, QAction] = fill_menus(self.menuBar(), self)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        whole = QWidget()
        whole.setObjectName("page")
        self._side_by_side = row(self.sidebar, self.pages, spacing=0)
        self._side_by_side.setStretchFactor(self.pages, 1)
        whole.setLayout(self._side_by_side)
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        self.appearance.changed.connect(self._rebuild)
        self.pages.job_changed.connect(self._choose)
        self.pages.job_started.connect(self.show_job)
        self.pages.new_from_requested.connect(self.files.new_from)
        self.new_project.chosen.connect(self.open_file)
        self.new_project.example_ready.connect(self.files.start)
        self.new_project.imported.connect(self.show_job)
        self.watch.rows_changed.connect(self._take_rows)
        self.watch.view_changed.connect(self.pages.take_view)
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

    # ---- parts

    @property
    def editor(self) -> EditorPage | None:
        """The editor, once a file has been opened."""
        return self.pages.editor

    @property
    def job_page(self) -> JobPage | None:
        """The page of the job that was shown last."""
        return self.pages.job

    @property
    def diagnostics(self) -> DiagnosticsPage | None:
        """The page about this machine, once it has been shown."""
        return self.pages.diagnostics

    @property
    def comparison(self) -> ComparePage | None:
        """The comparison of jobs, once it has been shown."""
        return self.pages.comparison

    def _made_sidebar(self) -> Sidebar:
        made = Sidebar(self.jobs, self.machine)
        made.new_requested.connect(self.show_start)
        made.job_chosen.connect(self.show_job)
        made.compare_requested.connect(self.compare)
        made.delete_requested.connect(self.delete_job)
        made.diagnostics_requested.connect(self.show_diagnostics)
        made.language_requested.connect(self.switch_language)
        made.theme_requested.connect(self.switch_theme)
        return made

    def _made_start_page(self) -> StartPage:
        made = StartPage(self.recent.files())
        made.file_chosen.connect(self.open_file)
        made.open_requested.connect(self.new_project.ask_for_file)
        made.new_requested.connect(self.new_project.new_file)
        made.program_requested.connect(self.new_project.new_from_program)
        made.import_requested.connect(self.new_project.import_results)
        made.example_chosen.connect(self.new_project.start_example)
        return made

    def _rebuild(self) -> None:
        """Build every part in the current language and theme."""
        self.help.close_manual()
        old, self.sidebar = self.sidebar, self._made_sidebar()
        self._side_by_side.replaceWidget(old, self.sidebar)
        old.deleteLater()
        self.actions_by_name = fill_menus(self.menuBar(), self)
        self.jobs.set_rows(self.rows)
        self.pages.rebuild()
        self.sidebar.choose(self.pages.shown_job)

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
        shown = self.pages.currentWidget()
        if shown is self.pages.start:
            return "first-job"
        if shown is self.diagnostics:
            return "troubleshooting"
        return "files" if shown is self.editor else "window"

    def show_start(self) -> None:
        """Show the start page."""
        self.pages.show_start()

    def show_diagnostics(self) -> None:
        """Show the checks of this machine."""
        self.pages.show_diagnostics()

    def switch_language(self) -> None:
        """Switch between English and Chinese."""
        self.appearance.switch_language()

    def switch_theme(self) -> None:
        """Switch between light and dark."""
        self.appearance.switch_theme()

    def show_error(self, error: Exception) -> None:
        """Show an error."""
        self.errors.show(error)

    # ---- jobs

    def _choose(self, job: str | None) -> None:
        self.sidebar.choose(job)

    def _take_rows(self, rows: tuple[JobRow, ...]) -> None:
        self.tray.take(self.rows, rows)
        self.rows = rows
        self.jobs.set_rows(rows)
        self.pages.take_rows(rows)
        self.sidebar.choose(self.pages.shown_job)

    def show_job(self, identifier: str) -> None:
        """Show a job's page, which is built with the job's first snapshot."""
        self.pages.show_job(identifier)

    def compare(self, *chosen: str) -> None:
        """Compare the given jobs and the one that is shown."""
        self.pages.compare(self.rows, chosen)

    def cancel_shown(self) -> None:
        """Cancel the job whose page is shown."""
        if self.job_page is not None and self.pages.currentWidget() is self.job_page:
            self.job_page.header.cancel_requested.emit()

    def delete_job(self, identifier: str) -> None:
        """Ask, then delete a job that has ended."""
        from bayescore.app import deletion

        item = next(r for r in self.rows if r.job.id == identifier)
        boxes = QMessageBox.StandardButton
        question = _("Delete job {name} with its trials, logs and files?", name=item.job.submission.name)
        if QMessageBox.question(self, "Bayesdesk", as_text(question)) is boxes.Yes:
            self.background.run_to_end(
                _("Deleting jobs"), lambda: deletion.delete(self.database, [identifier])
            )

    # ---- files and closing

    def open_file(self, path: Path) -> None:
        """Open a file, or the one in a folder."""
        self.files.open(path)

    def _open_folder(self) -> Path | None:
        return self.editor.model.file.parent if self.editor is not None else None

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

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.closing.may_close():
            event.ignore()
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
