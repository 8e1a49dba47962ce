"""The window without a mouse: Tab visits everything in reading order, F6 goes round the panes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPlainTextEdit, QScrollArea, QTextBrowser, QWidget

from bayesdesk.window import MainWindow
from support.every_page import dialogs, filled, pages, settle
from support.window import WAIT_MS
from support.workspace import Workspace

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_MOST = 400  # controls of a page


@pytest.mark.timeout(600)
def test_that_tab_visits_every_control_of_every_page_in_reading_order(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file, jobs = filled(window, workspace, qtbot)
    found: list[str] = []
    for name in pages(window, qtbot, jobs, file):
        settle()
        found += [f"{name}: {fault}" for fault in _faults(qtbot, window)]
    assert not found, "\n".join(found)


@pytest.mark.timeout(600)
def test_that_tab_visits_every_control_of_every_dialog_in_reading_order(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file, jobs = filled(window, workspace, qtbot)
    found: list[str] = []
    for name, dialog in dialogs(window, workspace, qtbot, jobs[0], file):
        settle()
        found += [f"{name}: {fault}" for fault in _faults(qtbot, dialog)]
    assert not found, "\n".join(found)


def _faults(qtbot, root: QWidget) -> list[str]:
    """Controls that Tab misses, and pairs that it visits in another order than they are read."""
    root.activateWindow()
    qtbot.waitUntil(root.isActiveWindow, timeout=WAIT_MS)
    expected = _controls(root)
    visited = _walk(expected)
    missed = [f"Tab does not reach {_name(each)}" for each in set(expected) - set(visited)]
    back = [
        f"Tab goes from {_name(one)} back to {_name(other)}"
        for one, other in zip(visited, [*visited[1:], *visited[:1]], strict=True)
        if _is_read_before(other, one)
    ]
    return missed + (back if len(back) > 1 else [])  # once from the end to the beginning


def _controls(root: QWidget) -> list[QWidget]:
    every = [w for w in root.findChildren(QWidget) if _takes_tab(w) and w.window() is root]
    frames = [w for w in every if isinstance(w, QScrollArea) and any(w.isAncestorOf(o) for o in every)]
    return [w for w in every if w not in frames]


def _takes_tab(widget: QWidget) -> bool:
    policy = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    if not policy or not widget.isVisible() or not widget.isEnabled() or widget.focusProxy() is not None:
        return False
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is None or group.checkedButton() in (None, widget)  # a choice is one stop


def _walk(expected: list[QWidget]) -> list[QWidget]:
    """The controls in the order of Tab, from the first on the screen until Tab returns to one."""
    if not expected:
        return []
    first = min(expected, key=lambda w: (_place(w).top(), _place(w).left()))
    first.setFocus(Qt.FocusReason.TabFocusReason)
    visited = [first]
    for _ in range(_MOST):
        _press_tab(visited[-1])
        focused = QApplication.focusWidget()
        if focused is visited[-1] and isinstance(focused, QTextBrowser):
            continue  # at its next link
        if focused is None or focused in visited:
            break
        visited.append(focused)
    return visited


def _press_tab(widget: QWidget) -> None:
    types = isinstance(widget, QPlainTextEdit) and not widget.tabChangesFocus()
    QTest.keyClick(widget, Qt.Key.Key_Tab, CTRL if types else Qt.KeyboardModifier.NoModifier)


def _is_read_before(one: QWidget, other: QWidget) -> bool:
    """Whether the part of the page with ``one`` is above or left of the part with ``other``."""
    a, b = _parts(one, other)
    above = a.bottom() <= b.top() and not a.left() >= b.right()
    left = a.right() <= b.left() and not a.top() >= b.bottom()
    return above or left


def _parts(one: QWidget, other: QWidget) -> tuple[QRect, QRect]:
    """Places of the two widgets side by side in the same parent that hold two controls."""
    chain = dict(_chain(one))
    for widget, below in _chain(other):
        if widget in chain:
            return _place(chain[widget] or one), _place(below or other)
    raise AssertionError("not in one window")


def _chain(widget: QWidget) -> Iterator[tuple[QWidget, QWidget | None]]:
    below, at = None, widget
    while at is not None:
        yield at, below
        below, at = at, at.parentWidget()


def _place(widget: QWidget) -> QRect:
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())


def _name(widget: QWidget) -> str:
    words = widget.accessibleName() or (widget.text() if hasattr(widget, "text") else "")
    return f"{type(widget).__name__} “{words}” in {type(widget.parentWidget()).__name__}"
