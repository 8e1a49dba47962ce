"""Parallel coordinates under the pointer: brushes, axes that move, trials that are chosen."""

from __future__ import annotations

from dataclasses import replace

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QInputDialog, QMenu, QToolTip

from bayescore.i18n import _
from bayesdesk.jobs.job_model import JobModel
from bayesdesk.jobs.words import number, state_word
from bayesdesk.plots.parallel.axes import Axis, Scale, axes_of, with_scale
from bayesdesk.plots.parallel.brushes import Hold, Part, dragged, parsed, take_hold, toggled
from bayesdesk.plots.parallel.item import HEAD, ParallelItem
from bayesdesk.ui import theme
from bayesdesk.ui.plain import as_text

_REACH = 18  # pixels beside an axis that belong to it
_CLICK = 3  # pixels: a press that moves less is a click
_AXIS_WIDTH = 96  # least pixels between two axes; more axes than fit scroll


class ParallelCanvas(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """The view that holds the item and hears the mouse."""

    axes_changed = Signal()

    def __init__(self, model: JobModel) -> None:
        super().__init__(background=theme.palette().panel)
        self._model = model
        self.item = ParallelItem(model)
        self.addItem(self.item)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Parallel coordinates"))
        self._order: list[str] = []
        self._hidden: set[str] = set()
        self._scales: dict[str, Scale] = {}
        self._inverted: set[str] = set()
        self._hold: Hold | None = None
        self._pressed: QPointF | None = None
        self._moving: str | None = None
        model.view_changed.connect(self.rebuild)
        model.filter_changed.connect(self.item.show_filter)
        model.selection_changed.connect(self.item.update)
        self.rebuild()

    # ---- axes

    def all_axes(self) -> tuple[Axis, ...]:
        """Every axis in its order, hidden ones too, as scaled and turned."""
        found = {a.name: a for a in axes_of(self._model.columns)}
        names = [n for n in self._order if n in found] + [n for n in found if n not in self._order]
        return tuple(self._dressed(found[n]) for n in names)

    def _dressed(self, axis: Axis) -> Axis:
        scaled = with_scale(axis, self._scales.get(axis.name, axis.scale))
        return replace(scaled, inverted=axis.name in self._inverted)

    def rebuild(self) -> None:
        """Lay out anew: other trials, other axes, or another size."""
        self.item.axes = tuple(a for a in self.all_axes() if a.name not in self._hidden)
        self.setMinimumWidth(max(320, _AXIS_WIDTH * len(self.item.axes)))
        self._fit()

    def _fit(self) -> None:
        self.item.prepareGeometryChange()
        self.item.size = QSize(max(50, self.viewport().width()), max(120, self.viewport().height()))
        self.item.ratio = self.devicePixelRatioF()
        self.setSceneRect(self.item.boundingRect())
        self.setRange(self.item.boundingRect(), padding=0)
        self.item.lay_out()

    def hidden(self) -> set[str]:
        """Names of the axes that are not shown."""
        return set(self._hidden)

    def set_hidden(self, name: str, hidden: bool) -> None:
        """Hide an axis or show it again; hiding takes its brushes away."""
        if hidden:
            self._hidden.add(name)
            self._model.set_filter(self._model.filter.with_brushes(name, ()))
        else:
            self._hidden.discard(name)
        self._axes_have_changed()

    def set_scale(self, name: str, scale: Scale) -> None:
        """Give an axis another scale; its brushes keep their values."""
        self._scales[name] = scale
        self._axes_have_changed()

    def invert(self, name: str) -> None:
        """Turn an axis upside down."""
        self._inverted ^= {name}
        self._axes_have_changed()

    def move_axis(self, name: str, index: int) -> None:
        """Put an axis at another place among those that are shown."""
        names = [a.name for a in self.item.axes if a.name != name]
        names.insert(index, name)
        hidden = [a.name for a in self.all_axes() if a.name in self._hidden]
        self._order = [*names, *hidden]
        self._axes_have_changed()

    def state(self) -> dict[str, object]:
        """What is to be remembered of the axes."""
        return {
            "order": self._order,
            "hidden": sorted(self._hidden),
            "scales": {k: v.value for k, v in self._scales.items()},
            "inverted": sorted(self._inverted),
        }

    def restore(self, state: dict[str, object]) -> None:
        """Bring back what :meth:`state` gave."""
        self._order = list(state.get("order", []))  # type: ignore[call-overload]
        self._hidden = set(state.get("hidden", []))  # type: ignore[call-overload]
        self._scales = {k: Scale(v) for k, v in dict(state.get("scales", {})).items()}  # type: ignore[call-overload]
        self._inverted = set(state.get("inverted", []))  # type: ignore[call-overload]
        self.rebuild()

    def _axes_have_changed(self) -> None:
        self.rebuild()
        self.axes_changed.emit()

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "item"):
            self._fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position()
        self._pressed = at
        index = self.item.axis_at(at.x(), _REACH if at.y() > HEAD - 14 else 40)
        if index is None:
            return
        axis = self.item.axes[index]
        if at.y() < HEAD - 14:
            self._moving = axis.name
        elif not axis.categories:
            brushes = self._model.filter.brushes.get(axis.name, ())
            self._hold = take_hold(axis, brushes, self.item.position_at(at.y()), self.item.length)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._moving is not None:
            self.item.dragged_axis = (self._moving, at.x())
            self.item.update()
        elif self._hold is not None and self._moved(at):
            axis = self._axis(self._hold.axis)
            brushes = self._model.filter.brushes.get(axis.name, ())
            wanted = dragged(axis, brushes, self._hold, self.item.position_at(at.y()))
            self._model.set_filter(self._model.filter.with_brushes(axis.name, wanted))
        elif self._pressed is None:
            self._hover(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at, hold, moving = event.position(), self._hold, self._moving
        clicked = self._pressed is not None and not self._moved(at)
        self._hold = self._moving = self._pressed = None
        self.item.end_drag()
        if moving is not None and not clicked:
            self._drop(moving, at.x())
        elif clicked:
            self._click(at, hold)
        self.item.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.item.axis_at(event.position().x(), 40)
        if index is not None and not self.item.axes[index].categories:
            self.type_brush(self.item.axes[index])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.item.axis_at(event.pos().x(), 40)
        if index is not None:
            self.axis_menu(self.item.axes[index]).exec(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._model.set_filter(replace(self._model.filter, brushes={}))
        else:
            super().keyPressEvent(event)

    # ---- what they mean

    def _axis(self, name: str) -> Axis:
        return next(a for a in self.item.axes if a.name == name)

    def _moved(self, at: QPointF) -> bool:
        return self._pressed is not None and (at - self._pressed).manhattanLength() > _CLICK

    def _click(self, at: QPointF, hold: Hold | None) -> None:
        index = self.item.axis_at(at.x(), _REACH)
        axis = self.item.axes[index] if index is not None else None
        if axis is not None and axis.categories and at.y() > HEAD - 14:
            brushes = toggled(
                axis, self._model.filter.brushes.get(axis.name, ()), self.item.position_at(at.y())
            )
            self._model.set_filter(self._model.filter.with_brushes(axis.name, brushes))
        elif hold is not None and hold.part is Part.WHOLE:
            kept = list(self._model.filter.brushes[hold.axis])
            del kept[hold.index]
            self._model.set_filter(self._model.filter.with_brushes(hold.axis, kept))
        elif (row := self.item.trial_at(at.x(), at.y())) is not None:
            self._model.select(self._model.view.trials[row].number)

    def _drop(self, name: str, x: float) -> None:
        others = [self.item.x_of(i) for i, a in enumerate(self.item.axes) if a.name != name]
        self.move_axis(name, sum(place < x for place in others))

    def _hover(self, at: QPointF) -> None:
        index = self.item.axis_at(at.x(), _REACH)
        over_head = at.y() < HEAD - 14
        shape = Qt.CursorShape.ArrowCursor
        if index is not None:
            shape = Qt.CursorShape.OpenHandCursor if over_head else Qt.CursorShape.CrossCursor
        self.setCursor(shape)
        row = None if index is not None else self.item.trial_at(at.x(), at.y())
        if row != self.item.hovered:
            self.item.hovered = row
            self.item.update()
            if row is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(self.mapToGlobal(at.toPoint()), self._words(row), self)

    def _words(self, row: int) -> str:
        view = self._model.view
        trial = view.trials[row]
        value = number(trial.value) if trial.value is not None else state_word(trial.state)
        lines = [f"#{trial.number}  {view.job.metric} {value}"]
        lines += [f"{name}: {number(v)}" for name, v in trial.parameters.items()]
        return as_text("\n".join(lines))

    def type_brush(self, axis: Axis) -> None:
        """Ask for the two ends of a brush."""
        brushes = self._model.filter.brushes.get(axis.name, ())
        first = brushes[0] if brushes else None
        shown = (
            f"{number(first.low)} … {number(first.high)}"
            if first
            else f"{number(axis.low)} … {number(axis.high)}"
        )
        words, agreed = QInputDialog.getText(
            self, axis.name, _("From … to (both ends included):"), text=shown
        )
        brush = parsed(axis, words) if agreed else None
        if brush is not None:
            self._model.set_filter(self._model.filter.with_brushes(axis.name, (brush, *brushes[1:])))

    def axis_menu(self, axis: Axis) -> QMenu:
        """What can be done with one axis."""
        menu = QMenu(self)
        if not axis.categories:
            for scale, words in (
                (Scale.LINEAR, _("Linear")),
                (Scale.LOG, _("Logarithmic")),
                (Scale.RANK, _("By rank")),
            ):
                action = menu.addAction(words)
                action.setCheckable(True)
                action.setChecked(axis.scale is scale)
                action.setEnabled(scale is not Scale.LOG or axis.can_log)
                action.triggered.connect(lambda _c=False, s=scale: self.set_scale(axis.name, s))
            menu.addSeparator()
            menu.addAction(_("Type a range…")).triggered.connect(lambda: self.type_brush(axis))
        menu.addAction(_("Turn upside down")).triggered.connect(lambda: self.invert(axis.name))
        menu.addAction(_("Colour by this axis")).triggered.connect(lambda: self.colour_by(axis.name))
        menu.addAction(_("Hide")).triggered.connect(lambda: self.set_hidden(axis.name, True))
        return menu

    def colour_by(self, name: str) -> None:
        """Colour the lines by an axis; the objective's name means its rank."""
        self.item.colour_by = "" if name == self._model.view.job.metric else name
        self.item.show_filter()
        self.axes_changed.emit()
