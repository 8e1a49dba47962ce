"""The jobs that are compared: the mark of each, a tick to show it, and a field to add another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCompleter, QLineEdit, QListWidget, QListWidgetItem

from bayescore.i18n import _, n_
from bayesdesk.compare.marks import ICON_SIZE, Mark
from bayesdesk.models.formatting import number, state_word
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, button, column

_ID = Qt.ItemDataRole.UserRole
_WIDTH = 250
_TEXT_WIDTH = 160  # beside tick and mark


class ComparedJobs(Card):
    """A list that is also the legend of the chart."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(_("Jobs"))
        self._rows: dict[str, JobRow] = {}
        self._ids: list[str] = []
        self._hidden: set[str] = set()
        self.setFixedWidth(theme.px(_WIDTH))
        self.list = QListWidget()
        self.list.setAccessibleName(_("Jobs"))
        self.list.setIconSize(ICON_SIZE)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(self._ticked)
        self.add = QLineEdit()
        self.add.setPlaceholderText(_("Add a job"))
        self.add.setAccessibleName(_("Add a job"))
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self.add)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._added)
        self.add.setCompleter(completer)
        self._remove = button(
            _("Remove"), self._remove_selected, kind="quiet", tip=_("Remove from the comparison")
        )
        self._remove.setEnabled(False)
        self.list.itemSelectionChanged.connect(
            lambda: self._remove.setEnabled(bool(self.list.selectedItems()))
        )
        self.controls.addWidget(self._remove)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._remove_selected)
        field = column(self.add)
        field.setContentsMargins(10, 0, 10, 6)
        self.body.addLayout(field)
        self.body.addWidget(self.list, 1)
        self.body.setContentsMargins(1, 0, 1, 6)

    @property
    def shown(self) -> dict[str, Mark]:
        """Marks of the ticked jobs by id, in the order of the list."""
        return {job: Mark(i) for i, job in enumerate(self._ids) if job not in self._hidden}

    def set_rows(self, rows: Sequence[JobRow]) -> None:
        """Know these jobs."""
        self._rows = {row.job.id: row for row in rows}
        self._names.setStringList([f"{row.job.name}  {row.job.id}" for row in rows])
        self._fill()

    def add_jobs(self, identifiers: Sequence[str]) -> None:
        """List further jobs."""
        self._ids = list(dict.fromkeys([*self._ids, *identifiers]))
        self._hidden -= set(identifiers)
        self._fill()

    def replace_jobs(self, identifiers: Sequence[str]) -> None:
        """List other jobs."""
        self._ids, self._hidden = list(dict.fromkeys(identifiers)), set()
        self._fill()

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for place, identifier in enumerate(self._ids):
            if (row := self._rows.get(identifier)) is not None:
                self.list.addItem(self._item(row, Mark(place)))
        self.list.blockSignals(False)

    def _item(self, row: JobRow, mark: Mark) -> QListWidgetItem:
        job = row.job
        value = number(row.best) if row.best is not None else state_word(job.state)
        count = n_("{count} trial", "{count} trials", row.done)
        metrics, elided = self.list.fontMetrics(), Qt.TextElideMode.ElideRight
        lines = (
            metrics.elidedText(words, elided, theme.px(_TEXT_WIDTH))
            for words in (job.name, f"{value} · {count}")
        )
        item = QListWidgetItem(mark.icon(), "\n".join(lines))
        item.setToolTip(as_text("\n".join(filter(None, (job.name, f"{job.id} · {job.project}", job.note)))))
        item.setData(_ID, job.id)
        states = Qt.CheckState
        item.setCheckState(states.Unchecked if job.id in self._hidden else states.Checked)
        return item

    def _ticked(self, item: QListWidgetItem) -> None:
        is_shown = item.checkState() is Qt.CheckState.Checked
        (self._hidden.discard if is_shown else self._hidden.add)(item.data(_ID))
        self.changed.emit()

    def _added(self, words: str) -> None:
        self.add_jobs([words.rpartition("  ")[2]])
        self.add.clear()
        self.changed.emit()

    def _remove_selected(self) -> None:
        removed = {item.data(_ID) for item in self.list.selectedItems()}
        self._ids = [i for i in self._ids if i not in removed]
        self._fill()
        self._remove.setEnabled(False)
        self.changed.emit()
