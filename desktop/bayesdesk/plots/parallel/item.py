"""Parallel coordinates as one pyqtgraph item: dim lines for all trials, bright ones for those that pass."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from bayescore.config import Goal
from bayescore.i18n import _
from bayesdesk.models.axes import MISSING, Axis, Kind, Scale
from bayesdesk.models.brushes import span
from bayesdesk.models.formatting import number
from bayesdesk.models.job import JobModel
from bayesdesk.plots.parallel.painting import Group, LinePainter
from bayesdesk.ui import theme

Array = NDArray[np.float64]
HEAD = 58  # pixels above the axes: names and kinds
FOOT = 44  # below: the mark for missing values
SIDE = 62  # left and right of the outermost axes
BRUSH_WIDTH = 16
_BINS = 24  # colours of the bright lines
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
        self._scaffold: QImage | None = None

    # ---- geometry

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.size.width(), self.size.height())

    @property
    def length(self) -> float:
        """Length of an axis in pixels."""
        return float(max(10, self.size.height() - HEAD - FOOT))

    def x_of(self, index: int) -> float:
        """Pixels from the left to an axis."""
        if len(self.axes) < 2:
            return self.size.width() / 2
        return SIDE + index * (self.size.width() - 2 * SIDE) / (len(self.axes) - 1)

    def y_of(self, position: float) -> float:
        """Pixels from the top to a position."""
        return HEAD + (1.0 - position) * self.length

    def position_at(self, y: float) -> float:
        """Position at so many pixels from the top."""
        return 1.0 - (y - HEAD) / self.length

    def axis_at(self, x: float, within: float) -> int | None:
        """Index of the nearest axis, if it is within so many pixels."""
        places = [abs(self.x_of(i) - x) for i in range(len(self.axes))]
        nearest = int(np.argmin(places)) if places else 0
        return nearest if places and places[nearest] <= within else None

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
        self._heights = HEAD + (1.0 - stacked) * self.length
        self._scaffold = None
        x = np.array([self.x_of(i) for i in range(len(self.axes))])
        self._lines = np.stack([np.broadcast_to(x, self._heights.shape), self._heights], axis=2)
        self._dim.paint(self.size, self.ratio, self._lines, [self._dim_group()])
        self.show_filter()

    def show_filter(self) -> None:
        """Paint the lines that pass the filter."""
        self._mask = self._model.mask
        self._shown = self._groups(self._mask)
        self._bright.paint(self.size, self.ratio, self._lines, self._shown)
        self.update()

    @property
    def is_busy(self) -> bool:
        """Whether lines are still being painted."""
        return self._dim.is_busy or self._bright.is_busy

    def finish(self) -> None:
        """Paint everything now, for a picture that is saved."""
        self._dim.finish()
        self._bright.finish()

    def _dim_group(self) -> Group:
        return QColor(theme.palette().line), 1.0, np.arange(len(self._heights))

    def _groups(self, mask: NDArray[np.bool_]) -> list[Group]:
        """Rows of the shown lines by colour, the best last so that they are on top."""
        order, bins = self._model.columns.once(("bins", self.colour_by), self._bins)
        kept = mask[order]
        ends = np.searchsorted(bins[kept], np.arange(_BINS + 1))
        bad = QColor(theme.palette().bad)
        bad.setAlpha(110)
        drawn_with = [(bad, 1.0), *((colour, 1.3) for colour in colour_map(_BINS))]
        parts = np.split(order[kept], ends)[: _BINS + 1]
        return [(colour, width, rows) for (colour, width), rows in zip(drawn_with, parts, strict=True)]

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
        values = columns.objective() if by_objective else self._colour_values()
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
            return self._model.columns.objective()
        positions = axis.positions(self._model.columns)
        return np.where(positions == MISSING, np.nan, positions)

    # ---- drawing

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.drawImage(QPointF(0, 0), self._dim.picture)
        painter.drawImage(QPointF(0, 0), self._bright.picture)
        painter.drawImage(QPointF(0, 0), self._scaffolding())
        self.paint_front(painter)

    def paint_vector(self, painter: QPainter) -> None:
        """Draw everything as vectors, for SVG."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width, rows in [self._dim_group(), *self._shown]:
            painter.setPen(QPen(colour, width))
            for line in self._lines[rows]:
                painter.drawPolyline([QPointF(float(x), float(y)) for x, y in line])
        self._paint_axes(painter)
        self.paint_front(painter)

    def _scaffolding(self) -> QImage:
        """The axes with their labels, which are slow to draw and stay the same until an axis changes."""
        if self._scaffold is None or self.dragged_axis is not None:
            image = QImage(self.size * self.ratio, QImage.Format.Format_ARGB32_Premultiplied)
            image.setDevicePixelRatio(self.ratio)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            self._paint_axes(painter)
            painter.end()
            self._scaffold = image
        return self._scaffold

    def end_drag(self) -> None:
        """Draw a dragged axis at its own place again."""
        if self.dragged_axis is not None:
            self.dragged_axis = self._scaffold = None

    def _paint_axes(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, axis in enumerate(self.axes):
            self._paint_axis(painter, index, axis)

    def _place(self, index: int, axis: Axis) -> float:
        """Pixels from the left to an axis, also while it is dragged."""
        if self.dragged_axis is not None and self.dragged_axis[0] == axis.name:
            return self.dragged_axis[1]
        return self.x_of(index)

    def paint_front(self, painter: QPainter) -> None:
        """Draw what is above the axes: brushes, the selected and the hovered trial."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, axis in enumerate(self.axes):
            for brush in self._model.filter.brushes.get(axis.name, ()):
                self._paint_brush(painter, self._place(index, axis), axis, *span(axis, brush))
        selected = self._model.selected
        row = self._model.columns.row_of(selected.number) if selected is not None else None
        if row is not None:
            self._paint_line(painter, row, theme.palette().accent, 2.4, dots=True)
        if self.hovered is not None:
            self._paint_line(painter, self.hovered, theme.palette().text, 1.6, dots=False)

    def _paint_line(self, painter: QPainter, row: int, colour: str, width: float, *, dots: bool) -> None:
        if row >= len(self._heights):
            return
        points = [QPointF(self.x_of(i), float(y)) for i, y in enumerate(self._heights[row])]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colour), width))
        painter.drawPolyline(points)
        if dots:
            painter.setBrush(QColor(theme.palette().panel))
            for point in points:
                painter.drawEllipse(point, 3.5, 3.5)

    def _paint_axis(self, painter: QPainter, index: int, axis: Axis) -> None:
        colours = theme.palette()
        x = self._place(index, axis)
        painter.setPen(QPen(QColor(colours.secondary), 1.2))
        painter.drawLine(QPointF(x, self.y_of(0)), QPointF(x, self.y_of(1)))
        self._paint_head(painter, x, axis)
        font = _font(theme.MONO[0], 11)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        for position, words in axis.ticks():
            y = self.y_of(position)
            painter.setPen(QPen(QColor(colours.secondary), 1.0))
            painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, 84)
            _haloed(painter, QPointF(x + 7, y + 4), shown, font, colours.text, colours.panel)
        self._paint_clipped(painter, x, axis)
        self._paint_missing(painter, x, index)

    def _paint_clipped(self, painter: QPainter, x: float, axis: Axis) -> None:
        """Draw an arrow and a count at an end beyond which there are values."""
        font = _font(theme.SANS[0], 11, bold=True)
        for count, position in zip(axis.clipped, (0.0, 1.0), strict=True):
            if count:
                at_head = (position == 1.0) is not axis.inverted
                y = self.y_of(1.0) - 5 if at_head else self.y_of(0.0) + 14
                words = f"{'▲' if at_head else '▼'} {count}"
                _haloed(
                    painter, QPointF(x + 7, y), words, font, theme.palette().warning, theme.palette().panel
                )

    def _paint_head(self, painter: QPainter, x: float, axis: Axis) -> None:
        colours = theme.palette()
        name_font = _font(theme.SANS[0], theme.TEXT_PX, bold=True)
        painter.setFont(name_font)
        painter.setPen(QColor(colours.text))
        width = max(60.0, (self.size.width() - 2 * SIDE) / max(1, len(self.axes) - 1) - 8)
        name = QFontMetricsF(name_font).elidedText(axis.name, Qt.TextElideMode.ElideMiddle, width)
        area = QRectF(x - width / 2, 8, width, 18)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, name)
        painter.setFont(_font(theme.SANS[0], 11))
        painter.setPen(QColor(colours.secondary))
        painter.drawText(area.translated(0, 18), Qt.AlignmentFlag.AlignCenter, self._kind_words(axis))

    def _kind_words(self, axis: Axis) -> str:
        words = {Scale.LINEAR: _("linear"), Scale.LOG: _("log"), Scale.RANK: _("rank")}[axis.scale]
        if axis.categories:
            words = _("choice")
        if axis.kind is Kind.OBJECTIVE:
            rising = self._model.view.job.config.hyper_tuning.goal is Goal.MAXIMIZE
            words = (
                _("objective")
                + (" ↑" if rising else " ↓")
                + ("" if axis.scale is Scale.LINEAR else f", {words}")
            )
        return words + (" ⇅" if axis.inverted else "")

    def _paint_missing(self, painter: QPainter, x: float, index: int) -> None:
        """Draw the mark of trials without a value, if there are any."""
        if not len(self._heights) or not (self._heights[:, index] > self.y_of(0) + 1).any():
            return
        colours, y = theme.palette(), self.y_of(MISSING)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.bad))
        painter.drawEllipse(QPointF(x, y), 3, 3)
        painter.setFont(_font(theme.SANS[0], 11))
        painter.setPen(QColor(colours.secondary))
        painter.drawText(QRectF(x - 50, y + 4, 100, 16), Qt.AlignmentFlag.AlignCenter, _("no value"))

    def _paint_brush(self, painter: QPainter, x: float, axis: Axis, low: float, high: float) -> None:
        accent = QColor(theme.palette().accent)
        ground = QColor(accent)
        ground.setAlpha(50)
        top, bottom = self.y_of(high), self.y_of(low)
        if axis.categories:
            top, bottom = top - 10, bottom + 10
        area = QRectF(x - BRUSH_WIDTH / 2, top, BRUSH_WIDTH, max(2.0, bottom - top))
        painter.setPen(QPen(accent, 1.2))
        painter.setBrush(ground)
        painter.drawRoundedRect(area, 3, 3)
        if axis.categories:
            return
        painter.setBrush(accent)
        for y in (top, bottom):
            painter.drawRoundedRect(QRectF(x - BRUSH_WIDTH / 2, y - 2, BRUSH_WIDTH, 4), 2, 2)
        ends = (axis.value(high), axis.value(low))
        for y, value in ((top - 14, ends[0]), (bottom + 14, ends[1])):
            self._paint_label(painter, x, y, number(value))

    @staticmethod
    def _paint_label(painter: QPainter, x: float, y: float, words: str) -> None:
        font = _font(theme.MONO[0], 11)
        width = QFontMetricsF(font).horizontalAdvance(words) + 12
        area = QRectF(x - width / 2, y - 9, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.palette().accent))
        painter.drawRoundedRect(area, 4, 4)
        painter.setFont(font)
        painter.setPen(QColor(theme.palette().on_accent))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)


@cache
def colour_map(n: int) -> list[QColor]:
    """``n`` colours of viridis, worst first: uniform in lightness, and legible for colour-blind people."""
    lookup: Sequence[Sequence[int]] = pg.colormap.get("viridis").getLookupTable(0.0, 1.0, n)
    return [QColor(int(r), int(g), int(b), 205) for r, g, b in lookup]


def _font(family: str, pixels: int, *, bold: bool = False) -> QFont:
    font = QFont([family, *theme.SANS[1:]])
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def _haloed(painter: QPainter, at: QPointF, words: str, font: QFont, colour: str, ground: str) -> None:
    """Draw text that is legible above lines."""
    path = QPainterPath()
    path.addText(at, font, words)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(ground), 3.0))
    painter.drawPath(path)
    painter.fillPath(path, QColor(colour))
