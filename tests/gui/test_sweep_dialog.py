"""Several projects that are opened at once are checked, then put into the queue."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from bayescore.app import engine_control
from bayescore.store import jobs, queue
from bayesdesk.sweep_dialog import SweepDialog
from bayesdesk.ui.message_box import MessageBox
from bayesdesk.window import MainWindow
from support.window import WAIT_MS
from support.workspace import Workspace


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
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.rows) == 2, timeout=WAIT_MS)
    with workspace.reading() as connection:
        found = queue.read(connection)
        names = [jobs.get(connection, job).submission.name for job in found.order]
    assert names == ["two", "one"]
    assert found.in_order == set(found.order)
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    assert window.job_page.model.view.job.submission.name == "two"


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
