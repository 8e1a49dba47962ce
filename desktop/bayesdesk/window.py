"""The main window: the list of jobs on the left, one page beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from bayescore.i18n import _
from bayesdesk import frame
from bayesdesk.appearance import Appearance
from bayesdesk.menus import fill_menus
from bayesdesk.panes import Panes
from bayesdesk.recent_files import RecentFiles
from bayesdesk.single_instance import JOB
from bayesdesk.start_page import StartPage
from bayesdesk.ui import theme
from bayesdesk.ui.collapsible import Collapsible
from bayesdesk.ui.reading_order import move_focus
from bayesdesk.ui.widgets import column, discard, row

if TYPE_CHECKING:  # loaded when the window is on the screen, and pages when they are first shown
    from bayescore.errors import BayesdeskError
    from bayescore.store import Database
    from bayesdesk.closing import Closing
    from bayesdesk.compare.page import ComparePage
    from bayesdesk.diagnostics.page import DiagnosticsPage
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.jobs.job_page import JobPage
    from bayesdesk.jobs.sidebar import Sidebar
    from bayesdesk.left_side import LeftSide
    from bayesdesk.models.snapshot import JobRow


class MainWindow(QMainWindow):
    """Wires services to pages. A change of language or theme rebuilds the pages from their models.

    Parameters
    ----------
    database
        The store, already open. Without it the window only shows the start page until it is filled, so that
        it is on the screen before SQLAlchemy and NumPy are loaded.
    """

    def __init__(self, database: Database | None = None) -> None:
        super().__init__()
        self.setWindowTitle("Bayesdesk")
        frame.set_least_size(self)
        self.appearance = Appearance(self)
        self.recent = RecentFiles(self)
        self.rows: tuple[JobRow, ...] = ()
        self.closing: Closing | None = None
        self._panes = Panes()
        self._start_page = StartPage(self.recent)
        self._sidebar_place = QWidget()
        self._sidebar_place.setObjectName("sidebar")
        self._sidebar_place.setFixedWidth(theme.SIDEBAR_WIDTH)
        self.actions_by_name: dict[str, QAction] = fill_menus(self.menuBar(), self)
        whole = QWidget()
        whole.setObjectName("page")
        self._side_by_side = row(self._sidebar_place, self._start_page, spacing=0)
        self._side_by_side.setStretchFactor(self._start_page, 1)
        whole.setLayout(self._side_by_side)
        self.setCentralWidget(whole)
        if database is not None:
            self.fill(database)

    def fill(self, database: Database) -> None:
        """Build everything that needs the store."""
        from bayesdesk.closing import Closing
        from bayesdesk.dropping import Dropping
        from bayesdesk.error_boxes import ErrorBoxes
        from bayesdesk.help import Help
        from bayesdesk.imports import Imports
        from bayesdesk.jobs.job_actions import JobActions
        from bayesdesk.jobs.sidebar import JobListModel
        from bayesdesk.lost_project import LostProject
        from bayesdesk.new_project import NewProjectActions
        from bayesdesk.notices import Notices
        from bayesdesk.open_files import OpenFiles
        from bayesdesk.opening import Opening
        from bayesdesk.pages import Pages
        from bayesdesk.services.background import Background
        from bayesdesk.services.display_watch import DisplayWatch
        from bayesdesk.services.machine_watch import MachineWatch
        from bayesdesk.services.store_watch import StoreWatch
        from bayesdesk.tray import Tray

        self.database = database
        self.errors = ErrorBoxes(self, database.folder.root / "window.log")
        self.background = Background()
        self.watch = StoreWatch(database)
        self.machine = MachineWatch(database, self.background)
        self.display = DisplayWatch(self, self.background)
        self.jobs = JobListModel()
        self.job_actions = JobActions(self, database, self.background, lambda: self.rows)
        self.tray = Tray(self, self.background)
        self.new_project = NewProjectActions(self, self.background, database.folder.root)
        self.imports = Imports(self, self.background, database, self._open_folder)
        self.pages = Pages(database, self.background, self.machine, self.watch, self._start_page)
        self.files = OpenFiles(self, self.pages, self.background, self.recent, database.folder.root)
        self.opening = Opening(
            self,
            self.background,
            self.files.open,
            self.new_project.propose,
            self.imports.read,
            self.queue_projects,
        )
        Dropping(self, self.opening.open_dropped)
        self.closing = Closing(self, self.files, self.background)
        self.lost_project = LostProject(self, database, self.background, self.files.new_from)
        self.help = Help(self, self.background, database.folder, self.topic)
        self._left = self._made_left()
        self._side_by_side.replaceWidget(self._sidebar_place, self._left)
        discard(self._sidebar_place)
        self.notices = Notices(self.show_job)
        right = column(self.notices, self.pages, spacing=0)
        right.setStretch(1, 1)
        self._side_by_side.addLayout(right, 1)
        self._connect_start_page()
        self._connect()

    def _connect(self) -> None:
        self.background.went_wrong.connect(self.show_error)
        self.appearance.changed.connect(self._rebuild)
        self.appearance.changed.connect(self._check_fonts)
        self.pages.job_changed.connect(self._choose)
        self.pages.title_changed.connect(self._show_title)
        self.pages.job_started.connect(self.show_job)
        self.pages.new_from_requested.connect(self.lost_project.follow_up)
        self.job_actions.compare_requested.connect(lambda chosen: self.compare(*chosen))
        self.job_actions.moved.connect(self.jobs.expect_move)
        self.job_actions.move_failed.connect(self.jobs.forget_moves)
        self.new_project.chosen.connect(self.open_file)
        self.new_project.several_chosen.connect(self.queue_projects)
        self.new_project.example_ready.connect(self.files.start)
        self.imports.imported.connect(self.show_job)
        self.tray.ended.connect(self.notices.tell_ended)
        self.tray.show_requested.connect(self.show_job)
        self.watch.rows_changed.connect(self._take_rows)
        self.watch.view_changed.connect(self.pages.take_view)
        self.machine.machine_changed.connect(self._take_machine)
        self.watch.trouble.connect(self.show_error)

    def show_frame(self) -> None:
        """Show the window where it was."""
        frame.restore(self)
        self.show()

    def show_first(self) -> None:
        """Show the window and return when it has been painted, before it is filled."""
        self.show_frame()
        QApplication.processEvents()
        self.repaint()

    def start(self) -> None:
        """Show the window, and start watching the store."""
        from bayesdesk.welcome import is_first_start

        if not self.isVisible():
            self.show_frame()
        self.watch.start()
        self.machine.start()
        self.display.start()
        self._check_fonts()
        if is_first_start():
            self.welcome()

    # ---- parts

    @property
    def sidebar(self) -> Sidebar:
        """The list of jobs."""
        return self._left.sidebar

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

    def _made_left(self) -> LeftSide:
        from bayesdesk.left_side import LeftSide, Routes

        routes = Routes(
            self.show_start,
            self.show_job,
            self.show_jobs,
            self.compare,
            self.show_diagnostics,
            self.switch_language,
            self.switch_theme,
        )
        return LeftSide(self.jobs, self.machine, self.job_actions, routes)

    def _connect_start_page(self) -> None:
        from bayesdesk.overview import Overview

        page = self._start_page
        page.file_chosen.connect(self.open_file)
        page.open_requested.connect(self.new_project.ask_for_file)
        page.new_requested.connect(self.new_project.new_file)
        page.program_requested.connect(self.new_project.new_from_program)
        page.import_requested.connect(self.imports.ask_for_file)
        page.example_chosen.connect(self.new_project.start_example)
        self.overview = Overview(self.database, self.background, self.machine)
        self.overview.job_chosen.connect(self.show_job)
        self.overview.diagnostics_requested.connect(self.show_diagnostics)
        page.add_overview(self.overview)
        self._show_overview()

    def _show_overview(self) -> None:
        self.overview.show_rows(self.rows)
        self._start_page.show_overview(has_jobs=bool(self.rows))

    def _rebuild(self) -> None:
        """Build every part in the current language and theme."""
        self.help.close_manual()
        old, self._left = self._left, self._made_left()
        self._side_by_side.replaceWidget(old, self._left)
        discard(old)
        self.actions_by_name = fill_menus(self.menuBar(), self)
        self.jobs.set_rows(self.rows)
        self._start_page = StartPage(self.recent)
        self._connect_start_page()
        self.pages.rebuild(self._start_page, self.rows, self.job_actions)
        self.sidebar.choose(self.pages.shown_job)

    def _check_fonts(self) -> None:
        from bayesdesk.fonts import check_fonts

        check_fonts(self, self.appearance)

    def show_palette(self) -> None:
        """Open the command palette."""
        from bayesdesk.palette_items import open_palette

        open_palette(self, self)

    def show_preferences(self) -> None:
        """Open the preferences."""
        from bayesdesk.preferences import Preferences

        Preferences(self, self.appearance, self.database, self.background).open()

    def toggle_sidebar(self) -> None:
        """Show or hide the list of jobs."""
        self._left.toggle()

    def toggle_details(self) -> None:
        """Show or hide the panel beside the page, if it has one."""
        for panel in self.pages.findChildren(Collapsible):
            if panel.isVisible():
                panel.toggle()

    def next_pane(self) -> None:
        """Move the focus to the next pane."""
        self._move_to_pane(forward=True)

    def previous_pane(self) -> None:
        """Move the focus to the pane before."""
        self._move_to_pane(forward=False)

    def _move_to_pane(self, *, forward: bool) -> None:
        page = self.pages.currentWidget() or self.pages
        self._panes.move((self._left, self.notices), page, forward=forward)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab visit the controls in reading order."""
        return move_focus(self, forward=forward)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or return to the window's size."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def welcome(self) -> None:
        """Show the welcome of the first start."""
        from bayesdesk.welcome import Welcome

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

    def tell_read_only(self, trouble: BayesdeskError) -> None:
        """Tell that the jobs can be looked at only, and why."""
        words = _("Nothing can be stored, so jobs cannot be started or changed.")
        self.notices.tell_read_only(f"{trouble} {words}")

    def show_error(self, error: Exception) -> None:
        """Show an error."""
        self.errors.show(error)

    def _show_title(self) -> None:
        self.setWindowTitle(self.pages.title)
        editor = self.editor
        is_shown = editor is not None and self.pages.currentWidget() is editor
        self.setWindowModified(is_shown and editor is not None and editor.is_changed)

    # ---- jobs

    def _choose(self, job: str | None) -> None:
        self.sidebar.choose(job)

    def _take_machine(self) -> None:
        if self.machine.machine is not None:
            self.watch.set_gpus(self.machine.machine.gpus)

    def _take_rows(self, rows: tuple[JobRow, ...]) -> None:
        self.tray.take(self.rows, rows)
        self.rows = rows
        self.jobs.set_rows(rows)
        self.pages.take_rows(rows)
        self._show_overview()
        self.sidebar.choose(self.pages.shown_job)

    def show_job(self, identifier: str) -> None:
        """Show a job's page, which is built with the job's first snapshot."""
        self.pages.show_job(identifier)

    def compare(self, *chosen: str) -> None:
        """Compare the given jobs and the one that is shown."""
        self.pages.compare(self.rows, chosen)

    def show_jobs(self) -> None:
        """Show all jobs as a table."""
        self.pages.show_jobs(self.rows, self.job_actions)

    # ---- files and closing

    def open_file(self, path: Path) -> None:
        """Open a file, or the one in a folder."""
        self.files.open(path)

    def queue_projects(self, projects: Sequence[Path]) -> None:
        """Check several projects, and put them into the queue."""
        from bayesdesk.sweep_dialog import SweepDialog

        def show() -> None:
            dialog = SweepDialog(self, self.background, self.database, projects)
            dialog.started.connect(self.show_job)
            dialog.open()

        self.files.save_first(projects, show)

    def _open_folder(self) -> Path | None:
        return self.editor.model.file.parent if self.editor is not None else None

    def raise_and_open(self, target: str) -> None:
        """Come to the front and open what a second start names."""
        frame.bring_to_front(self)
        if target:
            self.open(target)

    def open(self, target: str) -> None:
        """Open a file by its absolute path, or a job by ``job:ID``."""
        from bayescore.app.lookup import find_job

        job = target.removeprefix(JOB)
        if job == target:
            self.opening.open(Path(target))
        else:
            self.background.run(partial(find_job, self.database, job), lambda found: self.show_job(found.id))

    def closeEvent(self, event: QCloseEvent) -> None:
        from bayesdesk.closing import tell_that_jobs_continue
        from bayesdesk.overview import remember_visit

        if self.closing is None:  # the window has not been filled yet
            event.accept()
            return
        if not self.closing.may_close() or tell_that_jobs_continue(self, self.rows):
            event.ignore()
            return
        remember_visit()
        frame.remember(self)
        self.machine.end()
        self.watch.end()
        self.help.close_manual()
        event.accept()
