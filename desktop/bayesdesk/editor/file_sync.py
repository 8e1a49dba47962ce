"""Keeps a text and its file in step: saves it, and asks when another program has changed the file."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from bayescore.config.load import read_utf8
from bayescore.i18n import _
from bayesdesk.editor.text_model import TextModel
from bayesdesk.services.background import Background
from bayesdesk.services.files import FileChangedError, write_unless_changed
from bayesdesk.ui.diff_view import DiffDialog
from bayesdesk.ui.widgets import NoticeBar, button


class FileSync(QObject):
    """Saves a model's file and watches it."""

    failed = Signal(str)  # why the file cannot be read or written

    def __init__(self, model: TextModel, background: Background) -> None:
        super().__init__()
        self.model = model
        self._background = background
        self.reload = button(_("Reload"), self._reload)
        self.keep = button(_("Keep mine"), self._keep_mine)
        self.bar = NoticeBar(self.reload, self.keep, button(_("Compare"), self._show_both, kind="link"))
        watched = [str(model.file.parent), *([str(model.file)] if model.on_disk else [])]
        self._watcher = QFileSystemWatcher(watched, self)
        self._watcher.fileChanged.connect(self._look)
        self._watcher.directoryChanged.connect(self._look)

    def save(self, done: Callable[[], object]) -> None:
        """Write the file atomically, then call ``done``."""
        model = self.model
        file, content, expected = model.file, model.content(), model.on_disk

        def written(_none: None) -> None:
            model.mark_saved(content)
            done()

        self._background.run(lambda: write_unless_changed(file, content, expected), written, self._failed)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, FileChangedError):
            self._ask(error)
        else:
            self.failed.emit(str(error))

    def _look(self, _path: str) -> None:
        """Read the file again: another program may have written it."""
        file = self.model.file
        if str(file) not in self._watcher.files():  # replacing a file ends the watch on it
            self._watcher.addPath(str(file))
        self._background.run(lambda: read_utf8(file), self._compare, lambda _error: None)

    def _compare(self, content: bytes) -> None:
        if content in (self.model.on_disk, self.model.content()):
            return
        if self.model.is_changed:
            self._ask(FileChangedError(self.model.file))
        else:
            self.model.reload(content)

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

        self._background.run(lambda: read_utf8(file), settle, self._failed)

    def _show_both(self) -> None:
        """Show the differences between the file and the text."""
        file, mine = self.model.file, self.model.text

        def show(content: bytes) -> None:
            title = _("{file}: on disk (−) and in this window (+)", file=file.name)
            DiffDialog(self.bar.window(), title, content.decode("utf-8"), mine).open()

        self._background.run(lambda: read_utf8(file), show, self._failed)
