"""Several projects that are opened at once are checked, then put into the queue."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from bayescore.app import engine_control
from bayescore.app.preflight import Preflight, preflight
from bayescore.errors import StoreError
from bayescore.i18n import text
from bayescore.store import jobs, queue
from bayesdesk import sweep_dialog
from bayesdesk.services.commands import Commands
from bayesdesk.sweep_dialog import SweepDialog
from bayesdesk.ui.message_box import MessageBox
from bayesdesk.window import MainWindow
from support.window import WAIT_MS, open_editor
from support.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton


def projects(workspace: Workspace, *names: str) -> list[Path]:
    workspace.write(parallel_count=1)
    found = [workspace.root / name for name in names]
    for folder in found:
        shutil.copytree(workspace.project, folder)
    return found


def opened(window: MainWindow, qtbot, paths: list[Path]) -> SweepDialog:
    """The dialog, once everything has been checked."""
    window.opening.open_all(paths)
    qtbot.waitUntil(lambda: bool(window.findChildren(SweepDialog)), timeout=WAIT_MS)
    dialog = window.findChildren(SweepDialog)[-1]
    qtbot.waitUntil(dialog._busy.isHidden, timeout=WAIT_MS)
    return dialog


def test_that_several_projects_are_queued_in_their_order(
    window: MainWindow, workspace: Workspace, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_control, "start", lambda _folder: None)
    one, two = projects(workspace, "one", "two")
    dialog = opened(window, qtbot, [two, one / "openbayes.yaml"])
    assert dialog.start.text() == "Allow and queue 2 jobs"
    qtbot.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: len(window.rows) == 2, timeout=WAIT_MS)
    with workspace.reading() as connection:
        found = queue.read(connection)
        names = [jobs.get(connection, job).submission.name for job in found.order]
    assert names == ["two", "one"]
    assert found.in_order == set(found.order)
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    assert window.job_page.model.view.job.submission.name == "two"


def test_that_an_error_in_one_check_is_shown_in_its_card_and_the_others_are_checked(
    window: MainWindow, workspace: Workspace, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = projects(workspace, "one", "two")

    def check(path: Path, *rest: object) -> Preflight:
        if path == one:
            raise OSError(5, "the disk does not answer")
        return preflight(path, *rest)

    monkeypatch.setattr(sweep_dialog, "preflight", check)
    dialog = opened(window, qtbot, [one, two])
    first, second = dialog._cards
    assert any("the disk does not answer" in words.text() for words in first.findChildren(QLabel))
    assert second.found is not None
    assert second.found.may_start
    assert not dialog.start.isEnabled()
    dialog.reject()


def test_that_jobs_can_be_queued_again_after_they_could_not_be_stored(
    window: MainWindow, workspace: Workspace, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Commands, _chosen: object) -> list[str]:
        raise StoreError(text("The disk is full."))

    monkeypatch.setattr(Commands, "start_in_order", fail)
    dialog = opened(window, qtbot, projects(workspace, "one", "two"))
    dialog._start()
    qtbot.waitUntil(lambda: dialog._error.text() == "The disk is full.", timeout=WAIT_MS)
    assert dialog.start.isEnabled()
    dialog.reject()


def test_that_unsaved_changes_of_a_project_are_saved_before_it_is_queued(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    one, two = projects(workspace, "one", "two")
    editor = open_editor(window, qtbot, one / "openbayes.yaml")
    editor.yaml.insertPlainText("# mine\n")
    window.queue_projects([one, two])
    qtbot.waitUntil(lambda: bool(window.findChildren(MessageBox)), timeout=WAIT_MS)
    assert not window.findChildren(SweepDialog)
    box = window.findChildren(MessageBox)[-1]
    qtbot.mouseClick(next(b for b in box.findChildren(QPushButton) if b.text() == "Save"), LEFT)
    qtbot.waitUntil(lambda: bool(window.findChildren(SweepDialog)), timeout=WAIT_MS)
    assert "# mine" in (one / "openbayes.yaml").read_text()
    dialog = window.findChildren(SweepDialog)[-1]
    qtbot.waitUntil(dialog._busy.isHidden, timeout=WAIT_MS)
    dialog.reject()


def test_that_nothing_is_queued_while_a_project_has_an_error(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    good, bad = projects(workspace, "good", "bad")
    (bad / "openbayes.yaml").write_text("hyper_tuning: {}\n")
    dialog = opened(window, qtbot, [good, bad])
    assert not dialog.start.isEnabled()
    dialog.reject()
    window.opening.open_all([good, good / "main.py"])  # a program is not a project
    qtbot.waitUntil(lambda: bool(window.findChildren(MessageBox)), timeout=WAIT_MS)
    window.findChildren(MessageBox)[-1].reject()
