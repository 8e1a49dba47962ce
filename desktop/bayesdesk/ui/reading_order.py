"""Tab visits controls as they are read: line by line, and column by column where columns stand side by side.

Qt visits them in the order in which they were made, which pages that build their parts lazily cannot keep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QWidget

_TOLERANCE = 2  # pixels by which lines or columns may overlap

_Placed = tuple[QRect, list[tuple[QRect, QWidget]]]  # a part, and the controls in it


def stops(root: QWidget) -> list[QWidget]:
    """The controls that Tab visits in a window or a part of one, in reading order."""
    return [control for _place, control in _within(root)]


def move_focus(window: QWidget, *, forward: bool) -> bool:
    """Give the focus to the next or the previous control; whether there is one."""
    found, focused = _within(window), QApplication.focusWidget()
    controls = [control for _place, control in found]
    if not controls:
        return False
    if focused in controls:
        index = controls.index(focused) + (1 if forward else -1)
    else:
        index = _place_of(focused, found) - (0 if forward else 1)
    enter(
        controls[index % len(controls)],
        Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason,
    )
    return True


def enter(control: QWidget, reason: Qt.FocusReason) -> None:
    """Give a control the focus, and scroll to it."""
    control.setFocus(reason)
    above = control.parentWidget()
    while above is not None and not control.isWindow():
        if isinstance(above, QScrollArea) and (content := above.widget()) is not None:
            at = control.mapTo(content, QPoint(0, 0))
            above.ensureVisible(at.x() + control.width(), at.y() + control.height())
            above.ensureVisible(at.x(), at.y())
        above = None if above.isWindow() else above.parentWidget()


def _place_of(focused: QWidget | None, found: Sequence[tuple[QRect, QWidget]]) -> int:
    """How many controls come before one that Tab does not visit, such as a page that was clicked."""
    inside = [i for i, (_r, c) in enumerate(found) if focused is not None and focused.isAncestorOf(c)]
    return inside[0] if inside else 0


def _within(widget: QWidget) -> list[tuple[QRect, QWidget]]:
    parts: list[_Placed] = []
    for child in widget.children():
        if isinstance(child, QWidget) and child.isVisible() and not child.isWindow():
            inside = _within(child)
            if inside:
                parts.append((_on_screen(child), inside))
    found = _in_order(parts)
    is_only_a_frame = isinstance(widget, QScrollArea) and found
    if _is_stop(widget) and not is_only_a_frame:
        found.insert(0, (_on_screen(widget), widget))
    return found


def _is_stop(widget: QWidget) -> bool:
    takes_tab = bool(widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
    if not takes_tab or not widget.isEnabled() or widget.focusProxy() is not None or widget.isWindow():
        return False
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    chosen = group.checkedButton() if group is not None and group.exclusive() else None
    return chosen is None or chosen is widget  # the arrow keys move between options of one choice


def _on_screen(widget: QWidget) -> QRect:
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())


def _in_order(parts: Sequence[_Placed]) -> list[tuple[QRect, QWidget]]:
    """Controls of parts: lines from the top, in a line columns from the left, in a column lines again."""
    if len(parts) < 2:
        return [control for part in parts for control in part[1]]
    for first, last in ((QRect.top, QRect.bottom), (QRect.left, QRect.right)):
        groups = _apart(parts, first, last)
        if len(groups) > 1:
            return [control for group in groups for control in _in_order(group)]
    if any(len(inside) > 1 for _rect, inside in parts):  # one floats above the other
        return _in_order([(rect, [(rect, control)]) for _part, inside in parts for rect, control in inside])
    by_place = sorted(parts, key=lambda part: (part[0].top(), part[0].left()))
    return [control for part in by_place for control in part[1]]


def _apart(
    parts: Sequence[_Placed], first: Callable[[QRect], int], last: Callable[[QRect], int]
) -> list[list[_Placed]]:
    """Groups of parts with a gap between each two groups along one direction."""
    groups: list[list[_Placed]] = []
    end = 0
    for part in sorted(parts, key=lambda each: first(each[0])):
        if not groups or first(part[0]) > end - _TOLERANCE:
            groups.append([])
            end = last(part[0])
        groups[-1].append(part)
        end = max(end, last(part[0]))
    return groups
