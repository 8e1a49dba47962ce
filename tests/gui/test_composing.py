"""What the YAML editor does while an input method composes text, and the keys that input methods leave to it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bayesdesk.editor.yaml_editor import YamlEditor
from bayesdesk.window import MainWindow
from support.window import WAIT_MS, open_editor, settle
from support.workspace import Workspace


@pytest.fixture
def code(window: MainWindow, qtbot, workspace: Workspace) -> YamlEditor:
    """The YAML editor with the focus, on an empty line at the end."""
    file = workspace.write()
    file.write_text("command: python main.py\nenv: python-3.11\n", encoding="utf-8")
    yaml = open_editor(window, qtbot, file).yaml
    yaml.moveCursor(QTextCursor.MoveOperation.End)
    yaml.activateWindow()
    yaml.setFocus()
    qtbot.waitUntil(yaml.hasFocus, timeout=WAIT_MS)
    return yaml


def compose(code: YamlEditor, preedit: str, commit: str = "") -> None:
    """Send what an input method sends."""
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(code, event)


def test_that_the_candidates_of_an_input_method_are_shown_at_the_caret(code: YamlEditor) -> None:
    code.insertPlainText("resource: t4")
    caret = code.cursorRect()
    place = code.viewport().mapTo(code.window(), caret.topLeft())
    assert (
        QGuiApplication.inputMethod().cursorRectangle().toAlignedRect().contains(QRect(place, caret.size()))
    )
    assert QGuiApplication.inputMethod().cursorRectangle().width() <= caret.width()


def test_that_completions_make_way_for_an_input_method_and_follow_what_it_commits(
    code: YamlEditor, qtbot
) -> None:
    QTest.keyClicks(code, "par")
    qtbot.waitUntil(lambda: bool(code.completer.offered), timeout=WAIT_MS)
    assert QApplication.activePopupWidget() is None  # its end would end what is being composed
    compose(code, "zhong")
    assert code.completer.offered == []
    compose(code, "", "中")
    QTest.keyClick(code, Qt.Key.Key_Return)
    assert code.toPlainText().endswith("\npar中\n")
    compose(code, "ru")
    compose(code, "", "reso")
    qtbot.waitUntil(lambda: code.completer.offered == ["resource"], timeout=WAIT_MS)
    QTest.keyClick(code, Qt.Key.Key_Return)
    assert code.toPlainText().endswith("\npar中\nresource: ")


def test_that_return_after_a_change_of_the_text_starts_a_line(code: YamlEditor, qtbot) -> None:
    QTest.keyClicks(code, "reso")
    qtbot.waitUntil(lambda: bool(code.completer.offered), timeout=WAIT_MS)
    compose(code, "", "中")
    QTest.keyClick(code, Qt.Key.Key_Return)
    assert code.toPlainText().endswith("\nreso中\n")


def test_that_the_arrows_choose_a_completion_and_moving_the_caret_closes_the_list(
    code: YamlEditor, qtbot
) -> None:
    QTest.keyClick(code, Qt.Key.Key_Slash, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: len(code.completer.offered) > 2, timeout=WAIT_MS)
    second = code.completer.offered[1]
    QTest.keyClick(code, Qt.Key.Key_Down)
    QTest.keyClick(code, Qt.Key.Key_Return)
    assert code.toPlainText().splitlines()[-1].startswith(second)
    QTest.keyClick(code, Qt.Key.Key_Slash, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: bool(code.completer.offered), timeout=WAIT_MS)
    QTest.keyClick(code, Qt.Key.Key_Left)
    assert code.completer.offered == []


def test_that_alt_and_return_open_the_quick_fixes(code: YamlEditor, window: MainWindow, qtbot) -> None:
    code.insertPlainText("resorce: t4")
    assert window.editor is not None
    settle(window.editor)
    QTest.keyClick(code, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None, timeout=WAIT_MS)
    menu = QApplication.activePopupWidget()
    below = code.viewport().mapToGlobal(code.cursorRect().bottomRight())
    assert (menu.pos() - below).manhattanLength() <= 2
    QTest.keyClick(menu, Qt.Key.Key_Return)
    settle(window.editor)
    assert "\nresource: " in code.toPlainText()
