"""Ways to open or create a project: a file, a new one, an example, a program's options.

Nothing is written before the user has seen what is written where, and has accepted it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from bayescore.app.new_project import (
    NewFiles,
    Proposal,
    accept_proposal,
    plan_project,
    propose_from_program,
    write_files,
)
from bayescore.config import FILE_NAME, RunnerChoice
from bayescore.i18n import _
from bayesdesk.new_file_dialog import NewFileDialog, NewFilesDialog
from bayesdesk.services.background import Background

DEFAULT_RUNNER = "runner"  # setting: a :class:`RunnerChoice`


def default_runner() -> RunnerChoice:
    """The runner of new projects, from the preferences."""
    chosen = str(QSettings().value(DEFAULT_RUNNER, RunnerChoice.AUTO))
    return RunnerChoice(chosen) if chosen in list(RunnerChoice) else RunnerChoice.AUTO


class NewProjectActions(QObject):
    """Asks the user for files and works off the GUI thread."""

    chosen = Signal(object)  # Path of a project or its file, to be opened
    several_chosen = Signal(list)  # Paths of projects
    example_ready = Signal(object)  # Path of a project, to be opened and started

    def __init__(self, window: QWidget, background: Background, data_folder: Path) -> None:
        super().__init__(window)
        self._window, self._background, self._data_folder = window, background, data_folder

    def ask_for_file(self) -> None:
        """Ask for an ``openbayes.yaml``, or for several."""
        names, _filter = QFileDialog.getOpenFileNames(self._window, _("Open"), "", "YAML (*.yaml *.yml)")
        if len(names) == 1:
            self.chosen.emit(Path(names[0]))
        elif names:
            self.several_chosen.emit([Path(name) for name in names])

    def start_example(self, name: str) -> None:
        """Copy an example into a folder that the user chooses, once its files have been shown."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder for the example"))
        if folder:
            self._plan(Path(folder) / name, name, self.chosen.emit)

    def run_example(self) -> None:
        """Start the example without requirements; it is copied into the data folder unless it is there."""
        folder = self._data_folder / "examples" / "guide"

        def proceed(exists: bool) -> None:
            if exists:
                self.example_ready.emit(folder)
            else:
                self._plan(folder, "guide", self.example_ready.emit)

        self._background.run((folder / FILE_NAME).exists, proceed)

    def new_from_program(self) -> None:
        """Ask for a program, and offer a file with a search space made from its options."""
        name, _filter = QFileDialog.getOpenFileName(self._window, _("Your program"), "", "Python (*.py)")
        if name:
            self.propose(Path(name))

    def propose(self, program: Path) -> None:
        """Offer a file with a search space made from the options of a program."""
        self._background.run(
            lambda: propose_from_program(program.parent, program.name),
            lambda proposal: self._offer(proposal, program),
        )

    def _offer(self, offered: Proposal, program: Path) -> None:
        """Show the proposed file, which is written when the user accepts it."""
        dialog = NewFileDialog(self._window, offered, program, self._background)

        def create() -> None:
            accepted, runner = dialog.proposal, default_runner()
            self._background.run_to_end(
                _("Creating {file}", file=accepted.file.name),
                lambda: accept_proposal(accepted, runner),
                lambda _none: self.chosen.emit(accepted.file),
            )

        dialog.accepted.connect(create)
        dialog.open()

    def new_file(self) -> None:
        """Write a commented file into a folder that the user chooses, once it has been shown."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder of the project"))
        if folder:
            self._plan(Path(folder), None, self.chosen.emit)

    def _plan(self, folder: Path, example: str | None, then: Callable[[Path], object]) -> None:
        """Show the files of a new project, write them when the user accepts, and call ``then``."""
        runner = default_runner()

        def show(planned: NewFiles) -> None:
            dialog = NewFilesDialog(self._window, planned)
            dialog.accepted.connect(lambda: self._create(planned, then))
            dialog.open()

        self._background.run(lambda: plan_project(folder, example, runner), show)

    def _create(self, planned: NewFiles, then: Callable[[Path], object]) -> None:
        self._background.run_to_end(
            _("Creating the project"), lambda: write_files(planned), lambda _files: then(planned.folder)
        )
