"""The settings of a job."""

from __future__ import annotations

import json

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from bayescore.i18n import _
from bayescore.store import Job
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, row


class ConfigurationPage(QWidget):
    """The file as it was when the job was submitted, and the settings of this machine."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        submission = job.submission
        local = {
            "runner": submission.runner,
            "image": submission.image,
            "seed": submission.seed,
            "history": list(submission.history),
            "inputs": [f"{i.source} → {i.path}" for i in submission.inputs],
            **submission.local.model_dump(mode="json", exclude_defaults=True),
        }
        file = Card("openbayes.yaml", _("as it was when the job was submitted"))
        file.body.addWidget(_text(submission.file_text.removeprefix("\ufeff")))
        machine = Card(_("This machine"), submission.project)
        machine.body.addWidget(_text(json.dumps(local, ensure_ascii=False, indent=2)))
        self.setLayout(row(file, machine, spacing=theme.CARD_GAP))


def _text(content: str) -> QPlainTextEdit:
    made = QPlainTextEdit(content)
    made.setObjectName("log")
    made.setReadOnly(True)
    return made
