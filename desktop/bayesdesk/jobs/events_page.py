"""The events of a job."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from bayescore.i18n import _
from bayescore.times import parsed
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.ui import theme
from bayesdesk.ui.redraw import Redraw


class EventsPage(QTreeWidget):
    """Newest last; warnings and errors have a colour and a word."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._shown = 0
        self.setHeaderLabels([_("When"), _("Trial"), _("Level"), _("What")])
        self.setRootIsDecorated(False)
        self.setWordWrap(True)
        self.setUniformRowHeights(False)
        self.setAccessibleName(_("Events"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.header().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        Redraw(self, model, self._add_new, Change.EVENTS).now()

    def _add_new(self, _change: Change) -> None:
        words = {"info": _("info"), "warning": _("warning"), "error": _("error")}
        colours = {"warning": theme.palette().warning, "error": theme.palette().bad}
        for event in self._model.view.events[self._shown :]:
            moment = parsed(event.at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
            trial = f"#{event.trial}" if event.trial else ""
            item = QTreeWidgetItem([moment, trial, words.get(event.level, event.level), str(event.text)])
            if event.level in colours:
                item.setForeground(2, QColor(colours[event.level]))
            item.setTextAlignment(3, Qt.AlignmentFlag.AlignTop)
            self.addTopLevelItem(item)
        self._shown = len(self._model.view.events)
        for i in range(3):
            self.resizeColumnToContents(i)
