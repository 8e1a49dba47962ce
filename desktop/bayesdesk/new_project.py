"""Every way to begin: open, new, an example, a program's options, results from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from bayescore.app.new_project import begin_from_program, begin_project
from bayescore.config.load import project_file
from bayescore.exchange.readers import import_study
from bayescore.exchange.study import store_study
from bayescore.exchange.tables import read_table
from bayescore.i18n import Text, _
from bayescore.store import Job
from bayesdesk.services.files import read_project
from bayesdesk.ui.plain import as_text

if TYPE_CHECKING:
    from bayesdesk.window import MainWindow


class NewProjectActions:
    """Asks the user where, works off the GUI thread, and hands the outcome to the window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def ask_for_file(self) -> None:
        """Let the user choose an ``openbayes.yaml``."""
        name, _filter = QFileDialog.getOpenFileName(self._window, _("Open"), "", "YAML (*.yaml *.yml)")
        if name:
            self._window.open_file(Path(name))

    def start_example(self, name: str) -> None:
        """Copy an example into a folder that the user chooses, and open it."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder for the example"))
        if folder:
            self._begin(Path(folder) / name, name)

    def run_example(self) -> None:
        """Copy the example that needs nothing into the data folder, once, and open it ready to start."""
        folder = self._window.database.folder.root / "examples" / "guide"

        def begin() -> None:
            if not (folder / "openbayes.yaml").exists():
                begin_project(folder, "guide")

        def opened(_none: None) -> None:
            self._window.background.run(lambda: read_project(project_file(folder)), start)

        def start(both: tuple[bytes, bytes]) -> None:
            self._window.edit(project_file(folder).absolute(), both)
            assert self._window.editor is not None
            self._window.editor.start()

        if self._window.may_leave_editor():
            self._window.background.run(begin, opened)

    def new_from_program(self) -> None:
        """Propose a search space from the options of a program, and open it as a file to edit."""
        name, _filter = QFileDialog.getOpenFileName(self._window, _("Your program"), "", "Python (*.py)")
        if not name:
            return
        program = Path(name)

        def opened(remarks: tuple[Text, ...]) -> None:
            self._window.open_file(program.parent)
            if remarks:
                words = "\n".join(str(r) for r in remarks)
                QMessageBox.information(self._window, _("New from my program"), as_text(words))

        self._window.background.run(lambda: begin_from_program(program.parent, program.name)[1], opened)

    def import_results(self) -> None:
        """Bring in what was found elsewhere, as a job to look at and to learn from."""
        name, _filter = QFileDialog.getOpenFileName(
            self._window,
            _("Import"),
            "",
            _("Optuna storages and tables") + " (*.db *.sqlite3 *.csv *.tsv *.txt);;* (*)",
        )
        if name:
            self._bring_in(Path(name))

    def import_folder(self) -> None:
        """Bring in the outputs that were downloaded into a folder."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder with the outputs of executions"))
        if folder:
            self._bring_in(Path(folder))

    def import_copied(self) -> None:
        """Bring in the table that was copied, from a page for example."""
        copied, window = QGuiApplication.clipboard().text(), self._window
        if window.editor is None:
            said = _("Open the project's openbayes.yaml first: it says what the columns mean.")
            QMessageBox.information(window, _("Import"), as_text(said))
            return
        project = window.editor.model.file.parent

        def bring() -> Job:
            return store_study(window.database, read_table(copied, _("copied table"), project), project)

        window.background.run(bring, lambda job: window.show_job(job.id))

    def _bring_in(self, source: Path) -> None:
        window = self._window
        project = window.editor.model.file.parent if window.editor is not None else source.parent
        window.background.run(
            lambda: import_study(window.database, source, project), lambda job: window.show_job(job.id)
        )

    def new_file(self) -> None:
        """Write a commented file into a folder that the user chooses, and open it."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder of the project"))
        if folder:
            self._begin(Path(folder), None)

    def _begin(self, folder: Path, example: str | None) -> None:
        window = self._window
        window.background.run(lambda: begin_project(folder, example), lambda _files: window.open_file(folder))
