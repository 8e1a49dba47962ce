"""The wheel scrolls pages; it never changes a value that the user has not clicked or moved to first."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QScrollBar,
    QTabBar,
    QWidget,
)

import bayesdesk
from bayesdesk.editor.fields import ChoiceField
from bayesdesk.editor.pull_dialog import PullDialog
from bayesdesk.jobs.job_page import JobPage
from bayesdesk.palette import CommandPalette
from bayesdesk.preferences import Preferences
from bayesdesk.ui.widgets import Segmented
from bayesdesk.welcome import Welcome
from bayesdesk.window import MainWindow
from support.every_page import settle as settle_layout
from support.pointer import Pointer
from support.window import TWO, WAIT_MS, finished_job, open_editor, settle
from support.workspace import Workspace

NOTCH = 120  # eighths of a degree
ALL_TYPES = [
    *TWO,
    {"name": "d", "type": "DISCRETE", "discrete_values": [1, 2, 4]},
    *({"name": f"more{i}", "type": "DOUBLE", "min_value": 0, "max_value": 1} for i in range(12)),
]


def values(root: QWidget) -> dict[QWidget, object]:
    """The value of every input below a widget that Qt, or a subclass, lets the wheel change."""
    found: dict[QWidget, object] = {w: w.currentIndex() for w in root.findChildren(QComboBox)}
    found |= {w: w.currentIndex() for w in root.findChildren(QTabBar)}
    found |= {w: w.text() for w in root.findChildren(QAbstractSpinBox)}
    found |= {w: w.value() for w in root.findChildren(QAbstractSlider) if not isinstance(w, QScrollBar)}
    found |= {w: w.value() for w in root.findChildren(Segmented)}
    return found


def turn(widget: QWidget, notches: int) -> None:
    """Send what the wheel sends to a widget and to those that it consists of."""
    for target in (widget, *(w for w in widget.findChildren(QWidget) if w.isVisibleTo(widget))):
        at = QPointF(target.rect().center())
        for _notch in range(abs(notches)):
            step = QPoint(0, NOTCH if notches > 0 else -NOTCH)
            event = QWheelEvent(
                at,
                QPointF(target.mapToGlobal(at.toPoint())),
                QPoint(),
                step,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(target, event)


def check(root: QWidget) -> int:
    """Turn the wheel over every input of a page; returns how many there are."""
    before = values(root)
    for widget in before:
        name = f"{type(widget).__name__} “{widget.accessibleName()}”"
        if not isinstance(widget, Segmented):
            takes_focus = Qt.FocusPolicy.WheelFocus.value & ~Qt.FocusPolicy.StrongFocus.value
            assert not widget.focusPolicy().value & takes_focus, f"{name} takes the focus by the wheel"
        turn(widget, 2)
        turn(widget, -2)
        turn(widget, -2)
        assert values(root) == before, f"the wheel over {name} changes a value"
    return len(before)


def dialogs(window: MainWindow, page: JobPage) -> Iterator[Callable[[], QDialog]]:
    assert window.editor is not None
    editor = window.editor

    def start() -> QDialog:
        editor.start()
        settle(editor)
        assert editor.start_dialog is not None
        return editor.start_dialog

    def cloud() -> QDialog:
        editor.run_on_platform()
        return editor.cloud_dialog

    def greeting() -> QDialog:
        window.welcome()
        return window.findChild(Welcome)

    def palette() -> QDialog:
        window.show_palette()
        return window.findChild(CommandPalette)

    def preferences() -> QDialog:
        window.show_preferences()
        return window.findChild(Preferences)

    trial = page.model.view.best
    assert trial is not None
    yield start
    yield cloud
    yield greeting
    yield palette
    yield preferences
    yield lambda: page.trial_actions.use(trial)
    yield lambda: page.trial_actions.open(trial)
    yield lambda: PullDialog(window, window.background, "busybox", None)


def test_that_the_wheel_changes_no_value_on_any_page_or_dialog(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=6)
    counts = {"start page": check(window.pages.start)}
    for index, name in enumerate(page.names):
        page.tabs.setCurrentIndex(index)
        counts[name] = check(page)
        assert page.tabs.currentIndex() == index
    window.compare(page.model.view.job.id)
    assert window.comparison is not None
    counts["compare"] = check(window.comparison)
    window.show_diagnostics()
    assert window.diagnostics is not None
    counts["diagnostics"] = check(window.diagnostics)
    counts["sidebar"] = check(window.sidebar)
    file = workspace.write(
        specs=ALL_TYPES,
        root={"data_bindings": [{"data": "a/b/1", "path": "/input0", "type": "RO"}], "parameters": {"k": 1}},
        max_job_count=6,
    )
    editor = open_editor(window, qtbot, file)
    settle(editor)
    text = editor.model.text, editor.local.text
    seen: set[int] = set()
    for index in range(0, len(ALL_TYPES), 3):
        editor.form.parameters.reveal(index)
        seen |= {row.index for row in editor.form.parameters.made_rows()}
        counts["editor"] = check(editor)
    settle(editor)
    assert (editor.model.text, editor.local.text) == text
    assert not editor.is_changed
    for make in dialogs(window, page):
        dialog = make()
        counts[type(dialog).__name__] = check(dialog)
        if dialog.isVisible():
            dialog.reject()
    assert seen == set(range(len(ALL_TYPES)))
    assert counts["charts"] > 3, counts
    assert counts["ResultDialog"] == 1, counts
    assert counts["Preferences"] > 3, counts
    qtbot.waitUntil(window.diagnostics._again.isEnabled, timeout=WAIT_MS)


def test_that_the_wheel_over_a_combo_box_without_focus_scrolls_the_form(
    window: MainWindow, workspace: Workspace, qtbot, pointer: Pointer
) -> None:
    file = workspace.write(specs=ALL_TYPES)
    editor = open_editor(window, qtbot, file)
    settle(editor)
    before, bar = editor.model.text, editor.form.verticalScrollBar()
    combo = editor.form.parameters.row(2).type
    assert isinstance(combo, ChoiceField)
    editor.form.ensureWidgetVisible(combo)
    qtbot.waitUntil(lambda: bar.maximum() > 0, timeout=WAIT_MS)
    top = bar.value()
    pointer.scroll(combo, -4)
    settle(editor)
    assert bar.value() > top
    assert combo.currentData() == "CATEGORICAL"
    assert not combo.hasFocus()
    assert editor.model.text == before
    assert not editor.is_changed


def test_that_the_wheel_changes_a_combo_box_that_was_entered_and_each_change_is_one_step_of_undo(
    window: MainWindow, workspace: Workspace, qtbot, pointer: Pointer
) -> None:
    file = workspace.write(specs=ALL_TYPES)
    editor = open_editor(window, qtbot, file)
    settle(editor)
    texts = [editor.model.text]
    row = editor.form.parameters.row(0)
    combo = row.type
    assert isinstance(combo, ChoiceField)
    form = editor.form  # its rows move until they have the width and the height that the page gives them
    qtbot.waitUntil(lambda: form.parameters.height() > form.viewport().height(), timeout=WAIT_MS)
    settle_layout()
    pointer.click(row.name)
    qtbot.waitUntil(row.name.hasFocus, timeout=WAIT_MS)
    qtbot.keyClick(row.name, Qt.Key.Key_Tab)
    qtbot.waitUntil(combo.hasFocus, timeout=WAIT_MS)
    pointer.scroll(combo, -1)
    settle(editor)
    assert editor.form.parameters.row(0).kind == "INTEGER"
    texts.append(editor.model.text)
    editor.form.parameters.row(0).change_type("DISCRETE")
    settle(editor)
    assert editor.form.parameters.row(0).kind == "DISCRETE"
    while texts:
        editor.undo()
        settle(editor)
        assert editor.model.text == texts.pop()
    assert not editor.model.text_document.isUndoAvailable()
    assert not editor.is_changed


def test_that_the_wheel_changes_a_slider_that_was_clicked_until_it_loses_the_focus(
    window: MainWindow, workspace: Workspace, qtbot, pointer: Pointer
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=6)
    share, condition = page.filter_bar._share, page.filter_bar.expression
    pointer.scroll(share, -2)
    assert share.value() == 100
    pointer.click(share)
    qtbot.waitUntil(share.hasFocus, timeout=WAIT_MS)
    clicked = share.value()
    pointer.scroll(share, -2)
    entered = share.value()
    assert entered < clicked
    pointer.click(condition)
    qtbot.waitUntil(condition.hasFocus, timeout=WAIT_MS)
    pointer.scroll(share, -2)
    assert share.value() == entered


@pytest.mark.parametrize("name", ["QComboBox", "QSlider", "QSpinBox", "QDoubleSpinBox", "QDial", "QTabBar"])
def test_that_pages_use_the_inputs_that_leave_the_wheel_to_the_page(name: str) -> None:
    root = Path(bayesdesk.__file__).parent
    users = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and any(imported.name == name for imported in node.names)
    }
    assert users <= {"ui/wheel.py"}, "use the class of bayesdesk.ui.wheel, or add one there"
