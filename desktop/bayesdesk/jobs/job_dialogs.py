"""Dialogs that change what the user says about jobs: name and note of one, tags of several."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QWidget,
)

from bayescore.app.job_marks import MOST_NAME_CHARACTERS, parsed_tags
from bayescore.errors import ConfigError
from bayescore.i18n import _, n_
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import button, column, label, row, set_shown

_WIDTH = 420
_NOTE_HEIGHT = 110
_TAGS_HEIGHT = 150


class _Dialog(QDialog):
    """A dialog with a heading, its parts, and two buttons."""

    def __init__(self, parent: QWidget, title: str, *parts: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.save = button(_("Save"), self.accept, kind="primary")
        self.save.setDefault(True)
        layout = column(*parts, 6, row(None, button(_("Cancel"), self.reject), self.save), spacing=6)
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 14)
        self.setLayout(layout)
        self.setFixedWidth(theme.px(_WIDTH))


class DetailsDialog(_Dialog):
    """Name and note of one job."""

    saved = Signal(str, str)  # name, note

    def __init__(self, parent: QWidget, job: JobRow, *, at_note: bool = False) -> None:
        self.name = QLineEdit(job.job.name)
        self.name.setMaxLength(MOST_NAME_CHARACTERS)
        self.name.setAccessibleName(_("Name"))
        self.note = QPlainTextEdit(job.job.note)
        self.note.setAccessibleName(_("Note"))
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(theme.px(_NOTE_HEIGHT))
        super().__init__(
            parent,
            _("Name and note"),
            label(_("Name"), "section"),
            self.name,
            label(_("Note"), "section"),
            self.note,
        )
        self.name.textChanged.connect(lambda text: self.save.setEnabled(bool(text.strip())))
        self.accepted.connect(lambda: self.saved.emit(self.name.text(), self.note.toPlainText()))
        (self.note if at_note else self.name).setFocus()
        self.name.selectAll()


class TagsDialog(_Dialog):
    """Tags of one job or of several: a tick for each tag that is in use, and new ones as text."""

    saved = Signal(list, list)  # tags to add, tags to remove

    def __init__(self, parent: QWidget, jobs: Sequence[JobRow], known: Sequence[str]) -> None:
        self.list = QListWidget()
        self.list.setAccessibleName(_("Tags"))
        self.list.setFixedHeight(theme.px(_TAGS_HEIGHT))
        self.new = QLineEdit()
        self.new.setPlaceholderText(_("New tags, with commas between them"))
        self.new.setAccessibleName(_("New tags"))
        completer = QCompleter(list(known), self.new)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.new.setCompleter(completer)
        names = jobs[0].job.name if len(jobs) == 1 else n_("{count} job", "{count} jobs", len(jobs))
        super().__init__(parent, _("Tags"), label(names, "heading"), self.list, self.new)
        self._before: dict[str, Qt.CheckState] = {}
        for tag in known:
            self._add(tag, sum(tag in j.job.tags for j in jobs), len(jobs))
        set_shown(self.list, bool(known))
        self.new.textChanged.connect(self._check)
        self.accepted.connect(lambda: self.saved.emit(*self.changes()))
        self.new.setFocus()

    def _add(self, tag: str, having: int, total: int) -> None:
        states = Qt.CheckState
        state = states.Checked if having == total else states.PartiallyChecked if having else states.Unchecked
        self._before[tag] = state
        item = QListWidgetItem(tag)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(state)
        self.list.addItem(item)

    def _check(self, _words: str) -> None:
        try:
            parsed_tags(self.new.text())
        except ConfigError as error:
            self.new.setToolTip(as_text(str(error)))
            self.save.setEnabled(False)
        else:
            self.save.setEnabled(True)

    def changes(self) -> tuple[list[str], list[str]]:
        """Tags to add and to remove."""
        add, remove = list(parsed_tags(self.new.text())), list[str]()
        for i in range(self.list.count()):
            item = self.list.item(i)
            if item.checkState() is self._before[item.text()]:
                continue
            (add if item.checkState() is Qt.CheckState.Checked else remove).append(item.text())
        return add, remove
