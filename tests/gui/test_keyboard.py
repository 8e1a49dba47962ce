"""The window without a mouse: Tab visits everything in reading order, F6 goes round the panes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QTableWidget,
    QTextBrowser,
    QToolButton,
    QTreeWidget,
    QWidget,
)

from bayesdesk.plots.canvas import plot
from bayesdesk.ui import style, theme
from bayesdesk.ui.reading_order import stops
from bayesdesk.ui.wheel import ComboBox, Slider, TabBar
from bayesdesk.ui.widgets import Segmented, button, column
from bayesdesk.window import MainWindow
from support.every_page import dialogs, filled, pages, settle, shown_editor
from support.window import WAIT_MS, ended_page
from support.workspace import Workspace

if TYPE_CHECKING:
    from support.pointer import Pointer

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
    visited, back = _walk(expected)
    missed = [f"Tab does not reach {_name(each)}" for each in set(expected) - set(visited)]
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


def _walk(expected: list[QWidget]) -> tuple[list[QWidget], list[str]]:
    """The controls in the order of Tab, from the first on the screen until Tab returns to one.

    Also where Tab goes back, judged at each step: rows that leave the sight show other items later.
    """
    if not expected:
        return [], []
    first = min(expected, key=lambda w: (_place(w).top(), _place(w).left()))
    first.setFocus(Qt.FocusReason.TabFocusReason)
    visited, back = [first], []
    for _ in range(_MOST):
        before = visited[-1]
        _press_tab(before)
        focused = QApplication.focusWidget()
        if focused is before and isinstance(focused, QTextBrowser):
            continue  # at its next link
        if focused is not None and focused is not before and _is_read_before(focused, before):
            back.append(f"Tab goes from {_name(before)} back to {_name(focused)}")
        if focused is None or focused in visited:
            break
        visited.append(focused)
    return visited, back


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


# ---- where the keys lead


def test_that_f6_goes_round_the_panes_and_shift_f6_back(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    _file, jobs = filled(window, workspace, qtbot)
    page = ended_page(window, qtbot, jobs[0])
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    window.sidebar.list.setFocus()
    panes = [window.sidebar, *page.panes]
    seen = [0]
    for _ in range(2 * len(panes) - 1):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(_pane_of_focus(panes))
    assert seen == [*range(len(panes)), *range(len(panes))]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
    assert QApplication.focusWidget() is window.sidebar.list  # where it was left
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, SHIFT)
    assert _pane_of_focus(panes) == len(panes) - 1


def _pane_of_focus(panes: list[QWidget]) -> int:
    focused = QApplication.focusWidget()
    return next(i for i, pane in enumerate(panes) if focused and pane.isAncestorOf(focused))


def test_that_the_yaml_is_left_with_ctrl_tab_in_both_directions_and_with_f6(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file, _jobs = filled(window, workspace, qtbot)
    editor = shown_editor(window, qtbot, file)
    editor.show_sides("both")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    before = editor.model.text
    for key, modifiers in (
        (Qt.Key.Key_Tab, CTRL),
        (Qt.Key.Key_Backtab, CTRL | SHIFT),
        (Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier),
    ):
        editor.yaml.setFocus()
        QTest.keyClick(editor.yaml, key, modifiers)
        assert QApplication.focusWidget() not in (None, editor.yaml)
    assert editor.model.text == before


def test_that_a_control_out_of_sight_is_scrolled_to_when_tab_reaches_it(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file, _jobs = filled(window, workspace, qtbot)
    editor = shown_editor(window, qtbot, file)
    editor.show_sides("form")
    window.resize(1000, 600)
    settle()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    bar = editor.form.verticalScrollBar()
    assert bar.maximum() > 0
    controls = stops(editor.form)
    controls[-2].setFocus()
    bar.setValue(0)
    QTest.keyClick(controls[-2], Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is controls[-1]
    assert controls[-1].visibleRegion().boundingRect() == controls[-1].rect()


# ---- the ring


def _made_table() -> QWidget:
    made = QTableWidget(2, 2)
    made.setTabKeyNavigation(False)
    return made


def _made_tabs() -> QWidget:
    made = TabBar()
    made.addTab("One")
    made.addTab("Two")
    return made


def _made_tool() -> QWidget:
    made = QToolButton()
    made.setText("…")
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made


_KINDS: dict[str, Callable[[], QWidget]] = {
    **{
        kind or "plain": lambda kind=kind: button("Words", lambda: None, kind=kind)
        for kind in ("", "primary", "danger", "quiet", "link", "chip")
    },
    "icon": lambda: button("", lambda: None, kind="quiet", meaning="more", tip="More"),
    "…": _made_tool,
    "segment": lambda: Segmented([("a", "One"), ("b", "Two")]),
    "field": QLineEdit,
    "list of choices": ComboBox,
    "tick": lambda: QCheckBox("Words"),
    "slider": Slider,
    "tabs": _made_tabs,
    "table": _made_table,
    "list": QListWidget,
    "tree": QTreeWidget,
    "text": QPlainTextEdit,
    "plot": plot,
}


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("kind", _KINDS)
def test_that_the_focus_is_seen_on_every_kind_of_control(
    qapp: QApplication, qtbot, name: str, kind: str
) -> None:
    style.apply(qapp, name)
    try:
        control, other, page = _KINDS[kind](), QLineEdit(), QWidget()
        page.setObjectName("page")
        layout = column(other, control)
        layout.setContentsMargins(20, 20, 20, 20)
        page.setLayout(layout)
        qtbot.addWidget(page)
        page.resize(240, 220)
        with qtbot.waitExposed(page):
            page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow, timeout=WAIT_MS)
        other.setFocus()
        qtbot.waitUntil(lambda: bool(_rings(page)), timeout=WAIT_MS)
        rings, before = _rings(page), page.grab().toImage()
        QTest.keyClick(other, Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is not other
        qtbot.waitUntil(lambda: bool(_rings(page)) and _rings(page) != rings, timeout=WAIT_MS)
        after = page.grab().toImage()
        around = control.geometry().adjusted(-6, -6, 6, 6)
        pairs = Counter(
            (before.pixel(x, y), after.pixel(x, y))
            for x in range(around.left(), around.right())
            for y in range(around.top(), around.bottom())
        )
        seen = sum(
            count
            for (old, new), count in pairs.items()
            if theme.contrast(QColor(old).name(), QColor(new).name()) >= 3.0
        )
        focused = QApplication.focusWidget()
        assert focused is not None
        assert seen >= focused.width() + focused.height()  # half of a ring of one pixel
    finally:
        style.apply(qapp, "light")


def test_that_a_click_shows_no_ring_and_the_keyboard_does(qtbot, pointer: Pointer) -> None:
    page, one, other = QWidget(), button("One", lambda: None), button("Two", lambda: None)
    page.setLayout(column(one, other))
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow, timeout=WAIT_MS)
    pointer.click(other)
    assert QApplication.focusWidget() is other
    settle()
    assert not _rings(page)
    QTest.keyClick(other, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: len(_rings(page)) == 1, timeout=WAIT_MS)


def _rings(page: QWidget) -> list[QWidget]:
    return [w for w in page.findChildren(QWidget, "focus_ring") if w.isVisible()]
