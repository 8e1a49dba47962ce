"""What the trials say of what the researcher expected."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from bayescore.i18n import _
from bayescore.results.beliefs import LEAST_TRIALS, verdicts_of
from bayesdesk.models.job import JobModel
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, column, label, set_shown


class BeliefsCard(Card):
    """A line for each belief; hidden in a job without any."""

    def __init__(self, model: JobModel) -> None:
        super().__init__(_("What you expected"))
        self.controls.addWidget(help_mark("steering"))
        self._model = model
        self._lines: list[QLabel] = []
        self._few = label(
            _("After {count} trials this says where the best ones lie.", count=LEAST_TRIALS), "secondary"
        )
        self._words = column(self._few, spacing=6)
        self._words.setContentsMargins(13, 2, 13, 12)
        self.body.addLayout(self._words)
        self.show_trials()

    def show_trials(self) -> None:
        """Show what the trials say now."""
        view = self._model.view
        set_shown(self, bool(view.job.local.expect))
        found = verdicts_of(view.job, view.trials)
        self._few.setVisible(not found)
        while len(self._lines) < len(found):
            self._lines.append(label("", wrap=True, selectable=True))
            self._words.addWidget(self._lines[-1])
        for i, line in enumerate(self._lines):
            line.setText(str(found[i].text) if i < len(found) else "")
            line.setVisible(i < len(found))

    @property
    def text(self) -> str:
        """The sentences that are shown."""
        return "\n".join(line.text() for line in self._lines if line.text()) or self._few.text()
