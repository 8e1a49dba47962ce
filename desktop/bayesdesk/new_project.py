"""Ways to open or create a project: a file, an example, a program's options, results of other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from bayescore.app.new_project import (
    Proposal,
    accept_proposal,
    choose_runner,
    create_project,
    propose_from_program,
)
from bayescore.app.study_import import import_file, import_table
from bayescore.config import RunnerChoice
from bayescore.i18n import _
from bayescore.store import Database, Job
from bayesdesk.new_file_dialog import NewFileDialog
from bayesdesk.services.background import Background
from bayesdesk.ui.message_box import tell

DEFAULT_RUNNER = "runner"  # setting: a :class:`RunnerChoice`


def default_runner() -> RunnerChoice:
    """The runner of new projects, from the preferences."""
    chosen = str(QSettings().value(DEFAULT_RUNNER, RunnerChoice.AUTO))
    return RunnerChoice(chosen) if chosen in list(RunnerChoice) else RunnerChoice.AUTO


class NewProjectActions(QObject):
    """Asks the user for files and works off the GUI thread.

    Parameters
    ----------
    project
        Returns the folder of the project in the editor, ``None`` when there is none.
    """

    chosen = Signal(object)  # Path of a project or its file, to be opened
    example_ready = Signal(object)  # Path of a project, to be opened and started
    imported = Signal(str)  # id of a job

    def __init__(
        self, window: QWidget, background: Background, database: Database, project: Callable[[], Path | None]
    ) -> None:
        super().__init__(window)
        self._window, self._background, self._database = window, background, database
        self._project = project

    def ask_for_file(self) -> None:
        """Ask for an ``openbayes.yaml``."""
        name, _filter = QFileDialog.getOpenFileName(self._window, _("Open"), "", "YAML (*.yaml *.yml)")
        if name:
            self.chosen.emit(Path(name))

    def start_example(self, name: str) -> None:
        """Copy an example into a folder that the user chooses."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder for the example"))
        if folder:
            self._create(Path(folder) / name, name)

    def run_example(self) -> None:
        """Copy the example without requirements into the data folder, unless it is there, and start it."""
        folder = self._database.folder.root / "examples" / "guide"

        def copy() -> None:
            if not (folder / "openbayes.yaml").exists():
                create_project(folder, "guide")

        self._background.run_to_end(
            _("Creating the project"), copy, lambda _none: self.example_ready.emit(folder)
        )

    def new_from_program(self) -> None:
        """Offer a file with a search space made from the options of a program."""
        name, _filter = QFileDialog.getOpenFileName(self._window, _("Your program"), "", "Python (*.py)")
        if name:
            program = Path(name)
            self._background.run(lambda: propose_from_program(program.parent, program.name), self._offer)

    def _offer(self, proposal: Proposal) -> None:
        """Show the proposed file, which is written when the user accepts it."""

        def write() -> None:
            accept_proposal(proposal, default_runner())

        def create() -> None:
            self._background.run_to_end(
                _("Creating {file}", file=proposal.file.name),
                write,
                lambda _none: self.chosen.emit(proposal.file),
            )

        dialog = NewFileDialog(self._window, proposal)
        dialog.accepted.connect(create)
        dialog.open()

    def new_file(self) -> None:
        """Write a commented file into a folder that the user chooses."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder of the project"))
        if folder:
            self._create(Path(folder), None)

    def _create(self, folder: Path, example: str | None) -> None:
        def work() -> None:
            create_project(folder, example)
            choose_runner(folder, default_runner())

        self._background.run_to_end(_("Creating the project"), work, lambda _none: self.chosen.emit(folder))

    def import_results(self) -> None:
        """Import results of another tool as a job."""
        name, _filter = QFileDialog.getOpenFileName(
            self._window,
            _("Import"),
            "",
            _("Optuna storages and tables") + " (*.db *.sqlite3 *.csv *.tsv *.txt);;* (*)",
        )
        if name:
            self._import(Path(name))

    def import_folder(self) -> None:
        """Import a folder of downloaded outputs as a job."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder with the outputs of trials"))
        if folder:
            self._import(Path(folder))

    def import_copied(self) -> None:
        """Import the table on the clipboard as a job of the open project."""
        copied, project = QGuiApplication.clipboard().text(), self._project()
        if project is None:
            tell(
                self._window,
                _("Open the project's openbayes.yaml first: it defines what the columns mean."),
            )
            return

        def work() -> Job:
            return import_table(self._database, copied, _("copied table"), project)

        self._background.run_to_end(_("Importing results"), work, self._imported)

    def _import(self, source: Path) -> None:
        project = self._project() or source.parent
        self._background.run_to_end(
            _("Importing results"), lambda: import_file(self._database, source, project), self._imported
        )

    def _imported(self, job: Job) -> None:
        self.imported.emit(job.id)
