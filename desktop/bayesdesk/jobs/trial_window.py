"""The log and files of one trial."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QSplitter, QWidget

from bayescore.i18n import _
from bayescore.store import DataFolder, Job, Trial
from bayescore.trials import TrialFolder
from bayesdesk.jobs.log_view import LogView
from bayesdesk.jobs.output_files import OutputFiles
from bayesdesk.models.formatting import TONES, state_word
from bayesdesk.models.trial import severity_of
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.widgets import badge, column, label, row


class TrialWindow(QDialog):
    """The log above, the files below."""

    def __init__(
        self, parent: QWidget | None, background: Background, folder: DataFolder, job: Job, trial: Trial
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("{job}, trial #{number}", job=job.submission.name, number=trial.number))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, 1040, 760)
        paths = TrialFolder(folder.trial(job.id, trial.number))
        self.log = LogView(background, paths.log)
        self.files = OutputFiles(background, paths.output, folder.snapshot(job.id))
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName("open")
        split.addWidget(self.log)
        split.addWidget(self.files)
        split.setSizes([430, 260])
        split.setHandleWidth(theme.CARD_GAP)
        split.setChildrenCollapsible(False)
        head = row(
            label(self.windowTitle(), "title"),
            badge(state_word(trial.state), TONES.get(trial.state.value, "")),
            None,
        )
        layout = column(head, spacing=theme.CARD_GAP)
        if trial.reason is not None:
            reason = label(str(trial.reason), "problem", wrap=True, selectable=True)
            reason.setProperty("severity", severity_of(trial))
            layout.addWidget(reason)
        layout.addWidget(split, 1)
        layout.setContentsMargins(theme.PAGE_MARGIN, 14, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        self.setLayout(layout)
