"""Draws the axes of parallel coordinates: names, ticks, marks and brushes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from bayescore.config import Goal
from bayescore.i18n import _
from bayesdesk.models.axes import MISSING, Axis, Kind, Scale
from bayesdesk.models.brushes import span
from bayesdesk.models.filter import Brush
from bayesdesk.models.formatting import number
from bayesdesk.models.names import fitted
from bayesdesk.plots.parallel.labels import draw, draw_kept, font, small_px
from bayesdesk.plots.parallel.layout import Layout
from bayesdesk.ui import theme

BRUSH_WIDTH = 16
_GAP = 7  # pixels between an axis and its labels
_LINE = 18  # height of a line of a head, and of the label of a brush
_TICK_STEP = 13  # least pixels between two ticks
_OUTLIERS = 19  # pixels between the end of an axis and the middle of its mark of outliers
_NARROWEST = 60  # pixels of a name


class AxesPainter:
    """Draws axes into any painter; it keeps the cut names, which take time to find."""

    def __init__(self, goal: Goal) -> None:
        self._goal = goal
        self._names: tuple[tuple[str, ...], float, dict[str, str]] = ((), 0.0, {})

    def paint_axis(self, painter: QPainter, layout: Layout, axis: Axis, x: float, *, missing: bool) -> None:
        """Draw one axis at ``x``, without the labels of its ticks.

        Parameters
        ----------
        missing
            Whether to draw the mark of trials without a value.
        """
        colours = theme.palette()
        painter.setPen(QPen(QColor(colours.secondary), 1.2))
        painter.drawLine(QPointF(x, layout.y_of(0)), QPointF(x, layout.y_of(1)))
        for position, _words in axis.ticks():
            y = layout.y_of(position)
            painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
        self._paint_outliers(painter, layout, axis, x)
        if missing:
            self._paint_missing(painter, layout, x)

    def paint_ticks(self, painter: QPainter, layout: Layout, axis: Axis, x: float) -> None:
        """Label the ticks of an axis without brushes, above the lines."""
        self._paint_ticks(painter, layout, axis, x, None)

    def paint_heads(
        self, painter: QPainter, layout: Layout, axes: Sequence[Axis], places: Iterable[float]
    ) -> None:
        """Draw the name of each axis, and under it what it shows."""
        colours, bold = theme.palette(), font(theme.SANS[0], theme.TEXT_PX, bold=True)
        small = font(theme.SANS[0], small_px())
        room = min(layout.distance - 8, 2 * layout.margins.left) if layout.count > 1 else layout.size.width()
        width, line = max(float(theme.px(_NARROWEST)), room), theme.px(_LINE)
        shown = self._cut([axis.name for axis in axes], width, bold)
        for axis, x in zip(axes, places, strict=True):
            area = QRectF(x - width / 2, theme.px(6), width, line)
            painter.setFont(bold)
            painter.setPen(QColor(colours.text))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown[axis.name])
            painter.setFont(small)
            painter.setPen(QColor(colours.secondary))
            words = QFontMetricsF(small).elidedText(self.kind_words(axis), Qt.TextElideMode.ElideRight, width)
            painter.drawText(area.translated(0, line), Qt.AlignmentFlag.AlignCenter, words)

    def kind_words(self, axis: Axis) -> str:
        """What an axis shows, and its scale."""
        words = {Scale.LINEAR: _("linear"), Scale.LOG: _("log"), Scale.RANK: _("rank")}[axis.scale]
        if axis.categories:
            words = _("choice")
        if axis.kind is Kind.OBJECTIVE:
            arrow = " ↑" if self._goal is Goal.MAXIMIZE else " ↓"
            words = _("objective") + arrow + ("" if axis.scale is Scale.LINEAR else f", {words}")
        return words + (" ⇅" if axis.inverted else "")

    def paint_brushes(
        self,
        painter: QPainter,
        layout: Layout,
        axis: Axis,
        x: float,
        brushes: Sequence[Brush],
        ratio: float | None,
    ) -> None:
        """Draw the brushes of an axis, and those of its ticks that their labels do not cover.

        Parameters
        ----------
        ratio
            Device pixels per pixel, for pictures of labels; ``None`` for vectors.
        """
        labels: list[tuple[QRectF, str]] = []
        for brush in brushes:
            low, high = span(axis, brush)
            self._paint_brush(painter, layout, axis, x, low, high)
            if not axis.categories:
                labels += _brush_labels(layout, axis, x, low, high)
        self._paint_ticks(painter, layout, axis, x, [area for area, _words in labels], ratio)
        for area, words in labels:
            _paint_label(painter, area, words)

    def _cut(self, names: Sequence[str], width: float, drawn_with: QFont) -> dict[str, str]:
        known, of_width, found = self._names
        if (known, of_width) != (tuple(names), width):
            measure = QFontMetricsF(drawn_with).horizontalAdvance
            found = dict(zip(names, fitted(names, width, measure), strict=True))
            self._names = (tuple(names), width, found)
        return found

    def _paint_ticks(
        self,
        painter: QPainter,
        layout: Layout,
        axis: Axis,
        x: float,
        covered: Sequence[QRectF] | None,
        kept: float | None = None,
    ) -> None:
        colours, mono = theme.palette(), font(theme.MONO[0], small_px())
        metrics, last = QFontMetricsF(mono), None
        gap = theme.px(_GAP) if covered is None else theme.px(BRUSH_WIDTH) / 2 + 4
        step, half = theme.px(_TICK_STEP), metrics.ascent() / 2 - 1
        room = min(layout.distance - 2 * gap, layout.size.width() - x - gap)
        for position, words in axis.ticks():
            y = layout.y_of(position)
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, max(float(theme.px(24)), room))
            area = QRectF(x + gap, y - step / 2, metrics.horizontalAdvance(shown), step)
            if last is not None and abs(y - last) < step:
                continue
            last = y
            if not any(area.intersects(other) for other in covered or ()):
                at = QPointF(x + gap, y + half)
                if kept is None:
                    draw(painter, at, shown, mono, colours.text)
                else:
                    draw_kept(painter, at, shown, (theme.MONO[0], small_px()), colours.text, kept)

    def _paint_outliers(self, painter: QPainter, layout: Layout, axis: Axis, x: float) -> None:
        """Draw an arrow and a count beyond an end that has values beyond it, clear of its label."""
        colours, bold = theme.palette(), font(theme.SANS[0], small_px(), bold=True)
        for count, end in zip(axis.clipped, (0.0, 1.0), strict=True):
            if count:
                at_head = (end == 1.0) is not axis.inverted
                away = theme.px(_OUTLIERS)
                y = layout.y_of(1.0) - away + theme.px(8) if at_head else layout.y_of(0.0) + away
                words = f"{'▲' if at_head else '▼'} {count}"
                left = x - QFontMetricsF(bold).horizontalAdvance(words) / 2
                draw(painter, QPointF(left, y), words, bold, colours.warning)

    @staticmethod
    def _paint_missing(painter: QPainter, layout: Layout, x: float) -> None:
        colours, y = theme.palette(), layout.y_of(MISSING)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.bad))
        painter.drawEllipse(QPointF(x, y), 3, 3)
        painter.setFont(font(theme.SANS[0], small_px()))
        painter.setPen(QColor(colours.secondary))
        half = theme.px(50)
        area = QRectF(x - half, y + theme.px(6), 2 * half, theme.px(16))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, _("no value"))

    @staticmethod
    def _paint_brush(
        painter: QPainter, layout: Layout, axis: Axis, x: float, low: float, high: float
    ) -> None:
        accent = QColor(theme.palette().accent)
        ground = QColor(accent)
        ground.setAlpha(50)
        top, bottom, width = layout.y_of(high), layout.y_of(low), theme.px(BRUSH_WIDTH)
        if axis.categories:
            top, bottom = top - theme.px(10), bottom + theme.px(10)
        painter.setPen(QPen(accent, 1.2))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(x - width / 2, top, width, max(2.0, bottom - top)), 3, 3)
        if not axis.categories:
            painter.setBrush(accent)
            for y in (top, bottom):
                painter.drawRoundedRect(QRectF(x - width / 2, y - 2, width, 4), 2, 2)


def _brush_labels(layout: Layout, axis: Axis, x: float, low: float, high: float) -> list[tuple[QRectF, str]]:
    """The values at the two ends of a brush, beside it; never one above the other."""
    line, beside = theme.px(_LINE), theme.px(BRUSH_WIDTH) / 2 + 3
    apart = max(0.0, line + 2 - (layout.y_of(low) - layout.y_of(high))) / 2
    metrics = QFontMetricsF(font(theme.MONO[0], small_px()))
    found = []
    for y, value in (
        (layout.y_of(high) - apart, axis.value(high)),
        (layout.y_of(low) + apart, axis.value(low)),
    ):
        words = number(value)
        width = metrics.horizontalAdvance(words) + 12
        right = x + beside
        left = right if right + width <= layout.size.width() else x - beside - width
        found.append((QRectF(left, y - line / 2, width, line), words))
    return found


def _paint_label(painter: QPainter, area: QRectF, words: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.palette().accent))
    painter.drawRoundedRect(area, 4, 4)
    painter.setFont(font(theme.MONO[0], small_px()))
    painter.setPen(QColor(theme.palette().on_accent))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
