"""The dialogs that start the job of the editor: on this machine, one trial of it, or on the platform."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from bayescore.app.options import Options
from bayescore.i18n import _
from bayescore.store import Database
from bayesdesk.editor.edited_project import EditedProject
from bayesdesk.editor.project_files import ProjectFiles
from bayesdesk.editor.start_dialog import StartDialog
from bayesdesk.services.background import Background

if TYPE_CHECKING:  # loaded when the platform is first used
    from bayesdesk.editor.cloud_dialog import CloudDialog


class Starts(QObject):
    """Opens each dialog once the texts contain what was typed; nothing is saved before it is confirmed."""

    started = Signal(str)  # id of the job
    closed = Signal()  # the dialog of a start
    refused = Signal(str)  # why nothing can start; empty when something can

    def __init__(
        self,
        page: QWidget,
        project: EditedProject,
        files: ProjectFiles,
        background: Background,
        database: Database,
    ) -> None:
        super().__init__(page)
        self._page, self._project, self._files = page, project, files
        self._background, self._database = background, database
        self.dialog: StartDialog | None = None
        self.cloud_dialog: CloudDialog | None = None

    @property
    def may_start(self) -> bool:
        """Whether neither analysed text has an error."""
        return self._project.config.config is not None and self._project.local.settings is not None

    def start(self, *, try_first: bool = False) -> None:
        """Check everything that a job needs, and offer to start it, or one trial of it first."""
        self._when_current(partial(self._open, try_first=try_first))

    def run_on_platform(self) -> None:
        """Offer to run the job on the OpenBayes platform."""
        self._files.after_edits(self._open_cloud)

    def _when_current(self, callback: Callable[[], object]) -> None:
        """Call back once the analyses of both texts belong to them."""
        config, local = self._project.config, self._project.local

        def check() -> None:
            if config.is_current and local.is_current:
                callback()
            else:
                self._when_current(callback)

        config.when_current(lambda: local.when_current(check))

    def _open(self, *, try_first: bool) -> None:
        if not self.may_start:
            self.refused.emit(_("Fix the errors first."))
            return
        self.refused.emit("")
        follows = self._project.follows
        options = Options(history=() if follows is None else (follows,))
        window = self._page.window()
        self.dialog = StartDialog(
            window, self._background, self._database, self._files, options, try_first=try_first
        )
        self.dialog.started.connect(self.started)
        self.dialog.finished.connect(self.closed)
        self.dialog.open()

    def _open_cloud(self) -> None:
        from bayesdesk.editor.cloud_dialog import CloudDialog

        self.refused.emit("")
        self.cloud_dialog = CloudDialog(self._page.window(), self._background, self._files)
        self.cloud_dialog.open()
