"""Early stopping as a choice of the form: off, on, or the settings that the text has."""

from __future__ import annotations

from bayescore.app.local_edits import switch_early_stopping
from bayescore.i18n import _
from bayesdesk.editor.fields import ChoiceField
from bayesdesk.editor.text_model import LocalModel

_PATH = ("early_stopping",)


class EarlyStoppingField(ChoiceField):
    """Switches early stopping; its settings in the text are kept while it is on."""

    def __init__(self, local: LocalModel) -> None:
        options = [("no", _("no")), ("yes", _("yes"))]
        super().__init__(local, _PATH, options, chosen=self._switch, default="no")

    def _switch(self, value: str) -> None:
        self.text_model.edit(lambda document: switch_early_stopping(document, on=value == "yes"))

    def _value(self) -> str:
        return "no" if self.text_model.value(_PATH) in (None, False) else "yes"
