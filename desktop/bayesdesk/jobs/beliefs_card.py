"""What the trials say of what the researcher expected."""

from __future__ import annotations

from bayescore.i18n import _
from bayescore.results.beliefs import LEAST_TRIALS, verdicts_of
from bayesdesk.models.job import JobModel
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, label, set_shown


class BeliefsCard(Card):
    """A line for each belief; hidden in a job without any."""

    def __init__(self, model: JobModel) -> None:
        super().__init__(_("What you expected"))
        self.controls.addWidget(help_mark("steering"))
        self._model = model
        self.words = label("", wrap=True, selectable=True)
        self.words.setContentsMargins(13, 2, 13, 12)
        self.body.addWidget(self.words)
        self.show_trials()

    def show_trials(self) -> None:
        """Show what the trials say now."""
        view = self._model.view
        set_shown(self, bool(view.job.local.expect))
        found = verdicts_of(view.job, view.trials)
        few = _("After {count} trials this says where the best ones lie.", count=LEAST_TRIALS)
        self.words.setText("\n".join(str(verdict.text) for verdict in found) or few)
