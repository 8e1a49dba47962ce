"""Opens project files in the editor, and leaves the editor without losing changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from bayescore.app.conversion import convert_file
from bayescore.config import FILE_NAME, LOCAL_FILE_NAME, ParameterSpec
from bayescore.config.encodings import NotUtf8Error
from bayescore.config.load import project_file
from bayescore.i18n import _
from bayescore.store import Job
from bayesdesk.conversion import offer_conversion
from bayesdesk.pages import Pages
from bayesdesk.recent_files import RecentFiles
from bayesdesk.services.background import Background
from bayesdesk.ui.message_box import Answer, ask

if TYPE_CHECKING:  # loaded when the first file is opened
    from bayesdesk.editor.editor_page import EditorPage
    from bayesdesk.editor.sources import Project


class OpenFiles(QObject):
    """Reads files off the GUI thread and shows them in the editor, one project at a time."""

    def __init__(
        self,
        window: QWidget,
        pages: Pages,
        background: Background,
        recent: RecentFiles,
        data_folder: Path,
    ) -> None:
        super().__init__(window)
        self._window, self._pages, self._background, self._recent = window, pages, background, recent
        self._data_folder = data_folder

    def open(self, path: Path, then: Callable[[EditorPage], object] = lambda _editor: None) -> None:
        """Open a file, or the one in a folder, and call ``then`` with the editor."""
        file = project_file(path).absolute()

        def show(project: Project) -> None:
            then(self._edit(project))

        def failed(error: Exception) -> None:
            if isinstance(error, NotUtf8Error) and error.encoding is not None:
                offer_conversion(self._window, error, lambda: self._convert(error, then))
            else:
                self._background.went_wrong.emit(error)

        self.leave(lambda: self._background.run(lambda: _read_project(file), show, failed))

    def _convert(self, error: NotUtf8Error, then: Callable[[EditorPage], object]) -> None:
        """Convert a file to UTF-8 and open it, or its project."""
        file = error.file
        opened = file.with_name(FILE_NAME) if file.name == LOCAL_FILE_NAME else file
        self._background.run_to_end(
            _("Saving {file}", file=file.name),
            lambda: convert_file(error),
            lambda _kept: self.open(opened, then),
        )

    def start(self, folder: Path) -> None:
        """Open a project and start it."""
        self.open(folder, lambda editor: editor.start())

    def new_from(self, job: Job, specs: tuple[ParameterSpec, ...] | None, folder: Path) -> None:
        """Edit a job's file for a job that learns from it, with narrowed ranges if there are any."""
        self.open(folder, lambda editor: editor.follow_up(job, specs))

    def _edit(self, project: Project) -> EditorPage:
        from bayesdesk.editor.edited_project import EditedProject

        self._recent.add(project.config.file)
        edited = EditedProject.of(project, self._data_folder, self._background)
        return self._pages.show_editor(edited)

    def close(self) -> None:
        """Close the file that is shown; on another page, show the start page."""
        if self._pages.currentWidget() is self._pages.editor:
            self.leave(self._pages.close_editor)
        else:
            self._pages.show_start()

    def save_as(self) -> None:
        """Ask for another file, write the text into it, and continue with that file."""
        editor = self._pages.editor
        if editor is None:
            return
        name, _filter = QFileDialog.getSaveFileName(
            self._window, _("Save as"), str(editor.model.file), "YAML (*.yaml *.yml)"
        )
        if name:
            editor.project.after_edits(lambda: self._write(editor, Path(name)))

    def _write(self, editor: EditorPage, file: Path) -> None:
        from bayescore.results import replace_bytes

        if editor.local.is_changed:  # it belongs to the folder and stays there
            editor.project.local.save(lambda: self._write(editor, file))
            return
        content = editor.model.content()

        def show(project: Project) -> None:
            editor.edited.discard_drafts()
            self._edit(project)

        def write() -> Project:
            replace_bytes(file, content)
            return _read_project(file)

        self._background.run_to_end(_("Saving {file}", file=file.name), write, show)

    def leave(
        self,
        proceed: Callable[[], object],
        stay: Callable[[], object] = lambda: None,
        saving: Callable[[], object] = lambda: None,
    ) -> None:
        """Proceed unless changes would be lost; the user decides whether they are saved first.

        After an error the editor is shown, which says what is wrong.

        Parameters
        ----------
        stay
            Called if the user cancels.
        saving
            Called if the user chooses to save, before anything is written.
        """
        editor = self._pages.editor
        if editor is None or not editor.is_changed:
            proceed()
            return

        def discard() -> None:
            editor.edited.discard_drafts()
            proceed()

        def save() -> None:
            saving()
            again = partial(self.leave, proceed, stay, saving)  # something may be typed during the save
            editor.save(again)

        box = ask(
            self._window,
            _("{file} has unsaved changes.", file=editor.model.file.name),
            str(editor.model.file.parent),
            meaning="warning",
            answers=[
                Answer(_("Cancel"), stay),
                Answer(_("Discard"), discard, "danger"),
                Answer(_("Save"), save, "primary"),
            ],
        )
        box.rejected.connect(stay)

    def save_first(self, projects: Sequence[Path], proceed: Callable[[], object]) -> None:
        """Proceed unless one of these projects has unsaved changes; the user may save them first."""
        editor = self._pages.editor
        folders = {project_file(path).absolute().parent for path in projects}
        if editor is None or editor.model.file.parent not in folders:
            proceed()
            return

        again = partial(self.save_first, projects, proceed)  # something may be typed during the save

        def ask_if_changed() -> None:
            if not editor.is_changed:
                proceed()
                return
            ask(
                self._window,
                _("{file} has unsaved changes.", file=editor.model.file.name),
                str(editor.model.file.parent),
                meaning="warning",
                answers=[Answer(_("Cancel")), Answer(_("Save"), lambda: editor.save(again), "primary")],
            )

        editor.project.after_edits(ask_if_changed)


def _read_project(file: Path) -> Project:
    from bayesdesk.editor.sources import open_project

    return open_project(file)
