"""Data bindings in the form: the data set, its path in a trial, and its folder on this machine."""

from __future__ import annotations

from functools import partial
from pathlib import Path as FilePath
from typing import Any

from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from bayescore.config import Edit, YamlDocument
from bayescore.config.read_root import parse_short_binding
from bayescore.config.yamltext import Path
from bayescore.i18n import _
from bayesdesk.editor import edits
from bayesdesk.editor.fields import ChoiceField, Field, Labelled, TextField
from bayesdesk.editor.text_model import ConfigModel, LocalModel
from bayesdesk.services.background import Background
from bayesdesk.ui.flow import Flow
from bayesdesk.ui.widgets import Card, badge, button, clear, label, row, rule, set_tone

_KEYS = ("data_bindings", "data_binding", "bindings", "binding")
_MOST_INPUTS = 5


class DataCard(Card):
    """A row for each binding; its folder is written into ``openbayes.local.yaml``."""

    def __init__(self, model: ConfigModel, local: LocalModel, background: Background) -> None:
        super().__init__(_("Data"), _("available to every trial at its path"))
        self._model, self._local, self._background = model, local, background
        self._shown: list[str] = []
        self._fields: list[Field] = []
        self._folders: list[tuple[TextField, QLabel]] = []
        self._checked: list[str] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.controls.addWidget(button(_("Add data"), self.add, meaning="new"))
        self.body.addLayout(self._rows)
        model.analysed.connect(self.refresh)
        local.analysed.connect(self.refresh)
        self._rebuild()
        self.refresh()

    @property
    def _path(self) -> Path:
        return _path_of(self._model.document)

    def _bindings(self) -> list[Any]:
        found = self._model.value(self._path)
        return found if isinstance(found, list) else []

    def add(self) -> None:
        """Add a binding at the first free path."""
        self._model.edit(_add_binding)

    def refresh(self) -> None:
        """Show the analysed files."""
        self.setEnabled(self._model.is_valid and self._local.is_valid)
        if not self.isEnabled():
            return
        if self._shown != [_signature(b) for b in self._bindings()]:
            self._rebuild()
        for (folder, _state), binding in zip(self._folders, self._bindings(), strict=True):
            folder.path = ("data", _name(binding))
        for field in self._fields:
            field.refresh()
        self._check_folders()

    def _rebuild(self) -> None:
        clear(self._rows)
        self._fields, self._folders, self._checked = [], [], []
        self._shown = [_signature(b) for b in self._bindings()]
        for index, binding in enumerate(self._bindings()):
            self._rows.addWidget(rule())
            self._rows.addLayout(self._row(index, binding))
        if not self._shown:
            empty = label(_("No data sets. Trials see only the files of the project."), "secondary")
            empty.setContentsMargins(13, 0, 13, 12)
            self._rows.addWidget(empty)

    def _row(self, index: int, binding: Any) -> Flow:
        at = (*self._path, index)
        parts: list[QWidget] = []
        if isinstance(binding, dict):
            key = "name" if "name" in binding and "data" not in binding else "data"
            access = [("ro", _("Read only")), ("rw", _("Read and write"))]
            for heading, field in (
                (_("Data"), TextField(self._model, (*at, key), is_text=True)),
                (_("Path in the trial"), TextField(self._model, (*at, "path"), is_text=True)),
                (_("Access"), ChoiceField(self._model, (*at, "type"), access, default="ro")),
            ):
                self._fields.append(field)
                parts.append(Labelled(heading, field))
        else:
            field = TextField(self._model, at, is_text=True)
            self._fields.append(field)
            parts.append(Labelled(_("Data : path : access"), field))
        folder = TextField(
            self._local,
            ("data", _name(binding)),
            is_text=True,
            optional=True,
            placeholder=_("folder on this machine"),
        )
        state = badge()
        self._fields.append(folder)
        self._folders.append((folder, state))
        browse = button(
            "", partial(self._browse, folder), kind="quiet", meaning="folder", tip=_("Choose the folder")
        )
        remove = button("", lambda: self._remove(at, remove), kind="quiet", meaning="close", tip=_("Remove"))
        place = row(Labelled(_("On this machine"), folder), browse, state, remove, spacing=8)
        place.setStretch(0, 1)
        holder = QWidget()
        holder.setLayout(place)
        shares = ((5, 120), (3, 110), (3, 130)) if len(parts) == 3 else ((8, 200),)
        line = Flow(*((part, *share) for part, share in zip(parts, shares, strict=True)), spacing=8)
        line.add(holder, 6, 280)
        line.setContentsMargins(13, 7, 8, 9)
        return line

    def _remove(self, at: Path, owner: QWidget) -> None:
        self._model.edit(lambda document: document.remove(at), owner=owner)

    def _browse(self, field: TextField) -> None:
        start = str(self._model.file.parent)
        name = QFileDialog.getExistingDirectory(self, _("Choose the folder"), start)
        if name:
            self._local.set(field.path, name)

    def _check_folders(self) -> None:
        """Check off the GUI thread which folders exist: a disk may be slow."""
        folders = [field.text().strip() or str(field.path[-1]) for field, _state in self._folders]
        states = [state for _field, state in self._folders]
        base = self._model.file.parent

        if folders != self._checked:
            self._checked = folders
            self._background.run(
                lambda: [(base / FilePath(f).expanduser()).is_dir() for f in folders],
                partial(self._show_folders, states),
                lambda _e: None,
            )

    def _show_folders(self, states: list[QLabel], found: list[bool]) -> None:
        if [s for _f, s in self._folders] != states:
            return  # the rows have been rebuilt since
        for state, exists in zip(states, found, strict=True):
            state.setText(_("found") if exists else _("not found"))
            set_tone(state, "good" if exists else "warning")


def _path_of(document: YamlDocument) -> Path:
    """Path of the bindings; the first of its spellings that is in use."""
    return (next((k for k in _KEYS if edits.value_at(document, (k,)) is not None), _KEYS[0]),)


def _add_binding(document: YamlDocument) -> Edit:
    path = _path_of(document)
    bindings = edits.value_at(document, path)
    used = {b.get("path") for b in bindings if isinstance(b, dict)} if isinstance(bindings, list) else set()
    place = next((p for i in range(_MOST_INPUTS) if (p := f"/input{i}") not in used), "/input0")
    return edits.append(document, path, {"data": "user/dataset/1", "path": place, "type": "ro"})


def _name(binding: Any) -> str:
    if isinstance(binding, dict):
        return str(binding.get("data") or binding.get("name") or "")
    try:
        return parse_short_binding(str(binding))[0]
    except ValueError:
        return str(binding)


def _signature(binding: Any) -> str:
    """The keys of a binding: a row is rebuilt when they change."""
    return ",".join(sorted(map(str, binding))) if isinstance(binding, dict) else "short"
