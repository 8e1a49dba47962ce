"""What the editor shows at the sizes of real screens, and what it offers there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from bayescore.i18n import set_language
from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.window import MainWindow
from support.pointer import Pointer
from support.window import WAIT_MS, open_editor, parameter_rows, settle
from support.workspace import Workspace

SPECS = [
    {"name": "encoder_rate", "type": "DOUBLE", "min_value": 0.000001, "max_value": 0.1},
    {"name": "layers", "type": "INTEGR", "min_value": 1, "max_value": 100000, "scale": "log"},
    {"name": "optimizer", "type": "CATEGORICAL", "categorical_values": ["adam", "sgd"]},
]


@pytest.fixture
def language() -> Iterator[None]:
    yield
    set_language("en")


def open_at(window: MainWindow, workspace: Workspace, qtbot, width: int, height: int) -> EditorPage:
    window.resize(width, height)
    editor = open_editor(window, qtbot, workspace.write(specs=SPECS, root={"parameters": {"epochs": 3}}))
    with qtbot.waitActive(window):
        window.activateWindow()
    QApplication.processEvents()
    return editor


def test_that_the_text_has_room_for_60_characters_at_1440(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_at(window, workspace, qtbot, 1440, 900)
    characters = editor.yaml.fontMetrics().horizontalAdvance("0" * 60)
    assert editor.yaml.viewport().width() >= characters


def test_that_the_place_of_the_splitter_is_remembered(
    window: MainWindow, workspace: Workspace, qtbot, pointer: Pointer
) -> None:
    editor = open_at(window, workspace, qtbot, 1440, 900)
    handle = editor.sides.handle(1)
    before = editor.sides.right.width()
    middle = QPoint(0, handle.height() // 2)
    pointer.drag(handle, middle, middle - QPoint(80, 0))
    qtbot.waitUntil(lambda: editor.sides.right.width() > before + 40)
    moved = editor.sides.right.width()
    window.resize(1380, 800)
    qtbot.waitUntil(lambda: window.width() == 1380)
    qtbot.waitUntil(lambda: editor.sides.right.width() == moved)
    again = open_editor(window, qtbot, editor.model.file)
    qtbot.waitUntil(lambda: again.sides.right.width() == moved)


@pytest.mark.parametrize("chosen", ["en", "zh"])
def test_that_nothing_in_the_form_is_cut_at_1024(
    window: MainWindow, workspace: Workspace, qtbot, chosen: str, language: None
) -> None:
    set_language(chosen)
    editor = open_at(window, workspace, qtbot, 1024, 700)
    form = editor.form
    content = form.widget()
    assert content is not None
    assert content.width() <= form.viewport().width()
    for row in parameter_rows(form):
        for field in (row.name, row.low, row.high, row.values):
            if not field.isHidden():
                assert field.fontMetrics().horizontalAdvance(field.text()) <= field.width() - 18, field.text()
    right = content.mapToGlobal(content.rect().topRight()).x()
    for shown in (*form.findChildren(QLabel), *form.findChildren(QPushButton), *form.findChildren(QLineEdit)):
        if not shown.isVisible():
            continue
        assert shown.mapToGlobal(shown.rect().topRight()).x() <= right, shown.accessibleName()
        if type(shown) is QLabel and not shown.wordWrap():
            assert shown.fontMetrics().horizontalAdvance(shown.text()) <= shown.width() + 1, shown.text()
    for button in (editor.bar.start, editor.bar.try_one, editor.bar.save):
        assert editor.rect().contains(button.geometry())
        assert button.width() >= button.sizeHint().width()


@pytest.mark.parametrize("width", [1024, 1440])
def test_that_every_problem_is_shown_whole(
    window: MainWindow, workspace: Workspace, qtbot, width: int
) -> None:
    editor = open_at(window, workspace, qtbot, width, 700)
    words = [str(problem.message) for problem in editor.model.problems]
    assert words
    shown = [
        label for label in editor.problems.findChildren(QLabel) if label.isVisible() and label.wordWrap()
    ]
    shown += [label for label in editor.form.findChildren(QLabel) if label.isVisible() and label.wordWrap()]
    assert {label.text() for label in shown} >= set(words)
    for label in shown:
        assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_that_the_enter_key_applies_the_first_quick_fix(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_at(window, workspace, qtbot, 1440, 900)
    editor.yaml.go_to(next(p for p in editor.model.problems if p.fix is not None and "type" in p.path))
    QTest.keyClick(editor.yaml, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None, timeout=WAIT_MS)
    QTest.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Return)
    settle(editor)
    assert editor.model.value(("hyper_tuning", "parameter_specs", 1, "type")) == "INTEGER"


def test_that_a_missing_scale_is_shown_as_the_default_and_a_chosen_one_is_written(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_at(window, workspace, qtbot, 1440, 900)
    scale = editor.form.parameters.row(0).scale
    path = ("hyper_tuning", "parameter_specs", 0, "scale_type")
    assert scale.currentText() == "Linear"
    scale.setFocus()
    QTest.keyClick(scale, Qt.Key.Key_Down)
    settle(editor)
    assert editor.model.value(path) == "UNIT_LOG_SCALE"
    QTest.keyClick(scale, Qt.Key.Key_Up)
    settle(editor)
    assert editor.model.value(path) == "UNIT_LINEAR_SCALE"


def test_that_a_disabled_link_looks_disabled(window: MainWindow, workspace: Workspace, qtbot) -> None:
    editor = open_at(window, workspace, qtbot, 1440, 900)
    (link,) = [b for b in editor.form.findChildren(QPushButton) if b.text() == "Add secret"]
    enabled = link.grab().toImage()
    editor.yaml.selectAll()
    QTest.keyClicks(editor.yaml, "[")
    settle(editor)
    assert not link.isEnabled()
    assert link.grab().toImage() != enabled


def test_that_the_estimate_starts_with_the_time_of_the_last_trials(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write())
    (span,) = [f for f in editor.form.findChildren(QLineEdit) if f.accessibleName() == "Time of one trial"]
    assert span.text() == "10m"
    workspace.insert()
    window.show_diagnostics()
    window.pages.setCurrentWidget(editor)
    qtbot.waitUntil(lambda: span.text() == "1s", timeout=WAIT_MS)
