"""The rows of all parameters under the names of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from bayescore.i18n import _
from bayesdesk.editor.analysis import ParameterView
from bayesdesk.editor.parameter_columns import Columns, columns
from bayesdesk.editor.parameter_row import ParameterRow
from bayesdesk.editor.text_model import ConfigModel, LocalModel
from bayesdesk.ui import theme
from bayesdesk.ui.lazy_rows import LazyRow, LazyRows
from bayesdesk.ui.widgets import column, label

_HEADINGS_HEIGHT = 22
_NARROWEST = 360


class ParameterList(QWidget):
    """Shows the parameters of the analysed text; a row is dragged to another place by its handle."""

    def __init__(self, model: ConfigModel, local: LocalModel, scroll: QScrollArea) -> None:
        super().__init__()
        self._model, self._local = model, local
        self._headings = _Headings()
        self._rows = LazyRows(self._made_row, ParameterRow.height_of, lambda view: view.source, is_ruled=True)
        self._empty = label(_("Nothing is tuned yet. Add a parameter."), "secondary")
        self._empty.setContentsMargins(13, 4, 13, 14)
        self._mark = QFrame(self._rows)
        self._mark.setObjectName("mark")
        self._mark.hide()
        self._scroll = scroll
        self.setMinimumWidth(theme.px(_NARROWEST))
        self.setLayout(column(self._headings, self._rows, self._empty, spacing=0))

    def show_views(self, views: Sequence[ParameterView]) -> None:
        """Show the parameters of a text."""
        self._empty.setVisible(not views)
        self._headings.setVisible(bool(views))
        self._rows.setVisible(bool(views))
        self._rows.show_items(views)

    def __len__(self) -> int:
        return len(self._rows.items)

    def row(self, index: int) -> ParameterRow:
        """The row of a parameter."""
        return cast(ParameterRow, self._rows.row(index))

    def reveal(self, index: int) -> ParameterRow:
        """Scroll to a parameter; returns its row."""
        return cast(ParameterRow, self._rows.reveal(index))

    def made_rows(self) -> list[ParameterRow]:
        """The rows that are widgets now."""
        return cast(list[ParameterRow], self._rows.rows())

    def forget(self) -> None:
        """Show the text anew: a field has a value that the text did not take."""
        for made in self.made_rows():
            made.forget()

    def _made_row(self, parent: QWidget) -> LazyRow:
        made = ParameterRow(self._model, self._local, parent)
        made.handle.dragged.connect(self._show_target)
        made.handle.dropped.connect(partial(self._drop, made))
        return made

    # ---- dragging

    def _show_target(self, y: int) -> None:
        """Draw a line where the dragged row would be dropped, and scroll if it is near the edge."""
        at = self._rows.mapFromGlobal(QPoint(0, y)).y()
        top = self._rows.top_of(self._rows.place_at(at))
        self._mark.setGeometry(1, top - 1, self.width() - 2, 2)
        self._mark.raise_()
        self._mark.show()
        content = self._scroll.widget()
        assert content is not None
        self._scroll.ensureVisible(
            0, self._rows.mapTo(content, QPoint(0, at)).y(), 0, 2 * theme.px(_HEADINGS_HEIGHT)
        )

    def _drop(self, made: ParameterRow, y: int) -> None:
        self._mark.hide()
        at = self._rows.place_at(self._rows.mapFromGlobal(QPoint(0, y)).y())
        target = at - 1 if at > made.index else at
        if target != made.index:
            made.move_to(target)


class _Headings(QWidget):
    """The names of the columns; when rows have two lines, their fields name themselves."""

    def __init__(self) -> None:
        super().__init__()
        self._words = {
            "name": _("Name"),
            "kind": _("Type"),
            "low": _("Smallest"),
            "high": _("Largest"),
            "scale": _("Scale"),
        }
        self._labels = {part: label(words, "caption") for part, words in self._words.items()}
        for made in self._labels.values():
            made.setParent(self)
        self.setFixedHeight(theme.px(_HEADINGS_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        places: Columns = columns(self.width())
        for part, made in self._labels.items():
            place = getattr(places, part)
            made.setGeometry(place.left() + 1, 0, place.width(), theme.px(_HEADINGS_HEIGHT))
            made.setVisible(places.is_one_line)
        self.setFixedHeight(theme.px(_HEADINGS_HEIGHT) if places.is_one_line else 1)
