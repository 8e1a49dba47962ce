"""The hours of a job as a line of the form, also where the text has a map of them."""

from __future__ import annotations

from bayesdesk.editor.fields import TextField
from bayesdesk.editor.text_model import LocalModel

_PATH = ("hours",)


class HoursField(TextField):
    """Shows ``when`` of a map, whose other keys stay as they are."""

    def __init__(self, local: LocalModel) -> None:
        super().__init__(local, _PATH, is_text=True, optional=True, placeholder="20:00-08:00, sat, sun")

    def refresh(self) -> None:
        self.path = (*_PATH, "when") if isinstance(self.text_model.value(_PATH), dict) else _PATH
        super().refresh()
