"""The trials of a job as a table."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSettings,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView

from bayescore.i18n import _
from bayescore.store import Trial
from bayesdesk.jobs.job_model import JobModel
from bayesdesk.jobs.trial_table_model import (
    TRIAL_ROLE,
    TrialTableModel,
    column_words,
)

_ROWS_MEASURED = 20  # for the columns' widths: thousands would hold the window up
_ROW_HEIGHT = 31


class TrialTable(QTableView):
    """Sortable; a row chosen here is chosen everywhere; Ctrl+C copies rows as tab-separated text.

    A right click on the headings chooses the columns, one on rows offers what can be done with them.
    """

    open_requested = Signal(object)  # Trial
    use_requested = Signal(object)  # Trial
    rerun_requested = Signal(object)  # list[int]: numbers of trials
    stop_requested = Signal(object)  # list[int]
    star_requested = Signal(object, bool)  # list[int]

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._is_showing = False
        self._rows = TrialTableModel(model)
        self._kept: tuple[list[int], int] = ([], 0)
        self.setModel(self._rows)
        self.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setAccessibleName(_("Trials"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsMovable(True)
        header.setResizeContentsPrecision(_ROWS_MEASURED)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_columns_menu)
        self._hidden = {str(n) for n in _listed(QSettings().value("table/hidden", []))}
        self.resizeColumnsToContents()
        copy = QAction(_("Copy"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_rows)
        self.addAction(copy)
        self._hide_columns()
        self.selectionModel().currentRowChanged.connect(self._chosen)
        self._rows.modelAboutToBeReset.connect(self._before_reset)
        self._rows.modelReset.connect(self._after_reset)
        model.selection_changed.connect(self._show_chosen)
        self._is_stale = False
        model.view_changed.connect(self._has_news)
        model.filter_settled.connect(self._has_news)
        self._show_chosen()

    def _has_news(self) -> None:
        """Show other trials, unless nobody would see it: then when the table is shown."""
        self._is_stale = not self.isVisible()
        if not self._is_stale:
            self._rows.take()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._has_news()

    def copy_rows(self) -> None:
        """Put the selected rows on the clipboard, with their headings."""
        columns = [c for c in range(self._rows.columnCount()) if not self.isColumnHidden(c)]
        horizontal = Qt.Orientation.Horizontal
        lines = ["\t".join(str(self._rows.headerData(c, horizontal)) for c in columns)]
        for index in self.selectionModel().selectedRows():
            lines.append("\t".join(str(self._rows.index(index.row(), c).data() or "") for c in columns))
        QGuiApplication.clipboard().setText("\n".join(lines))

    # ---- columns

    def _show_columns_menu(self, at: QPoint) -> None:
        self.columns_menu().exec(self.horizontalHeader().mapToGlobal(at))

    def columns_menu(self) -> QMenu:
        """Every column with a tick; the choice is remembered."""
        menu = QMenu(self)
        for name in self._rows.names:
            action = menu.addAction(column_words(name))
            action.setCheckable(True)
            action.setChecked(name not in self._hidden)
            action.toggled.connect(partial(self.show_column, name))
        return menu

    def show_column(self, name: str, shown: bool) -> None:
        """Show a column, or hide it."""
        self._hidden = self._hidden - {name} if shown else self._hidden | {name}
        QSettings().setValue("table/hidden", sorted(self._hidden))
        self._hide_columns()

    def _hide_columns(self) -> None:
        for i, name in enumerate(self._rows.names):
            self.setColumnHidden(i, name in self._hidden)

    # ---- what can be done with rows

    def chosen_trials(self) -> list[Trial]:
        """Trials of the selected rows, in the order of the table."""
        numbers = [index.data(TRIAL_ROLE) for index in self.selectionModel().selectedRows()]
        by_number = {t.number: t for t in self._model.view.trials}
        return [by_number[n] for n in numbers if n in by_number]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.rows_menu().exec(event.globalPos())

    def rows_menu(self) -> QMenu:
        """What can be done with the selected trials."""
        menu, chosen = QMenu(self), self.chosen_trials()
        ended = [t.number for t in chosen if t.state.ended]
        running = [t.number for t in chosen if not t.state.ended]
        one = chosen[0] if len(chosen) == 1 else None
        if one is not None:
            menu.addAction(_("Log and files")).triggered.connect(
                lambda _c=False: self.open_requested.emit(one)
            )
            if one.state.ended:
                use = menu.addAction(_("Use as result…"))
                use.triggered.connect(lambda _c=False: self.use_requested.emit(one))
        if ended:
            words = _("Re-run {count}", count=len(ended)) if len(ended) > 1 else _("Re-run")
            menu.addAction(words).triggered.connect(lambda _c=False: self.rerun_requested.emit(ended))
        if running:
            words = _("Stop {count}", count=len(running)) if len(running) > 1 else _("Stop")
            menu.addAction(words).triggered.connect(lambda _c=False: self.stop_requested.emit(running))
        if chosen:
            wanted = not all(t.starred for t in chosen)
            star = menu.addAction(_("Mark with a star") if wanted else _("Take the star away"))
            numbers = [t.number for t in chosen]
            star.triggered.connect(lambda _c=False: self.star_requested.emit(numbers, wanted))
            menu.addSeparator()
            menu.addAction(_("Copy")).triggered.connect(self.copy_rows)
        return menu

    def _before_reset(self) -> None:
        numbers = [index.data(TRIAL_ROLE) for index in self.selectionModel().selectedRows()]
        self._kept = (numbers, self.verticalScrollBar().value())

    def _after_reset(self) -> None:
        """Other trials are shown: those that were selected stay selected, and the place stays."""
        numbers, place = self._kept
        self.resizeColumnsToContents()
        self._hide_columns()
        if len(numbers) > 1:
            flags = QItemSelectionModel.SelectionFlag
            self._is_showing = True
            for number in numbers:
                if (at := self._rows.row_of_trial(number)) is not None:
                    self.selectionModel().select(self._rows.index(at, 0), flags.Select | flags.Rows)
            self._is_showing = False
            self.verticalScrollBar().setValue(place)
            return
        self._show_chosen()

    def _chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self._is_showing:
            self._model.select(current.data(TRIAL_ROLE))

    def _show_chosen(self) -> None:
        trial = self._model.selected
        at = self._rows.row_of_trial(trial.number) if trial else None
        if at is None:
            return
        index = self._rows.index(at, 0)
        if index.row() != self.currentIndex().row():
            flags = QItemSelectionModel.SelectionFlag
            self._is_showing = True
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self._is_showing = False


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []
