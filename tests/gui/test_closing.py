"""The window closes only when nothing can be lost: not before a save has ended, and not after an error."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

from bayescore.errors import ConfigError
from bayescore.i18n import text
from bayescore.store import JobState
from bayesdesk.closing_dialog import ClosingDialog
from bayesdesk.editor import file_sync
from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.ui.message_box import MessageBox
from bayesdesk.window import MainWindow
from support.programs import wait_for
from support.window import TWO, WAIT_MS, finished_job, open_editor, settle, type_into
from support.workspace import REPORT_X, Workspace, wait_until


@pytest.fixture
def editor(window: MainWindow, workspace: Workspace, qtbot) -> EditorPage:
    """An editor with one unsaved edit."""
    made = open_editor(window, qtbot, workspace.write(specs=TWO))
    made.model.set(("command",), "python mine.py")
    settle(made)
    return made


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Holds every save until the event is set."""
    go, write = threading.Event(), file_sync.write_unless_changed

    def held(file: Path, content: bytes, expected: bytes) -> None:
        assert go.wait(WAIT_MS / 1000)
        write(file, content, expected)

    monkeypatch.setattr(file_sync, "write_unless_changed", held)
    yield go
    go.set()


def quit_by_menu(window: MainWindow) -> None:
    window.actions_by_name["Quit"].trigger()


def press(window: MainWindow, word: str) -> None:
    """Answer the question about unsaved changes."""
    (box,) = [b for b in window.findChildren(MessageBox) if b.isVisible()]
    box.buttons[word].click()


def shown(window: MainWindow) -> list[ClosingDialog]:
    return [d for d in window.findChildren(ClosingDialog) if d.isVisible()]


def waiting(window: MainWindow, qtbot) -> ClosingDialog:
    qtbot.waitUntil(lambda: bool(shown(window)), timeout=WAIT_MS)
    (dialog,) = shown(window)
    return dialog


def test_that_a_save_that_fails_at_closing_is_reported_and_the_window_stays(
    window: MainWindow, editor: EditorPage, qtbot
) -> None:
    file = editor.model.file
    theirs = file.read_bytes().replace(b"python-3.11", b"python-3.12")
    file.write_bytes(theirs)
    window.show_start()  # the editor is not in sight
    quit_by_menu(window)
    press(window, "Save")
    dialog = waiting(window, qtbot)
    assert "has been changed by another program" in dialog.words.text()
    assert not dialog.close_anyway.isVisible()
    assert window.isVisible()
    assert file.read_bytes() == theirs
    dialog.keep_open.click()
    assert window.pages.currentWidget() is editor
    assert editor.files[0].bar.isVisible()
    assert editor.is_changed

    qtbot.waitUntil(lambda: not shown(window), timeout=WAIT_MS)
    editor.files[0].keep.click()
    qtbot.waitUntil(editor.files[0].bar.isHidden, timeout=WAIT_MS)
    quit_by_menu(window)
    press(window, "Save")
    qtbot.waitUntil(window.isHidden, timeout=WAIT_MS)
    assert b"mine.py" in file.read_bytes()


def test_that_a_save_to_a_read_only_folder_keeps_the_window_open(
    window: MainWindow, editor: EditorPage, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: Path, _content: bytes, _expected: bytes) -> None:
        raise ConfigError(text("{file} cannot be written: {reason}.", file=file, reason="no space left"))

    monkeypatch.setattr(file_sync, "write_unless_changed", refuse)
    window.close()
    press(window, "Save")
    dialog = waiting(window, qtbot)
    assert "no space left" in dialog.words.text()
    assert "no space left" in editor.bar.message.text()
    assert window.isVisible()
    dialog.keep_open.click()


def test_that_closing_waits_for_a_save_and_can_be_given_up(
    window: MainWindow, editor: EditorPage, hold: threading.Event, qtbot
) -> None:
    window.close()
    press(window, "Save")
    dialog = waiting(window, qtbot)
    assert "Saving openbayes.yaml" in dialog.words.text()
    dialog.keep_open.click()
    hold.set()
    qtbot.waitUntil(lambda: not editor.is_changed, timeout=WAIT_MS)
    assert b"mine.py" in editor.model.file.read_bytes()
    assert window.isVisible()


def test_that_a_save_under_way_is_awaited_without_a_question(
    window: MainWindow, editor: EditorPage, hold: threading.Event, qtbot
) -> None:
    editor.save()
    window.close()
    press(window, "Save")
    dialog = waiting(window, qtbot)
    assert window.isVisible()
    hold.set()
    qtbot.waitUntil(window.isHidden, timeout=WAIT_MS)
    assert dialog is not None
    assert b"mine.py" in editor.model.file.read_bytes()


def test_that_what_is_typed_during_the_save_is_saved_before_the_window_closes(
    window: MainWindow, editor: EditorPage, hold: threading.Event, qtbot
) -> None:
    window.close()
    press(window, "Save")
    editor.model.set(("env",), "python-3.12")
    hold.set()
    qtbot.waitUntil(window.isHidden, timeout=WAIT_MS)
    assert b"python-3.12" in editor.model.file.read_bytes()


def test_that_discarding_deletes_the_draft_before_the_window_closes(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    file, drafts = editor.model.file, workspace.data.root / "drafts"
    qtbot.waitUntil(lambda: any(drafts.glob("*.json")), timeout=WAIT_MS)
    window.close()
    press(window, "Discard")
    qtbot.waitUntil(window.isHidden, timeout=WAIT_MS)
    assert not any(drafts.glob("*.json"))
    assert b"mine.py" not in file.read_bytes()


def test_that_cancelling_the_question_keeps_the_window_and_the_edit(
    window: MainWindow, editor: EditorPage
) -> None:
    window.close()
    press(window, "Cancel")
    assert window.isVisible()
    assert editor.is_changed


def test_that_closing_waits_for_any_action_and_an_error_keeps_the_window_open(
    window: MainWindow, qtbot, errors: list[str]
) -> None:
    go = threading.Event()

    def fail() -> None:
        assert go.wait(WAIT_MS / 1000)
        raise ConfigError(text("There is no file {file}.", file="x.csv"))

    window.background.run_to_end("Exporting x.csv", fail)
    window.close()
    assert "Exporting x.csv" in waiting(window, qtbot).words.text()
    go.set()
    qtbot.waitUntil(lambda: not shown(window), timeout=WAIT_MS)
    assert errors.pop() == "There is no file x.csv."
    assert window.isVisible()


def test_that_a_note_being_typed_is_stored_when_the_window_closes(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=2)
    window.activateWindow()
    type_into(qtbot, page.panel.note, "promising")
    trial = page.model.selected
    assert trial is not None
    window.close()
    qtbot.waitUntil(window.isHidden, timeout=WAIT_MS)
    notes = {t.number: t.note for t in workspace.trials(page.model.view.job.id)}
    assert notes[trial.number] == "promising"


def test_that_an_error_of_a_page_that_is_gone_is_still_shown(
    window: MainWindow, editor: EditorPage, hold: threading.Event, qtbot, errors: list[str]
) -> None:
    file = editor.model.file
    editor.save()
    window.switch_theme()  # builds the editor again
    QCoreApplication.processEvents()
    file.write_bytes(b"command: python theirs.py\n")
    hold.set()
    qtbot.waitUntil(lambda: bool(errors), timeout=WAIT_MS)
    assert "has been changed by another program" in errors.pop()
    assert window.editor is not editor
    assert window.editor is not None
    assert window.editor.is_changed


def test_that_typing_during_a_save_is_not_taken_for_another_program(
    window: MainWindow, editor: EditorPage, qtbot
) -> None:
    for number in range(20):
        editor.save()
        editor.model.set(("command",), f"python mine{number}.py")
        settle(editor)
    qtbot.waitUntil(lambda: window.background.actions == (), timeout=WAIT_MS)
    editor.save()
    qtbot.waitUntil(lambda: not editor.is_changed, timeout=WAIT_MS)
    assert editor.files[0].bar.isHidden()
    assert b"mine19.py" in editor.model.file.read_bytes()


def test_that_a_save_that_fails_when_another_file_is_opened_shows_the_editor(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    workspace.run("init", "--from", "guide", "--folder", str(other))
    theirs = editor.model.file.read_bytes().replace(b"python-3.11", b"python-3.12")
    editor.model.file.write_bytes(theirs)
    window.show_start()
    window.open_file(other)
    press(window, "Save")
    qtbot.waitUntil(lambda: window.pages.currentWidget() is editor, timeout=WAIT_MS)
    assert editor.files[0].bar.isVisible()
    assert editor.model.file.read_bytes() == theirs


@pytest.mark.parametrize("form", ["png", "svg"])
def test_that_a_picture_that_cannot_be_written_is_reported(
    window: MainWindow,
    workspace: Workspace,
    qtbot,
    errors: list[str],
    form: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=3)
    page.tabs.setCurrentIndex(1)
    for folder in (tmp_path, tmp_path / "missing"):
        target = folder / f"picture.{form}"
        monkeypatch.setattr(
            "bayesdesk.jobs.parallel_page.QFileDialog.getSaveFileName", lambda *_a, to=target: (str(to), "")
        )
        page.parallel._ask(form)
        qtbot.waitUntil(lambda: window.background.actions == (), timeout=WAIT_MS)
    assert (tmp_path / f"picture.{form}").read_bytes().startswith(b"\x89PNG" if form == "png" else b"<?xml")
    assert "missing" in errors.pop()


def test_that_a_trial_being_tried_is_stopped_before_the_window_closes(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    editor = open_editor(window, qtbot, workspace.write(REPORT_X + wait_for(tmp_path / "go")))
    workspace.allow()
    editor.try_one()
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    dialog = editor.start_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.try_out is not None, timeout=WAIT_MS)
    job = dialog.try_out.job
    window.close()
    qtbot.waitUntil(window.isHidden, timeout=WAIT_MS)
    wait_until(lambda: workspace.job(job).state is JobState.CANCELLED, "the trial was not stopped")
