"""Interactive parallel coordinates: brushes, axes that can be moved, trials that can be selected."""

from __future__ import annotations

from dataclasses import replace

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QInputDialog, QMenu, QToolTip

from bayescore.i18n import _
from bayesdesk.models.axes import Axis, Scale, axes_of, with_scale
from bayesdesk.models.brushes import Grab, Part, dragged, grab, parsed, toggled
from bayesdesk.models.formatting import number
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.models.trial import summary_of
from bayesdesk.plots.frugal import FrugalPainting
from bayesdesk.plots.parallel.item import ParallelItem
from bayesdesk.plots.parallel.layout import margins
from bayesdesk.ui import slow_display, theme
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.redraw import Redraw
from bayesdesk.ui.throttle import Throttle

_REACH = 18  # pixels beside an axis within which it receives the mouse
_CLICK = 3  # pixels: a press that moves no farther is a click
_AXIS_WIDTH = 96  # least pixels between two axes: with many axes the view scrolls
_WIDEST = 420  # pixels between two axes
_MOST_WIDTH = 16_000  # pixels of all axes: the lines are painted into pictures
_NOTCH, _FACTOR = 120, 1.2  # of the wheel
_MOVE_MS = 8  # between two moves of the mouse that are followed: some mice report a thousand in a second
_PAUSE_MS = 500  # between two layouts of a running job
_SHOWN = Change.TRIALS | Change.POINTS | Change.FILTER | Change.SELECTION


class ParallelCanvas(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """Holds the item and handles the mouse."""

    axes_changed = Signal()
    menu_requested = Signal(QPoint)  # on the screen, for the trial that was selected there
    widened = Signal(float, float)  # factor, and the point in pixels from the left that stays

    def __init__(self, model: JobModel) -> None:
        super().__init__(background=theme.palette().panel)
        self._model = model
        self.item = ParallelItem(model)
        self.addItem(self.item)
        FrugalPainting(self)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Parallel coordinates"))
        self._order: list[str] = []
        self._hidden: set[str] = set()
        self._scales: dict[str, Scale] = {}
        self._inverted: set[str] = set()
        self._grab: Grab | None = None
        self._pressed: QPointF | None = None
        self._moving: str | None = None
        self._at = QPointF()  # where the mouse is
        self._moves = Throttle(self, self._follow, _MOVE_MS)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(slow_display.REST_MS)
        self._rest.timeout.connect(self._show_tip)
        self._distance: float | None = None  # between two axes; as the room allows unless it was chosen
        Redraw(self, model, self._redraw, _SHOWN, pause_ms=_PAUSE_MS, follows_filter=True).now()

    def _redraw(self, change: Change) -> None:
        has_side_metrics = any(m != self._model.view.job.metric for m in self._model.view.metrics)
        if change & Change.TRIALS or (change & Change.POINTS and has_side_metrics):
            self.rebuild()
        elif change & Change.FILTER:
            self.item.show_filter()
        else:
            self.item.update()

    # ---- axes

    def all_axes(self) -> tuple[Axis, ...]:
        """Every axis in the chosen order, with its scale and direction; hidden axes too."""
        found = {a.name: a for a in axes_of(self._model.columns)}
        names = [n for n in self._order if n in found] + [n for n in found if n not in self._order]
        return tuple(self._configured(found[n]) for n in names)

    def _configured(self, axis: Axis) -> Axis:
        scaled = with_scale(axis, self._scales.get(axis.name, axis.scale))
        return replace(scaled, inverted=axis.name in self._inverted)

    def rebuild(self) -> None:
        """Lay out again, after a change of the trials, the axes or the size."""
        self.item.axes = tuple(a for a in self.all_axes() if a.name not in self._hidden)
        self.setMinimumWidth(self._width(self._distance or theme.px(_AXIS_WIDTH)))
        self._fit()

    def _width(self, distance: float) -> int:
        gaps, beside = max(1, len(self.item.axes) - 1), margins().left + margins().right
        return round(min(max(320.0, distance * gaps + beside), _MOST_WIDTH))

    @property
    def is_widened(self) -> bool:
        """Whether the distance between the axes was chosen."""
        return self._distance is not None

    def widen(self, factor: float, room: int) -> None:
        """Change the distance between the axes; they never take less than the room that there is."""
        wanted = min(self.item.layout.distance * factor, _WIDEST)
        if self._width(wanted) <= max(room, self._width(theme.px(_AXIS_WIDTH))):
            self.fit()
        else:
            self._distance = wanted
            self.setMinimumWidth(self._width(wanted))

    def fit(self) -> None:
        """Let the axes take the room that there is, with a least distance."""
        self._distance = None
        self.setMinimumWidth(self._width(theme.px(_AXIS_WIDTH)))

    def _fit(self) -> None:
        self.item.prepareGeometryChange()
        self.item.size = QSize(max(50, self.viewport().width()), max(120, self.viewport().height()))
        self.item.ratio = self.devicePixelRatioF()
        self.setSceneRect(self.item.boundingRect())
        # By pixels: otherwise Qt shrinks the view by its margin, and the pictures lose rows and columns.
        self.setRange(self.item.boundingRect(), padding=0, disableAutoPixel=False)
        self.item.lay_out()

    def hidden(self) -> set[str]:
        """Names of the axes that are not shown."""
        return set(self._hidden)

    def set_hidden(self, name: str, hidden: bool) -> None:
        """Hide an axis or show it again; hiding removes its brushes."""
        if hidden:
            self._hidden.add(name)
            self._model.set_filter(self._model.filter.with_brushes(name, ()))
        else:
            self._hidden.discard(name)
        self._rebuild_and_remember()

    def set_scale(self, name: str, scale: Scale) -> None:
        """Give an axis another scale; its brushes keep their values."""
        self._scales[name] = scale
        self._rebuild_and_remember()

    def invert(self, name: str) -> None:
        """Reverse the direction of an axis."""
        self._inverted ^= {name}
        self._rebuild_and_remember()

    def move_axis(self, name: str, index: int) -> None:
        """Move an axis to an index among those that are shown."""
        names = [a.name for a in self.item.axes if a.name != name]
        names.insert(index, name)
        hidden = [a.name for a in self.all_axes() if a.name in self._hidden]
        self._order = [*names, *hidden]
        self._rebuild_and_remember()

    def state(self) -> dict[str, object]:
        """Order, scales and directions of the axes, to be stored."""
        return {
            "order": self._order,
            "hidden": sorted(self._hidden),
            "scales": {k: v.value for k, v in self._scales.items()},
            "inverted": sorted(self._inverted),
        }

    def restore(self, state: dict[str, object]) -> None:
        """Apply what :meth:`state` returned."""
        self._order = list(state.get("order", []))  # type: ignore[call-overload]
        self._hidden = set(state.get("hidden", []))  # type: ignore[call-overload]
        self._scales = {k: Scale(v) for k, v in dict(state.get("scales", {})).items()}  # type: ignore[call-overload]
        self._inverted = set(state.get("inverted", []))  # type: ignore[call-overload]
        self.rebuild()

    def _rebuild_and_remember(self) -> None:
        self.rebuild()
        self.axes_changed.emit()

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "item"):
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Widen the axes with Ctrl; else leave the wheel to what scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.accept()
            self.widened.emit(_FACTOR ** (event.angleDelta().y() / _NOTCH), event.position().x())
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position()
        self._pressed = at
        index = self.item.layout.axis_at(at.x(), _REACH if at.y() > self.item.layout.margins.names else 40)
        if index is None:
            return
        axis = self.item.axes[index]
        if at.y() < self.item.layout.margins.names:
            self._moving = axis.name
        elif not axis.categories:
            brushes = self._model.filter.brushes.get(axis.name, ())
            self._grab = grab(axis, brushes, self.item.layout.position_at(at.y()), self.item.length)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        self._moves.call()

    def _follow(self) -> None:
        """Do what the last move of the mouse is for."""
        at = self._at
        if self._moving is not None:
            self.item.dragged_axis = (self._moving, at.x())
            self.item.update()
        elif self._grab is not None and self._moved(at):
            axis = self._axis(self._grab.axis)
            brushes = self._model.filter.brushes.get(axis.name, ())
            wanted = dragged(axis, brushes, self._grab, self.item.layout.position_at(at.y()))
            self._model.set_filter(self._model.filter.with_brushes(axis.name, wanted))
        elif self._pressed is None:
            self._hover(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._moves.now()
        at, grabbed, moving = event.position(), self._grab, self._moving
        clicked = self._pressed is not None and not self._moved(at)
        self._grab = self._moving = self._pressed = None
        self.item.end_drag()
        if moving is not None and not clicked:
            self._drop(moving, at.x())
        elif clicked:
            self._click(at, grabbed)
        self.item.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.item.layout.axis_at(event.position().x(), 40)
        if index is not None and not self.item.axes[index].categories:
            self.type_brush(self.item.axes[index])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.item.layout.axis_at(event.pos().x(), 40)
        row = self.item.trial_at(event.pos().x(), event.pos().y())
        over_head = event.pos().y() < self.item.layout.margins.names
        if row is not None and not over_head:
            self._model.select(self._model.view.trials[row].number)
            self.menu_requested.emit(event.globalPos())
        elif index is not None:
            self.axis_menu(self.item.axes[index]).exec(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._model.set_filter(replace(self._model.filter, brushes={}))
        else:
            super().keyPressEvent(event)

    # ---- what events do

    def _axis(self, name: str) -> Axis:
        return next(a for a in self.item.axes if a.name == name)

    def _moved(self, at: QPointF) -> bool:
        return self._pressed is not None and (at - self._pressed).manhattanLength() > _CLICK

    def _click(self, at: QPointF, grabbed: Grab | None) -> None:
        index = self.item.layout.axis_at(at.x(), _REACH)
        axis = self.item.axes[index] if index is not None else None
        if axis is not None and axis.categories and at.y() > self.item.layout.margins.names:
            brushes = toggled(
                axis, self._model.filter.brushes.get(axis.name, ()), self.item.layout.position_at(at.y())
            )
            self._model.set_filter(self._model.filter.with_brushes(axis.name, brushes))
        elif grabbed is not None and grabbed.part is Part.WHOLE:
            kept = list(self._model.filter.brushes[grabbed.axis])
            del kept[grabbed.index]
            self._model.set_filter(self._model.filter.with_brushes(grabbed.axis, kept))
        elif (row := self.item.trial_at(at.x(), at.y())) is not None:
            self._model.select(self._model.view.trials[row].number)

    def _drop(self, name: str, x: float) -> None:
        others = [self.item.x_of(i) for i, a in enumerate(self.item.axes) if a.name != name]
        self.move_axis(name, sum(place < x for place in others))

    def _hover(self, at: QPointF) -> None:
        over_head = at.y() < self.item.layout.margins.names
        index = self.item.layout.axis_at(at.x(), self.item.layout.distance / 2 if over_head else _REACH)
        shape = Qt.CursorShape.ArrowCursor
        if index is not None:
            shape = Qt.CursorShape.OpenHandCursor if over_head else Qt.CursorShape.CrossCursor
        self.setCursor(shape)
        row = None if index is not None or over_head else self.item.trial_at(at.x(), at.y())
        if row != self.item.hovered:
            self.item.hovered = row
            self.item.update()
        if slow_display.is_slow():
            QToolTip.hideText()
            self._rest.start()
        else:
            self._show_tip()

    def _show_tip(self) -> None:
        """Show what is under the mouse as a tool tip."""
        at = self._at
        over_head = at.y() < self.item.layout.margins.names
        index = self.item.layout.axis_at(at.x(), self.item.layout.distance / 2) if over_head else None
        if index is not None:
            words = self.item.head_words(index)
        elif self.item.hovered is not None:
            words = self._words(self.item.hovered)
        else:
            words = ""
        QToolTip.showText(self.mapToGlobal(at.toPoint()), as_text(words), self)

    def _words(self, row: int) -> str:
        return summary_of(self._model.view, self._model.view.trials[row])

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
        """The actions on one axis."""
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
        menu.addAction(_("Reverse")).triggered.connect(lambda: self.invert(axis.name))
        menu.addAction(_("Colour by this axis")).triggered.connect(lambda: self.colour_by(axis.name))
        menu.addAction(_("Hide")).triggered.connect(lambda: self.set_hidden(axis.name, True))
        return menu

    def colour_by(self, name: str) -> None:
        """Colour the lines by an axis; for the objective by its rank."""
        self.item.colour_by = "" if name == self._model.view.job.metric else name
        self.rebuild()
        self.axes_changed.emit()
