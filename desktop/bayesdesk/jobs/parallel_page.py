"""Parallel coordinates with their controls, and a table of the trials below."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QPoint, QRectF, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QSplitter, QWidget

from bayescore.i18n import _
from bayesdesk.jobs.trial_actions import TrialActions
from bayesdesk.jobs.trial_table import TrialTable
from bayesdesk.models.job import JobModel
from bayesdesk.models.ranges import brushed_specs
from bayesdesk.models.snapshot import Change
from bayesdesk.plots.legend import Legend, line_key
from bayesdesk.plots.parallel.canvas import ParallelCanvas
from bayesdesk.plots.parallel.keyboard import ParallelKeys
from bayesdesk.plots.parallel.painting import dashed
from bayesdesk.plots.parallel.view import STEP, ParallelView
from bayesdesk.ui import theme
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.widgets import Card, button, column, label

_WIDE = 560  # pixels for the whole text of the button
_LOW = 400  # px; below it the table leaves its place to the axes: it has a page of its own


class ParallelPage(QWidget):
    """Brushes filter every view of the job, and can become the ranges of a new job."""

    ranges_requested = Signal(object)  # tuple[ParameterSpec, ...]
    picture_drawn = Signal(object, object)  # Path and bytes, to be written

    def __init__(self, model: JobModel, actions: TrialActions) -> None:
        super().__init__()
        self._model, self._actions = model, actions
        self.canvas = ParallelCanvas(model)
        self.canvas.setMinimumHeight(260)
        ParallelKeys(self.canvas, model)
        self.table = TrialTable(model, actions)
        self.new = button(_("New job with these ranges"), self._request, kind="primary", meaning="follow")
        self.new.setToolTip(
            _("The selected intervals become the ranges of a new job that learns from these trials.")
        )
        card = Card(_("Parallel coordinates"), _("drag on an axis to select · drag a name to move it"))
        self._colour = label("", "caption")
        for part in (self._colour, self._axes_button(), self._export_button(), self.new):
            card.controls.addWidget(part)
        self.view = ParallelView(self.canvas)
        self._legend = Legend(13)
        card.body.addWidget(self.view, 1)
        card.body.addWidget(self._legend)
        card.body.setContentsMargins(1, 0, 1, 8)
        self._below = table = Card()
        table.body.addWidget(self.table)
        table.body.setContentsMargins(1, 1, 1, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setHandleWidth(12)
        splitter.setStyleSheet("QSplitter::handle { background: transparent; }")
        splitter.addWidget(card)
        splitter.addWidget(table)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        self.setLayout(column(splitter, spacing=0))
        self.canvas.axes_changed.connect(self._remember)
        self.canvas.menu_requested.connect(self._popup)
        self._restore()
        Redraw(self, model, self._show_state, Change.FILTER, follows_filter=True).now()
        Redraw(self, model, self._show_legend, Change.TRIALS).now()

    def _popup(self, at: QPoint) -> None:
        """Offer the actions on the trial whose line was chosen."""
        if (trial := self._model.selected) is not None:
            menu = QMenu(self)
            self._actions.fill(menu, [trial])
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(at)

    def _show_legend(self, _change: Change) -> None:
        key = line_key(dashed(QColor(theme.palette().secondary)))
        has_stopped = bool(self._model.columns.stopped().any())
        self._legend.show_entries([(key, _("stopped early, at its forecast"))] if has_stopped else [])

    def _show_state(self, _change: Change = Change.NONE) -> None:
        names = {s.name for s in self._model.view.job.config.hyper_tuning.parameter_specs}
        self.new.setEnabled(any(axis in names for axis in self._model.filter.brushes))
        name = self.canvas.item.colour_by
        self._colour.setText(_("colour: {axis}", axis=name) if name else "")

    def _request(self) -> None:
        specs = self._model.view.job.config.hyper_tuning.parameter_specs
        self.ranges_requested.emit(brushed_specs(specs, self._model.filter.brushes))

    # ---- axes

    def _axes_button(self) -> QWidget:
        made = button(_("Axes"), lambda: None, kind="quiet")
        menu = QMenu(made)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        made.setMenu(menu)
        return made

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        menu.addAction(_("Wider")).triggered.connect(lambda: self.view.widen(STEP))
        menu.addAction(_("Narrower")).triggered.connect(lambda: self.view.widen(1 / STEP))
        menu.addSeparator()
        hidden = self.canvas.hidden()
        for axis in self.canvas.all_axes():
            action = menu.addAction(axis.name)
            action.setCheckable(True)
            action.setChecked(axis.name not in hidden)
            action.toggled.connect(lambda shown, n=axis.name: self.canvas.set_hidden(n, not shown))

    def _key(self) -> str:
        return f"axes/{self._model.view.job.id}"

    def _remember(self) -> None:
        QSettings().setValue(self._key(), self.canvas.state())
        self._show_state()

    def _restore(self) -> None:
        state = QSettings().value(self._key())
        if isinstance(state, dict):
            self.canvas.restore(state)

    # ---- pictures

    def _export_button(self) -> QWidget:
        made = button("", lambda: None, kind="quiet", meaning="export", tip=_("Save as a picture"))
        menu = QMenu(made)
        for form in ("png", "svg"):
            menu.addAction(f"{form.upper()}…").triggered.connect(lambda _c=False, f=form: self._ask(f))
        made.setMenu(menu)
        return made

    def _ask(self, form: str) -> None:
        suggestion = f"{self._model.view.job.submission.name}-parallel.{form}"
        name, _filter = QFileDialog.getSaveFileName(self, _("Save as a picture"), suggestion, f"*.{form}")
        if name:
            suffix = Path(name).suffix.lower() or f".{form}"
            self.picture_drawn.emit(Path(name), self.picture(suffix))

    def picture(self, suffix: str) -> bytes:
        """The picture as a file with a suffix: ``.svg``, otherwise PNG."""
        item, drawn = self.canvas.item, QBuffer()
        drawn.open(QBuffer.OpenModeFlag.WriteOnly)
        if suffix == ".svg":
            from PySide6.QtSvg import QSvgGenerator

            generator = QSvgGenerator()
            generator.setOutputDevice(drawn)
            generator.setSize(item.size)
            generator.setViewBox(QRectF(0, 0, item.size.width(), item.size.height()))
            painter = QPainter(generator)
            item.paint_vector(painter)
            painter.end()
        else:
            item.finish()
            self.canvas.grab().toImage().save(drawn, "PNG")
        return bytes(drawn.data().data())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A shorter text on the button where the long one does not fit; the axes alone in a low window."""
        super().resizeEvent(event)
        self._below.setVisible(event.size().height() >= theme.px(_LOW))
        is_wide = event.size().width() >= _WIDE
        self.new.setText(_("New job with these ranges") if is_wide else _("New job"))
        self.new.setMinimumWidth(self.new.sizeHint().width())

    def sizeHint(self) -> QSize:
        return QSize(900, 640)
