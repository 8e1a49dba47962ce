"""The main window: the jobs on the left, one page in the middle."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QStackedWidget, QWidget

from bayescore.cli.access import find_job
from bayescore.config import LOCAL_FILE_NAME, ParameterSpec
from bayescore.config.load import project_file
from bayescore.errors import BayesdeskError
from bayescore.i18n import _, language, set_language
from bayescore.store import Database, Job, JobState
from bayesdesk.help import Help
from bayesdesk.jobs.sidebar import JobListModel, Sidebar
from bayesdesk.menus import make_menus
from bayesdesk.models.snapshot import JobRow, JobView
from bayesdesk.new_project import NewProjectActions
from bayesdesk.palette import CommandPalette
from bayesdesk.services.background import Background
from bayesdesk.services.files import read_project
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.services.store_watch import StoreWatch
from bayesdesk.single_instance import JOB
from bayesdesk.start_page import StartPage
from bayesdesk.tray import Tray
from bayesdesk.ui import style
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import column, row
from bayesdesk.welcome import Welcome, is_first_start

if TYPE_CHECKING:  # pages are loaded when they are first shown: the window is there sooner
    from bayesdesk.compare.page import ComparePage
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.editor.text_model import ConfigModel, LocalModel
    from bayesdesk.environment.page import EnvironmentPage
    from bayesdesk.jobs.job_page import JobPage

_log = logging.getLogger(__name__)
_MOST_RECENT = 8


class MainWindow(QMainWindow):
    """Wires services to pages; a change of language or theme builds the pages anew from the models."""

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
        self._being_said: set[str] = set()  # errors whose box is open
        self.jobs = JobListModel()
        self.tray = Tray(self)
        self._pages = QStackedWidget()
        self._shown_job: str | None = None
        self.editor: EditorPage | None = None
        self.beginnings = NewProjectActions(self)
        self.help = Help(self)
        self.job_page: JobPage | None = None
        self._build()
        self.watch.rows_changed.connect(self._take_rows)
        self.watch.view_changed.connect(self._take_view)
        self.watch.trouble.connect(self.show_error)

    def start(self) -> None:
        """Begin to watch the store, and show the window where it was."""
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
        """Make every part in the language and theme in use."""
        tab = self.job_page.tabs.currentIndex() if self.job_page else 0
        view = self.job_page.model.view if self.job_page else None
        self.help.close_manual()
        self._pages = QStackedWidget()
        self.sidebar = Sidebar(self.jobs, self.machine)
        self.sidebar.new_requested.connect(self.show_start)
        self.sidebar.job_chosen.connect(self.show_job)
        self.sidebar.compare_requested.connect(self.compare)
        self.sidebar.delete_requested.connect(self.delete_job)
        self.sidebar.environment_requested.connect(self.show_environment)
        self.sidebar.language_requested.connect(self.switch_language)
        self.sidebar.theme_requested.connect(self.switch_theme)
        self.start_page = StartPage(self.recent_files())
        self.start_page.file_chosen.connect(self.open_file)
        self.start_page.open_requested.connect(self.beginnings.ask_for_file)
        self.start_page.new_requested.connect(self.beginnings.new_file)
        self.start_page.program_requested.connect(self.beginnings.new_from_program)
        self.start_page.import_requested.connect(self.beginnings.import_results)
        self.start_page.example_chosen.connect(self.beginnings.start_example)
        self.environment: EnvironmentPage | None = None
        self.comparison: ComparePage | None = None
        self._pages.addWidget(self.start_page)
        self.job_page = None
        whole = QWidget()
        whole.setObjectName("page")
        layout = row(self.sidebar, spacing=0)
        layout.addLayout(column(self._pages, spacing=0), 1)
        whole.setLayout(layout)
        self.setCentralWidget(whole)
        self.actions_by_name = make_menus(self)
        self.jobs.set_rows(self.rows)
        if self.editor is not None:
            self.editor = self._made_editor(self.editor.model, self.editor.local)
        if view is not None:
            self._show_view(view, tab)

    def show_palette(self) -> None:
        """Offer every command by its name."""
        CommandPalette(self, self.actions_by_name).open()

    def welcome(self) -> None:
        """Greet whoever starts it for the first time."""
        greeting = Welcome(self, self.background)
        greeting.language_requested.connect(self.switch_language)
        greeting.example_requested.connect(self.beginnings.run_example)
        greeting.manual_requested.connect(lambda: self.help.show_manual("first-job"))
        greeting.open()

    def topic(self) -> str:
        """The manual's page about what is in sight."""
        shown = self._pages.currentWidget()
        if shown is self.start_page:
            return "first-job"
        if shown is self.environment:
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
        """Show a job's page; it comes with the job's first snapshot."""
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
        """Show jobs beside each other: the ones that are named, and the one in sight."""
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
        question = _("Delete the job {name} with its trials, logs and files?", name=item.job.submission.name)
        if QMessageBox.question(self, "Bayesdesk", as_text(question)) is boxes.Yes:
            self.background.run(lambda: deletion.delete(self.database, [identifier]))

    # ---- files

    def open_file(self, path: Path) -> None:
        """Open a file, or the one in a folder."""
        file = project_file(path).absolute()
        if not self.may_leave_editor():
            return
        self.background.run(lambda: read_project(file), lambda both: self.edit(file, both))

    def edit(self, file: Path, both: tuple[bytes, bytes]) -> None:
        """Show a project's two files as they were read."""
        from bayesdesk.editor.text_model import ConfigModel, LocalModel

        self._remember(file)
        local = LocalModel(file.with_name(LOCAL_FILE_NAME), both[1])
        self.editor = self._made_editor(ConfigModel(file, both[0]), local)

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
        file = project_file(Path(job.submission.project))

        def edit(both: tuple[bytes, bytes]) -> None:
            self.edit(file, both)
            assert self.editor is not None
            self.editor.follow_up(job, specs)

        if self.may_leave_editor():
            self.background.run(lambda: read_project(file), edit)

    def may_leave_editor(self) -> bool:
        """Whether nothing would be lost, or the user has decided about it."""
        if self.editor is None or not self.editor.is_changed:
            return True
        boxes = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self,
            _("Unsaved changes"),
            as_text(_("{file} has changes that are not saved.", file=str(self.editor.model.file))),
            boxes.Save | boxes.Discard | boxes.Cancel,
        )
        if answer is boxes.Save:
            self.editor.save()
        elif answer is boxes.Discard:
            self.editor.forget_drafts()
        return answer is not boxes.Cancel

    def recent_files(self) -> list[Path]:
        """Files that were opened lately, newest first."""
        names = QSettings().value("files/recent", [])
        return [Path(str(n)) for n in names] if isinstance(names, list) else []

    def _remember(self, file: Path) -> None:
        names = [str(file), *(str(f) for f in self.recent_files() if f != file)]
        QSettings().setValue("files/recent", names[:_MOST_RECENT])

    # ---- the window

    def show_environment(self) -> None:
        """Show what trials need of this machine."""
        self._shown_job = None
        self.sidebar.choose(None)
        if self.environment is None:
            from bayesdesk.environment.page import EnvironmentPage

            self.environment = EnvironmentPage(self.background, self.database, self.machine)
            self._pages.addWidget(self.environment)
        self._pages.setCurrentWidget(self.environment)
        self.environment.check_again()

    def switch_language(self) -> None:
        """English becomes Chinese, and the other way round."""
        wanted = "en" if language() == "zh" else "zh"
        set_language(wanted)
        QSettings().setValue("language", wanted)
        self._build()

    def switch_theme(self) -> None:
        """Light becomes dark, and the other way round."""
        settings = QSettings()
        wanted = "light" if settings.value("theme") == "dark" else "dark"
        settings.setValue("theme", wanted)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        style.apply(application, wanted)
        self._build()

    def show_error(self, error: Exception) -> None:
        """Say what went wrong, once for as long as it is read; the window goes on."""
        _log.error("%s", error, exc_info=error)
        sentence = _sentence(error)
        if sentence in self._being_said:
            return
        hint = str(error.hint) if isinstance(error, BayesdeskError) and error.hint else ""
        where = _("Details are in {file}.", file=self.database.folder.root / "window.log")
        box = QMessageBox(QMessageBox.Icon.Warning, "Bayesdesk", as_text(sentence), parent=self)
        box.setInformativeText(as_text(hint or where))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(lambda _answer: self._being_said.discard(sentence))
        self._being_said.add(sentence)
        box.open()

    def raise_and_open(self, wanted: str) -> None:
        """Come to the front for a second start, with what it named."""
        self.showNormal()
        self.raise_()
        self.activateWindow()
        if wanted:
            self.open(wanted)

    def open(self, wanted: str) -> None:
        """Open a file by its absolute path, or a job behind ``job:``."""
        word = wanted.removeprefix(JOB)
        if word == wanted:
            self.open_file(Path(wanted))
        else:
            self.background.run(partial(find_job, self.database, word), lambda job: self.show_job(job.id))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [u.toLocalFile() for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            self.open_file(Path(paths[0]))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_leave_editor():
            event.ignore()
            return
        if any(r.job.state is JobState.RUNNING for r in self.rows) and not QSettings().value("told/goes_on"):
            QSettings().setValue("told/goes_on", True)
            QMessageBox.information(
                self, "Bayesdesk", _("The running jobs go on without the window; open it again to see them.")
            )
        QSettings().setValue("window/geometry", self.saveGeometry())
        self.machine.end()
        self.watch.end()
        self.help.close_manual()
        event.accept()


def _sentence(error: Exception) -> str:
    if isinstance(error, BayesdeskError):
        return str(error.message)
    return _("Something unexpected happened: {error}", error=f"{type(error).__name__}: {error}")
