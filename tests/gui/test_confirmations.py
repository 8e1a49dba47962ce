"""Nothing is written before the user has seen what is written where, and nothing fails out of sight."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bayesdesk.new_file_dialog import NewFilesDialog
from bayesdesk.services.drafts import Draft, Drafts
from bayesdesk.window import MainWindow
from support.pointer import Pointer
from support.small_disk import SmallDisk
from support.window import TWO, WAIT_MS, finished_job, open_editor, settle
from support.workspace import Workspace


def new_files(window: MainWindow, qtbot) -> NewFilesDialog:
    qtbot.waitUntil(lambda: bool(window.findChildren(NewFilesDialog)), timeout=WAIT_MS)
    return window.findChildren(NewFilesDialog)[-1]


def closed(window: MainWindow, qtbot) -> None:
    qtbot.waitUntil(lambda: not window.findChildren(NewFilesDialog), timeout=WAIT_MS)


def test_that_the_welcomes_example_is_copied_after_its_files_were_shown(
    window: MainWindow, workspace: Workspace, qtbot, pointer: Pointer
) -> None:
    folder = workspace.data.root / "examples" / "guide"
    window.new_project.run_example()
    dialog = new_files(window, qtbot)
    assert [dialog.files.item(i).text().split()[0] for i in range(2)] == ["main.py", "openbayes.yaml"]
    dialog.reject()
    closed(window, qtbot)
    assert not folder.exists()
    window.new_project.run_example()
    dialog = new_files(window, qtbot)
    qtbot.waitExposed(dialog)
    pointer.click(dialog.create_files)
    qtbot.waitUntil(
        lambda: window.editor is not None and window.editor.start_dialog is not None, timeout=WAIT_MS
    )
    assert (folder / "main.py").exists()
    qtbot.waitUntil(window.editor.start_dialog._start.isEnabled, timeout=WAIT_MS)
    window.editor.start_dialog.reject()


@pytest.mark.parametrize("example", [None, "digits"])
def test_that_a_folder_that_is_chosen_is_not_written_into_before_the_files_were_shown(
    window: MainWindow, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: str | None
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setattr(
        "bayesdesk.new_project.QFileDialog.getExistingDirectory", lambda *_a, **_k: str(folder)
    )
    if example is None:
        window.new_project.new_file()
    else:
        window.new_project.start_example(example)
    new_files(window, qtbot).reject()
    closed(window, qtbot)
    assert list(folder.iterdir()) == []


def test_that_a_save_from_another_page_that_fails_shows_the_editor_and_the_decision(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write(specs=TWO))
    editor.model.set(("command",), "python mine.py")
    settle(editor)
    window.show_start()
    editor.model.file.write_bytes(editor.model.on_disk + b"\n")
    window.actions_by_name["Save"].trigger()
    qtbot.waitUntil(lambda: window.pages.currentWidget() is editor, timeout=WAIT_MS)
    bar = editor.files[0].bar
    assert bar.isVisible()
    assert "was not saved" in bar.words.text()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is editor.files[0].compare, timeout=WAIT_MS)
    before = bar.words.text()
    window.actions_by_name["Save"].trigger()  # again: the words stay
    qtbot.waitUntil(lambda: window.background.actions == (), timeout=WAIT_MS)
    assert bar.words.text() == before


def test_that_the_words_about_a_failed_save_go_away_when_a_save_succeeds(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    disk = SmallDisk(tmp_path / "disk")
    try:
        file = disk.folder / "openbayes.yaml"
        file.write_bytes(workspace.write(specs=TWO).read_bytes())
        editor = open_editor(window, qtbot, file)
        editor.model.set(("command",), "python mine.py")
        settle(editor)
        disk.fill()
        editor.save()
        qtbot.waitUntil(editor.bar.message.isVisible, timeout=WAIT_MS)
        assert editor.bar.message.text() == f"{file} cannot be written: the disk is full."
        disk.free()
        editor.save()
        qtbot.waitUntil(editor.bar.message.isHidden, timeout=WAIT_MS)
        assert b"mine.py" in file.read_bytes()
        window.pages.close_editor()
    finally:
        disk.unmount()


# ---- drafts


class OtherThreadDrafts:
    """The drafts of a data folder, read and written outside the GUI thread, on which nothing slow may run."""

    def __init__(self, root: Path) -> None:
        self._drafts = Drafts(root)
        self._threads = ThreadPoolExecutor(1)

    def keep(self, *arguments: Any) -> None:
        self._threads.submit(self._drafts.keep, *arguments).result()

    def find(self, file: Path) -> list[Draft]:
        return self._threads.submit(self._drafts.find, file).result()


def test_that_a_change_of_theme_while_typing_offers_no_older_draft(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write(specs=TWO))
    drafts = workspace.data.root / "drafts"
    editor.model.set(("command",), "python older.py")
    qtbot.waitUntil(lambda: any(drafts.glob("*.json")), timeout=WAIT_MS)
    editor.model.set(("command",), "python newer.py")
    settle(editor)
    window.switch_theme()
    again = window.editor
    assert again is not editor
    window.background.run(lambda: None, lambda _none: again.setProperty("settled", True))
    qtbot.waitUntil(lambda: again.property("settled") is True, timeout=WAIT_MS)
    assert again.drafts_bar.isHidden()
    again.undo()
    settle(again)
    assert again.model.value(("command",)) == "python older.py"  # the order of the steps is kept, too


def test_that_a_waiting_draft_is_kept_until_the_user_has_decided(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(specs=TWO)
    drafts = OtherThreadDrafts(workspace.data.root)
    drafts.keep(file, "command: python precious.py\n")
    editor = open_editor(window, qtbot, file)
    qtbot.waitUntil(editor.drafts_bar.isVisible, timeout=WAIT_MS)
    editor.model.set(("command",), "python other.py")
    qtbot.waitUntil(lambda: len(drafts.find(file)) == 2, timeout=WAIT_MS)
    assert any("precious" in draft.text for draft in drafts.find(file))
    editor.edited.discard_drafts()  # as when the user leaves without saving
    qtbot.waitUntil(lambda: len(drafts.find(file)) == 1, timeout=WAIT_MS)
    assert "precious" in drafts.find(file)[0].text
    editor.drafts_bar.discard.click()
    qtbot.waitUntil(lambda: drafts.find(file) == [], timeout=WAIT_MS)
    assert editor.drafts_bar.isHidden()


def test_that_drafts_of_several_windows_are_offered_one_after_the_other(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(specs=TWO)
    drafts = OtherThreadDrafts(workspace.data.root)
    drafts.keep(file, "command: python first.py\n", 0)
    drafts.keep(file, "command: python second.py\n", 1)
    newest = drafts.find(file)[0]
    editor = open_editor(window, qtbot, file)
    qtbot.waitUntil(editor.drafts_bar.isVisible, timeout=WAIT_MS)
    editor.drafts_bar.restore.click()
    settle(editor)
    assert editor.model.text == newest.text
    assert editor.drafts_bar.isVisible()
    editor.drafts_bar.discard.click()
    assert editor.drafts_bar.isHidden()
    qtbot.waitUntil(lambda: [d.text for d in drafts.find(file)] == [newest.text], timeout=WAIT_MS)


# ---- what a change of theme keeps


def test_that_a_change_of_theme_keeps_the_filter_of_the_jobs_and_of_a_job(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    job = finished_job(window, workspace, qtbot, max_job_count=4)
    job.filter_bar.expression.setText("value > 0.5")
    job.filter_bar.expression.committed.emit("value > 0.5")
    chosen = job.model.filter
    window.switch_theme()
    assert window.job_page is not job
    assert window.job_page.model.filter == chosen
    window.show_jobs()
    page = window.pages.jobs
    page.search.setText("test")
    page.condition.setText("trials > 1")
    page.table.sort_by(0, Qt.SortOrder.DescendingOrder)
    window.show_start()  # the page is kept although another one is shown
    window.switch_theme()
    window.show_jobs()
    again = window.pages.jobs
    assert again is not page
    assert (again.search.text(), again.condition.text()) == ("test", "trials > 1")
    header = again.table.horizontalHeader()
    assert (header.sortIndicatorSection(), header.sortIndicatorOrder()) == (0, Qt.SortOrder.DescendingOrder)
