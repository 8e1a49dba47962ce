"""The files that a trial's program wrote, with a preview."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QStackedWidget,
)

from bayescore.i18n import _
from bayesdesk.models.formatting import size
from bayesdesk.services.background import Background
from bayesdesk.services.log_tail import OutputFile, output_files
from bayesdesk.services.previews import Preview, preview
from bayesdesk.ui.open_url import open_path
from bayesdesk.ui.widgets import Card, button, label

_PATH = Qt.ItemDataRole.UserRole


class OutputFiles(Card):
    """A click previews a file, a double click opens it with the desktop's program."""

    def __init__(self, background: Background, output: Path, snapshot: Path) -> None:
        super().__init__(_("Files"), _("what the program wrote"))
        self._background = background
        self._output = output
        self.files = QListWidget()
        self.files.setAccessibleName(_("Files"))
        self.files.itemActivated.connect(self._open)
        self.files.currentItemChanged.connect(self._preview_file)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setObjectName("log")
        self.text.setReadOnly(True)
        self.text.setAccessibleName(_("Content of the file"))
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.picture)
        self._nothing = label(_("Select a file to preview it."), "secondary")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview = QStackedWidget()
        for page in (self._nothing, self.text, scroll):
            self.preview.addWidget(page)
        split = QSplitter()
        split.addWidget(self.files)
        split.addWidget(self.preview)
        split.setSizes([320, 560])
        split.setHandleWidth(1)
        self.controls.addWidget(button(_("Open folder"), self._open_folder, meaning="folder"))
        self.body.addWidget(split)
        background.run(lambda: output_files(output, snapshot), self._show)

    def _show(self, found: tuple[OutputFile, ...]) -> None:
        self.files.clear()
        for file in found:
            item = QListWidgetItem(f"{file.name}    {size(file.size)}")
            item.setData(_PATH, str(file.path))
            self.files.addItem(item)
        if not found:
            self.files.addItem(_("No files besides the project's own"))

    def _preview_file(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        name = item.data(_PATH) if item is not None else None
        if name:
            self._background.run(lambda: preview(Path(name)), self._show_preview, self._show_error)

    def _show_preview(self, shown: Preview) -> None:
        current = self.files.currentItem()
        if current is None or current.data(_PATH) != str(shown.path):
            return  # another file has been selected since
        if shown.picture is not None:
            room = self.preview.size()
            pixmap = QPixmap.fromImage(shown.picture)
            if pixmap.width() > room.width() or pixmap.height() > room.height():
                keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                pixmap = pixmap.scaled(room, keep, smooth)
            self.picture.setPixmap(pixmap)
            self.preview.setCurrentIndex(2)
        elif shown.text is not None:
            self.text.setPlainText(shown.text)
            self.preview.setCurrentIndex(1)
        else:
            self._nothing.setText(_("No preview. Double-click the file to open it."))
            self.preview.setCurrentIndex(0)

    def _show_error(self, error: Exception) -> None:
        self._nothing.setText(str(error))
        self.preview.setCurrentIndex(0)

    def _open(self, item: QListWidgetItem) -> None:
        if path := item.data(_PATH):
            open_path(self, Path(path))

    def _open_folder(self) -> None:
        open_path(self, self._output)
