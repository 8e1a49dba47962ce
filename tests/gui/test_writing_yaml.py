"""Drafts, help while typing, search and undo in the text of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor

from bayesdesk.editor.completion import completions, describe, place_of
from bayesdesk.services.project_words import metric_names
from bayesdesk.window import MainWindow
from support.window import (
    TWO,
    WAIT_MS,
    open_editor,
    settle,
    type_into,
)
from support.workspace import Workspace

GUIDE = """\
data_bindings:
  - data: user/set/1
    path: /input0
hyper_tuning:
  goal: MAXIMIZE
  parameter_specs:
    - name: lr
      type: DOUBLE
"""
GUIDE += "      \n"


def test_that_unsaved_text_survives_the_sudden_end_of_the_window(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write()
    editor = open_editor(window, qtbot, file)
    editor.model.set(("command",), "python half_done.py")
    drafts = workspace.data.root / "drafts"
    qtbot.waitUntil(lambda: drafts.exists() and any(drafts.glob("*.json")), timeout=WAIT_MS)
    editor.model.text_document.setModified(False)  # as if the window had gone without a word
    again = open_editor_anew(window, qtbot, file, editor)
    qtbot.waitUntil(again.drafts_bar.isVisible, timeout=WAIT_MS)
    assert again.model.value(("command",)) == "python main.py"
    again.drafts_bar.restore.click()
    settle(again)
    assert again.model.value(("command",)) == "python half_done.py"
    again.undo()
    assert again.model.content() == file.read_bytes()
    qtbot.waitUntil(lambda: not any(drafts.glob("*.json")), timeout=WAIT_MS)


def open_editor_anew(window: MainWindow, qtbot, file: Path, before: object):
    window.open_file(file)
    qtbot.waitUntil(lambda: window.editor is not before, timeout=WAIT_MS)
    return window.editor


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (0, 0, {"command", "hyper_tuning", "data_bindings"}),
        (2, 4, {"data", "path", "type"}),
        (8, 6, {"min_value", "scale_type", "name"}),
        (4, 8, {"MAXIMIZE", "MINIMIZE"}),
        (7, 12, {"DOUBLE", "CATEGORICAL"}),
    ],
)
def test_that_words_that_can_stand_at_the_caret_are_offered(row: int, column: int, words: set[str]) -> None:
    lines = GUIDE.split("\n")
    place = place_of(lines, row, column)
    offered = {c.label for c in completions(place, {})}
    assert words <= offered
    assert ("command" in offered) == (row == 0)


def test_that_keys_are_explained_where_they_stand() -> None:
    lines = GUIDE.split("\n")
    assert "ro to read only" not in describe(lines, 7, 7)
    assert "DISCRETE" in describe(lines, 7, 7)
    assert "/input0" in describe(lines, 2, 5)
    assert describe(lines, 4, 10) == ""
    assert "Docker" in describe(["runner: auto"], 0, 2, local=True)


def test_that_typing_completes_keys_values_and_metric_names(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write()
    assert metric_names(file.parent) == ["score"]
    file.write_text("command: python main.py\nhyper_tuning:\n  hyperparameter_metric: \n")
    editor = open_editor(window, qtbot, file)
    qtbot.waitUntil(lambda: bool(editor.yaml.completer.project_values), timeout=WAIT_MS)
    put_caret(editor.yaml, 2, len("  hyperparameter_metric: "))
    qtbot.keyClick(editor.yaml, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: editor.yaml.completer.offered == ["score"], timeout=WAIT_MS)
    qtbot.keyClick(editor.yaml, Qt.Key.Key_Return)
    qtbot.keyClick(editor.yaml, Qt.Key.Key_Return)
    qtbot.keyClicks(editor.yaml, "go")
    qtbot.waitUntil(lambda: editor.yaml.completer.offered == ["goal"], timeout=WAIT_MS)
    qtbot.keyClick(editor.yaml, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor.yaml, "MI")
    qtbot.waitUntil(lambda: editor.yaml.completer.offered == ["MINIMIZE"], timeout=WAIT_MS)
    qtbot.keyClick(editor.yaml, Qt.Key.Key_Return)
    settle(editor)
    assert editor.model.value(("hyper_tuning",)) == {"hyperparameter_metric": "score", "goal": "MINIMIZE"}


def put_caret(editor, row: int, column: int) -> None:
    cursor = QTextCursor(editor.document().findBlockByNumber(row))
    cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, column)
    editor.setTextCursor(cursor)
    editor.setFocus()


def test_that_text_is_found_and_replaced_as_one_step(window: MainWindow, workspace: Workspace, qtbot) -> None:
    file = workspace.write()
    file.write_text("command: python main.py --a main\nenv: main\n")
    editor = open_editor(window, qtbot, file)
    window.actions_by_name["Find and replace"].trigger()
    bar = editor.yaml.find_bar
    assert bar.isVisible()
    qtbot.keyClicks(bar.search, "main")
    assert bar._count.text() == "3 found"
    bar.replacement.setText("side")
    bar.replace_all()
    assert editor.model.text == "command: python side.py --a side\nenv: side\n"
    editor.undo()
    assert editor.model.content() == file.read_bytes()
    qtbot.keyClick(bar.search, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_that_undo_in_a_field_takes_back_the_last_step_wherever_it_was_made(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write(specs=TWO))
    first = editor.model.text
    row = editor.form.parameters.row(0)
    with qtbot.waitActive(window):
        window.activateWindow()
    type_into(qtbot, row.low, "0.25")
    settle(editor)
    second = editor.model.text
    type_into(qtbot, row.high, "0.75")
    settle(editor)
    for before in (second, first):
        qtbot.keyClick(row.low, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        settle(editor)
        assert editor.model.text == before
    editor.redo()
    editor.redo()
    settle(editor)
    assert (row.low.text(), row.high.text()) == ("0.25", "0.75")
