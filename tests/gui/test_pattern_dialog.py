"""A metric made from a number in the log of a tried trial."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QMenu, QPlainTextEdit, QWidget

from bayescore.config import Severity, YamlDocument
from bayescore.config.log_pattern import compile_pattern
from bayescore.metrics.marked_number import NUMBER, numbers
from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.editor.marked_log import MarkedLog
from bayesdesk.editor.matched_log import MatchedLog, characters, utf16
from bayesdesk.editor.pattern_dialog import MarkedNumber, PatternDialog
from bayesdesk.editor.start_dialog import StartDialog
from bayesdesk.editor.tried_pattern import Draft, LogText, try_pattern
from bayesdesk.editor.try_out import TryOut
from bayesdesk.services.background import Background
from bayesdesk.window import MainWindow
from support.every_page import settle as settle_layout
from support.pointer import Pointer
from support.window import WAIT_MS, open_editor, settle, type_into
from support.workspace import Workspace

PROGRAM = "for epoch in range(40): print(f'epoch {epoch}: train_loss=9 val_loss={epoch / 8}')\n"
LINE = "epoch 39: train_loss=9 val_loss=4.875"


def tried(window: MainWindow, workspace: Workspace, qtbot, local_text: str = "") -> tuple[EditorPage, TryOut]:
    """An editor whose start dialog has tried a trial that only prints."""
    file = workspace.write(PROGRAM, hyperparameter_metric="val_loss", goal="MINIMIZE")
    local = file.with_name("openbayes.local.yaml")
    local.write_text(local_text + local.read_text())
    workspace.allow()
    editor = open_editor(window, qtbot, file)
    editor.try_one()
    qtbot.waitUntil(lambda: shown_try(editor) is not None, timeout=WAIT_MS)
    out = shown_try(editor)
    assert out is not None
    qtbot.waitUntil(lambda: not out.is_running and LINE in out.log.text.toPlainText(), timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: start_dialog(editor)._start.isEnabled() and out._hint.isVisible(), timeout=WAIT_MS
    )
    settle_layout()
    return editor, out


def shown_try(editor: EditorPage) -> TryOut | None:
    return editor.start_dialog.try_out if editor.start_dialog is not None else None


def start_dialog(editor: EditorPage) -> StartDialog:
    assert editor.start_dialog is not None
    return editor.start_dialog


def place_of(log: QPlainTextEdit, written: str) -> QPoint:
    """The middle of a text in a log that is scrolled to it."""
    cursor = log.document().find(written)
    assert not cursor.isNull()
    end = log.cursorRect(cursor).center()
    cursor.setPosition(cursor.selectionStart())
    return (log.cursorRect(cursor).center() + end) / 2


def opened(out: TryOut, qtbot) -> PatternDialog:
    """The dialog, once its pattern has been tried."""
    qtbot.waitUntil(lambda: out.pattern_dialog is not None, timeout=WAIT_MS)
    dialog = out.pattern_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.tried is not None, timeout=WAIT_MS)
    return dialog


def test_that_a_number_that_was_clicked_becomes_a_metric_of_the_file_and_one_undo_step(
    window: MainWindow, workspace: Workspace, qtbot, pointer: Pointer
) -> None:
    editor, out = tried(window, workspace, qtbot, "# of this machine\n")
    before = editor.local.text
    assert not out.log.make.isEnabled()
    pointer.click(out.log.text.viewport(), place_of(out.log.text, "4.875"))
    qtbot.waitUntil(out.log.make.isEnabled, timeout=WAIT_MS)
    pointer.click(out.log.make)
    dialog = opened(out, qtbot)
    assert dialog.name.currentText() == "val_loss"
    pattern = dialog.pattern.text()
    assert pattern == rf"\bepoch\s+(?P<step>\d+).*?\bval_loss=(?P<val_loss>{NUMBER})"
    qtbot.waitUntil(dialog.add.isEnabled, timeout=WAIT_MS)
    assert dialog.values.found.rowCount() == 40
    assert [dialog.values.found.index(8, i).data() for i in range(3)] == [
        "8",
        "1",
        "epoch 8: train_loss=9 val_loss=1.0",
    ]
    assert dialog.message.text() == ""
    pointer.click(dialog.add)
    qtbot.waitUntil(lambda: editor.local.value(("metrics", 0, "log")) == pattern, timeout=WAIT_MS)
    assert editor.local.text.startswith("# of this machine\n")
    qtbot.waitUntil(start_dialog(editor).changes.isVisible, timeout=WAIT_MS)
    editor.undo()
    settle(editor)
    assert editor.local.text == before


def test_that_a_trial_that_is_tried_again_shows_which_metric_came_from_the_new_source(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor, out = tried(window, workspace, qtbot)
    assert "click it there" in out._hint.text()
    out.make_metric(MarkedNumber(LINE, numbers(LINE)[-1], LINE, 0))
    dialog = opened(out, qtbot)
    qtbot.waitUntil(dialog.add.isEnabled, timeout=WAIT_MS)
    dialog.add.click()
    settle(editor)
    starts = start_dialog(editor)
    qtbot.waitUntil(lambda: starts._try.isEnabled() and bool(starts.changes.views), timeout=WAIT_MS)
    starts._try.click()
    qtbot.waitUntil(lambda: starts.try_out not in (None, out), timeout=WAIT_MS)
    again = starts.try_out
    assert again is not None
    qtbot.waitUntil(lambda: not again.is_running, timeout=WAIT_MS)
    assert "val_loss (40 values)" in again._origins.text()
    assert again._state.text() == "works"


def test_that_the_context_menu_takes_the_number_under_the_pointer(
    window: MainWindow, workspace: Workspace, qtbot, pointer: Pointer
) -> None:
    _editor, out = tried(window, workspace, qtbot)
    pointer.click(out.log.text.viewport(), place_of(out.log.text, "4.875"), button=3)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=WAIT_MS)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    (make,) = [action for action in menu.actions() if "metric" in action.text()]
    assert make.isEnabled()
    make.trigger()
    menu.close()
    assert opened(out, qtbot).name.currentText() == "val_loss"


@pytest.fixture
def dialog(qapp: QApplication, qtbot, tmp_path: Path) -> Iterator[PatternDialog]:
    """A dialog for the last number of a log of 3,000 lines."""
    file = tmp_path / "log.txt"
    file.write_text("".join(f"epoch {i}: train_loss=9 val_loss={i / 8}\n" for i in range(3000)))
    text = file.read_text()
    line = text.splitlines()[-1]
    marked = MarkedNumber(line, numbers(line)[-1], text, 2999)
    parent = QWidget()
    qtbot.addWidget(parent)
    background = Background()
    made = PatternDialog(parent, background, file, marked, ("val_loss", "f1"))
    made.show()
    qtbot.waitUntil(made.add.isEnabled, timeout=WAIT_MS)
    yield made
    parent.close()
    qtbot.waitUntil(lambda: not background._calls, timeout=WAIT_MS)


def test_that_errors_of_a_pattern_are_shown_while_it_is_typed_and_nothing_can_be_added(
    dialog: PatternDialog, qtbot
) -> None:
    type_into(qtbot, dialog.pattern, "loss=(")
    qtbot.waitUntil(lambda: "not a regular expression" in dialog.message.text(), timeout=WAIT_MS)
    assert dialog.message.property("severity") == "error"
    assert not dialog.add.isEnabled()
    assert dialog.values.found.rowCount() == 0
    type_into(qtbot, dialog.pattern, "loss=.")
    qtbot.waitUntil(lambda: "no named group" in dialog.message.text(), timeout=WAIT_MS)
    type_into(qtbot, dialog.pattern, "accuracy=(?P<val_loss>.)")
    qtbot.waitUntil(lambda: "finds nothing" in dialog.message.text(), timeout=WAIT_MS)
    type_into(qtbot, dialog.pattern, r"train_loss=(?P<acc>\d+)")
    qtbot.waitUntil(dialog.add.isEnabled, timeout=WAIT_MS)
    assert dialog.name.currentText() == "acc"
    assert "neither the objective" in dialog.message.text()
    assert dialog.message.property("severity") == "warning"


def test_that_a_metric_is_renamed_in_the_pattern_or_beside_it(dialog: PatternDialog, qtbot) -> None:
    taken: list[dict[str, object]] = []
    dialog.taken.connect(taken.append)
    line = dialog.name.lineEdit()
    assert line is not None
    type_into(qtbot, line, "f1")
    assert "(?P<f1>" in dialog.pattern.text()
    type_into(qtbot, line, "val/loss")
    assert "(?P<val_loss>" in dialog.pattern.text()
    qtbot.waitUntil(dialog.add.isEnabled, timeout=WAIT_MS)
    pattern = dialog.pattern.text()
    dialog.add.click()
    assert taken == [{"log": pattern, "rename": {"val_loss": "val/loss"}}]


def test_that_the_step_can_be_left_out_and_taken_again(dialog: PatternDialog, qtbot) -> None:
    assert "epoch 2999" in dialog.step.text()
    first = dialog.pattern.text()
    dialog.step.click()
    assert "step" not in compile_pattern(dialog.pattern.text()).groupindex
    dialog.step.click()
    assert dialog.pattern.text() == first


def test_that_matches_are_marked_where_the_log_is_scrolled_to(dialog: PatternDialog, qtbot) -> None:
    assert "1000 lines" not in dialog._values_card.caption.text()
    assert "3000 lines" in dialog._values_card.caption.text().replace(",", "")
    for number in (2999, 100):
        dialog.matches.show_line(number)
        qtbot.waitUntil(lambda: f"val_loss={number / 8}" in sight(dialog.matches), timeout=WAIT_MS)  # noqa: B023
        marks = dialog.matches.extraSelections()
        assert 3 <= len(marks) < 200
        written = [mark.cursor.selectedText() for mark in marks]
        assert str(number / 8) in written
        assert str(number) in written


def sight(log: MatchedLog) -> str:
    cursor = log.cursorForPosition(QPoint(0, 0))
    cursor.setPosition(
        log.cursorForPosition(QPoint(log.width(), log.height())).position(), QTextCursor.MoveMode.KeepAnchor
    )
    return cursor.selectedText()


def test_that_a_dialog_that_is_closed_while_it_searches_ends_the_search(dialog: PatternDialog, qtbot) -> None:
    dialog.pattern.setText("(?P<val_loss>.)")
    dialog._try()
    stop = dialog._stop
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert stop.is_set()


def test_that_a_draft_is_checked_as_the_file_is(tmp_path: Path) -> None:
    log = LogText(tmp_path / "log.txt", "loss=1")
    draft = Draft("loss=(?P<loss>.)(?=x)", "loss", "loss")
    found = try_pattern(draft, log, ("loss",), lambda: False)
    ((severity, message),) = found.messages
    assert severity is Severity.ERROR
    assert "look-ahead" in str(message)
    assert not found.is_usable


@pytest.mark.parametrize("text", ["", "loss", "无🎉a𝔸b"])
def test_that_offsets_are_counted_as_qt_counts_them_and_back(text: str) -> None:
    for offset in range(len(text) + 1):
        assert characters(text, utf16(text, offset)) == offset
    assert utf16("🎉", 1) == 2


def test_that_an_added_source_keeps_the_comments_of_the_list() -> None:
    from bayesdesk.editor import edits

    text = "metrics:  # mine\n  - csv: a.csv  # first\n"
    document = YamlDocument.parse(text)
    after = edits.append(document, ("metrics",), {"log": r"\bloss=(?P<loss>\d)"}).apply(text)
    assert after.startswith(text)
    assert YamlDocument.parse(after).data["metrics"][1] == {"log": r"\bloss=(?P<loss>\d)"}


def test_that_the_lines_around_a_number_in_a_long_log_are_shown(
    qapp: QApplication, qtbot, tmp_path: Path
) -> None:
    file = tmp_path / "log.txt"
    file.write_text("".join(f"epoch {i} 🎉 loss={i}.5\n" for i in range(9000)))
    log = MarkedLog(Background(), file)
    qtbot.addWidget(log)
    qtbot.waitUntil(lambda: log.text.blockCount() > 9000, timeout=WAIT_MS)
    found: list[MarkedNumber] = []
    log.marked.connect(found.append)
    for written in ("loss=4000.5", "epoch 0 ", "loss=8999.5"):
        cursor = log.text.document().find(written)
        log.text.setTextCursor(cursor)
        assert log.make.isEnabled()
        log.make.click()
    assert [each.span.of(each.line) for each in found] == ["4000.5", "0", "8999.5"]
    assert [each.around.split("\n")[each.number] for each in found] == [each.line for each in found]
    assert [each.around.count("\n") for each in found] == [5000, 2500, 2501]
    log.text.setTextCursor(log.text.document().find("epoch"))
    assert not log.make.isEnabled()


def test_that_a_name_can_be_cleared_and_nothing_can_be_added_without_one(
    dialog: PatternDialog, qtbot
) -> None:
    line = dialog.name.lineEdit()
    assert line is not None
    pattern = dialog.pattern.text()
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Enter the name" in dialog.message.text(), timeout=WAIT_MS)
    assert dialog.name.currentText() == ""
    assert not dialog.add.isEnabled()
    assert dialog.pattern.text() == pattern
    assert dialog.pattern.property("wrong") == "false"
    dialog.step.click()
    qtbot.waitUntil(lambda: "Enter the name" in dialog.message.text(), timeout=WAIT_MS)
    assert dialog.name.currentText() == ""
    type_into(qtbot, line, "f1")
    qtbot.waitUntil(dialog.add.isEnabled, timeout=WAIT_MS)
    assert dialog.message.text() == ""


@pytest.mark.parametrize("letters", ["m" * 300, "loss/" * 60])
def test_that_a_long_name_or_a_long_broken_pattern_does_not_resize_the_dialog(
    dialog: PatternDialog, qtbot, letters: str
) -> None:
    size = dialog.size()
    dialog.name.addItem(letters)
    dialog.name.setEditText(letters)
    qtbot.waitUntil(dialog.add.isEnabled, timeout=WAIT_MS)
    settle_layout()
    assert dialog.size() == size
    dialog.pattern.setText(f"({letters * 5}")
    qtbot.waitUntil(lambda: "not a regular expression" in dialog.message.text(), timeout=WAIT_MS)
    settle_layout()
    assert dialog.size() == size
    assert dialog.minimumSizeHint().width() <= size.width()


@pytest.mark.parametrize("is_folder", [False, True])
def test_that_a_deleted_log_has_another_message_than_a_pattern_that_finds_nothing(
    dialog: PatternDialog, qtbot, is_folder: bool
) -> None:
    file = dialog._log.file
    file.unlink()
    if is_folder:
        file.mkdir()
    type_into(qtbot, dialog.pattern, "val_loss=(?P<val_loss>.)")
    qtbot.waitUntil(lambda: "is not there any more" in dialog.message.text(), timeout=WAIT_MS)
    assert "finds nothing" not in dialog.message.text()
    assert dialog.pattern.property("wrong") == "false"
    assert not dialog.add.isEnabled()


def test_that_the_proposal_comes_back_by_hand_or_by_its_link(dialog: PatternDialog, qtbot) -> None:
    first = dialog.pattern.text()
    assert not dialog.again.isVisible()
    dialog.pattern.setCursorPosition(len(first))
    qtbot.keyClick(dialog.pattern, "x")
    assert not dialog.step.isEnabled()
    assert dialog.again.isVisible()
    qtbot.keyClick(dialog.pattern, Qt.Key.Key_Backspace)
    assert dialog.step.isEnabled()
    assert not dialog.again.isVisible()
    type_into(qtbot, dialog.pattern, "loss=(?P<acc>.)")
    qtbot.waitUntil(lambda: dialog.name.currentText() == "acc", timeout=WAIT_MS)
    qtbot.mouseClick(dialog.again, Qt.MouseButton.LeftButton)
    assert dialog.pattern.text() == first
    assert dialog.name.currentText() == "val_loss"
    assert dialog.step.isEnabled()
    assert not dialog.again.isVisible()
    line = dialog.name.lineEdit()
    assert line is not None
    type_into(qtbot, line, "f1")
    assert dialog.step.isEnabled()
    dialog.pattern.setText("(")
    dialog.again.click()
    assert dialog.pattern.text() == first.replace("val_loss>", "f1>")


@pytest.mark.parametrize("written", ["1,234.5", "−0.5"])
def test_that_a_number_that_would_be_misread_has_no_proposal_and_the_reason_is_shown(
    qapp: QApplication, qtbot, tmp_path: Path, written: str
) -> None:
    file = tmp_path / "log.txt"
    line = f"loss={written}"
    file.write_text(line)
    background = Background()
    made = PatternDialog(
        None, background, file, MarkedNumber(line, numbers(line)[-1], line, 0), ("val_loss",)
    )
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: "cannot be read" in made.message.text(), timeout=WAIT_MS)
    assert made.pattern.text() == ""
    assert not made.add.isEnabled()
    assert not made.again.isVisible()
    made.close()
    qtbot.waitUntil(lambda: not background._calls, timeout=WAIT_MS)
