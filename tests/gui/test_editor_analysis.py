"""The analysis of a text follows the typing, off the GUI thread, and nothing acts on an outdated one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from bayescore.config import YamlDocument
from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.window import MainWindow
from support.window import TWO, WAIT_MS, config_model, open_editor, parameter_rows, settle, type_into
from support.workspace import Workspace

COUNT = ("hyper_tuning", "max_job_count")


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every text that is parsed; parsing on the GUI thread fails the test."""
    texts: list[str] = []
    on_gui_thread: list[str] = []
    parse = YamlDocument.parse

    def record(source: str) -> YamlDocument:
        texts.append(source)
        if threading.current_thread() is threading.main_thread():
            on_gui_thread.append(source)
        return parse(source)

    monkeypatch.setattr(YamlDocument, "parse", staticmethod(record))
    yield texts
    assert on_gui_thread == []


@pytest.fixture
def editor(window: MainWindow, workspace: Workspace, qtbot, parsed: list[str]) -> EditorPage:
    made = open_editor(window, qtbot, workspace.write(specs=TWO, max_job_count=3))
    parsed.clear()
    return made


def caret_behind(editor: EditorPage, words: str) -> None:
    cursor = QTextCursor(editor.model.text_document)
    cursor.setPosition(editor.model.text.index(words) + len(words))
    editor.yaml.setTextCursor(cursor)


def test_that_a_text_is_parsed_once_after_a_pause_and_never_on_the_gui_thread(
    editor: EditorPage, qtbot, parsed: list[str]
) -> None:
    caret_behind(editor, '"max_job_count": 3')
    qtbot.keyClicks(editor.yaml, "0000")
    qtbot.keyClick(editor.yaml, Qt.Key.Key_Backspace)
    assert parsed == []  # nothing is parsed while the user types
    assert not editor.model.is_current
    qtbot.waitUntil(lambda: editor.model.is_current, timeout=WAIT_MS)
    assert parsed == [editor.model.text]
    assert editor.model.value(COUNT) == 3000
    count = next(f for f in editor.form._fields if f.path == COUNT)
    assert count.text() == "3000"
    assert any(p.path == COUNT and p.severity == "error" for _m, p in editor.problems._shown)


def test_that_a_field_reaches_the_text_off_the_gui_thread_as_one_step(
    editor: EditorPage, qtbot, parsed: list[str]
) -> None:
    before = editor.model.text
    field = editor.form.parameters.row(0).high
    type_into(qtbot, field, "0.875")
    assert editor.model.text == before
    assert editor.is_changed
    qtbot.waitUntil(lambda: not editor.model.has_pending_edits, timeout=WAIT_MS)
    assert editor.model.text == before.replace('"max_value": 1.0', '"max_value": 0.875', 1)
    assert all(text in (before, editor.model.text) for text in parsed)
    assert field.text() == "0.875"
    editor.undo()
    assert editor.model.text == before


def test_that_an_outdated_analysis_is_dropped(qapp, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    model = config_model("command: a\n")
    go, analysed = threading.Event(), []
    analyse = model._analyse

    def slow(source: str, file: Path) -> object:
        if source == "command: ab\n":
            go.wait()
        return analyse(source, file)

    model._analyse = slow
    model.analysed.connect(lambda: analysed.append(model.document.text))
    cursor = QTextCursor(model.text_document)
    cursor.setPosition(len("command: a"))
    cursor.insertText("b")
    model.when_current(lambda: None)
    cursor.insertText("c")
    go.set()
    settle(model)
    assert analysed == ["command: abc\n"]
    assert model.value(("command",)) == "abc"


def test_that_a_text_that_was_broken_a_moment_ago_is_not_started(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    file, before = editor.model.file, editor.model.file.read_bytes()
    caret_behind(editor, '"max_job_count": 3')
    qtbot.keyClicks(editor.yaml, "x")
    assert editor.bar.start.isEnabled()  # the analysis does not know about the error yet
    qtbot.mouseClick(editor.bar.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(editor.bar.message.isVisible, timeout=WAIT_MS)
    assert editor.bar.message.text() == "Fix the errors first."
    assert editor.start_dialog is None
    assert not editor.bar.start.isEnabled()
    assert file.read_bytes() == before


def test_that_a_start_waits_for_what_was_just_typed_into_the_form(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    count = next(f for f in editor.form._fields if f.path == COUNT)
    type_into(qtbot, count, "7")
    qtbot.mouseClick(editor.bar.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    dialog = editor.start_dialog
    (change,) = dialog.changes.views
    assert '"max_job_count": 7' in change.toPlainText()
    qtbot.waitUntil(dialog._start.isEnabled, timeout=WAIT_MS)
    assert dialog._found.prepared.submission.config.hyper_tuning.max_job_count == 7
    dialog.reject()


def test_that_saving_right_after_typing_into_a_field_saves_what_was_typed(editor: EditorPage, qtbot) -> None:
    count = next(f for f in editor.form._fields if f.path == COUNT)
    type_into(qtbot, count, "9")
    editor.save()
    qtbot.waitUntil(lambda: not editor.is_changed, timeout=WAIT_MS)
    assert json.loads(editor.model.file.read_text())["hyper_tuning"]["max_job_count"] == 9


def test_that_a_quick_fix_is_computed_when_it_is_chosen_and_for_the_text_as_it_is_then(
    editor: EditorPage, qtbot, parsed: list[str]
) -> None:
    type_into(qtbot, editor.form.parameters.row(0).low, "5")
    settle(editor)
    (problem,) = [p for p in editor.model.problems if p.code == "min-above-max"]
    parsed.clear()
    assert problem.fix is not None  # found without a further parse
    caret_behind(editor, '"max_job_count": 3')
    qtbot.keyClicks(editor.yaml, "0")  # the text moves below the problem that is shown
    editor.model.fix(problem)
    settle(editor)
    assert parsed
    spec = editor.model.value(("hyper_tuning", "parameter_specs", 0))
    moved = [p for p in editor.model.problems if p.code == "min-above-max"]
    assert (spec["min_value"], spec["max_value"]) == (1.0, 5) or moved  # never a broken text
    assert editor.model.is_valid
    assert editor.model.value(COUNT) == 30


def test_that_removing_a_row_twice_before_it_is_gone_removes_one_parameter(editor: EditorPage) -> None:
    row = editor.form.parameters.row(0)
    row.remove()
    row.remove()
    settle(editor)
    assert [r.name.text() for r in parameter_rows(editor.form)] == ["n", "c"]


def test_that_edits_of_both_files_are_undone_in_the_order_in_which_they_were_made(
    editor: EditorPage, qtbot
) -> None:
    config, local = editor.model.text, editor.local.text
    type_into(qtbot, editor.form.parameters.row(0).high, "0.5")  # waits for a pause
    editor.run_settings._choose_runner("docker")  # does not
    settle(editor)
    assert (editor.model.text != config, editor.local.text != local) == (True, True)
    editor.undo()
    assert (editor.model.text != config, editor.local.text != local) == (True, False)
    editor.undo()
    assert (editor.model.text, editor.local.text) == (config, local)


def test_that_the_text_can_be_edited_while_an_edit_of_the_form_is_computed(qapp) -> None:
    model = config_model("command: a\nhyper_tuning:\n  max_job_count: 3\n")
    model.set(COUNT, 5)  # is computed for this text
    cursor = QTextCursor(model.text_document)
    cursor.insertText("# first\n")  # and computed again for this one
    settle(model)
    assert model.text == "# first\ncommand: a\nhyper_tuning:\n  max_job_count: 5\n"


def test_that_saving_does_not_wait_for_an_edit_whose_row_is_gone(qapp, qtbot) -> None:
    model = config_model("command: a\nhyper_tuning:\n  max_job_count: 3\n")
    form, saved = QWidget(), []
    qtbot.addWidget(form)
    row = QWidget(form)
    model.set(COUNT, 5)
    model.edit(lambda document: document.remove(COUNT), owner=row)
    model.after_edits(lambda: saved.append(model.text))
    row.setParent(None)
    qtbot.waitUntil(lambda: bool(saved), timeout=5_000)
    assert saved == ["command: a\nhyper_tuning:\n  max_job_count: 5\n"]


def test_that_nothing_is_saved_later_when_an_edit_fails(qapp, qtbot) -> None:
    model = config_model("command: a\nhyper_tuning:\n  max_job_count: 3\n")
    errors, saved = [], []
    model.background.went_wrong.connect(errors.append)
    model.edit(lambda document: document.no_such_edit())
    model.after_edits(lambda: saved.append(model.text))
    qtbot.waitUntil(lambda: bool(errors), timeout=5_000)
    model.background.went_wrong.disconnect(errors.append)
    model.set(COUNT, 5)
    settle(model)
    assert (saved, model.value(COUNT)) == ([], 5)
