"""The list of jobs as a widget: jobs that wait can be dragged to another place of the queue."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QTableView

from bayesdesk.jobs.job_list_model import ROW, JobListModel
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui import theme

_LINE_PX = 2
_INSET_PX = 6


class JobListView(QTableView):
    """A table of one column: a list view would ask for the height of every row at each change."""

    dropped = Signal(str, int)  # id of a job, and the row before which it was dropped

    def __init__(self, model: JobListModel) -> None:
        super().__init__()
        self._jobs = model
        self._pressed: tuple[str, QPoint] | None = None  # a job that may be dragged, and where
        self._target: int | None = None  # row before which the dragged job would be dropped
        self.setModel(model)
        model.modelReset.connect(self._stop)

    @property
    def is_dragging(self) -> bool:
        """Whether a job is being dragged."""
        return self._target is not None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        at = event.position().toPoint()
        item = self.indexAt(at).data(ROW)
        is_plain = event.button() is Qt.MouseButton.LeftButton and not event.modifiers()
        if is_plain and isinstance(item, JobRow) and self._jobs.can_be_moved(item):
            self._pressed = item.job.id, at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        if not self.is_dragging:
            distance = (at - self._pressed[1]).manhattanLength()
            if distance < QApplication.startDragDistance():
                return
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self._target = self._row_before(at)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, target = self._pressed, self._target
        self._stop()
        if pressed is not None and target is not None:
            self.dropped.emit(pressed[0], target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.is_dragging and event.key() == Qt.Key.Key_Escape:
            self._stop()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target is None:
            return
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(theme.palette().accent), theme.px(_LINE_PX)))
        inset = theme.px(_INSET_PX)
        y = max(1, self.rowViewportPosition(self._target - 1) + self.rowHeight(self._target - 1))
        painter.drawLine(inset, y, self.viewport().width() - inset, y)
        painter.end()

    def _row_before(self, at: QPoint) -> int:
        """The row before which a job is dropped: of those that wait, the nearest one."""
        first, last = self._jobs.waiting_rows()
        row = self.rowAt(at.y())
        if row < 0:
            return last + 1 if at.y() > 0 else first
        is_below = at.y() > self.rowViewportPosition(row) + self.rowHeight(row) / 2
        return min(max(row + is_below, first), last + 1)

    def _stop(self) -> None:
        self._pressed = self._target = None
        self.viewport().unsetCursor()
        self.viewport().update()
