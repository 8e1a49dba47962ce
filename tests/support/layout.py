"""Faults of a layout: cut texts, widgets over each other, sideways scrolling."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTabBar,
    QWidget,
)

from bayesdesk.ui.elided import ElidedText
from bayesdesk.ui.widgets import ElidedLabel

_ARROW_PX = 24  # of a combo box


def faults(page: QWidget) -> list[str]:
    """What is wrong with a page that is shown, one sentence a fault."""
    return [*_cut_texts(page), *_overlaps(page), *_sideways(page), *_outside(page)]


def _visible(page: QWidget, kind: type[QWidget] = QWidget) -> Iterator[QWidget]:
    return (w for w in (page, *page.findChildren(kind)) if isinstance(w, kind) and w.isVisible())


def _name(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    shown = text() if callable(text) else ""
    chain, parent = [], widget.parentWidget()
    while parent is not None and len(chain) < 4:
        if type(parent).__module__.startswith("bayesdesk"):
            chain.append(type(parent).__name__)
        parent = parent.parentWidget()
    return f"{type(widget).__name__} “{shown}” in {' in '.join(chain)}"


def _cut_texts(page: QWidget) -> Iterator[str]:
    for widget in _visible(page):
        if (missing := _missing_px(widget)) > 1 and not widget.toolTip():
            yield f"{missing} px of {_name(widget)} are cut"


def _missing_px(widget: QWidget) -> int:
    """Pixels of a widget's text that there is no room for."""
    metrics = widget.fontMetrics()
    if isinstance(widget, ElidedLabel | ElidedText):
        return 0  # they show an ellipsis and have a tool tip
    if isinstance(widget, QLabel) and widget.text():
        room = widget.contentsRect()
        if widget.wordWrap():
            return max(0, widget.heightForWidth(widget.width()) - widget.height())
        widest = max(metrics.horizontalAdvance(line) for line in widget.text().splitlines())
        return max(0, widest - room.width(), metrics.height() - 2 - room.height())
    if isinstance(widget, QPushButton | QCheckBox) and widget.text():
        return max(0, widget.sizeHint().width() - widget.width(), metrics.height() - widget.height())
    if isinstance(widget, QComboBox) and not widget.isEditable():
        return max(0, metrics.horizontalAdvance(widget.currentText()) + _ARROW_PX - widget.width())
    if isinstance(widget, QTabBar):
        return max(0, widget.sizeHint().width() - widget.width())
    return 0


def _overlaps(page: QWidget) -> Iterator[str]:
    for widget in _visible(page):
        shown = [w for w in _widgets_of(widget) if w.isVisible()]
        for i, one in enumerate(shown):
            for other in shown[i + 1 :]:
                common = one.geometry().intersected(other.geometry())
                if common.width() > 1 and common.height() > 1:
                    yield f"{_name(one)} and {_name(other)} overlap"


def _widgets_of(widget: QWidget) -> list[QWidget]:
    """The children in the layout of a widget and in the layouts in it; what floats above them is in none.

    Qt's layout items are not asked: PySide does not notice when they are deleted.
    """
    layout = widget.layout()
    if layout is None:
        return []
    layouts = [layout, *layout.findChildren(QLayout)]
    children = widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return [child for child in children if any(each.indexOf(child) >= 0 for each in layouts)]


def _sideways(page: QWidget) -> Iterator[str]:
    for area in _visible(page, QScrollArea):
        if (beyond := area.horizontalScrollBar().maximum()) > 0:
            yield f"{_name(area)} scrolls sideways by {beyond} px"


def _outside(page: QWidget) -> Iterator[str]:
    """Controls that stick out of what contains them, where nothing scrolls."""
    for widget in _visible(page):
        if not isinstance(widget, QAbstractButton | QLabel | QComboBox | QLineEdit):
            continue
        parent, may_scroll = widget.parentWidget(), False
        while parent is not None and parent is not page.parentWidget():
            if isinstance(parent, QAbstractScrollArea) and not isinstance(parent, QScrollArea):
                break  # a table or a plot, which may scroll
            place = QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size())
            if place.left() < -1 or place.right() > parent.width() + 1:
                yield f"{_name(widget)} sticks out of {type(parent).__name__}"
                break
            is_content = isinstance(parent.parentWidget(), QAbstractScrollArea)  # the area that scrolls it
            may_scroll = may_scroll or is_content
            if not may_scroll and (place.top() < -1 or place.bottom() > parent.height() + 1):
                yield f"{_name(widget)} is above or below {type(parent).__name__}"
                break
            parent = parent.parentWidget()
