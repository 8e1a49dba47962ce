"""A follow-up of a job whose project's folder is gone: the project is written again elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from bayescore.app.project_copy import is_missing, write_project
from bayescore.config import ParameterSpec
from bayescore.i18n import _
from bayescore.store import Database, Job
from bayesdesk.services.background import Background
from bayesdesk.ui.message_box import Answer, MessageBox, ask

Specs = tuple[ParameterSpec, ...] | None
Proceed = Callable[[Job, Specs, Path], object]  # with the folder of the project


class LostProject(QObject):
    """Checks that a job's project exists, and offers to write it into a new folder if it does not.

    Parameters
    ----------
    proceed
        Edits the project of a job for a follow-up.
    """

    def __init__(self, window: QWidget, database: Database, background: Background, proceed: Proceed) -> None:
        super().__init__(window)
        self._window, self._database, self._background = window, database, background
        self._proceed = proceed

    def follow_up(self, job: Job, specs: Specs) -> None:
        """Proceed with the job's project, or with a copy of it."""

        def checked(missing: bool) -> None:
            if missing:
                self.ask(job, specs)
            else:
                self._proceed(job, specs, Path(job.submission.project))

        self._background.run(lambda: is_missing(job), checked)

    def ask(self, job: Job, specs: Specs) -> MessageBox:
        """Ask for a folder for the project."""
        return ask(
            self._window,
            _("The project of this job is gone: {folder}", folder=job.submission.project),
            _("The job holds its configuration and a copy of the files. Write them into a new folder?"),
            answers=[
                Answer(_("Cancel")),
                Answer(_("Choose a folder…"), lambda: self._choose(job, specs), "primary"),
            ],
        )

    def _choose(self, job: Job, specs: Specs) -> None:
        chosen = QFileDialog.getExistingDirectory(self._window, _("An empty folder for the project"))
        if chosen:
            folder = Path(chosen)
            self._background.run(
                lambda: write_project(self._database, job, folder),
                lambda _file: self._proceed(job, specs, folder),
            )
