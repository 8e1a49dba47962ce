"""The window shows what a project asks for, and asks once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from bayescore.store import jobs
from bayesdesk.editor.start_dialog import StartDialog
from bayesdesk.window import MainWindow
from support.window import WAIT_MS, job_page, open_editor
from support.workspace import Workspace


def start_dialog(window: MainWindow, qtbot, file: Path, *, try_first: bool = False) -> StartDialog:
    """The dialog of a project, once its checks are done."""
    editor = window.editor or open_editor(window, qtbot, file)
    editor.starts.dialog = None
    (editor.try_one if try_first else editor.start)()
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    qtbot.waitUntil(editor.start_dialog._start.isEnabled, timeout=WAIT_MS)
    return editor.start_dialog


def said(dialog) -> str:
    """Every word that a dialog shows."""
    shown = (each for each in dialog.findChildren(QLabel) if each.isVisible())
    return "\n".join(each.text().replace("\N{ZERO WIDTH SPACE}", "") for each in shown)


def stored(workspace: Workspace) -> int:
    with workspace.reading() as connection:
        return len(jobs.every(connection))


def test_that_the_start_dialog_lists_what_is_asked_for_and_remembers(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_TOKEN", "of the reader")
    (tmp_path / "outside").mkdir()
    file = workspace.write(
        max_job_count=1,
        root={
            "data_bindings": [{"data": str(tmp_path / "outside"), "path": "/input0", "type": "READ_WRITE"}],
            "parameters": {"token": {"is_secret": True, "source": "env", "env": "LAB_TOKEN"}},
        },
    )
    dialog = start_dialog(window, qtbot, file)
    assert dialog.asks.isVisible()
    assert dialog._start.text() == "Allow and start"
    assert dialog._try.text() == "Allow and try one trial"
    assert dialog._cancel.hasFocus()
    for words in ("Runs as you, without a container", str(tmp_path / "outside"), "CHANGE", "LAB_TOKEN"):
        assert words in said(dialog)
    dialog.reject()
    assert stored(workspace) == 0
    dialog = start_dialog(window, qtbot, file)
    qtbot.mouseClick(dialog._start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stored(workspace) == 1, timeout=WAIT_MS)
    page = job_page(window, qtbot)
    qtbot.waitUntil(lambda: page.model.view.job.state.ended, timeout=WAIT_MS)
    dialog = start_dialog(window, qtbot, file)
    assert not dialog.asks.isVisible()
    assert dialog._start.text() == "Start job"
    dialog.reject()


def test_that_one_trial_is_not_tried_before_it_is_allowed(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    dialog = start_dialog(window, qtbot, workspace.write(max_job_count=1), try_first=True)
    assert dialog.try_out is None
    assert stored(workspace) == 0
    qtbot.mouseClick(dialog._try, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.try_out is not None, timeout=WAIT_MS)
    assert not dialog.asks.isVisible()
    assert dialog._start.text() == "Start job"
    qtbot.waitUntil(lambda: not dialog.try_out.is_running, timeout=WAIT_MS)
    qtbot.mouseClick(dialog._start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stored(workspace) == 2, timeout=WAIT_MS)


def test_that_a_job_that_was_not_started_here_asks_before_it_continues(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(max_job_count=1)
    job = workspace.tune()["id"]
    (workspace.data.root / "confirmed.json").unlink()  # as in a data folder that a backup was put into
    window.show_job(job)
    page = job_page(window, qtbot)
    page.header.continue_requested.emit(1)
    qtbot.waitUntil(lambda: page.consent is not None, timeout=WAIT_MS)
    assert f"Job {job} was not started here" in said(page.consent)
    assert "Runs as you, without a container" in said(page.consent)
    page.consent.reject()
    assert len(workspace.trials(job)) == 1
    page.consent = None
    page.trial_actions.rerun([1])
    qtbot.waitUntil(lambda: page.consent is not None, timeout=WAIT_MS)
    qtbot.mouseClick(page.consent.allow, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: workspace.trials(job)[0].attempt == 2, timeout=WAIT_MS)
    workspace.wait_ended(job)
    page.consent = None
    page.header.continue_requested.emit(1)
    qtbot.waitUntil(lambda: len(workspace.trials(job)) == 2, timeout=WAIT_MS)
    assert page.consent is None
