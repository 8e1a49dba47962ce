"""All jobs as a table: find, filter, sort, and act on several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from bayescore.errors import ConfigError
from bayescore.i18n import _, n_
from bayescore.store import Database
from bayesdesk.job_table.table import JobTable
from bayesdesk.job_table.table_model import JobTableModel
from bayesdesk.jobs.filter_field import FilterField
from bayesdesk.jobs.job_actions import JobActions
from bayesdesk.models.job_table import FILTER_NAMES, JobFilter
from bayesdesk.models.job_words import JobWords
from bayesdesk.models.snapshot import JobRow
from bayesdesk.services.background import Background
from bayesdesk.services.job_sizes import JobSizes
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, button, column, label, row

_SETTLED_MS = 120  # after the last key of a search
_RECENT = "jobs/recent"  # setting: the last conditions
_PAUSE_MS = 500  # between two refreshes of running jobs


@dataclass(frozen=True)
class JobTableState:
    """What the user has chosen on the page."""

    search: str
    condition: str
    shows_archived: bool
    sorted_by: tuple[int, Qt.SortOrder]
    selected: tuple[str, ...]  # ids


class JobTablePage(QWidget):
    """Search and condition at the top, the table below, and what can be done with the selection."""

    job_chosen = Signal(str)

    def __init__(self, database: Database, background: Background, actions: JobActions) -> None:
        super().__init__()
        self.setObjectName("page")
        self._actions = actions
        self._sizes = JobSizes(database, background)
        self._rows: Sequence[JobRow] = ()
        self.model = JobTableModel(self._sizes.bytes)
        self.table = JobTable(self.model, actions)
        self.table.opened.connect(self.job_chosen)
        self.table.selection_changed.connect(self._show_selection)
        self._sizes.measured.connect(self.model.show_sizes)
        self._filter_timer = _timer(self, self._set_filter)
        self._rows_timer = _timer(self, self._show_rows)
        self._count = label("", "secondary")
        self._make_filter()
        self._make_buttons()
        self._arrange()

    def _make_filter(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find a job"))
        self.search.setToolTip(_("Words of the name, note, tags or project; #word is a tag"))
        self.search.setAccessibleName(_("Find a job"))
        self.search.setClearButtonEnabled(True)
        self.condition = FilterField(lambda: JobWords(self._rows), _RECENT)
        self.condition.setPlaceholderText('best > 0.9 and project == "digits" and days < 30')
        self.condition.committed.connect(self._commit)
        self.archived = QCheckBox(_("Archived, too"))
        self.archived.toggled.connect(lambda _on: self._set_filter())
        for field in (self.search, self.condition):
            field.textChanged.connect(lambda _words: self._filter_timer.start(_SETTLED_MS))
        self._explain_condition(None)

    def _make_buttons(self) -> None:
        def chosen() -> list[JobRow]:
            return self.table.chosen_jobs()

        actions = self._actions
        self.compare = button(
            _("Compare"),
            lambda: actions.compare_requested.emit([j.job.id for j in chosen()]),
            meaning="compare",
        )
        self.archive = button(_("Archive"), self._archive, meaning="archive")
        self.tags = button(_("Tags…"), lambda: actions.tag(chosen()), meaning="tag")
        self.export = button(_("Export…"), lambda: actions.export(chosen()), meaning="export")
        self.delete = button(_("Delete…"), lambda: actions.delete(chosen()), kind="danger", meaning="remove")
        self._buttons = (self.compare, self.tags, self.archive, self.export, self.delete)

    def _arrange(self) -> None:
        top = QWidget()
        top.setObjectName("bar")
        head = row(label(_("Jobs"), "title"), self._count, None, *self._buttons, spacing=8)
        fields = row(self.search, self.condition, self.archived, spacing=8)
        fields.setStretch(0, 2)
        fields.setStretch(1, 3)
        layout = column(head, fields, spacing=10)
        layout.setContentsMargins(theme.PAGE_MARGIN, 12, theme.PAGE_MARGIN, 12)
        top.setLayout(layout)
        card = Card()
        card.body.addWidget(self.table)
        card.body.setContentsMargins(1, 1, 1, 1)
        below = column(card, spacing=0)
        below.setContentsMargins(theme.PAGE_MARGIN, theme.CARD_GAP, theme.PAGE_MARGIN, theme.CARD_GAP)
        whole = column(top, spacing=0)
        whole.addLayout(below, 1)
        self.setLayout(whole)
        self._show_selection()

    # ---- what is shown

    @property
    def state(self) -> JobTableState:
        """The state of the page, for :meth:`restore`."""
        return JobTableState(
            self.search.text(),
            self.condition.text(),
            self.archived.isChecked(),
            self.table.sorted_by,
            tuple(row.job.id for row in self.table.chosen_jobs()),
        )

    def restore(self, state: JobTableState) -> None:
        """Take over what the user has chosen before the page was built again."""
        self.search.setText(state.search)
        self.condition.setText(state.condition)
        self.archived.setChecked(state.shows_archived)
        self.table.sort_by(*state.sorted_by)
        self._filter_timer.stop()
        self._set_filter()
        self.table.select(state.selected)

    def take_rows(self, rows: Sequence[JobRow]) -> None:
        """Show these jobs, at once or, while jobs run, a few times a second; a hidden page waits."""
        has_others = len(rows) != len(self._rows)
        self._rows = rows
        if has_others:
            self._show_rows()
        elif self.isVisible() and not self._rows_timer.isActive():
            self._rows_timer.start(_PAUSE_MS)

    def _show_rows(self) -> None:
        self.model.set_rows(self._rows)
        self._show_selection()
        if self.isVisible():
            self._sizes.measure([r.job for r in self.model.rows])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_rows()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._sizes.stop()

    def _set_filter(self) -> None:
        try:
            wanted = JobFilter(
                self.search.text(), self.condition.text(), shows_archived=self.archived.isChecked()
            )
        except ConfigError as error:
            self._explain_condition(error)
            return
        self._explain_condition(None)
        self.model.set_filter(wanted)
        self._show_selection()

    def _commit(self, condition: str) -> None:
        """Apply a condition that is complete, and remember it if it is valid."""
        self._set_filter()
        if condition and self.condition.property("wrong") != "true":
            self.condition.remember(condition)

    def _explain_condition(self, error: ConfigError | None) -> None:
        self.condition.show_error(error)
        names = _("Columns: {names}", names=", ".join(FILTER_NAMES))
        units = _("duration is in hours, size in GB, days is the age of the job")
        self.condition.setToolTip(as_text(f"{names}\n{units}"))

    def _show_selection(self) -> None:
        jobs = self.table.chosen_jobs()
        shown, total = len(self.model.rows), self.model.total
        words = n_("{shown} of {count} job", "{shown} of {count} jobs", total, shown=shown)
        if jobs:
            words += " · " + n_("{count} selected", "{count} selected", len(jobs))
        self._count.setText(words)
        for made in self._buttons:
            made.setEnabled(bool(jobs))
        self.compare.setEnabled(len(jobs) > 1)
        has_ended = any(j.job.state.ended for j in jobs)
        self.archive.setEnabled(has_ended)
        self.delete.setEnabled(has_ended)
        self.archive.setText(_("Show again") if self._are_archived(jobs) else _("Archive"))

    def _archive(self) -> None:
        jobs = self.table.chosen_jobs()
        self._actions.archive(jobs, archived=not self._are_archived(jobs))

    @staticmethod
    def _are_archived(jobs: Sequence[JobRow]) -> bool:
        return bool(jobs) and all(j.job.archived for j in jobs)


def _timer(parent: QWidget, then: object) -> QTimer:
    made = QTimer(parent)
    made.setSingleShot(True)
    made.timeout.connect(then)
    return made
