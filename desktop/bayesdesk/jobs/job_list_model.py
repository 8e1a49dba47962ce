"""Qt's model of the list of jobs: jobs in groups with headings."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSettings, Qt

from bayescore.i18n import _
from bayescore.store.queue import FIRST
from bayesdesk.models.job_list import (
    BY_DAY,
    BY_PROJECT,
    BY_STATE,
    Listing,
    begin_words,
    chance_lines,
    drop_target,
    grouped,
    spoken_line,
    status_line,
    tags_line,
    waits,
)
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui.plain import as_text

_Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole  # a JobRow, or the text of a heading
_GROUP, _ARCHIVED = "jobs/group", "jobs/archived"


class JobListModel(QAbstractListModel):
    """Shows the jobs that a search finds; the grouping is remembered."""

    def __init__(self) -> None:
        super().__init__()
        settings = QSettings()
        group = str(settings.value(_GROUP, BY_STATE))
        self.listing = Listing(
            "",
            group if group in (BY_STATE, BY_DAY, BY_PROJECT) else BY_STATE,
            settings.value(_ARCHIVED, False, type=bool) is True,
        )
        self.rows: tuple[JobRow, ...] = ()
        self._items: list[JobRow | str] = []
        self._places: dict[str, int] = {}  # by id
        self._orders: list[list[str]] = [[]]  # ids of the queue: as it is, and after each requested move

    def set_rows(self, rows: tuple[JobRow, ...]) -> None:
        """Show these jobs."""
        self.rows = rows
        queued = sorted((r.place.index, r.job.id) for r in rows if r.place is not None)
        order = [job for _index, job in queued]
        self._orders = self._orders[self._orders.index(order) :] if order in self._orders else [order]
        self._arrange()

    def set_listing(self, listing: Listing) -> None:
        """Search, group, or show archived jobs."""
        self.listing = listing
        settings = QSettings()
        settings.setValue(_GROUP, listing.group)
        settings.setValue(_ARCHIVED, listing.shows_archived)
        self._arrange()

    def _arrange(self) -> None:
        items = grouped(self.rows, self.listing)
        before = self._items
        if len(items) == len(before) and all(map(_is_same_job, before, items)):
            self._items = items
            changed = [i for i, (old, new) in enumerate(zip(before, items, strict=True)) if old is not new]
            if changed:
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            return
        self.beginResetModel()
        self._items = items
        self._places = {item.job.id: i for i, item in enumerate(items) if not isinstance(item, str)}
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        if role == ROW:
            return item
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return item if isinstance(item, str) else spoken_line(item)
        if role == Qt.ItemDataRole.ToolTipRole and not isinstance(item, str):
            return as_text("\n".join(tip_lines(item)))
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        is_heading = index.row() < len(self._items) and isinstance(self._items[index.row()], str)
        return Qt.ItemFlag.NoItemFlags if is_heading else super().flags(index)

    def headings(self) -> list[int]:
        """Rows of the headings."""
        return [i for i, item in enumerate(self._items) if isinstance(item, str)]

    # ---- the queue

    def can_be_moved(self, item: JobRow) -> bool:
        """Whether a job waits in the queue and every job of it is shown."""
        return self._shows_queue and waits(item)

    @property
    def _shows_queue(self) -> bool:
        return self.listing.group == BY_STATE and not self.listing.query

    def waiting_rows(self) -> tuple[int, int]:
        """The first and the last row of the jobs that wait; the list has at least one."""
        found = [i for i, item in enumerate(self._items) if not isinstance(item, str) and waits(item)]
        return found[0], found[-1]

    def target(self, job: str, before: int) -> str | None:
        """See :func:`drop_target`."""
        return drop_target(self._items, job, before)

    def shifted(self, job: str, by: int) -> str | None:
        """Where a job goes that moves up or down by one row; as :meth:`target`."""
        items = self._expected_items()
        waiting = [i for i, item in enumerate(items) if not isinstance(item, str) and waits(item)]
        row = next((i for i in waiting if _is_job(items[i], job)), None)
        if row is None or row + by not in waiting or not self._shows_queue:
            return None
        return drop_target(items, job, row + by + (by > 0))

    def expect_move(self, job: str, to: str) -> None:
        """Compute further moves from the order after this one, which has been requested."""
        others = [each for each in self._orders[-1] if each != job]
        place = 0 if to == FIRST else others.index(to) + 1 if to in others else len(others)
        self._orders.append([*others[:place], job, *others[place:]])

    def forget_moves(self) -> None:
        """Compute further moves from the order that is shown: a request has failed."""
        del self._orders[1:]

    def _expected_items(self) -> list[JobRow | str]:
        """The list once every requested move has been made."""
        if len(self._orders) == 1:
            return self._items
        indices = {job: i for i, job in enumerate(self._orders[-1])}
        rows = [
            row if row.place is None else replace(row, place=replace(row.place, index=indices[row.job.id]))
            for row in self.rows
        ]
        return grouped(rows, self.listing)

    def index_of(self, job: str) -> QModelIndex:
        """Index of a job; invalid when it is not shown."""
        place = self._places.get(job)
        return QModelIndex() if place is None else self.index(place)


def tip_lines(item: JobRow) -> list[str]:
    """What a tool tip says about a job."""
    job = item.job
    status = status_line(item) if item.budget is not None else ""
    begins = _("Begins {time}", time=words) if (words := begin_words(item)) else ""
    lines = [job.name, f"{job.id} · {job.project}", tags_line(item), job.note, status, begins]
    lines += chance_lines(item)
    return [line for line in [*lines, str(job.reason or "")] if line]


def _is_job(item: JobRow | str, job: str) -> bool:
    return not isinstance(item, str) and item.job.id == job


def _is_same_job(one: JobRow | str, other: JobRow | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return one.job.id == other.job.id
