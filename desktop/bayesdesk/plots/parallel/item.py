"""Parallel coordinates as one pyqtgraph item: dim lines for all trials, bright ones for those that pass.

The line of a trial that was stopped early is dashed and ends at its forecast.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from bayescore.config import Goal
from bayescore.i18n import _
from bayesdesk.models.axes import MISSING, Axis
from bayesdesk.models.job import JobModel
from bayesdesk.plots.colours import colour_map
from bayesdesk.plots.parallel.axes_painter import AxesPainter
from bayesdesk.plots.parallel.labels import draw, font, small_px
from bayesdesk.plots.parallel.layout import Layout
from bayesdesk.plots.parallel.painting import Group, LinePainter, Rows
from bayesdesk.ui import slow_display, theme

Array = NDArray[np.float64]
_BINS = 24  # colours of the bright lines
_ABOVE = 5  # pixels between the line of the baseline and its name
_NEAR = 6.0  # pixels between a line and the pointer that is on it


class ParallelItem(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """Draws the axes, lines and brushes; the canvas handles the mouse."""

    def __init__(self, model: JobModel) -> None:
        super().__init__()
        self._model = model
        self._dim = LinePainter(self, self.update)
        self._bright = LinePainter(self, self.update)
        self.size = QSize(800, 400)
        self.ratio = 1.0
        self.axes: tuple[Axis, ...] = ()
        self.colour_by = ""
        self.hovered: int | None = None
        self.dragged_axis: tuple[str, float] | None = None
        self._mask = np.empty(0, dtype=np.bool_)  # of the lines that are drawn; the model may have more
        self._shown: list[Group] = []
        self._heights = np.empty((0, 0))
        self._lines = np.empty((0, 0, 2))
        self._drawn: Layout | None = None  # of the lines
        self._has_marks = True  # below the axes
        self._axes_painter = AxesPainter(model.view.job.config.hyper_tuning.goal)
        self._scaffold: QImage | None = None
        self._scaffold_key: tuple[object, ...] = ()

    # ---- geometry

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.size.width(), self.size.height())

    @property
    def layout(self) -> Layout:
        """Where the axes are."""
        return Layout(self.size, len(self.axes), self._has_marks)

    @property
    def length(self) -> float:
        """Length of an axis in pixels."""
        return self.layout.length

    def x_of(self, index: int) -> float:
        """Pixels from the left to an axis."""
        return self.layout.x_of(index)

    def y_of(self, position: float) -> float:
        """Pixels from the top to a position."""
        return self.layout.y_of(position)

    def trial_at(self, x: float, y: float) -> int | None:
        """Index of the shown trial whose line is there."""
        if len(self.axes) < 2 or not self._mask.any():
            return None
        gap = (self.x_of(1) - self.x_of(0)) or 1.0
        left = int(np.clip((x - self.x_of(0)) // gap, 0, len(self.axes) - 2))
        share = (x - self.x_of(left)) / gap
        if not -0.05 <= share <= 1.05:
            return None
        heights = self._heights[:, left] * (1 - share) + self._heights[:, left + 1] * share
        away = np.abs(heights - y)
        away[~self._mask] = np.inf
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= _NEAR else None

    # ---- lines

    def lay_out(self) -> None:
        """Compute every line, then paint all of them."""
        columns = self._model.columns
        positions = [axis.positions(columns) for axis in self.axes]
        shape = (columns.n, len(self.axes))
        stacked = np.stack(positions, axis=1) if positions else np.empty(shape)
        is_clipped = any(any(axis.clipped) for axis in self.axes)
        self._has_marks = is_clipped or bool((stacked == MISSING).any())
        self._heights = self.layout.heights(stacked)
        self._scaffold = None
        x = np.array([self.x_of(i) for i in range(len(self.axes))])
        self._lines = np.stack([np.broadcast_to(x, self._heights.shape), self._heights], axis=2)
        drawn, self._drawn = self._drawn, self.layout
        is_same = drawn == self._drawn  # then the old lines may stay until the new ones are finished
        self._dim.paint(self.size, self.ratio, self._lines, self._dim_groups(), can_wait=is_same)
        self.show_filter(can_wait=is_same)

    def show_filter(self, *, can_wait: bool = False) -> None:
        """Paint the lines that pass the filter."""
        self._mask = self._model.mask
        self._shown = self._groups(self._mask)
        can_wait = can_wait or slow_display.is_slow()  # to which one finished picture is sent, not several
        self._bright.paint(self.size, self.ratio, self._lines, self._shown, can_wait=can_wait)
        self.update()

    @property
    def is_busy(self) -> bool:
        """Whether lines are still being painted."""
        return self._dim.is_busy or self._bright.is_busy

    def finish(self) -> None:
        """Paint everything now, for a picture that is saved."""
        self._dim.finish()
        self._bright.finish()

    def _dim_groups(self) -> list[Group]:
        return self._parted(QColor(theme.palette().line), 1.0, np.arange(len(self._heights)))

    def _parted(self, colour: QColor, width: float, rows: Rows) -> list[Group]:
        """Solid lines, and dashed ones for trials that were stopped early."""
        is_dashed = self._model.columns.stopped()[rows]
        if not is_dashed.any():
            return [Group(colour, width, rows)]
        return [Group(colour, width, rows[~is_dashed]), Group(colour, width, rows[is_dashed], is_dashed=True)]

    def _groups(self, mask: NDArray[np.bool_]) -> list[Group]:
        """Rows of the shown lines by colour, the best last so that they are on top."""
        order, bins = self._model.columns.once(("bins", self.colour_by), self._bins)
        kept = mask[order]
        ends = np.searchsorted(bins[kept], np.arange(_BINS + 1))
        bad = QColor(theme.mixed(theme.palette().bad, theme.palette().panel, 0.6))
        drawn_with = [(bad, 1.0), *((colour, 1.3) for colour in colour_map(_BINS))]
        parts = np.split(order[kept], ends)[: _BINS + 1]
        return [
            group
            for (colour, width), rows in zip(drawn_with, parts, strict=True)
            for group in self._parted(colour, width, rows)
        ]

    def _bins(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows of the trials sorted by the index of their colour, and these indices; -1 without a value."""
        ranks = self._ranks()
        bins = np.where(np.isfinite(ranks), np.minimum(ranks * _BINS, _BINS - 1), -1).astype(np.intp)
        order = np.argsort(bins, kind="stable")
        return order, bins[order]

    def _ranks(self) -> Array:
        """Rank of each trial by what the colours show, 0 worst to 1 best; NaN without a value; shape (n,)."""
        columns = self._model.columns
        by_objective = not self.colour_by
        values = columns.expected() if by_objective else self._colour_values()
        known = np.isfinite(values)
        ranks = np.full(columns.n, np.nan)
        if known.sum() == 1:
            ranks[known] = 1.0
        elif known.any():
            order = np.argsort(np.argsort(values[known], kind="stable"), kind="stable")
            ranks[known] = order / (known.sum() - 1)
        minimise = columns.view.job.config.hyper_tuning.goal is Goal.MINIMIZE
        return 1.0 - ranks if by_objective and minimise else ranks

    def _colour_values(self) -> Array:
        axis = next((a for a in self.axes if a.name == self.colour_by), None)
        if axis is None:
            return self._model.columns.expected()
        positions = axis.positions(self._model.columns)
        return np.where(positions == MISSING, np.nan, positions)

    # ---- drawing

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.drawImage(QPointF(0, 0), self._dim.picture)
        painter.drawImage(QPointF(0, 0), self._bright.picture)
        painter.drawImage(QPointF(0, 0), self._scaffolding())
        self._paint_front(painter, self.ratio)

    def paint_vector(self, painter: QPainter) -> None:
        """Draw everything as vectors, for SVG."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for group in [*self._dim_groups(), *self._shown]:
            painter.setPen(group.pen(smooth=True))
            for line in self._lines[group.rows]:
                painter.drawPolyline([QPointF(float(x), float(y)) for x, y in line])
        self._paint_axes(painter)
        self._paint_front(painter, None)

    def _scaffolding(self) -> QImage:
        """The axes and the marked trials, which are slow to draw and stay the same while a brush moves."""
        key = (frozenset(self._model.filter.brushes), self._selected_row(), self._baseline_row())
        if self._scaffold is None or self.dragged_axis is not None or key != self._scaffold_key:
            self._scaffold_key = key
            image = QImage(self.size * self.ratio, QImage.Format.Format_ARGB32_Premultiplied)
            image.setDevicePixelRatio(self.ratio)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            self._paint_axes(painter)
            painter.end()
            self._scaffold = image
        return self._scaffold

    def _selected_row(self) -> int | None:
        selected = self._model.selected
        return None if selected is None else self._model.columns.row_of(selected.number)

    def _baseline_row(self) -> int | None:
        base = self._model.view.baseline
        return None if base is None else self._model.columns.row_of(base.trial.number)

    def end_drag(self) -> None:
        """Draw a dragged axis at its own place again."""
        if self.dragged_axis is not None:
            self.dragged_axis = self._scaffold = None

    def head_words(self, index: int) -> str:
        """The whole name of an axis, and what it shows."""
        return f"{self.axes[index].name}\n{self._axes_painter.kind_words(self.axes[index])}"

    def _paint_axes(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        layout, places = self.layout, [self._place(i, a) for i, a in enumerate(self.axes)]
        below = np.any(self._heights > layout.y_of(0) + 1, axis=0)
        has_missing = below.tolist() if len(self._heights) else [False] * len(places)
        for axis, x, missing in zip(self.axes, places, has_missing, strict=True):
            self._axes_painter.paint_axis(painter, layout, axis, x, missing=bool(missing))
        self._axes_painter.paint_heads(painter, layout, self.axes, places)
        if (row := self._baseline_row()) is not None and row < len(self._heights):
            self._paint_baseline(painter, row)
        if (row := self._selected_row()) is not None:
            self._paint_line(painter, row, theme.palette().accent, 2.4, dots=True)
        for axis, x in zip(self.axes, places, strict=True):
            if axis.name not in self._model.filter.brushes:  # else they are drawn with the brushes
                self._axes_painter.paint_ticks(painter, layout, axis, x)

    def _place(self, index: int, axis: Axis) -> float:
        """Pixels from the left to an axis, also while it is dragged."""
        if self.dragged_axis is not None and self.dragged_axis[0] == axis.name:
            return self.dragged_axis[1]
        return self.x_of(index)

    def _paint_front(self, painter: QPainter, ratio: float | None) -> None:
        """Draw what moves with the mouse: the hovered trial and the brushes."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hovered is not None:
            self._paint_line(painter, self.hovered, theme.palette().text, 1.6, dots=False)
        for index, axis in enumerate(self.axes):
            if brushes := self._model.filter.brushes.get(axis.name, ()):
                self._axes_painter.paint_brushes(
                    painter, self.layout, axis, self._place(index, axis), brushes, ratio
                )

    def _paint_baseline(self, painter: QPainter, row: int) -> None:
        """Draw the trial that others are compared with: a line of its own kind, named at its beginning."""
        colour = theme.palette().text
        self._paint_line(painter, row, colour, 1.4, dots=False, style=Qt.PenStyle.DotLine)
        if len(self.axes) > 1:
            left, right = self._heights[row, :2]
            gap = self.x_of(1) - self.x_of(0)
            at = QPointF(self.x_of(0) + gap / 2, float(left + right) / 2 - theme.px(_ABOVE))
            words, drawn_with = _("baseline"), font(theme.SANS[0], small_px(), bold=True)
            at -= QPointF(QFontMetricsF(drawn_with).horizontalAdvance(words) / 2, 0)
            draw(painter, at, words, drawn_with, colour)

    def _paint_line(
        self,
        painter: QPainter,
        row: int,
        colour: str,
        width: float,
        *,
        dots: bool,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
    ) -> None:
        if row >= len(self._heights):
            return
        points = [QPointF(self.x_of(i), float(y)) for i, y in enumerate(self._heights[row])]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        drawn_with = QPen(QColor(colour), width, style)
        if self._model.columns.stopped()[row]:
            drawn_with.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(drawn_with)
        painter.drawPolyline(points)
        if dots:
            painter.setBrush(QColor(theme.palette().panel))
            for point in points:
                painter.drawEllipse(point, 3.5, 3.5)
