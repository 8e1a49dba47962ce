"""What a person does in the window, from an empty start to a result in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPushButton

from bayescore.app import lineage
from bayescore.config import YamlDocument
from bayesdesk.editor.continued import ContinuedLine
from bayesdesk.palette import CommandPalette
from bayesdesk.plots.parallel.canvas import ParallelCanvas
from bayesdesk.window import MainWindow
from support.popup_menus import choose_entry
from support.programs import wait_for
from support.window import (
    TWO,
    WAIT_MS,
    finished_job,
    job_page,
    open_editor,
    parameter_rows,
    settle,
    start_job,
    type_into,
)
from support.workspace import REPORT_X, Workspace

CHINESE = {
    "Start job…": "启动任务…",
    "{} of 12 trials": "{} / 12 次执行",
    "Swap them": "交换两者",
    "Continues project of {} (12 trials).": "接续 {}的 project（12 次执行）。",
    "running": "运行中",
    "cancelled": "已取消",
    "succeeded": "已完成",
    "4 of 4": "4 / 4",
}


@pytest.fixture(params=["en", "zh"])
def words(request: pytest.FixtureRequest, window: MainWindow) -> dict[str, str]:
    """What the window calls things, in each of its languages: tests that take it run in both."""
    if request.param == "en":
        return {word: word for word in CHINESE}
    window.switch_language()
    return CHINESE


def test_that_a_form_edit_is_the_smallest_edit_of_the_text_and_undo_returns_the_first_byte(
    window: MainWindow, workspace: Workspace, qtbot, words: dict[str, str]
) -> None:
    workspace.run("init", "--from", "guide", "--folder", str(workspace.project))
    file = workspace.project / "openbayes.yaml"
    first = file.read_bytes()
    editor = open_editor(window, qtbot, file)
    row = editor.form.parameters.row(0)
    type_into(qtbot, row.low, "1e-4")
    settle(editor)
    assert "min_value: 1e-4" in editor.model.text
    assert editor.model.text.replace("1e-4", "0.001", 1) == first.decode()
    editor.form.add_parameter()
    settle(editor)
    assert len(editor.form.parameters) == 7
    editor.form.parameters.row(6).remove()
    settle(editor)
    row = editor.form.parameters.row(5)
    row.change_type("DISCRETE")
    settle(editor)
    assert editor.model.value(("hyper_tuning", "parameter_specs", 5, "discrete_values")) is not None
    editor.form.parameters.row(0).move_to(2)
    settle(editor)
    assert [r.name.text() for r in parameter_rows(editor.form)[:3]] == [
        "latent_factors",
        "unobs_weight",
        "regularization",
    ]
    while editor.model.text_document.isUndoAvailable():
        editor.undo()
    assert editor.model.content() == first
    assert not editor.is_changed
    while editor.model.text_document.isRedoAvailable():
        editor.redo()
    settle(editor)
    assert editor.form.parameters.row(2).name.text() == "regularization"


def test_that_broken_text_leaves_the_form_readable_and_a_quick_fix_corrects_a_wrong_value(
    window: MainWindow, workspace: Workspace, qtbot, words: dict[str, str]
) -> None:
    file = workspace.write(specs=TWO)
    editor = open_editor(window, qtbot, file)
    start = editor.yaml.textCursor()
    start.movePosition(QTextCursor.MoveOperation.Start)
    editor.yaml.setTextCursor(start)
    qtbot.keyClicks(editor.yaml, "[")
    settle(editor)
    assert not editor.model.is_valid
    assert editor.form._banner.isVisible()
    assert not editor.form._parameters.isEnabled()
    assert editor.form.parameters.row(0).name.text() == "x"
    assert not editor.bar.start.isEnabled()
    qtbot.keyClick(editor.yaml, Qt.Key.Key_Backspace)
    settle(editor)
    assert editor.model.is_valid
    assert editor.form._parameters.isEnabled()

    type_into(qtbot, editor.form.parameters.row(0).low, "5")
    settle(editor)
    assert [p.code for p in editor.model.problems if p.severity == "error"] == ["min-above-max"]
    assert editor.form.parameters.row(0).low.property("wrong") == "true"
    assert not editor.bar.start.isEnabled()
    editor.yaml.go_to(next(p for p in editor.model.problems if p.severity == "error"))
    (action,) = [a for a in editor.yaml.fixes_menu().actions() if a.text() == words["Swap them"]]
    action.trigger()
    settle(editor)
    assert editor.model.value(("hyper_tuning", "parameter_specs", 0, "max_value")) == 5
    assert editor.bar.start.isEnabled()


def test_that_what_is_typed_in_the_text_is_seen_in_the_form_and_wrong_input_stays(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(specs=TWO, max_job_count=3)
    editor = open_editor(window, qtbot, file)
    field = next(f for f in editor.form._fields if f.path == ("hyper_tuning", "max_job_count"))
    type_into(qtbot, field, "many")
    settle(editor)
    assert editor.model.value(("hyper_tuning", "max_job_count")) == "many"
    assert field.text() == "many"
    assert field.property("wrong") == "true"
    at = editor.model.text.index("many")
    cursor = editor.yaml.textCursor()
    cursor.setPosition(at)
    cursor.setPosition(at + len("many"), QTextCursor.MoveMode.KeepAnchor)
    editor.yaml.setTextCursor(cursor)
    qtbot.keyClicks(editor.yaml, "12")
    settle(editor)
    assert field.text() == "12"
    assert field.property("wrong") == "false"


def test_that_a_job_is_started_watched_cancelled_and_continued(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path, words: dict[str, str]
) -> None:
    go = tmp_path / "go"
    file = workspace.write(REPORT_X + wait_for(go), max_job_count=4, parallel_count=2)
    editor = open_editor(window, qtbot, file)
    assert editor.bar.start.text() == words["Start job…"]
    start_job(editor, qtbot)
    page = job_page(window, qtbot)
    qtbot.waitUntil(
        lambda: len([s for s in page.model.view.series.values() if "score" in s]) == 2, timeout=WAIT_MS
    )
    assert page.header._state.text() == words["running"]
    assert [r.job.id for r in window.rows] == [page.model.view.job.id]
    qtbot.mouseClick(page.header._cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.header._state.text() == words["cancelled"], timeout=WAIT_MS)
    assert page.header._more.isVisible()
    go.touch()
    page.header.continue_requested.emit(2)
    qtbot.waitUntil(lambda: page.header._state.text() == words["succeeded"], timeout=WAIT_MS)
    assert len(page.model.view.trials) == 4
    assert page.header._progress.value.text().startswith(words["4 of 4"])


def drag(qtbot, canvas: ParallelCanvas, axis: str, low: float, high: float) -> None:
    """Drag along an axis from one position to another."""
    item = canvas.item
    index = [a.name for a in item.axes].index(axis)
    points = [QPoint(round(item.x_of(index)), round(item.y_of(p))) for p in (low, (low + high) / 2, high)]
    target = canvas.viewport()
    qtbot.mousePress(target, Qt.MouseButton.LeftButton, pos=points[0])
    for point in points[1:]:
        qtbot.mouseMove(target, point)
    qtbot.mouseRelease(target, Qt.MouseButton.LeftButton, pos=points[2])


def test_that_brushes_filter_every_view_and_become_the_ranges_of_a_follow_up_job(
    window: MainWindow, workspace: Workspace, qtbot, words: dict[str, str]
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=12, parallel_count=3)
    page.tabs.setCurrentIndex(1)
    canvas = page.parallel.canvas
    qtbot.waitUntil(lambda: canvas.item.size.height() > 150, timeout=WAIT_MS)
    drag(qtbot, canvas, "x", 0.5, 1.2)
    drag(qtbot, canvas, "n", -0.2, 0.8)
    brushes = page.model.filter.brushes
    assert set(brushes) == {"x", "n"}
    assert brushes["x"][0].high == 1.0  # past the end means the end
    assert brushes["n"][0].low == 1.0
    shown = page.model.shown
    assert shown == tuple(
        t for t in page.model.view.trials
        if t.parameters["x"] >= brushes["x"][0].low and t.parameters["n"] <= brushes["n"][0].high
    )  # fmt: skip
    qtbot.waitUntil(lambda: page.parallel.table.model().rowCount() == len(shown), timeout=WAIT_MS)
    assert page.filter_bar._count.text().startswith(words["{} of 12 trials"].format(len(shown)))

    page.parallel.new.click()
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    editor = window.editor
    assert editor is not None
    settle(editor)
    spec = editor.model.value(("hyper_tuning", "parameter_specs", 0))
    assert spec["max_value"] == 1.0
    assert spec["min_value"] == pytest.approx(brushes["x"][0].low, rel=1e-3)
    before = page.model.view.job.id
    qtbot.mouseClick(editor.bar.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: editor.start_dialog is not None, timeout=WAIT_MS)
    said = editor.start_dialog.findChild(ContinuedLine)
    qtbot.waitUntil(said.isVisible, timeout=WAIT_MS)
    day = lineage.day(page.model.view.job.created_at)
    sentence = words["Continues project of {} (12 trials)."].format(day)
    assert said.text() == sentence
    qtbot.waitUntil(editor.start_dialog._start.isEnabled, timeout=WAIT_MS)
    qtbot.mouseClick(editor.start_dialog._start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: window.job_page is not None and window.job_page.model.view.job.id != before, timeout=WAIT_MS
    )
    assert window.job_page is not None
    assert window.job_page.model.view.job.submission.history == (before,)
    follow_up = window.job_page
    qtbot.waitUntil(lambda: follow_up.model.view.job.state.ended, timeout=WAIT_MS)
    assert all(t.parameters["x"] >= spec["min_value"] for t in follow_up.model.view.trials)
    (link,) = [b for b in follow_up.header.findChildren(QPushButton) if b.text() and b.text() in sentence]
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.job_page.model.view.job.id == before, timeout=WAIT_MS)


def test_that_a_click_chooses_a_category_and_a_second_click_lets_it_go(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=6)
    page.tabs.setCurrentIndex(1)
    canvas = page.parallel.canvas
    qtbot.waitUntil(lambda: canvas.item.size.height() > 150, timeout=WAIT_MS)
    axis = canvas.item.axes[2]
    at = QPoint(round(canvas.item.x_of(2)), round(canvas.item.y_of(axis.position("b"))))
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert {t.parameters["c"] for t in page.model.shown} == {"b"}
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert page.model.filter.is_empty


def test_that_a_trial_chosen_in_one_view_is_chosen_in_all(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=6)
    page.tabs.setCurrentIndex(2)
    page.table.setFocus()
    page.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    page.table.selectRow(5)
    worst = min(page.model.view.trials, key=lambda t: t.value or 0.0)
    assert page.model.selected == worst
    assert page.parallel.table.currentIndex().data() == str(worst.number)


def test_that_the_best_trial_is_written_into_the_file_after_its_difference_was_shown(
    window: MainWindow, workspace: Workspace, qtbot, words: dict[str, str]
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=4)
    best = page.model.view.best
    assert best is not None
    assert page.model.selected == best
    file = workspace.project / "openbayes.yaml"
    before = file.read_text()
    dialog = page.trial_actions.use(best)
    qtbot.waitUntil(dialog._write.isEnabled, timeout=WAIT_MS)
    assert "+" in dialog._diff.toPlainText()
    assert file.read_text() == before
    qtbot.mouseClick(dialog._write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: file.read_text() != before, timeout=WAIT_MS)
    assert YamlDocument.parse(file.read_text()).data["parameters"] == best.parameters
    assert file.with_name("openbayes.yaml.bak").read_text() == before
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=WAIT_MS)


def test_that_the_filter_takes_shares_states_and_expressions_and_refuses_invalid_text(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=8)
    bar = page.filter_bar
    bar._share.setValue(25)
    assert len(page.model.shown) == 2
    bar._clear.click()
    bar.expression.setText("x > 0.3 and n <= 5")
    bar.expression.editingFinished.emit()
    assert page.model.shown == tuple(
        t for t in page.model.view.trials if t.parameters["x"] > 0.3 and t.parameters["n"] <= 5
    )
    shown = page.model.shown
    bar.expression.setText("x >")
    bar.expression.editingFinished.emit()
    assert bar.expression.property("wrong") == "true"
    assert page.model.shown == shown


def test_that_the_log_is_followed_and_files_of_the_trial_are_listed(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(
        REPORT_X + "print('\\033[31mred\\033[0m 训练')\nopen('model.bin', 'w').write('x')\n", max_job_count=1
    )
    job = workspace.tune()
    window.show_job(job["id"])
    page = job_page(window, qtbot)
    opened = page.trial_actions.open(page.model.selected)
    assert opened is not None
    qtbot.waitUntil(lambda: "red 训练" in opened.log.text.toPlainText(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: opened.files.files.count() > 0, timeout=WAIT_MS)
    assert any("model.bin" in opened.files.files.item(i).text() for i in range(opened.files.files.count()))
    assert not any("main.py" in opened.files.files.item(i).text() for i in range(opened.files.files.count()))
    opened.close()


def test_that_the_window_switches_its_language_and_colours_and_keeps_what_it_shows(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=3)
    job = page.model.view.job.id
    window.switch_language()
    window.switch_theme()
    assert window.job_page is not None
    assert window.job_page is not page
    assert window.job_page.model.view.job.id == job
    assert window.job_page.header._state.text() == "已完成"
    assert window.job_page.tabs.tabText(1) == "平行坐标"
    window.switch_language()
    window.switch_theme()
    assert window.job_page.header._state.text() == "succeeded"


def test_that_saving_keeps_the_files_own_line_ends_and_mark(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write()
    content = b"\xef\xbb\xbf# \xe8\xae\xad\xe7\xbb\x83 \xf0\x9f\x9a\x80\r\ncommand: python a.py\r\n"
    file.write_bytes(content)
    editor = open_editor(window, qtbot, file)
    editor.model.set(("command",), "python b.py")
    editor.save()
    qtbot.waitUntil(lambda: not editor.is_changed, timeout=WAIT_MS)
    assert file.read_bytes() == content.replace(b"a.py", b"b.py")


def test_that_every_command_is_found_in_the_palette(window: MainWindow, qtbot) -> None:
    window.show_palette()
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette._field, "diagnos")
    assert palette._list.item(0).text() == "Diagnostics"
    qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    assert window.diagnostics is not None
    assert window.pages.currentWidget() is window.diagnostics
    qtbot.waitUntil(window.diagnostics._again.isEnabled, timeout=WAIT_MS)
    assert window.diagnostics._findings


def test_that_a_file_changed_by_another_program_is_never_overwritten_unasked(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    file = workspace.write(max_job_count=3)
    first = file.read_bytes()
    editor = open_editor(window, qtbot, file)
    theirs = first.replace(b'"max_job_count": 3', b'"max_job_count": 7')
    file.write_bytes(theirs)  # nothing is edited here: the new content is simply shown
    qtbot.waitUntil(lambda: editor.model.value(("hyper_tuning", "max_job_count")) == 7, timeout=WAIT_MS)
    assert not editor.is_changed

    editor.model.set(("command",), "python mine.py")
    file.write_bytes(first)
    editor.save()
    qtbot.waitUntil(editor.files[0].bar.isVisible, timeout=WAIT_MS)
    assert file.read_bytes() == first
    qtbot.mouseClick(editor.files[0].keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(editor.files[0].bar.isHidden, timeout=WAIT_MS)
    editor.save()
    qtbot.waitUntil(lambda: b"mine.py" in file.read_bytes(), timeout=WAIT_MS)

    qtbot.waitUntil(lambda: not editor.is_changed, timeout=WAIT_MS)
    editor.model.set(("command",), "python again.py")
    file.write_bytes(first)
    qtbot.waitUntil(editor.files[0].bar.isVisible, timeout=WAIT_MS)
    qtbot.mouseClick(editor.files[0].reload, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: editor.model.content() == first, timeout=WAIT_MS)
    editor.undo()
    settle(editor)
    assert editor.model.value(("command",)) == "python again.py"


@pytest.mark.parametrize(
    "entry", ["Begin no more trials", "End the running trials too; they begin again later"]
)
def test_that_a_job_is_paused_and_resumed_from_its_header(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path, entry: str
) -> None:
    go = tmp_path / "go"
    file = workspace.write(REPORT_X + wait_for(go), max_job_count=2, parallel_count=1)
    editor = open_editor(window, qtbot, file)
    start_job(editor, qtbot)
    page = job_page(window, qtbot)
    qtbot.waitUntil(lambda: any(t.state == "running" for t in page.model.view.trials), timeout=WAIT_MS)
    header = page.header
    assert header._resume.isHidden()
    QTimer.singleShot(0, lambda: choose_entry(entry))
    qtbot.mouseClick(header._pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.view.job.state == "paused", timeout=WAIT_MS)
    qtbot.waitUntil(header._resume.isVisible, timeout=WAIT_MS)
    assert header._pause.isHidden()
    go.touch()
    qtbot.mouseClick(header._resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.view.job.state.ended, timeout=WAIT_MS)
    assert [t.state for t in page.model.view.trials] == ["succeeded"] * 2
    qtbot.waitUntil(header._resume.isHidden, timeout=WAIT_MS)
