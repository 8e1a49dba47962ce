"""A mapping of the text as rows: name, value, and a button that removes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from PySide6.QtWidgets import QLineEdit, QWidget

from bayescore.config.yamltext import Path
from bayescore.i18n import _
from bayesdesk.editor import edits
from bayesdesk.editor.fields import TextField
from bayesdesk.editor.text_model import TextModel
from bayesdesk.ui import theme
from bayesdesk.ui.lazy_rows import LazyRow, LazyRows
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import ElidedLabel, button, column, label, row

_SECRET = re.compile(r"token|secret|passw|api_?key|credential", re.IGNORECASE)
_NAME_WIDTH = 210
_GAP = 6


@dataclass(frozen=True)
class Entry:
    """A key and what it holds.

    Attributes
    ----------
    within
        The key of the value inside the entry, if it is a secret.
    items
        The items of a list, which is edited in the text only.
    """

    key: Any
    within: str = ""
    items: str | None = None

    @staticmethod
    def of(key: Any, value: Any) -> Entry:
        """The entry of a key and its value."""
        if isinstance(value, dict):
            return Entry(key, "value" if "value" in value else "env")
        return Entry(key, items=", ".join(map(str, value)) if isinstance(value, list) else None)


class MappingRows(QWidget):
    """Names and values at one place of a file; secrets are masked."""

    def __init__(self, model: TextModel, path: Path, empty: str) -> None:
        super().__init__()
        self._model = model
        self._path = path
        self._rows = LazyRows(
            self._made_row, lambda _entry, _width: theme.CONTROL_HEIGHT + theme.px(_GAP), _identity
        )
        self._empty = label(empty, "secondary", wrap=True)
        layout = column(self._rows, self._empty, spacing=0)
        layout.setContentsMargins(*map(theme.px, (13, 0, 8, 10)))
        self.setLayout(layout)
        self.refresh()

    @property
    def _mapping(self) -> dict[Any, Any]:
        found = self._model.value(self._path)
        return found if isinstance(found, dict) else {}

    def add(self, name: str, value: Any) -> None:
        """Add an entry, with a number behind its name if the name is in use."""
        self._model.edit(lambda document: edits.add_entry(document, self._path, name, value))

    def refresh(self) -> None:
        """Show the analysed text."""
        entries = [Entry.of(key, value) for key, value in self._mapping.items()]
        self._empty.setVisible(not entries)
        self._rows.setVisible(bool(entries))
        self._rows.show_items(entries)

    def row_of(self, key: Any) -> EntryRow:
        """The row of a key."""
        return cast(EntryRow, self._rows.row(list(self._mapping).index(key)))

    def _made_row(self, parent: QWidget) -> LazyRow:
        return EntryRow(self._model, self._path, parent)


class EntryRow(LazyRow):
    """The name, a text about a secret, the value or the items of a list, and a button."""

    def __init__(self, model: TextModel, path: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._path = path
        self._entry: Entry | None = None
        self.name = QLineEdit(self)
        self.name.setObjectName("mono")
        self.name.setMaximumWidth(theme.px(_NAME_WIDTH))
        self.name.setAccessibleName(_("Name"))
        self.name.editingFinished.connect(self._rename)
        self._kind = label("", "caption")
        self.value = TextField(model, path, parent=self)
        self._items = ElidedLabel()
        self._remove = button("", self._remove_entry, kind="quiet", meaning="close", tip=_("Remove"))
        line = row(self.name, self._kind, self.value, self._items, self._remove, spacing=theme.px(8))
        for part, stretch in ((self.name, 1), (self.value, 2), (self._items, 2)):
            line.setStretchFactor(part, stretch)
        line.setContentsMargins(0, 0, 0, theme.px(_GAP))
        self.setLayout(line)

    @property
    def is_in_use(self) -> bool:
        return super().is_in_use or self.value.is_pending

    def show_item(self, index: int, item: Any) -> None:
        """Show an entry with its value as it is in the text now."""
        entry: Entry = item
        if entry != self._entry:
            self._show_entry(entry)
        self.value.refresh()

    def _show_entry(self, entry: Entry) -> None:
        self._entry = entry
        key = str(entry.key)
        if not (self.name.hasFocus() and self.name.isModified()):
            self.name.setText(key)
        self.value.path = (*self._path, entry.key, *([entry.within] if entry.within else []))
        self.value.setAccessibleName(_("Value of {name}", name=key))
        is_masked = entry.within == "value" or (not entry.within and bool(_SECRET.search(key)))
        modes = QLineEdit.EchoMode
        self.value.setEchoMode(modes.PasswordEchoOnEdit if is_masked else modes.Normal)
        in_file = entry.within == "value"
        self._kind.setText(_("secret in the file") if in_file else _("secret from the variable"))
        self._kind.setVisible(bool(entry.within))
        self.value.setVisible(entry.items is None)
        self._items.setVisible(entry.items is not None)
        self._items.setText(entry.items or "")
        self.name.setToolTip(_("Edit this list in the YAML.") if entry.items is not None else "")
        self._remove.setToolTip(as_text(_("Remove {name}", name=key)))

    def leave_item(self) -> None:
        """Forget the entry; what is typed next is another undo step."""
        self._entry = None
        self.name.setModified(False)
        self.value.leave_place()

    def _remove_entry(self) -> None:
        if self._entry is not None:
            self._model.unset((*self._path, self._entry.key))

    def _rename(self) -> None:
        if self._entry is None:
            return
        old, name = self._entry.key, self.name.text().strip()
        mapping = self._model.value(self._path)
        self.name.setModified(False)
        if name == str(old):
            return
        if not name or (isinstance(mapping, dict) and name in mapping):
            self.name.setText(str(old))
            return
        self._model.edit(lambda document: edits.rename(document, (*self._path, old), name))


def _identity(entry: Entry) -> str:
    return str(entry.key)
