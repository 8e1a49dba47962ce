"""Other names of metrics as one line of the form."""

from __future__ import annotations

from typing import Any

from bayescore.i18n import _
from bayesdesk.editor.fields import ListField
from bayesdesk.editor.metric_edits import set_rename
from bayesdesk.ui.plain import as_text


class RenameField(ListField):
    """Names in the source and names of the metrics: ``val/acc: accuracy, val/loss: loss``."""

    def _edited(self, typed: str) -> None:
        names = _names(typed)
        self._type(lambda document, path: set_rename(document, path, names))

    def _show_value(self) -> None:
        value = self.text_model.value(self.path)
        shown = _shown(value)
        can_edit = value is None or _names(shown) == value
        self.setReadOnly(not can_edit)
        self.setToolTip("" if can_edit else as_text(_("Edit these names in the YAML.")))
        if not can_edit or _names(self.text()) != (value or {}):
            self.show_text(shown)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {metric}" for name, metric in value.items())
    return "" if value is None else str(value)


def _names(typed: str) -> dict[str, str]:
    pairs = (item.rpartition(":") if ":" in item else (item, "", "") for item in typed.split(","))
    return {name.strip(): metric.strip() for name, _colon, metric in pairs if name.strip()}
