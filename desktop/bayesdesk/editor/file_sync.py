"""Keeps a text and its file in step: saves it, and asks when another program has changed the file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from bayescore.config.load import read_utf8
from bayescore.i18n import _
from bayesdesk.editor.text_model import TextModel
from bayesdesk.services.background import Background
from bayesdesk.services.files import FileChangedError, write_unless_changed
from bayesdesk.ui.diff_view import DiffDialog
from bayesdesk.ui.widgets import NoticeBar, button

_Save = tuple[Callable[[], object], Callable[[Exception], object]]  # what to call after it


class FileSync(QObject):
    """Saves a model's file and watches it.

    One save runs at a time. What is read from the file until it has ended is ignored: the file may have its
    old or its new content then, and the text may have been edited since.
    """

    failed = Signal(str)  # why the file cannot be read or written
    save_failed = Signal()  # after the reason has been shown

    def __init__(self, page: QWidget, model: TextModel, background: Background) -> None:
        super().__init__(page)
        self.model = model
        self._background = background
        self._is_saving = False
        self._saves = 0  # that have ended
        self._waiting: list[_Save] = []
        self.reload = button(_("Reload"), self._reload)
        self.keep = button(_("Keep mine"), self._keep_mine)
        self.compare = button(_("Compare"), self._show_both, kind="link")
        self.bar = NoticeBar(self.reload, self.keep, self.compare)
        watched = [str(model.file.parent), *([str(model.file)] if model.on_disk else [])]
        self._watcher = QFileSystemWatcher(watched, self)
        self._watcher.fileChanged.connect(self._look)
        self._watcher.directoryChanged.connect(self._look)
        self._look()  # the page may have been built again while a decision was due

    def save(
        self, done: Callable[[], object], failed: Callable[[Exception], object] = lambda _error: None
    ) -> None:
        """Write the file atomically, then call ``done``, or ``failed`` after showing the error."""
        self._waiting.append((done, failed))
        if not self._is_saving:
            self._save()

    def _save(self) -> None:
        """Write the text as it is now for those that have asked until now."""
        model, served, self._waiting = self.model, self._waiting, []
        file, content, expected = model.file, model.content(), model.on_disk
        self._is_saving = True

        def written(_none: None) -> None:
            model.mark_saved(content)
            for done, _failed in served:
                done()
            self._end_save()

        def failed(error: Exception) -> None:
            if isValid(self):
                self._show_failed_save(error)
            else:  # the page has been built again, in another language for example
                self._background.went_wrong.emit(error)
            for _done, report in served:
                report(error)
            self._end_save()

        action = _("Saving {file}", file=file.name)
        self._background.run_to_end(
            action, lambda: write_unless_changed(file, content, expected), written, failed
        )

    def _end_save(self) -> None:
        self._is_saving = False
        self._saves += 1
        if isValid(self):
            self._look()
        if self._waiting:
            self._save()

    def _show_failed_save(self, error: Exception) -> None:
        self._show_failure(error)
        if isinstance(error, FileChangedError):
            words = _("{file} was not saved: another program has changed it.", file=self.model.file)
            self.bar.show_text(words)
        self.save_failed.emit()

    def _show_failure(self, error: Exception) -> None:
        if isinstance(error, FileChangedError):
            self._ask(error)
        else:
            self.failed.emit(str(error))

    def _look(self, _path: str = "") -> None:
        """Read the file again: another program may have written it."""
        file = self.model.file
        if str(file) not in self._watcher.files():  # replacing a file ends the watch on it
            self._watcher.addPath(str(file))
        compare = partial(self._compare, self._saves)
        self._background.run(lambda: read_utf8(file), compare, lambda _error: None)

    def _compare(self, saves: int, content: bytes) -> None:
        """Compare the text with what was read from the file after a number of saves."""
        if self._is_saving or saves != self._saves or content in (self.model.on_disk, self.model.content()):
            return
        if not self.model.is_changed:
            self.model.reload(content)
        elif self.bar.isHidden():
            self._ask(FileChangedError(self.model.file))

    def _ask(self, error: FileChangedError) -> None:
        self.bar.show_text(str(error.message))

    def _reload(self) -> None:
        self._settle(self.model.reload)

    def _keep_mine(self) -> None:
        self._settle(self.model.keep_mine)

    def _settle(self, decide: Callable[[bytes], None]) -> None:
        """Carry out a decision with the current content of the file."""
        file = self.model.file

        def settle(content: bytes) -> None:
            decide(content)
            self.bar.setVisible(False)

        self._background.run(lambda: read_utf8(file), settle, self._show_failure)

    def _show_both(self) -> None:
        """Show the differences between the file and the text."""
        file, mine = self.model.file, self.model.text

        def show(content: bytes) -> None:
            title = _("{file}: on disk (−) and in this window (+)", file=file.name)
            DiffDialog(self.bar.window(), title, content.decode("utf-8"), mine).open()

        self._background.run(lambda: read_utf8(file), show, self._show_failure)
