"""The trials of a job as a table."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QAction, QColor, QFont, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from bayescore.i18n import _
from bayescore.store import Trial
from bayesdesk.jobs.job_model import JobModel
from bayesdesk.jobs.trial_filter import row_of
from bayesdesk.jobs.words import MARKS, TONES, duration, number, state_word
from bayesdesk.ui import theme

_Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
TRIAL_ROLE = Qt.ItemDataRole.UserRole + 1
_ROW_HEIGHT = 31


class TrialTableModel(QAbstractTableModel):
    """A row a trial: number, state, objective, other metrics, parameters, time, GPU."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._trials: list[Trial] = []
        self._rows: dict[int, dict[str, Any]] = {}
        self._columns: list[str] = []
        model.view_changed.connect(self._take)
        model.filter_settled.connect(self._take)
        self._take()

    def _take(self) -> None:
        view = self._model.view
        side = [m for m in view.metrics if m != view.job.metric]
        names = [s.name for s in view.job.config.hyper_tuning.parameter_specs]
        columns = ["number", "state", view.job.metric, *side, *names, "time", "gpu"]
        trials = list(self._model.shown)
        same = columns == self._columns and [t.id for t in trials] == [t.id for t in self._trials]
        if not same:
            self.beginResetModel()
        self._columns, self._trials = columns, trials
        self._rows = {t.id: row_of(view, t) for t in trials}
        if same and trials:
            self.dataChanged.emit(self.index(0, 0), self.index(len(trials) - 1, len(columns) - 1))
        elif not same:
            self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._trials)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            own = {"number": "#", "state": _("State"), "time": _("Time"), "gpu": "GPU"}
            return own.get(self._columns[section], self._columns[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(self._is_text(self._columns[section]))
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        trial, name = self._trials[index.row()], self._columns[index.column()]
        if role == TRIAL_ROLE:
            return trial.number
        value = self._value(trial, name)
        if role == SORT_ROLE:
            return value
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{MARKS[trial.state]}  {state_word(trial.state)}" if name == "state" else number(value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(self._is_text(name))
        if role == Qt.ItemDataRole.FontRole and name not in ("state", "time"):
            return _mono(bold=name == self._model.view.job.metric)
        if role == Qt.ItemDataRole.ForegroundRole and name == "state":
            return QColor(getattr(theme.palette(), TONES.get(trial.state.value, "secondary")))
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(trial.reason) if trial.reason else None
        return None

    def _value(self, trial: Trial, name: str) -> Any:
        if name == "time":
            return duration(trial)
        if name == "gpu":
            return ", ".join(trial.gpus)
        return self._rows[trial.id].get(name)

    def _is_text(self, name: str) -> bool:
        return any(isinstance(self._value(t, name), str) for t in self._trials[:1])

    def row_of_trial(self, number_: int) -> int | None:
        """Row of a trial, ``None`` when the filter hides it."""
        return next((i for i, t in enumerate(self._trials) if t.number == number_), None)


class _Sorted(QSortFilterProxyModel):
    """Sorts by value; what is missing comes last in both directions."""

    def lessThan(self, left: _Index, right: _Index) -> bool:
        a, b = left.data(SORT_ROLE), right.data(SORT_ROLE)
        falling = self.sortOrder() is Qt.SortOrder.DescendingOrder
        if _is_missing(a) or _is_missing(b):
            return bool(_is_missing(a) and not _is_missing(b)) if falling else not _is_missing(a)
        if isinstance(a, str) or isinstance(b, str):
            return str(a) < str(b)
        return bool(a < b)


class TrialTable(QTableView):
    """Sortable; a row chosen here is chosen everywhere; Ctrl+C copies rows as tab-separated text."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._is_showing = False
        self._rows = TrialTableModel(model)
        self._sorted = _Sorted()
        self._sorted.setSourceModel(self._rows)
        self._sorted.setSortRole(SORT_ROLE)
        self.setModel(self._sorted)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setAccessibleName(_("Trials"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        self.resizeColumnsToContents()
        copy = QAction(_("Copy"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_rows)
        self.addAction(copy)
        self.selectionModel().currentRowChanged.connect(self._chosen)
        self._rows.modelReset.connect(self._after_reset)
        model.selection_changed.connect(self._show_chosen)
        self._show_chosen()

    def copy_rows(self) -> None:
        """Put the selected rows on the clipboard, with their headings."""
        columns = range(self._sorted.columnCount())
        horizontal = Qt.Orientation.Horizontal
        lines = ["\t".join(str(self._sorted.headerData(c, horizontal)) for c in columns)]
        for index in self.selectionModel().selectedRows():
            lines.append("\t".join(str(self._sorted.index(index.row(), c).data() or "") for c in columns))
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _after_reset(self) -> None:
        self.resizeColumnsToContents()
        self._show_chosen()

    def _chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self._is_showing:
            self._model.select(current.data(TRIAL_ROLE))

    def _show_chosen(self) -> None:
        trial = self._model.selected
        at = self._rows.row_of_trial(trial.number) if trial else None
        if at is None:
            return
        index = self._sorted.mapFromSource(self._rows.index(at, 0))
        if index.row() != self.currentIndex().row():
            flags = QItemSelectionModel.SelectionFlag
            self._is_showing = True
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self._is_showing = False


def _aligned(is_text: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if is_text else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _mono(*, bold: bool) -> QFont:
    font = QFont(theme.MONO[0])
    font.setPixelSize(theme.SMALL_PX)
    font.setBold(bold)
    return font


def _is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))
