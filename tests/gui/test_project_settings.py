"""Run settings, data, fixed parameters, and the checks before a start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from bayescore.config import YamlDocument
from bayescore.config.local import LocalSettings
from bayescore.results import planned_seconds
from bayescore.trials.gpus import Gpu, trials_at_a_time
from bayesdesk.editor.early_stopping_field import EarlyStoppingField
from bayesdesk.editor.explanations import keys_at
from bayesdesk.editor.hours_field import HoursField
from bayesdesk.editor.in_place_field import PatternsField
from bayesdesk.window import MainWindow
from support.gpus import StandInGpus
from support.window import (
    TWO,
    WAIT_MS,
    accept_new_files,
    local_model,
    open_editor,
    parameter_rows,
    settle,
    type_into,
)
from support.workspace import REPORT_X, Workspace


def test_that_run_settings_are_written_into_the_local_file_and_undone_with_the_rest(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write()
    local_file = file.with_name("openbayes.local.yaml")
    first = local_file.read_bytes()
    editor = open_editor(window, qtbot, file)
    settings = editor.run_settings
    settings._choose_runner("docker")
    settle(editor)
    type_into(qtbot, settings._image.line, "python:3.12")
    editor.form._fixed_rows.add("epochs", 3)
    settle(editor)
    assert editor.local.settings == LocalSettings(runner="docker", image="python:3.12", gpus="none")
    assert editor.model.value(("parameters", "epochs")) == 3
    editor.undo()  # the newest step is in the other file
    settle(editor)
    assert editor.model.value(("parameters",)) in ({}, None)
    settings._choose_runner("auto")
    settle(editor)
    assert "runner" not in YamlDocument.parse(editor.local.text).data
    while editor.local.text_document.isUndoAvailable():
        editor.undo()
    assert editor.local.content() == first
    type_into(qtbot, settings._fields[2], "8g")
    editor.save()
    qtbot.waitUntil(lambda: not editor.is_changed, timeout=WAIT_MS)
    assert YamlDocument.parse(local_file.read_text()).data["gpus"] == "none"
    assert "8g" in local_file.read_text()


def test_that_a_cluster_is_asked_for_once_it_is_what_runs_the_trials(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write())
    settings = editor.run_settings
    assert not settings._cluster.isVisibleTo(settings)
    settings._choose_runner("ray")
    settle(editor)
    assert settings._cluster.isVisibleTo(settings)
    fields = {field.path: field for field in settings._fields}
    type_into(qtbot, fields[("ray", "address")], "lab-1:6379")
    type_into(qtbot, fields[("ray", "patience")], "5m")
    settle(editor)
    chosen = editor.local.settings
    assert chosen.runner == "ray"
    assert (chosen.ray.address, chosen.ray.patience, chosen.ray.outputs) == ("lab-1:6379", 300.0, "all")
    assert set(keys_at(["ray"], local=True)) == set(type(chosen.ray).model_fields)
    settings._choose_runner("auto")
    settle(editor)
    assert not settings._cluster.isVisibleTo(settings)


def test_that_a_project_without_a_local_file_gets_one_when_there_is_something_to_say(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write()
    local_file = file.with_name("openbayes.local.yaml")
    local_file.unlink()
    editor = open_editor(window, qtbot, file)
    editor.run_settings._choose_runner("process")
    editor.save()
    qtbot.waitUntil(local_file.exists, timeout=WAIT_MS)
    assert YamlDocument.parse(local_file.read_text()).data == {"runner": "process"}


def test_that_gpus_are_chosen_by_check_boxes_that_show_their_use(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bayescore.app.machine import look
    from bayesdesk.services import machine_watch

    busy = {1: ("python (77)",)}
    gpus = [
        Gpu(i, f"GPU-{i}", "RTX 4090", 24 * 2**30, i * 2**30, 50 * i, programs=busy.get(i, ()))
        for i in range(3)
    ]
    monkeypatch.setattr("bayescore.app.machine.visible", lambda: gpus)
    assert machine_watch.look is look
    file = workspace.write(local={"gpus": "all"})
    editor = open_editor(window, qtbot, file)
    choice = editor.run_settings._gpus
    window.machine.look()
    qtbot.waitUntil(lambda: len(choice._boxes) == 3, timeout=WAIT_MS)
    assert all(box.isChecked() for box in choice._boxes)
    assert "50%" in choice._uses[1].text()
    assert "1.0 / 24 GB" in choice._uses[1].text()
    choice._boxes[0].click()
    settle(editor)
    assert editor.local.settings is not None
    assert editor.local.settings.gpus == (1, 2)
    choice._boxes[0].click()
    settle(editor)
    assert editor.local.value(("gpus",)) is None  # all of them: nothing to say
    for box in choice._boxes:
        box.click()
    settle(editor)
    assert editor.local.value(("gpus",)) == "none"
    assert len(window.sidebar.machine._bars) == 3
    window.show_diagnostics()
    shown = window.diagnostics.gpus._shown
    assert [s[2].text() for s in shown] == ["", "Processes: python (77)", ""]
    qtbot.waitUntil(window.diagnostics._again.isEnabled, timeout=WAIT_MS)


def test_that_the_estimate_counts_trials_gpus_and_time() -> None:
    gpus = tuple(Gpu(i, f"u{i}", "x", 1, 0, 0) for i in range(2))
    assert trials_at_a_time(8, LocalSettings(), gpus) == 2
    assert trials_at_a_time(8, LocalSettings(trials_per_gpu=3), gpus) == 6
    assert trials_at_a_time(8, LocalSettings(gpus="none"), gpus) == 8
    assert trials_at_a_time(1, LocalSettings(), gpus) == 1
    assert planned_seconds(60, 2, 240) == 7200
    assert planned_seconds(61, 2, 240) == 7440


def test_that_data_is_mapped_to_a_folder_of_this_machine(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    editor = open_editor(window, qtbot, workspace.write())
    editor.data.add()
    settle(editor)
    assert editor.model.value(("data_bindings",)) == [
        {"data": "user/dataset/1", "path": "/input0", "type": "ro"}
    ]
    data_field, _path, _access, folder = editor.data._fields
    type_into(qtbot, data_field, "me/mnist/2")
    type_into(qtbot, folder, str(tmp_path))
    settle(editor)
    assert editor.local.value(("data",)) == {"me/mnist/2": str(tmp_path)}
    qtbot.waitUntil(lambda: editor.data._folders[0][1].text() == "found", timeout=WAIT_MS)
    type_into(qtbot, folder, str(tmp_path / "nowhere"))
    qtbot.waitUntil(lambda: editor.data._folders[0][1].text() == "not found", timeout=WAIT_MS)
    type_into(qtbot, folder, "")
    qtbot.keyClick(folder, Qt.Key.Key_Backspace)
    settle(editor)
    assert editor.local.value(("data",)) is None


def test_that_secrets_of_the_root_parameters_are_masked(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    root = {"parameters": {"token": {"is_secret": True, "value": "abc123"}, "epochs": 4}}
    editor = open_editor(window, qtbot, workspace.write(root=root))
    rows = editor.form._fixed_rows
    secret = rows.row_of("token").value
    assert secret.path == ("parameters", "token", "value")
    assert secret.echoMode() is QLineEdit.EchoMode.PasswordEchoOnEdit
    assert "abc123" not in secret.displayText()
    epochs = rows.row_of("epochs")
    type_into(qtbot, epochs.value, "7")
    settle(editor)
    assert editor.model.value(("parameters", "epochs")) == 7
    epochs.name.setText("rounds")
    epochs.name.editingFinished.emit()
    settle(editor)
    assert editor.model.value(("parameters", "rounds")) == 7


def test_that_nothing_starts_with_an_error_and_each_check_says_how_to_fix_it(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write("print(1)\n"))
    editor.data.add()
    editor.start()
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    dialog = editor.start_dialog
    qtbot.waitUntil(lambda: dialog._found is not None, timeout=WAIT_MS)
    assert not dialog._start.isEnabled()
    (problem,) = dialog._found.findings
    assert "user/dataset/1" in str(problem.message)
    assert "openbayes.local.yaml" in str(problem.fix)
    dialog.reject()

    editor.undo()
    editor.starts.dialog = None
    editor.start()
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    again = editor.start_dialog
    qtbot.waitUntil(again._start.isEnabled, timeout=WAIT_MS)
    warnings = [f for f in again._found.findings if f.grade == "warning" and f.topic == "metric"]
    assert "“score”" in str(warnings[0].message)
    again.reject()


def test_that_one_trial_can_be_tried_with_its_log_and_metrics_before_the_job_starts(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(REPORT_X + "print('hello there')\n", max_job_count=2)
    workspace.allow()
    editor = open_editor(window, qtbot, file)
    editor.try_one()
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    dialog = editor.start_dialog
    qtbot.waitUntil(lambda: dialog.try_out is not None, timeout=WAIT_MS)
    tried = dialog.try_out
    qtbot.waitUntil(lambda: not tried.is_running, timeout=WAIT_MS)
    assert tried._state.text() == "works"
    assert "score: 0.5 (1 value)" in tried._metrics.text()
    qtbot.waitUntil(lambda: "hello there" in tried.log.text.toPlainText(), timeout=WAIT_MS)
    qtbot.waitUntil(dialog._start.isEnabled, timeout=WAIT_MS)
    qtbot.mouseClick(dialog._start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.job_page is not None, timeout=WAIT_MS)
    assert window.job_page.model.view.job.id != tried.job
    qtbot.waitUntil(lambda: window.job_page.model.view.job.state.ended, timeout=WAIT_MS)


def test_that_a_parameter_is_dragged_to_another_place(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    editor = open_editor(window, qtbot, workspace.write(specs=TWO))
    rows = parameter_rows(editor.form)
    qtbot.waitUntil(lambda: rows[2].mapTo(editor, QPoint()).y() > rows[1].mapTo(editor, QPoint()).y() + 20)
    handle = rows[0].handle
    below = rows[2].mapToGlobal(QPoint(5, rows[2].height() - 3))
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton)
    qtbot.mouseMove(handle, handle.mapFromGlobal(below))
    assert editor.form.parameters._mark.isVisible()
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=handle.mapFromGlobal(below))
    settle(editor)
    assert [r.name.text() for r in parameter_rows(editor.form)] == ["n", "c", "x"]
    assert not editor.form.parameters._mark.isVisible()


def test_that_the_local_file_may_be_empty(qapp) -> None:
    model = local_model("")
    model.set(("data", "a/b"), "/somewhere")
    model.set(("seed",), 3)
    settle(model)
    assert YamlDocument.parse(model.text).data == {"data": {"a/b": "/somewhere"}, "seed": 3}
    model.unset(("data", "a/b"))
    settle(model)
    assert YamlDocument.parse(model.text).data == {"seed": 3}


def test_that_a_new_file_is_begun_where_there_is_none(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "fresh"
    target.mkdir()
    monkeypatch.setattr(
        "bayesdesk.new_project.QFileDialog.getExistingDirectory", lambda *_a, **_k: os.fspath(target)
    )
    window.new_project.new_file()
    accept_new_files(window, qtbot)
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    assert window.editor.model.file == target / "openbayes.yaml"
    assert window.editor.model.config is not None


def test_that_gpus_of_the_driver_reach_the_window(tmp_path: Path, workspace: Workspace) -> None:
    """The look itself, in a process of its own: NVML is loaded once a process."""
    import json
    import subprocess
    import sys

    gpus = StandInGpus(tmp_path / "gpus", ["RTX 4090", "RTX 4090"])
    gpus.use({1: 2048})
    workspace.database().close()
    program = (
        "import json, sys; from pathlib import Path\n"
        "from bayescore.store import Database, DataFolder\n"
        "from bayescore.app.machine import look\n"
        "found = look(Database(DataFolder(Path(sys.argv[1]))))\n"
        "print(json.dumps([[g.index, g.use, g.memory_used] for g in found.gpus]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(workspace.data.root)],
        env={**os.environ, **gpus.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [[0, 0, 0], [1, 50, 2048 * 2**20]]


def test_that_what_is_used_in_place_is_a_line_of_the_form(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(local={"in_place": ["data"]})
    editor = open_editor(window, qtbot, file)
    (field,) = (f for f in editor.findChildren(PatternsField) if f.path == ("in_place",))
    assert field.text() == "data"
    field.setText("data, results: rw")
    field.textEdited.emit(field.text())
    settle(editor)
    assert editor.local.value(("in_place",)) == {"data": "ro", "results": "rw"}
    editor.local.set(("in_place",), ["x"])
    settle(editor)
    assert field.text() == "x"
    field.setText("")
    field.textEdited.emit("")
    settle(editor)
    assert editor.local.value(("in_place",)) is None


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("seed: 1\n", [Qt.Key.Key_Down], "seed: 1\nearly_stopping: true\n"),
        ("early_stopping: {confidence: 0.9}\n", [Qt.Key.Key_Down], "early_stopping: {confidence: 0.9}\n"),
        ("early_stopping: {confidence: 0.9}\n", [Qt.Key.Key_Up], "early_stopping: false\n"),
    ],
)
def test_that_the_form_switches_early_stopping_and_keeps_its_settings(
    window: MainWindow, workspace: Workspace, qtbot, before: str, keys: list[Qt.Key], after: str
) -> None:
    file = workspace.write()
    file.with_name("openbayes.local.yaml").write_text(before, encoding="utf-8")
    editor = open_editor(window, qtbot, file)
    settings = editor.run_settings
    qtbot.mouseClick(settings._more, Qt.MouseButton.LeftButton)
    field = settings.findChild(EarlyStoppingField)
    for key in keys:
        qtbot.keyClick(field, key)
    settle(editor)
    assert editor.local.text == after
    is_on = "true" in after or "confidence" in after
    assert field.currentText() == ("yes" if is_on else "no")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("seed: 1\n", "seed: 1\nhours: 20:00-08:00, sat\n"),
        ("hours: {when: sun, give_back: true}\n", "hours: {when: '20:00-08:00, sat', give_back: true}\n"),
    ],
)
def test_that_the_form_writes_hours_and_keeps_what_a_map_says_beside_them(
    window: MainWindow, workspace: Workspace, qtbot, before: str, after: str
) -> None:
    file = workspace.write()
    file.with_name("openbayes.local.yaml").write_text(before, encoding="utf-8")
    editor = open_editor(window, qtbot, file)
    settings = editor.run_settings
    qtbot.mouseClick(settings._more, Qt.MouseButton.LeftButton)
    field = settings.findChild(HoursField)
    assert field.text() == ("sun" if "sun" in before else "")
    type_into(qtbot, field, "20:00-08:00, sat")
    settle(editor)
    assert editor.local.text == after
    type_into(qtbot, field, "20-8")
    settle(editor)
    assert field.property("wrong") == "true"
