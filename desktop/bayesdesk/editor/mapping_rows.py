"""A mapping of the text as rows: name, value, and a button that removes it."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from bayescore.config.yamltext import Path
from bayescore.i18n import _
from bayesdesk.editor import edits
from bayesdesk.editor.fields import TextField
from bayesdesk.editor.text_model import TextModel
from bayesdesk.ui.widgets import button, clear, label, row

_SECRET = re.compile(r"token|secret|passw|api_?key|credential", re.IGNORECASE)
_NAME_WIDTH = 210


class MappingRows(QWidget):
    """Names and values at one place of a file; secrets are masked."""

    def __init__(self, model: TextModel, path: Path, empty: str) -> None:
        super().__init__()
        self._model = model
        self._path = path
        self._empty = empty
        self._shown: list[tuple[str, str]] = []
        self._values: list[TextField] = []
        self._layout = QVBoxLayout()
        self._layout.setContentsMargins(13, 0, 8, 10)
        self._layout.setSpacing(6)
        self.setLayout(self._layout)
        self._rebuild()

    @property
    def _mapping(self) -> dict[Any, Any]:
        found = self._model.value(self._path)
        return found if isinstance(found, dict) else {}

    def add(self, name: str, value: Any) -> None:
        """Add an entry, with a number behind its name if the name is in use."""
        self._model.edit(lambda document: edits.add_entry(document, self._path, name, value))

    def refresh(self) -> None:
        """Show the analysed text; rows are rebuilt only when names or kinds change."""
        if self._shown != [(str(k), _kind(v)) for k, v in self._mapping.items()]:
            self._rebuild()
        for field in self._values:
            field.refresh()

    def _rebuild(self) -> None:
        clear(self._layout)
        self._values = []
        self._shown = [(str(k), _kind(v)) for k, v in self._mapping.items()]
        for key, value in self._mapping.items():
            self._layout.addLayout(self._row(key, value))
        if not self._shown:
            self._layout.addWidget(label(self._empty, "secondary", wrap=True))

    def _row(self, key: Any, value: Any) -> QHBoxLayout:
        name = QLineEdit(str(key))
        name.setObjectName("mono")
        name.setMaximumWidth(_NAME_WIDTH)
        name.setAccessibleName(_("Name"))
        name.editingFinished.connect(partial(self._rename, key, name))
        at = (*self._path, key)
        remove = button(
            "",
            partial(self._model.unset, at),
            kind="quiet",
            meaning="close",
            tip=_("Remove {name}", name=key),
        )
        parts: list[QWidget] = [name]
        if not isinstance(value, dict | list):
            parts.append(self._value(at, masked=bool(_SECRET.search(str(key)))))
        elif isinstance(value, list):
            shown = label(", ".join(map(str, value)), "mono")
            shown.setToolTip(_("Edit this list in the YAML."))
            parts.append(shown)
        else:
            in_file = "value" in value
            words = _("secret in the file") if in_file else _("secret from the variable")
            parts += [
                label(words, "caption"),
                self._value((*at, "value" if in_file else "env"), masked=in_file),
            ]
        line = row(*parts, remove, spacing=8)
        line.setStretchFactor(name, 1)
        line.setStretchFactor(parts[-1], 2)
        return line

    def _value(self, at: Path, *, masked: bool) -> TextField:
        field = TextField(self._model, at)
        field.setAccessibleName(_("Value of {name}", name=str(at[-1])))
        if masked:
            field.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self._values.append(field)
        return field

    def _rename(self, key: Any, field: QLineEdit) -> None:
        name = field.text().strip()
        if name == str(key):
            return
        if not name or name in self._mapping:
            field.setText(str(key))
            return
        self._model.edit(lambda document: edits.rename(document, (*self._path, key), name))


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "secret value" if "value" in value else "secret"
    return "list" if isinstance(value, list) else "scalar"
