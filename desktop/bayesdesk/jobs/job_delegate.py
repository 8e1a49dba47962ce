"""Draws a job in the list: state, name and best value; progress or outcome, tags, and when."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from bayescore.store import JobState
from bayesdesk.jobs.job_list_model import ROW
from bayesdesk.models.formatting import TONES, number
from bayesdesk.models.job_list import begin_words, moment_word, progress_share, short_line, tags_line, waits
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui import theme

HEADING_HEIGHT = 30
ROW_HEIGHT = 52
_GAP = 8
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class JobDelegate(QStyledItemDelegate):
    """Draws headings and jobs."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item, colours = index.data(ROW), theme.palette()
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(item, str):
            painter.setFont(_font(option.font, theme.SMALL_PX, QFont.Weight.Medium))
            _draw(painter, area.adjusted(6, 6, -6, 0), item, colours.secondary)
        else:
            if state & QStyle.StateFlag.State_Selected:
                painter.setPen(QColor(colours.line))
                painter.setBrush(QColor(colours.panel))
                painter.drawRoundedRect(area.adjusted(0, 1, -1, -2), 7, 7)
            elif state & QStyle.StateFlag.State_MouseOver:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.line))
                painter.drawRoundedRect(area.adjusted(0, 1, -1, -2), 7, 7)
            _draw_job(painter, area, item, option.font)
        painter.restore()


def _draw_job(painter: QPainter, area: QRect, item: JobRow, font: QFont) -> None:
    colours = theme.palette()
    is_waiting = item.job.state is JobState.RUNNING and waits(item)
    tone = "faint" if is_waiting else TONES.get(item.job.state.value, "faint")
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(colours, tone, colours.faint)))
    px = theme.px
    painter.drawEllipse(area.left() + px(11), area.top() + px(12), px(9), px(9))
    line = QRect(area.left() + px(29), area.top() + px(5), area.width() - px(29) - px(10), px(22))
    painter.setFont(_font(QFont(theme.MONO[0]), theme.SMALL_PX))
    taken = _draw_right(painter, line, "" if item.best is None else number(item.best))
    painter.setFont(_font(font, theme.TEXT_PX, QFont.Weight.Medium))
    name_colour = colours.secondary if item.job.archived else colours.text
    _draw(painter, line.adjusted(0, 0, -taken, 0), item.job.name, name_colour)
    below = line.translated(0, px(22))
    if item.job.state is JobState.RUNNING and not waits(item):
        _draw_progress(painter, line, item)
        below.translate(0, 2)
    painter.setFont(_font(font, theme.SMALL_PX))
    is_short = item.budget is not None  # then what is left of it needs the room
    moment = begin_words(item)
    if not moment and not is_short and not waits(item):
        moment = moment_word(item.job.ended_at or item.job.created_at)
    taken = _draw_right(painter, below, moment)
    words = "  ".join(filter(None, (short_line(item), tags_line(item))))
    _draw(painter, below.adjusted(0, 0, -taken, 0), words, colours.secondary)


def _draw_progress(painter: QPainter, line: QRect, item: JobRow) -> None:
    colours = theme.palette()
    track = QRect(line.left(), line.bottom() + 2, line.width(), 3)
    painter.fillRect(track, QColor(colours.line))
    filled = QRect(track.left(), track.top(), round(track.width() * progress_share(item)), 3)
    painter.fillRect(filled, QColor(colours.accent))


def _draw(painter: QPainter, area: QRect, words: str, colour: str) -> None:
    """Draw a text, shortened where there is no room."""
    painter.setPen(QColor(colour))
    painter.drawText(
        area, _LEFT, painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    )


def _draw_right(painter: QPainter, area: QRect, words: str) -> int:
    """Draw a text at the right; returns the width that it takes."""
    painter.setPen(QColor(theme.palette().secondary))
    painter.drawText(area, _RIGHT, words)
    return painter.fontMetrics().horizontalAdvance(words) + _GAP if words else 0


def _font(base: QFont, pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    made = QFont(base)
    made.setPixelSize(pixels)
    made.setWeight(weight)
    return made
