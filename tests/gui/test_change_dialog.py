"""A running job is changed from its header, and its pages show how it differs from its files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from bayesdesk.jobs.change_dialog import ChangeDialog
from bayesdesk.jobs.configuration_page import ConfigurationPage
from bayesdesk.window import MainWindow
from support.window import WAIT_MS, job_page
from support.workspace import REPORT_X, Workspace


def words_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def pressed(qtbot, widget: QWidget, words: str) -> None:
    found = next(b for b in widget.findChildren(QPushButton) if b.text() == words and b.isVisible())
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def test_that_a_running_job_is_changed(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.02)\n"
    workspace.write(REPORT_X + wait, max_job_count=4, parallel_count=1)
    job = workspace.begin()
    workspace.wait_running(job, 1)
    window.show_job(job)
    page = job_page(window, qtbot)
    qtbot.waitUntil(page.header.isVisible, timeout=WAIT_MS)
    pressed(qtbot, page.header, "Change…")
    dialog = window.findChild(ChangeDialog)
    assert not dialog.change.isEnabled()
    assert dialog.fields["count"].text() == "4"
    parallel = dialog.fields["parallel"]
    parallel.selectAll()
    qtbot.keyClicks(parallel, "two")
    assert "Write a whole number above 0." in dialog.problem.text()
    assert not dialog.change.isEnabled()
    parallel.selectAll()
    qtbot.keyClicks(parallel, "2")
    qtbot.keyClicks(dialog.fields["trial_timeout"], "2h")
    assert dialog.problem.text() == ""
    pressed(qtbot, dialog, "Change")
    workspace.wait_running(job, 2)
    page.tabs.setCurrentIndex(page.names.index("configuration"))
    difference = "Changed since the start: trials at a time: 1 → 2, time limit of a trial: none → 2h"
    qtbot.waitUntil(lambda: difference in words_of(page.header), timeout=WAIT_MS)
    settings = page.findChild(ConfigurationPage)
    qtbot.waitUntil(lambda: "Changed since the start" in words_of(settings), timeout=WAIT_MS)
    go.touch()
    workspace.wait_ended(job)
    qtbot.waitUntil(lambda: page.model.view.job.state.ended, timeout=WAIT_MS)
    assert page.ask_change() is None
