"""The sidebar: every job in groups, with its progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QHeaderView, QLabel, QLineEdit, QMenu, QTableView, QToolButton, QWidget

from bayescore.i18n import _, n_
from bayesdesk.jobs.job_actions import JobActions
from bayesdesk.jobs.job_delegate import HEADING_HEIGHT, ROW_HEIGHT, JobDelegate
from bayesdesk.jobs.job_list_model import ROW, JobListModel
from bayesdesk.jobs.job_list_view import JobListView
from bayesdesk.jobs.machine_foot import MachineFoot
from bayesdesk.models.job_list import BY_DAY, BY_PROJECT, BY_STATE
from bayesdesk.models.snapshot import JobRow
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.widgets import button, column, label, row, rule

__all__ = ["JobListModel", "Sidebar"]


class Sidebar(QWidget):
    """New job, search, the list of jobs, and the machine at the bottom.

    A click shows a job; with Ctrl or Shift it extends the selection, for what is done with several jobs.
    """

    new_requested = Signal()
    job_chosen = Signal(str)
    table_requested = Signal()
    diagnostics_requested = Signal()
    language_requested = Signal()
    theme_requested = Signal()

    def __init__(self, model: JobListModel, machine: MachineWatch, actions: JobActions) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme.SIDEBAR_WIDTH)
        self._model, self._actions = model, actions
        self._chosen: str | None = None  # the job that is shown
        self._selected: list[str] = []
        self._headings: set[int] = set()  # rows that have the height of a heading
        self.list = self._made_list()
        self.machine = MachineFoot(machine)
        self.selection = self._made_selection_bar()
        new = button(_("New job"), self.new_requested.emit, kind="primary", meaning="new")
        layout = column(
            self._brand(), new, self._search(), self.list, self.selection, rule(), self.machine, self._foot(),
            spacing=8,
        )  # fmt: skip
        layout.setContentsMargins(10, 12, 10, 10)
        layout.setStretchFactor(self.list, 1)
        self.setLayout(layout)
        self._arrange()

    # ---- building

    @staticmethod
    def _brand() -> QLabel:
        name = label("Bayesdesk", "heading")
        name.setContentsMargins(6, 0, 0, 2)
        return name

    def _search(self) -> QWidget:
        self.search = QLineEdit(self._model.listing.query)
        self.search.setPlaceholderText(_("Find a job"))
        self.search.setAccessibleName(_("Find a job"))
        self.search.setToolTip(_("Words of the name, note, tags or project; #word is a tag"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(
            lambda words: self._model.set_listing(replace(self._model.listing, query=words))
        )
        group = QToolButton()
        group.setIcon(icon("group"))
        group.setToolTip(_("Group the jobs"))
        group.setAccessibleName(_("Group the jobs"))
        group.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        group.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.group_menu = self._made_group_menu(group)
        group.setMenu(self.group_menu)
        table = button(
            "", self.table_requested.emit, kind="quiet", meaning="table", tip=_("All jobs as a table")
        )
        made = QWidget()
        layout = row(self.search, group, table, spacing=2)
        layout.setStretchFactor(self.search, 1)
        made.setLayout(layout)
        return made

    def _made_group_menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        groups = {BY_STATE: _("By state"), BY_DAY: _("By day"), BY_PROJECT: _("By project")}
        for group, words in groups.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setData(group)
            action.triggered.connect(lambda _checked=False, g=group: self._set_group(g))
        menu.addSeparator()
        archived = menu.addAction(_("Show archived jobs"))
        archived.setCheckable(True)
        archived.triggered.connect(
            lambda checked: self._model.set_listing(replace(self._model.listing, shows_archived=checked))
        )
        menu.aboutToShow.connect(lambda: self._tick(menu))
        self._tick(menu)
        return menu

    def _tick(self, menu: QMenu) -> None:
        listing = self._model.listing
        for action in menu.actions():
            is_on = listing.shows_archived if action.data() is None else action.data() == listing.group
            action.setChecked(is_on)

    def _set_group(self, group: str) -> None:
        self._model.set_listing(replace(self._model.listing, group=group))

    def _made_list(self) -> JobListView:
        made = JobListView(self._model)
        made.dropped.connect(self._drop)
        made.setItemDelegate(JobDelegate(made))
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setShowGrid(False)
        made.setTabKeyNavigation(False)
        made.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        made.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        made.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.horizontalHeader().hide()
        made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        made.verticalHeader().hide()
        made.verticalHeader().setMinimumSectionSize(theme.px(HEADING_HEIGHT))
        made.verticalHeader().setDefaultSectionSize(theme.px(ROW_HEIGHT))
        made.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        made.setAccessibleName(_("Jobs"))
        made.viewport().setAutoFillBackground(False)
        made.setStyleSheet("background: transparent;")
        made.setMouseTracking(True)
        made.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        made.customContextMenuRequested.connect(self._show_menu)
        made.selectionModel().selectionChanged.connect(self._selection_changed)
        self._model.modelReset.connect(self._arrange)
        rename = QAction(_("Rename…"), made)
        rename.setShortcut(QKeySequence("F2"))
        rename.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        rename.triggered.connect(self._rename)
        made.addAction(rename)
        for words, keys, by in (
            (_("Up in the queue"), "Alt+Up", -1),
            (_("Down in the queue"), "Alt+Down", 1),
        ):
            shift = QAction(words, made)
            shift.setShortcut(QKeySequence(keys))
            shift.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            shift.triggered.connect(partial(self._shift, by))
            made.addAction(shift)
        return made

    def _made_selection_bar(self) -> QWidget:
        """What can be done with several jobs; shown while several are selected."""
        self._count = label("", "caption")
        self.compare = button(_("Compare"), self._compare, kind="quiet", meaning="compare")
        more = button("", self._show_more, kind="quiet", meaning="more", tip=_("More actions"))
        self._more = more
        made = QWidget()
        layout = row(self._count, None, self.compare, more, spacing=2)
        layout.setContentsMargins(6, 0, 0, 0)
        made.setLayout(layout)
        made.setVisible(False)
        return made

    def _foot(self) -> QWidget:
        foot = QWidget()
        diagnostics = button(
            _("Diagnostics"), self.diagnostics_requested.emit, kind="quiet", meaning="diagnostics"
        )
        language = button(_("中文"), self.language_requested.emit, kind="quiet", tip=_("Switch to Chinese"))
        appearance = button("", self.theme_requested.emit, kind="quiet", tip=_("Light or dark"))
        appearance.setIcon(icon("theme"))
        foot.setLayout(row(diagnostics, None, appearance, language, spacing=2))
        return foot

    def _arrange(self) -> None:
        """Give headings their height, and select the same jobs."""
        header = self.list.verticalHeader()
        headings = set(self._model.headings())
        for i in self._headings - headings:
            if i < header.count():
                header.resizeSection(i, theme.px(ROW_HEIGHT))
        for i in headings:
            header.resizeSection(i, theme.px(HEADING_HEIGHT))
        self._headings = headings
        self._select_again()

    # ---- selection

    def choose(self, job: str | None) -> None:
        """Select a job without emitting ``job_chosen``; a selection of several that has it stays."""
        is_same = job == self._chosen and (job is None or job in self._selected)
        self._chosen = job
        if is_same and (job is not None or len(self._selected) != 1):
            return
        self._selected = [job] if job is not None else []
        self._select_again()

    def selected_jobs(self) -> list[JobRow]:
        """The selected jobs, in the order of the list."""
        indexes = sorted(self.list.selectionModel().selectedIndexes(), key=lambda i: i.row())
        return [item for index in indexes if isinstance(item := index.data(ROW), JobRow)]

    def _select_again(self) -> None:
        """Select the same jobs; those that a search hides stay selected, for when it ends."""
        flags, selection = QItemSelectionModel.SelectionFlag, QItemSelection()
        for job in self._selected:
            if (index := self._model.index_of(job)).isValid():
                selection.select(index, index)
        current = self._model.index_of(self._chosen) if self._chosen else QModelIndex()
        model = self.list.selectionModel()
        with QSignalBlocker(model):
            model.setCurrentIndex(current, flags.NoUpdate)
            model.select(selection, flags.ClearAndSelect)
        self.list.viewport().update()
        self._show_selection()

    def _selection_changed(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        jobs = self.selected_jobs()
        self._selected = [item.job.id for item in jobs]
        self._show_selection()
        if len(jobs) == 1 and self._selected != [self._chosen]:
            self._chosen = self._selected[0]
            self.job_chosen.emit(self._chosen)

    def _show_selection(self) -> None:
        count = len(self._selected)
        self.selection.setVisible(count > 1)
        self._count.setText(n_("{count} selected", "{count} selected", count))

    # ---- actions

    def _compare(self) -> None:
        self._actions.compare_requested.emit([item.job.id for item in self.selected_jobs()])

    def _rename(self) -> None:
        jobs = self.selected_jobs()
        if len(jobs) == 1:
            self._actions.edit(jobs[0])

    def _drop(self, job: str, before: int) -> None:
        self._actions.move(job, self._model.target(job, before))

    def _shift(self, by: int, _checked: bool = False) -> None:
        jobs = self.selected_jobs()
        if len(jobs) == 1:
            self._actions.move(jobs[0].job.id, self._model.shifted(jobs[0].job.id, by))

    def _show_menu(self, at: QPoint) -> None:
        item = self.list.indexAt(at).data(ROW)
        if isinstance(item, JobRow):
            jobs = self.selected_jobs()
            chosen = jobs if any(j.job.id == item.job.id for j in jobs) else [item]
            self._popup(chosen, self.list.viewport().mapToGlobal(at))

    def _show_more(self) -> None:
        self._popup(self.selected_jobs(), self._more.mapToGlobal(QPoint(0, 0)))

    def _popup(self, jobs: Sequence[JobRow], at: QPoint) -> None:
        menu = self.job_menu(jobs)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def job_menu(self, jobs: Sequence[JobRow]) -> QMenu:
        """The actions on jobs of the list."""
        menu = QMenu(self)
        self._actions.fill(menu, jobs)
        return menu
