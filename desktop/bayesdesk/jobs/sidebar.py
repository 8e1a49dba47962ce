"""The sidebar: every job by state, with its progress."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from bayescore.i18n import _
from bayescore.store import JobState
from bayesdesk.jobs.machine_foot import MachineFoot
from bayesdesk.models.formatting import TONES, number
from bayesdesk.models.job_list import grouped, status_line
from bayesdesk.models.snapshot import JobRow
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import button, column, label, row, rule

_Index = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemDataRole.UserRole
_HEADER_HEIGHT = 30
_ROW_HEIGHT = 52


class JobListModel(QAbstractListModel):
    """Jobs in three groups with headings."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[JobRow, ...] = ()
        self._word = ""
        self._items: list[JobRow | str] = []

    def set_rows(self, rows: tuple[JobRow, ...]) -> None:
        """Show these jobs."""
        self._rows = rows
        self._arrange()

    def set_word(self, word: str) -> None:
        """Show only jobs whose name, id or message contains a word."""
        self._word = word
        self._arrange()

    def _arrange(self) -> None:
        items = grouped(self._rows, self._word)
        keys = [i if isinstance(i, str) else i.job.id for i in items]
        if keys == [i if isinstance(i, str) else i.job.id for i in self._items]:
            self._items = items
            self.dataChanged.emit(self.index(0), self.index(len(items) - 1))
            return
        self.beginResetModel()
        self._items = items
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        if role == _ROW:
            return item
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return item if isinstance(item, str) else f"{item.job.submission.name}, {status_line(item)}"
        if role == Qt.ItemDataRole.ToolTipRole and not isinstance(item, str):
            reason = f"\n{item.job.reason}" if item.job.reason else ""
            return as_text(f"{item.job.id} · {item.job.submission.project}{reason}")
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        item = self._items[index.row()]
        return Qt.ItemFlag.NoItemFlags if isinstance(item, str) else super().flags(index)

    def index_of(self, job: str) -> QModelIndex:
        """Index of a job; invalid when it is not shown."""
        for i, item in enumerate(self._items):
            if not isinstance(item, str) and item.job.id == job:
                return self.index(i)
        return QModelIndex()


class _JobDelegate(QStyledItemDelegate):
    """Draws a job: a dot for its state, its name and best value, its progress, its status line."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        is_header = isinstance(index.data(_ROW), str)
        return QSize(theme.SIDEBAR_WIDTH - 20, _HEADER_HEIGHT if is_header else _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        item, colours = index.data(_ROW), theme.palette()
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        font = QFont(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(item, str):
            font.setPixelSize(theme.SMALL_PX)
            font.setWeight(QFont.Weight.Medium)
            painter.setFont(font)
            painter.setPen(QColor(colours.secondary))
            painter.drawText(area.adjusted(6, 6, 0, 0), Qt.AlignmentFlag.AlignVCenter, item)
            painter.restore()
            return
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QColor(colours.line))
            painter.setBrush(QColor(colours.panel))
            painter.drawRoundedRect(area.adjusted(0, 1, -1, -2), 7, 7)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.line))
            painter.drawRoundedRect(area.adjusted(0, 1, -1, -2), 7, 7)
        self._draw_job(painter, area, item, font)
        painter.restore()

    @staticmethod
    def _draw_job(painter: QPainter, area: QRect, item: JobRow, font: QFont) -> None:
        colours = theme.palette()
        tone = TONES.get(item.job.state.value, "faint")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(colours, tone, colours.faint)))
        painter.drawEllipse(area.left() + 11, area.top() + 12, 9, 9)
        value = number(item.best.value) if item.best else ""
        font.setPixelSize(theme.TEXT_PX)
        font.setWeight(QFont.Weight.Medium)
        mono = QFont(theme.MONO[0])
        mono.setPixelSize(theme.SMALL_PX)
        painter.setFont(mono)
        value_width = painter.fontMetrics().horizontalAdvance(value)
        line = QRect(area.left() + 29, area.top() + 5, area.width() - 29 - 10, 22)
        painter.setPen(QColor(colours.secondary))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        room = line.width() - value_width - 8
        name = painter.fontMetrics().elidedText(item.job.submission.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        words = line.translated(0, 22)
        if item.job.state is JobState.RUNNING:
            share = item.done / max(1, item.job.max_trials)
            track = QRect(line.left(), line.bottom() + 2, line.width(), 3)
            painter.fillRect(track, QColor(colours.line))
            painter.fillRect(
                QRect(track.left(), track.top(), round(track.width() * share), 3), QColor(colours.accent)
            )
            words.translate(0, 2)
        font.setPixelSize(theme.SMALL_PX)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(colours.secondary))
        shown = painter.fontMetrics().elidedText(
            status_line(item), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class Sidebar(QWidget):
    """New job, search, the list of jobs, and the machine at the bottom."""

    new_requested = Signal()
    job_chosen = Signal(str)
    diagnostics_requested = Signal()
    language_requested = Signal()
    theme_requested = Signal()
    compare_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, model: JobListModel, machine: MachineWatch) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme.SIDEBAR_WIDTH)
        self._model = model
        self._chosen: str | None = None
        self.list = self._made_list()
        self.machine = MachineFoot(machine)
        new = button(_("New job"), self.new_requested.emit, kind="primary", meaning="new")
        search = QLineEdit()
        search.setPlaceholderText(_("Find a job"))
        search.setClearButtonEnabled(True)
        search.textChanged.connect(model.set_word)
        layout = column(self._brand(), new, search, self.list, rule(), self.machine, self._foot(), spacing=8)
        layout.setContentsMargins(10, 12, 10, 10)
        layout.setStretchFactor(self.list, 1)
        self.setLayout(layout)

    @staticmethod
    def _brand() -> QLabel:
        name = label("Bayesdesk", "heading")
        name.setContentsMargins(6, 0, 0, 2)
        return name

    def _made_list(self) -> QListView:
        made = QListView()
        made.setModel(self._model)
        made.setItemDelegate(_JobDelegate(made))
        made.setFrameShape(QListView.Shape.NoFrame)
        made.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setAccessibleName(_("Jobs"))
        made.viewport().setAutoFillBackground(False)
        made.setStyleSheet("background: transparent;")
        made.setMouseTracking(True)
        made.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        made.customContextMenuRequested.connect(self._show_menu)
        made.selectionModel().currentChanged.connect(self._changed)
        self._model.modelReset.connect(self._choose_again)
        return made

    def _show_menu(self, at: QPoint) -> None:
        item = self.list.indexAt(at).data(_ROW)
        if isinstance(item, JobRow):
            self.job_menu(item).exec(self.list.viewport().mapToGlobal(at))

    def job_menu(self, item: JobRow) -> QMenu:
        """The actions on a job of the list."""
        menu, job = QMenu(self), item.job
        menu.addAction(icon("compare"), _("Compare")).triggered.connect(
            lambda: self.compare_requested.emit(job.id)
        )
        menu.addAction(icon("copy"), _("Copy the id")).triggered.connect(
            lambda: QGuiApplication.clipboard().setText(job.id)
        )
        remove = menu.addAction(icon("remove"), _("Delete…"))
        remove.setEnabled(job.state.ended)
        remove.triggered.connect(lambda: self.delete_requested.emit(job.id))
        return menu

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

    def choose(self, job: str | None) -> None:
        """Select a job without emitting ``job_chosen``."""
        self._chosen = job
        selection = self.list.selectionModel()
        blocked = selection.blockSignals(True)
        self.list.setCurrentIndex(self._model.index_of(job) if job else QModelIndex())
        selection.blockSignals(blocked)
        self.list.viewport().update()

    def _choose_again(self) -> None:
        self.choose(self._chosen)

    def _changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        item = current.data(_ROW)
        if isinstance(item, JobRow):
            self._chosen = item.job.id
            self.job_chosen.emit(item.job.id)
