"""What the job that is about to start continues, above the checks of the start."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from bayescore.app import lineage
from bayescore.i18n import Text
from bayescore.store import Database, Job
from bayesdesk.services.background import Background


class ContinuedLine(QLabel):
    """The sentence “Continues …”; hidden for a job without a history."""

    def __init__(self, background: Background, database: Database, history: Sequence[Job]) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setVisible(False)

        def read() -> Text | None:
            with database.read() as connection:
                return lineage.continues(lineage.continued(connection, [job.id for job in history]))

        if history:
            background.run(read, self._show_words)

    def _show_words(self, words: Text | None) -> None:
        self.setText(str(words or ""))
        self.setVisible(words is not None)
