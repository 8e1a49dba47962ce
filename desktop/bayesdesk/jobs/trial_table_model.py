"""The trials of a job as rows and columns."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor, QFont

from bayescore.i18n import _
from bayescore.store import Trial
from bayesdesk.jobs.job_model import JobModel
from bayesdesk.jobs.trial_filter import row_of
from bayesdesk.jobs.words import MARKS, TONES, duration, number, state_word
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text

_Index = QModelIndex | QPersistentModelIndex
TRIAL_ROLE = Qt.ItemDataRole.UserRole


class TrialTableModel(QAbstractTableModel):
    """A row a trial: number, state, objective, other metrics, parameters, time, GPU.

    It sorts by itself: a proxy would compare values one pair at a time, which takes seconds
    with tens of thousands of trials.
    """

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._trials: list[Trial] = []
        self._rows: dict[int, dict[str, Any]] = {}
        self._columns: list[str] = []
        self._sorted_by = ("number", Qt.SortOrder.AscendingOrder)
        self.take()

    def take(self) -> None:
        """Show what the job's model holds."""
        view = self._model.view
        side = [m for m in view.metrics if m != view.job.metric]
        names = [s.name for s in view.job.config.hyper_tuning.parameter_specs]
        columns = ["number", "starred", "state", view.job.metric, *side, *names, "time", "gpu", "note"]
        self._rows = {}
        trials = self._in_order(list(self._model.shown))
        same = columns == self._columns and [t.id for t in trials] == [t.id for t in self._trials]
        if not same:
            self.beginResetModel()
        self._columns, self._trials = columns, trials
        if same and trials:
            self.dataChanged.emit(self.index(0, 0), self.index(len(trials) - 1, len(columns) - 1))
        elif not same:
            self.endResetModel()

    def _in_order(self, trials: list[Trial]) -> list[Trial]:
        """Trials by the column that was chosen; what has no value comes last in both directions."""
        name, order = self._sorted_by
        values = {t.id: self._value(t, name) for t in trials}
        known = [t for t in trials if not _is_missing(values[t.id])]
        as_text = any(isinstance(values[t.id], str) for t in known)
        known.sort(
            key=lambda t: str(values[t.id]) if as_text else values[t.id],
            reverse=order is Qt.SortOrder.DescendingOrder,
        )
        return known + [t for t in trials if _is_missing(values[t.id])]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; the selection stays with its trials."""
        wanted = (self._columns[column], order) if 0 <= column < len(self._columns) else self._sorted_by
        if wanted == self._sorted_by:
            return
        self._sorted_by = wanted
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [self._trials[index.row()].id for index in before]
        self._trials = self._in_order(self._trials)
        places = {t.id: i for i, t in enumerate(self._trials)}
        after = [self.index(places[i], index.column()) for i, index in zip(held, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

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
            return column_words(self._columns[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(self._is_text(self._columns[section]))
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        trial, name = self._trials[index.row()], self._columns[index.column()]
        if role == TRIAL_ROLE:
            return trial.number
        value = self._value(trial, name)
        if role == Qt.ItemDataRole.DisplayRole:
            if name == "starred":
                return "★" if trial.starred else ""
            return f"{MARKS[trial.state]}  {state_word(trial.state)}" if name == "state" else number(value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(self._is_text(name))
        if role == Qt.ItemDataRole.FontRole and name not in ("state", "time"):
            return _mono(bold=name == self._model.view.job.metric)
        if role == Qt.ItemDataRole.ForegroundRole and name == "state":
            return QColor(getattr(theme.palette(), TONES.get(trial.state.value, "secondary")))
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_text(str(trial.reason)) if trial.reason else None
        return None

    def _value(self, trial: Trial, name: str) -> Any:
        if name == "time":
            return duration(trial)
        if name == "gpu":
            return ", ".join(trial.gpus)
        if name == "number":
            return trial.number
        if trial.id not in self._rows:
            self._rows[trial.id] = row_of(self._model.view, trial)
        return self._rows[trial.id].get(name)

    def _is_text(self, name: str) -> bool:
        return any(isinstance(self._value(t, name), str) for t in self._trials[:1])

    @property
    def names(self) -> list[str]:
        """Names of the columns, in their order."""
        return self._columns

    def row_of_trial(self, number_: int) -> int | None:
        """Row of a trial, ``None`` when the filter hides it."""
        return next((i for i, t in enumerate(self._trials) if t.number == number_), None)


def column_words(name: str) -> str:
    """What stands above a column."""
    own = {
        "number": "#",
        "starred": "★",
        "state": _("State"),
        "time": _("Time"),
        "gpu": "GPU",
        "note": _("Note"),
    }
    return own.get(name, name)


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
