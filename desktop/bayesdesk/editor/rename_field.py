"""Other names of metrics as one line of the form."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtWidgets import QWidget

from bayescore.config.yamltext import Path
from bayescore.i18n import _
from bayesdesk.editor import edits
from bayesdesk.editor.fields import ListField
from bayesdesk.editor.metric_edits import set_rename
from bayesdesk.editor.text_model import TextModel
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import set_property


class RenameField(ListField):
    """Names in the source and names of the metrics: ``val/acc: accuracy, val/loss: loss``.

    Attributes
    ----------
    doubled
        A name that is typed twice: a mapping cannot have both, so the text is left as it is.
    """

    def __init__(self, model: TextModel, path: Path, *, is_text: bool, parent: QWidget | None = None) -> None:
        self.doubled = ""
        self._value_then: Any = None  # of the text, when a name was typed twice
        super().__init__(model, path, is_text=is_text, parent=parent)

    def _edited(self, typed: str) -> None:
        self.doubled = _doubled(typed)
        if self.doubled:
            self._value_then = self.text_model.value(self.path)
            self._type(lambda _document, _path: edits.NOTHING)
        else:
            names = _names(typed)
            self._type(lambda document, path: set_rename(document, path, names))

    def leave_place(self) -> None:
        super().leave_place()
        self.doubled = ""

    def refresh(self) -> None:
        super().refresh()
        if self.doubled:
            set_property(self, "wrong", "true")

    def _show_value(self) -> None:
        value = self.text_model.value(self.path)
        if self.doubled and value == self._value_then:
            return
        self.doubled = ""
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
    return dict(_pairs(typed))


def _doubled(typed: str) -> str:
    """The first name that is typed more than once; empty if there is none."""
    counts = Counter(name for name, _metric in _pairs(typed))
    return next((name for name, count in counts.items() if count > 1), "")


def _pairs(typed: str) -> list[tuple[str, str]]:
    pairs = (item.rpartition(":") if ":" in item else (item, "", "") for item in typed.split(","))
    return [(name.strip(), metric.strip()) for name, _colon, metric in pairs if name.strip()]
