"""Common actions of tests in the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.jobs.job_page import JobPage
from bayesdesk.window import MainWindow
from support.workspace import REPORT_X, Workspace

WAIT_MS = 30_000
TWO = [
    {"name": "x", "type": "DOUBLE", "min_value": 0.1, "max_value": 1.0, "scale_type": "UNIT_LOG_SCALE"},
    {"name": "n", "type": "INTEGER", "min_value": 1, "max_value": 9},
    {"name": "c", "type": "CATEGORICAL", "categorical_values": ["a", "b"]},
]


def open_editor(window: MainWindow, qtbot, file: Path) -> EditorPage:
    window.open_file(file)
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.model.file == file, timeout=WAIT_MS)
    assert window.editor is not None
    return window.editor


def job_page(window: MainWindow, qtbot) -> JobPage:
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    assert window.job_page is not None
    return window.job_page


def start_job(editor: EditorPage, qtbot) -> None:
    """Press Start, wait for the checks, and start."""
    qtbot.mouseClick(editor._start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    qtbot.waitUntil(editor.start_dialog._start.isEnabled, timeout=WAIT_MS)
    qtbot.mouseClick(editor.start_dialog._start, Qt.MouseButton.LeftButton)


def type_into(qtbot, field: QLineEdit, words: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, words)


def finished_job(window: MainWindow, workspace: Workspace, qtbot, **tuning) -> JobPage:
    """The page of a finished job."""
    workspace.write(REPORT_X + "log_metric('loss', 1 - args.x)\n", specs=TWO, **tuning)
    job = workspace.tune()
    window.show_job(job["id"])
    page = job_page(window, qtbot)
    qtbot.waitUntil(lambda: page.model.view.job.state.ended, timeout=WAIT_MS)
    return page
