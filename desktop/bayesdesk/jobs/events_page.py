"""The events of a job, with a filter by trial, kind and level."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIntValidator, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QLineEdit,
    QTreeView,
    QWidget,
)

from bayescore.i18n import _, n_
from bayescore.times import parsed
from bayesdesk.models.events import EventFilter, EventKind, EventRow, event_rows, kind_word
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change, JobView
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.wheel import ComboBox
from bayesdesk.ui.widgets import column, label, row

_Index = QModelIndex | QPersistentModelIndex
_PAUSE_MS = 500
_WHAT = 3  # the column with the text


class EventsModel(QAbstractTableModel):
    """The events that pass the filter, oldest first."""

    def __init__(self, metric: str) -> None:
        super().__init__()
        self._metric = metric
        self.rows: list[EventRow] = []

    def show_rows(self, rows: list[EventRow]) -> None:
        """Show these events; events that are only added leave the others where they are."""
        before = len(self.rows)
        if rows[:before] != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif len(rows) > before:
            self.beginInsertRows(QModelIndex(), before, len(rows) - 1)
            self.rows = rows
            self.endInsertRows()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else _WHAT + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (_("When"), _("Trial"), _("Level"), _("What"))[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        event, section = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(event, section)
        if role == Qt.ItemDataRole.ForegroundRole and section == 2 and event.is_problem:
            colours = theme.palette()
            return QColor(colours.bad if event.level == "error" else colours.warning)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        if role == Qt.ItemDataRole.ToolTipRole and section == _WHAT:
            return as_text(self.cell(event, section))
        return None

    def cell(self, event: EventRow, section: int) -> str:
        """What a cell says."""
        if section == 0:
            return parsed(event.at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        if section == 1:
            return f"#{event.trial}" if event.trial else ""
        if section == 2:
            words = {"info": _("info"), "warning": _("warning"), "error": _("error")}
            return words.get(event.level, event.level)
        return event.text(self._metric)


class EventsPage(QWidget):
    """Newest last; Ctrl+C copies the selected events."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._filter = EventFilter()
        self._view: JobView | None = None  # that the events were taken from
        self._every: list[EventRow] = []
        self._was_shown = False
        self.events = EventsModel(model.view.job.metric)
        self.list = self._made_list()
        self.trial = QLineEdit()
        self.trial.setPlaceholderText(_("Trial"))
        self.trial.setAccessibleName(_("Trial"))
        self.trial.setValidator(QIntValidator(1, 10**9, self))
        self.trial.setClearButtonEnabled(True)
        self.trial.setFixedWidth(theme.px(110))
        self.trial.textChanged.connect(self._choose)
        self.kind = ComboBox()
        self.kind.setAccessibleName(_("Kind"))
        self.kind.addItem(_("Kind: any"), None)
        for kind in EventKind:
            self.kind.addItem(kind_word(kind), kind.value)
        self.kind.activated.connect(self._choose)
        self.problems = QCheckBox(_("Only warnings and errors"))
        self.problems.toggled.connect(self._choose)
        self.count = label("", "caption")
        head = row(self.trial, self.kind, self.problems, None, self.count, spacing=10)
        head.setContentsMargins(12, 9, 12, 9)
        whole = column(spacing=0)
        whole.addLayout(head)
        whole.addWidget(self.list, 1)
        self.setLayout(whole)
        Redraw(self, model, self._show, Change.EVENTS | Change.TRIALS, pause_ms=_PAUSE_MS).now()

    def _made_list(self) -> QTreeView:
        made = QTreeView()
        made.setObjectName("events")
        made.setModel(self.events)
        made.setRootIsDecorated(False)
        made.setWordWrap(True)
        made.setAccessibleName(_("Events"))
        made.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = made.header()
        header.setResizeContentsPrecision(20)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for section, letters in enumerate(("2026-12-31 23:59:59", "#10000", _("warning"))):
            header.resizeSection(section, made.fontMetrics().horizontalAdvance(letters) + 34)
        copy = QAction(_("Copy"), made)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_rows)
        made.addAction(copy)
        made.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return made

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the newest events, once the list is laid out."""
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            QTimer.singleShot(0, self.list, self.list.scrollToBottom)

    def _choose(self) -> None:
        kind = self.kind.currentData()
        self._filter = EventFilter(
            trial=int(self.trial.text()) if self.trial.text() else None,
            kind=EventKind(kind) if kind is not None else None,
            problems_only=self.problems.isChecked(),
        )
        self._show(Change.EVENTS)

    def _show(self, _change: Change) -> None:
        if self._model.view is not self._view:
            self._view = self._model.view
            self._every = event_rows(self._view)
        every = self._every
        bar = self.list.verticalScrollBar()
        is_at_end = bar.value() == bar.maximum()
        shown = [event for event in every if self._filter.passes(event)]
        self.events.show_rows(shown)
        if is_at_end:
            self.list.scrollToBottom()
        total = len(every)
        if len(shown) == total:
            self.count.setText(n_("{count} event", "{count} events", total))
        else:
            self.count.setText(
                n_("{shown} of {count} event", "{shown} of {count} events", total, shown=len(shown))
            )

    def copy_rows(self) -> None:
        """Copy the selected events as tab-separated text."""
        numbers = sorted(index.row() for index in self.list.selectionModel().selectedRows())
        rows = (self.events.rows[i] for i in numbers)
        lines = ["\t".join(self.events.cell(event, i) for i in range(_WHAT + 1)) for event in rows]
        QGuiApplication.clipboard().setText("\n".join(lines))
