"""One trial with its log and its files."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QWidget

from bayescore.i18n import _
from bayescore.store import DataFolder, Job, Trial
from bayescore.trials import TrialFolder
from bayesdesk.jobs.log_view import LogView
from bayesdesk.services.background import Background
from bayesdesk.services.log_tail import OutputFile, output_files
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, button, column, label, row


class TrialWindow(QDialog):
    """The log above, what the program wrote below."""

    def __init__(
        self, parent: QWidget | None, background: Background, folder: DataFolder, job: Job, trial: Trial
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("{job}, trial #{number}", job=job.wish.name, number=trial.number))
        self.resize(980, 640)
        paths = TrialFolder(folder.trial(job.id, trial.number))
        self._output = paths.output
        self.log = LogView(background, paths.log)
        self._files = QListWidget()
        self._files.setAccessibleName(_("Files"))
        self._files.itemActivated.connect(self._open)
        files = Card(_("Files"), _("what the program wrote"))
        files.controls.addWidget(button(_("Open folder"), self._open_folder, meaning="folder"))
        files.body.addWidget(self._files)
        files.setMaximumHeight(200)
        layout = column(
            row(label(self.windowTitle(), "title"), None), self.log, files, spacing=theme.CARD_GAP
        )
        layout.setContentsMargins(theme.PAGE_MARGIN, 14, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        layout.setStretchFactor(self.log, 1)
        self.setLayout(layout)
        snapshot = folder.snapshot(job.id)
        background.run(lambda: output_files(paths.output, snapshot), self._show_files)

    def _show_files(self, files: tuple[OutputFile, ...]) -> None:
        self._files.clear()
        for file in files:
            item = QListWidgetItem(f"{file.name}    {_size(file.size)}")
            item.setData(256, str(file.path))
            self._files.addItem(item)
        if not files:
            self._files.addItem(_("Nothing but the project's own files"))

    def _open(self, item: QListWidgetItem) -> None:
        if path := item.data(256):
            QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._output)))


def _size(count: int) -> str:
    value, unit = float(count), "B"
    for larger in ("KB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
