"""Nothing is written before a start, a try or an upload is confirmed, and the confirmation shows what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from bayescore.store import jobs, queue
from bayesdesk.editor.cloud_dialog import CloudDialog
from bayesdesk.editor.editor_page import EditorPage
from bayesdesk.editor.start_dialog import StartDialog
from bayesdesk.models.filter import Brush
from bayesdesk.window import MainWindow
from support.window import TWO, WAIT_MS, finished_job, job_page, open_editor, settle
from support.workspace import REPORT_X, Workspace

COUNT = ("hyper_tuning", "max_job_count")


@pytest.fixture
def editor(window: MainWindow, workspace: Workspace, qtbot) -> EditorPage:
    """An editor with an unsaved edit in each file, of a project that may run as processes."""
    file = workspace.write(max_job_count=3)
    workspace.allow()
    made = open_editor(window, qtbot, file)
    made.model.set(COUNT, 1)
    made.local.set(("seed",), 7)
    settle(made)
    return made


def checked(editor: EditorPage, qtbot) -> StartDialog:
    """The start dialog, once its checks are done."""
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    dialog = editor.start_dialog
    assert dialog is not None
    qtbot.waitUntil(dialog._start.isEnabled, timeout=WAIT_MS)
    return dialog


def on_disk(workspace: Workspace) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in workspace.project.iterdir() if file.is_file()}


def stored(workspace: Workspace) -> int:
    with workspace.reading() as connection:
        return len(jobs.every(connection))


def test_that_a_cancelled_start_of_brushed_ranges_leaves_the_file_and_keeps_the_edit(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=12)
    before = on_disk(workspace)
    page.tabs.setCurrentIndex(1)
    page.model.set_filter(page.model.filter.with_brushes("x", [Brush(0.4, 0.6)]))
    page.parallel.new.click()
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    editor = window.editor
    assert editor is not None
    settle(editor)
    qtbot.mouseClick(editor.bar.start, Qt.MouseButton.LeftButton)
    dialog = checked(editor, qtbot)
    (change,) = dialog.changes.views
    assert "0.4" in change.toPlainText()
    assert dialog._start.text() == "Save and start job"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.background.actions == (), timeout=WAIT_MS)
    assert on_disk(workspace) == before
    assert editor.is_changed
    assert editor.model.value(("hyper_tuning", "parameter_specs", 0, "min_value")) == pytest.approx(0.4)
    assert stored(workspace) == 1


def test_that_a_confirmed_start_saves_what_was_shown_and_runs_it(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    before = on_disk(workspace)
    editor.start()
    dialog = checked(editor, qtbot)
    first, second = dialog.changes.views
    assert "openbayes.yaml" in first.accessibleName()
    assert '"max_job_count": 1' in first.toPlainText()
    assert "openbayes.local.yaml" in second.accessibleName()
    assert "7" in second.toPlainText()
    assert on_disk(workspace) == before
    dialog._start.click()
    page = job_page(window, qtbot)
    assert not editor.is_changed
    assert b'"max_job_count": 1' in on_disk(workspace)["openbayes.yaml"]
    assert b"seed: 7" in on_disk(workspace)["openbayes.local.yaml"]
    assert page.model.view.job.submission.seed == 7
    assert page.model.view.job.max_trials == 1
    qtbot.waitUntil(lambda: page.model.view.job.state.ended, timeout=WAIT_MS)


def test_that_a_trial_is_tried_at_once_only_without_unsaved_changes(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    before = on_disk(workspace)
    editor.try_one()
    dialog = checked(editor, qtbot)
    assert dialog._try.hasFocus() or not dialog.isActiveWindow()
    assert dialog._try.text() == "Save and try one trial"
    assert dialog.try_out is None
    assert on_disk(workspace) == before
    assert stored(workspace) == 0
    dialog._try.click()
    qtbot.waitUntil(lambda: dialog.try_out is not None, timeout=WAIT_MS)
    assert not editor.is_changed
    assert not dialog.changes.isVisible()
    assert dialog._start.text() == "Start job"
    assert dialog._summary.text() != "asks for access"
    dialog.reject()
    editor.starts.dialog = None
    editor.try_one()
    again = checked(editor, qtbot)
    qtbot.waitUntil(lambda: again.try_out is not None, timeout=WAIT_MS)
    again.reject()


def test_that_nothing_starts_when_another_program_has_changed_the_file(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    editor.start()
    dialog = checked(editor, qtbot)
    theirs = editor.model.file.read_bytes().replace(b"python-3.11", b"python-3.12")
    editor.model.file.write_bytes(theirs)
    dialog._start.click()
    qtbot.waitUntil(lambda: "another program" in dialog._error.text(), timeout=WAIT_MS)
    assert editor.model.file.read_bytes() == theirs
    assert stored(workspace) == 0
    dialog.reject()
    assert not dialog.isVisible()
    assert editor.files[0].bar.isVisible()


def test_that_files_that_changed_after_the_check_are_checked_again(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    editor.start()
    dialog = checked(editor, qtbot)
    editor.model.set(COUNT, 2)
    settle(editor)
    dialog._start.click()
    assert "checked again" in dialog._error.text()
    qtbot.waitUntil(dialog._start.isEnabled, timeout=WAIT_MS)
    assert stored(workspace) == 0
    assert '"max_job_count": 2' in dialog.changes.views[0].toPlainText()
    dialog.reject()


def test_that_the_dialog_of_the_platform_writes_nothing_before_it_is_confirmed(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    before = on_disk(workspace)
    editor.run_on_platform()
    qtbot.waitUntil(lambda: bool(window.findChildren(CloudDialog)), timeout=WAIT_MS)
    dialog = editor.cloud_dialog
    qtbot.waitUntil(dialog._again.isEnabled, timeout=WAIT_MS)
    assert '"max_job_count": 1' in dialog.changes.views[0].toPlainText()
    dialog.reject()
    assert on_disk(workspace) == before
    assert editor.is_changed


def test_that_a_result_is_not_written_over_what_another_program_wrote(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(specs=TWO)
    page = finished_job(window, workspace, qtbot, max_job_count=4)
    best = page.model.view.best
    assert best is not None
    file = workspace.project / "openbayes.yaml"
    dialog = page.trial_actions.use(best)
    qtbot.waitUntil(dialog._write.isEnabled, timeout=WAIT_MS)
    theirs = file.read_bytes().replace(b"python-3.11", b"python-3.12")
    file.write_bytes(theirs)
    dialog._write.click()
    qtbot.waitUntil(lambda: "another program" in dialog._message.text(), timeout=WAIT_MS)
    assert dialog.isVisible()
    assert file.read_bytes() == theirs
    dialog.reject()


def test_that_the_start_dialog_changes_how_a_projects_data_is_used(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(max_job_count=3, files={"runs/events.out.tfevents.1": "x"})
    with (workspace.project / "train.bin").open("wb") as made:
        made.truncate(100 * 2**20)
    workspace.allow()
    editor = open_editor(window, qtbot, file)
    editor.start()
    dialog = checked(editor, qtbot)
    assert "train.bin (100 MiB) is used in place" in shown_text(dialog)
    click(dialog, "Add to .openbayesignore")
    qtbot.waitUntil(lambda: "outputs of earlier runs" not in shown_text(dialog), timeout=WAIT_MS)
    assert (workspace.project / ".openbayesignore").read_text() == "/runs/\n"
    before = on_disk(workspace)
    click(dialog, "Copy it instead")
    qtbot.waitUntil(lambda: "used in place" not in shown_text(dialog), timeout=WAIT_MS)
    assert on_disk(workspace) == before
    assert editor.local.value(("copy",)) == ["/train.bin"]
    assert any("/train.bin" in view.toPlainText() for view in dialog.changes.views)


def shown_text(dialog: StartDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def click(dialog: StartDialog, title: str) -> None:
    found = next(b for b in dialog.findChildren(QAbstractButton) if b.text() == title)
    found.click()


def test_that_the_switch_of_early_stopping_is_saved_with_the_start_and_remembered(
    window: MainWindow, editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    before = on_disk(workspace)
    editor.start()
    dialog = checked(editor, qtbot)
    box = dialog.early_stopping.box
    assert not box.isChecked()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().topLeft() + QPoint(8, box.height() // 2))
    qtbot.waitUntil(
        lambda: "early_stopping" in dialog.changes.views[-1].toPlainText() and dialog._start.isEnabled(),
        timeout=WAIT_MS,
    )
    assert box.isChecked()
    assert on_disk(workspace) == before
    dialog._start.click()
    page = job_page(window, qtbot)
    assert page.model.view.job.local.early_stopping is not None
    assert b"early_stopping: true" in on_disk(workspace)["openbayes.local.yaml"]
    qtbot.waitUntil(lambda: page.model.view.job.state.ended, timeout=WAIT_MS)


def test_that_a_cancelled_switch_of_early_stopping_stays_in_the_editor_only(
    editor: EditorPage, workspace: Workspace, qtbot
) -> None:
    before = on_disk(workspace)
    editor.start()
    dialog = checked(editor, qtbot)
    qtbot.keyClick(dialog.early_stopping.box, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "early_stopping" in editor.local.text, timeout=WAIT_MS)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    settle(editor)
    assert editor.local.value(("early_stopping",)) is True
    assert on_disk(workspace) == before


def test_that_a_follow_up_of_a_running_job_takes_its_place_unless_that_is_switched_off(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.02)\n"
    workspace.write(REPORT_X + wait, specs=TWO, max_job_count=9, parallel_count=1)
    first = workspace.begin()
    workspace.wait_running(first, 1)
    window.show_job(first)
    page = job_page(window, qtbot)
    window.files.new_from(page.model.view.job, None, workspace.project)
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    settle(window.editor)
    window.editor.start()
    dialog = checked(window.editor, qtbot)
    assert dialog.replaces.isVisible()
    assert dialog.replaces.isChecked()
    dialog._start.click()
    qtbot.waitUntil(lambda: stored(workspace) == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: workspace.job(first).max_trials == 1, timeout=WAIT_MS)
    with workspace.reading() as connection:
        (second,) = [job.id for job in jobs.every(connection) if job.id != first]
        waiting = queue.read(connection)
    assert (waiting.order, waiting.in_order) == ((first, second), {second})
    workspace.run("cancel", second)
    go.touch()
    workspace.wait_ended(first)
