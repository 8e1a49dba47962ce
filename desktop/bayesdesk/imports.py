"""Imports of results of other tools: read, shown, and stored as a job when the user accepts it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from bayescore.app.study_import import import_study, read_file, read_text
from bayescore.exchange.study import Study
from bayescore.i18n import _
from bayescore.store import Database, Job
from bayesdesk.import_dialog import ImportDialog
from bayesdesk.services.background import Background
from bayesdesk.ui.message_box import tell


class Imports(QObject):
    """Asks the user for files and works off the GUI thread.

    Parameters
    ----------
    project
        Returns the folder of the project in the editor, ``None`` when there is none.
    """

    imported = Signal(str)  # id of a job

    def __init__(
        self, window: QWidget, background: Background, database: Database, project: Callable[[], Path | None]
    ) -> None:
        super().__init__(window)
        self._window, self._background, self._database = window, background, database
        self._project = project

    def ask_for_file(self) -> None:
        """Import results of another tool as a job."""
        name, _filter = QFileDialog.getOpenFileName(
            self._window,
            _("Import"),
            "",
            _("Optuna storages and tables") + " (*.db *.sqlite3 *.csv *.tsv *.txt);;* (*)",
        )
        if name:
            self.read(Path(name))

    def ask_for_folder(self) -> None:
        """Import a folder of downloaded outputs as a job."""
        folder = QFileDialog.getExistingDirectory(self._window, _("Folder with the outputs of trials"))
        if folder:
            self.read(Path(folder))

    def read_copied(self) -> None:
        """Import the table on the clipboard as a job of the open project."""
        copied, project = QGuiApplication.clipboard().text(), self._project()
        if project is None:
            tell(
                self._window,
                _("Open the project's openbayes.yaml first: it defines what the columns mean."),
            )
            return
        self._read(lambda: read_text(copied, _("copied table"), project), project)

    def read(self, source: Path) -> None:
        """Import a file or a folder."""
        project = self._project() or source.parent
        self._read(lambda: read_file(source, project), project)

    def _read(self, work: Callable[[], Study], project: Path) -> None:
        def show(study: Study) -> None:
            dialog = ImportDialog(self._window, study, project)
            dialog.accepted.connect(lambda: self._store(study, project))
            dialog.open()

        self._background.run(work, show)

    def _store(self, study: Study, project: Path) -> None:
        def stored(done: tuple[Job, Study]) -> None:
            self.imported.emit(done[0].id)

        self._background.run_to_end(
            _("Importing results"), lambda: import_study(self._database, study, project), stored
        )
