"""The keys of parallel coordinates: from axis to axis, from trial to trial, and brushes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QScrollArea

from bayescore.i18n import n_
from bayesdesk.models.axes import MISSING, Axis
from bayesdesk.models.brushes import Grab, Part, dragged, grab, toggled
from bayesdesk.models.chart_words import brush_words, parallel_words, trial_words
from bayesdesk.models.filter import TrialFilter
from bayesdesk.models.formatting import number
from bayesdesk.models.job import JobModel
from bayesdesk.plots.keyboard import open_trial
from bayesdesk.plots.parallel.canvas import ParallelCanvas
from bayesdesk.ui import theme
from bayesdesk.ui.speech import describe, say
from bayesdesk.ui.widgets import enclosing, label

_STEP = 0.025  # share of an axis by which a key moves the end of a brush
_GAP = 14  # pixels between an axis and the words about it
_BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass
class _Sizing:
    """A brush whose end the arrow keys move.

    Attributes
    ----------
    end
        Position of that end.
    before
        The filter to return to.
    """

    grabbed: Grab
    end: float
    before: TrialFilter


class ParallelKeys(QObject):
    """Left and right choose an axis, up and down a trial; the space bar begins or ends a brush.

    While a brush is sized, up and down move its end. Shift with them begins one at once. Enter opens the
    trial, Delete removes the brushes of the axis, Ctrl with left and right moves the axis.
    """

    def __init__(self, canvas: ParallelCanvas, model: JobModel) -> None:
        super().__init__(canvas)
        self._canvas, self._model = canvas, model
        self._axis = ""  # name of the chosen axis
        self._sizing: _Sizing | None = None
        self._mark = _AxisMark()
        canvas.addItem(self._mark)
        self._words = label("", "tip")
        self._words.setParent(canvas)
        self._words.hide()
        describe(canvas, lambda: parallel_words(model, canvas.item.axes))
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of the canvas."""
        kind = event.type()
        if isinstance(event, QKeyEvent) and kind is QEvent.Type.KeyPress:
            return self._press(event)
        if isinstance(event, QContextMenuEvent) and event.reason() is QContextMenuEvent.Reason.Keyboard:
            return self._open_menu()
        if isinstance(event, QFocusEvent) and kind is QEvent.Type.FocusIn and event.reason() in _BY_KEYS:
            self._show()
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Resize) and not self._mark.is_empty:
            self._leave()
        return False

    # ---- keys

    def _press(self, event: QKeyEvent) -> bool:
        if not self._canvas.item.axes:
            return False
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key), 0)
        up = {Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}.get(Qt.Key(key), 0)
        if step and modifiers == Qt.KeyboardModifier.ControlModifier:
            self._move_axis(step)
        elif up and modifiers == Qt.KeyboardModifier.ShiftModifier and not self._chosen.categories:
            self._begin()
            self._size(up)
        elif modifiers:
            return False
        elif step:
            self._choose(step)
        elif up and self._sizing is not None:
            self._size(up)
        elif up:
            self._next_trial(up)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._sizing is None:
            trials = len(self._model.view.trials)
            self._next_trial(trials if key == Qt.Key.Key_End else -trials)
        elif key == Qt.Key.Key_Space:
            self._brush()
        elif key in _ENTER:
            self._enter()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._set(self._model.filter.with_brushes(self._chosen.name, ()))
            self._sizing = None
        elif key == Qt.Key.Key_Escape and self._sizing is not None:
            before, self._sizing = self._sizing.before, None
            self._set(before)
        else:
            return False
        self._show()
        return True

    @property
    def _index(self) -> int:
        names = [axis.name for axis in self._canvas.item.axes]
        return names.index(self._axis) if self._axis in names else 0

    @property
    def _chosen(self) -> Axis:
        return self._canvas.item.axes[self._index]

    def _choose(self, step: int) -> None:
        axes = self._canvas.item.axes
        self._sizing = None
        self._axis = axes[min(max(self._index + step, 0), len(axes) - 1)].name

    def _move_axis(self, step: int) -> None:
        axes, name = self._canvas.item.axes, self._chosen.name
        self._axis = name
        self._canvas.move_axis(name, min(max(self._index + step, 0), len(axes) - 1))

    def _next_trial(self, step: int) -> None:
        """Select a shown trial so many places higher on the axis; a large number leads to its end."""
        positions = self._chosen.positions(self._model.columns)
        rows = np.flatnonzero(self._model.mask)
        if not len(rows):
            return
        order = rows[np.argsort(positions[rows], kind="stable")].tolist()
        selected = self._row
        at = order.index(selected) + step if selected in order else 0
        self._model.select(self._model.view.trials[order[min(max(at, 0), len(order) - 1)]].number)

    @property
    def _row(self) -> int | None:
        trial = self._model.selected
        return None if trial is None else self._model.columns.row_of(trial.number)

    @property
    def _position(self) -> float:
        """Where the selected trial is on the axis, or the end of the brush that is sized."""
        if self._sizing is not None:
            return self._sizing.end
        row = self._row
        return 0.5 if row is None else float(self._chosen.positions(self._model.columns)[row])

    def _enter(self) -> None:
        if self._sizing is not None:
            self._sizing = None
        elif self._model.selected is not None:
            open_trial(self._canvas, self._model.selected.number)

    # ---- brushes

    def _brush(self) -> None:
        if self._chosen.categories:
            axis, at = self._chosen, self._position
            if at != MISSING:
                wanted = toggled(axis, self._model.filter.brushes.get(axis.name, ()), at)
                self._set(self._model.filter.with_brushes(axis.name, wanted))
        elif self._sizing is None:
            self._begin()
        else:
            self._sizing = None

    def _begin(self) -> None:
        """Begin a brush around the selected trial, or continue the one that it is in."""
        if self._sizing is not None:
            return
        axis, at = self._chosen, min(max(self._position, 0.0), 1.0)
        brushes = self._model.filter.brushes.get(axis.name, ())
        found = grab(axis, brushes, at, self._canvas.item.length)
        if found.part is Part.NEW:
            found, end = replace(found, pressed=max(0.0, at - _STEP)), min(1.0, at + _STEP)
        else:
            found, end = replace(found, part=Part.HIGH), found.high
        self._sizing = _Sizing(found, end, self._model.filter)
        self._apply()

    def _size(self, step: int) -> None:
        if self._sizing is not None:
            self._sizing.end = min(max(self._sizing.end + step * _STEP, 0.0), 1.0)
            self._apply()

    def _apply(self) -> None:
        assert self._sizing is not None
        axis = self._chosen
        before = self._sizing.before
        brushes = before.brushes.get(axis.name, ())
        wanted = dragged(axis, brushes, self._sizing.grabbed, self._sizing.end)
        self._set(before.with_brushes(axis.name, wanted))

    def _set(self, wanted: TrialFilter) -> None:
        self._model.set_filter(wanted)

    def _open_menu(self) -> bool:
        menu = self._canvas.axis_menu(self._chosen)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        at = QPoint(round(self._canvas.item.x_of(self._index)), 40)
        menu.popup(self._canvas.viewport().mapToGlobal(at))
        return True

    # ---- showing

    def _leave(self) -> None:
        self._sizing = None
        self._mark.clear()
        self._words.hide()

    def _show(self) -> None:
        """Mark the axis and the place on it, and say them."""
        if not self._canvas.item.axes:
            return
        axis, layout = self._chosen, self._canvas.item.layout
        x, y = layout.x_of(self._index), layout.y_of(self._position)
        self._mark.show_at(x, y, layout.y_of(0), layout.y_of(1))
        self._words.setText(self._said(axis))
        self._words.adjustSize()
        left = x + _GAP if x + _GAP + self._words.width() < layout.size.width() else None
        self._words.move(round(x - _GAP - self._words.width() if left is None else left), round(y) - 34)
        self._words.show()
        self._words.raise_()
        scrolled = enclosing(self._canvas, QScrollArea)
        if scrolled is not None:
            scrolled.ensureVisible(round(x), round(y), 120, 0)
        say(self._canvas, self._words.text())

    def _said(self, axis: Axis) -> str:
        """The axis, and the trial on it or the brush."""
        brushes = self._model.filter.brushes.get(axis.name, ())
        trial = self._model.selected
        parts = [axis.name]
        if self._sizing is None and trial is not None:
            parts = [f"{axis.name} {self._value(axis)}", trial_words(self._model.view, trial)]
        if brushes:
            shown = int(self._model.mask.sum())
            parts = parts[1:] if self._sizing is None else []
            parts = [
                brush_words(axis.name, brushes),
                n_("{count} trial passes", "{count} trials pass", shown),
                *parts,
            ]
        return " · ".join(parts)

    def _value(self, axis: Axis) -> str:
        row, columns = self._row, self._model.columns
        if row is None:
            return ""
        if axis.categories:
            return str(columns.texts(axis.name)[row])
        value: Any = columns.numbers(axis.name)[row]
        return number(float(value)) if np.isfinite(value) else "–"


class _AxisMark(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """A frame around an axis, and a ring at a place on it."""

    def __init__(self) -> None:
        super().__init__()
        self._frame = QRectF()
        self._ring = QPointF()
        self.setZValue(10)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is marked."""
        return self._frame.isEmpty()

    def show_at(self, x: float, y: float, bottom: float, top: float) -> None:
        """Mark the axis at ``x``, and the place ``y`` on it."""
        self.prepareGeometryChange()
        self._frame = QRectF(x - 11, top - 8, 22, bottom - top + 16)
        self._ring = QPointF(x, y)
        self.update()

    def clear(self) -> None:
        """Mark nothing."""
        self.prepareGeometryChange()
        self._frame = QRectF()

    def boundingRect(self) -> QRectF:
        if self.is_empty:
            return QRectF()
        ring = QRectF(self._ring.x() - 9, self._ring.y() - 9, 18, 18)
        return self._frame.adjusted(-2, -2, 2, 2).united(ring)

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self.is_empty:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.palette().accent), 2))
        painter.drawRoundedRect(self._frame, 8, 8)
        painter.setPen(QPen(QColor(theme.palette().text), 2))
        painter.drawEllipse(self._ring, 7, 7)
