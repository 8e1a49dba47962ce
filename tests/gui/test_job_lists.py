"""Many jobs: the selection with a real mouse, groups and search, marks, the table, the comparison."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton

from bayescore.app import job_marks
from bayescore.store import Job, JobState, TrialState, jobs
from bayesdesk.jobs.job_dialogs import DetailsDialog, TagsDialog
from bayesdesk.jobs.job_list_model import ROW
from bayesdesk.models.comparison import By
from bayesdesk.models.job_table import COLUMNS
from bayesdesk.models.snapshot import JobRow
from bayesdesk.ui.message_box import MessageBox
from bayesdesk.window import MainWindow
from support.pointer import Pointer
from support.stored_jobs import add_job
from support.window import TWO, WAIT_MS, ended_page, job_page, type_into
from support.workspace import Workspace

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
DONE = TrialState.SUCCEEDED


@pytest.fixture
def five(window: MainWindow, qtbot) -> list[Job]:
    """Five ended jobs, newest first, in the window's list."""
    made = [add_job(window.database, DONE, ended=JobState.SUCCEEDED, name=f"job {n}") for n in range(5)]
    qtbot.waitUntil(lambda: len(window.rows) == 5, timeout=WAIT_MS)
    return made[::-1]


def names(window: MainWindow) -> list[str]:
    """What the list shows: headings, and names of jobs."""
    model = window.jobs
    items = [model.index(i).data(ROW) for i in range(model.rowCount())]
    return [item if isinstance(item, str) else item.job.name for item in items]


def click(
    window: MainWindow, pointer: Pointer, job: Job, *holding: Qt.KeyboardModifier, button: int = 1
) -> None:
    view = window.sidebar.list
    area = view.visualRect(window.jobs.index_of(job.id))
    pointer.click(view.viewport(), area.center(), holding=holding, button=button)


def selected(window: MainWindow) -> list[str]:
    return [item.job.id for item in window.sidebar.selected_jobs()]


def row_of(window: MainWindow, job: Job) -> JobRow:
    return next(r for r in window.rows if r.job.id == job.id)


def test_that_ctrl_and_shift_clicks_extend_the_selection_and_the_page_stays(
    window: MainWindow, five: list[Job], qtbot, pointer: Pointer
) -> None:
    ids = [job.id for job in five]
    click(window, pointer, five[0])
    assert job_page(window, qtbot).model.view.job.id == ids[0]
    click(window, pointer, five[2], CTRL)
    assert selected(window) == [ids[0], ids[2]]
    click(window, pointer, five[3], SHIFT)
    assert set(selected(window)) >= {ids[2], ids[3]}
    click(window, pointer, five[0])
    assert selected(window) == [ids[0]]
    click(window, pointer, five[2], SHIFT)
    assert selected(window) == ids[:3]
    assert job_page(window, qtbot).model.view.job.id == ids[0]
    assert window.sidebar.selection.isVisible()
    job_marks.annotate(window.database, ids[4:], "a change in the store")
    qtbot.waitUntil(lambda: row_of(window, five[4]).job.note != "", timeout=WAIT_MS)
    assert selected(window) == ids[:3]
    pointer.click(window.sidebar.compare)
    qtbot.waitUntil(lambda: window.comparison is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.comparison.best.columnCount() == 4, timeout=WAIT_MS)
    assert set(window.comparison.jobs.shown) == set(ids[:3])


def test_that_jobs_are_renamed_noted_and_tagged_in_dialogs(
    window: MainWindow, five: list[Job], qtbot
) -> None:
    window.show_job(five[0].id)
    job_page(window, qtbot)
    window.sidebar.list.setFocus()
    menu = window.sidebar.job_menu([row_of(window, five[0])])
    next(a for a in menu.actions() if a.text() == "Rename…").trigger()
    dialog = window.findChild(DetailsDialog)
    type_into(qtbot, dialog.name, "baseline of the paper")
    dialog.note.setPlainText("warm-up of 500 steps")
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row_of(window, five[0]).job.note == "warm-up of 500 steps", timeout=WAIT_MS)
    assert "baseline of the paper" in names(window)
    header = window.job_page.header
    qtbot.waitUntil(lambda: header._name.text() == "baseline of the paper", timeout=WAIT_MS)
    assert header._name.toolTip() == "warm-up of 500 steps"
    rows = [row_of(window, job) for job in five[:2]]
    tags = window.job_actions.tag(rows)
    type_into(qtbot, tags.new, "paper, v2")
    qtbot.mouseClick(tags.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row_of(window, five[1]).job.tags == ("paper", "v2"), timeout=WAIT_MS)
    again = window.job_actions.tag([row_of(window, job) for job in five[1:3]])
    assert isinstance(again, TagsDialog)
    states = {again.list.item(i).text(): again.list.item(i).checkState() for i in range(again.list.count())}
    assert set(states.values()) == {Qt.CheckState.PartiallyChecked}
    again.list.item(0).setCheckState(Qt.CheckState.Checked)
    again.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert again.changes() == (["paper"], ["v2"])
    again.reject()
    type_into(qtbot, window.sidebar.search, "#paper")
    assert names(window) == ["Finished", "baseline of the paper", "job 3"]
    type_into(qtbot, window.sidebar.search, "warm-up")
    assert names(window) == ["Finished", "baseline of the paper"]


def test_that_archived_jobs_are_hidden_until_they_are_asked_for(
    window: MainWindow, five: list[Job], qtbot
) -> None:
    window.job_actions.archive([row_of(window, job) for job in five[:4]], archived=True)
    qtbot.waitUntil(lambda: names(window) == ["Finished", "job 0"], timeout=WAIT_MS)
    show = window.sidebar.group_menu.actions()[-1]
    show.trigger()
    assert len(names(window)) == 6
    window.switch_theme()
    assert len(names(window)) == 6  # the choice is kept
    window.job_actions.archive([row_of(window, five[0])], archived=False)
    qtbot.waitUntil(lambda: not row_of(window, five[0]).job.archived, timeout=WAIT_MS)


def test_that_jobs_are_grouped_by_project(window: MainWindow, five: list[Job], qtbot) -> None:
    add_job(window.database, ended=JobState.FAILED, name="other", project="/data/mnist")
    qtbot.waitUntil(lambda: len(window.rows) == 6, timeout=WAIT_MS)
    by_project = next(a for a in window.sidebar.group_menu.actions() if a.data() == "project")
    by_project.trigger()
    assert names(window) == ["mnist", "other", "nowhere", "job 4", "job 3", "job 2", "job 1", "job 0"]
    view = window.sidebar.list
    assert [view.rowHeight(i) for i in range(5)] == [30, 52, 30, 52, 52]
    window.sidebar.group_menu.actions()[0].trigger()
    assert names(window)[0] == "Finished"
    assert [view.rowHeight(i) for i in range(5)] == [30, 52, 52, 52, 52]


def test_that_the_table_sorts_filters_and_selects_jobs(
    window: MainWindow, five: list[Job], qtbot, pointer: Pointer
) -> None:
    add_job(
        window.database,
        DONE,
        DONE,
        TrialState.FAILED,
        ended=JobState.FAILED,
        name="other",
        project="/a/mnist",
    )
    qtbot.waitUntil(lambda: len(window.rows) == 6, timeout=WAIT_MS)
    window.show_jobs()
    page = window.pages.jobs
    qtbot.waitUntil(lambda: all(r.job.id in page._sizes.bytes for r in page.model.rows), timeout=WAIT_MS)

    def shown() -> list[str]:
        return [r.job.name for r in page.model.rows]

    assert shown()[0] == "other"
    header = page.table.horizontalHeader()
    trials = COLUMNS.index("trials")
    at = QPoint(header.sectionViewportPosition(trials) + 20, header.height() // 2)
    pointer.click(header.viewport(), at)
    assert shown()[0] == "other"  # the most trials first
    pointer.click(header.viewport(), at)
    assert shown()[-1] == "other"
    type_into(qtbot, page.condition, 'project == "mnist" and failed > 0')
    qtbot.waitUntil(lambda: shown() == ["other"], timeout=WAIT_MS)
    type_into(qtbot, page.condition, "failed >")
    qtbot.waitUntil(lambda: page.condition.property("wrong") == "true", timeout=WAIT_MS)
    assert shown() == ["other"]
    type_into(qtbot, page.condition, "fialed > 0")

    def fixes() -> list[QPushButton]:
        return [b for b in page.findChildren(QPushButton) if b.text() == "Change to failed"]

    qtbot.waitUntil(lambda: any(b.isVisible() for b in fixes()), timeout=WAIT_MS)
    (fix,) = fixes()
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    assert page.condition.text() == "failed > 0"
    qtbot.waitUntil(lambda: not fix.isVisible(), timeout=WAIT_MS)
    assert page.condition.property("wrong") == "false"
    page.condition.clear()
    qtbot.waitUntil(lambda: len(shown()) == 6, timeout=WAIT_MS)

    def click_row(row: int, *holding: Qt.KeyboardModifier) -> None:
        pointer.click(
            page.table.viewport(), page.table.visualRect(page.model.index(row, 0)).center(), holding=holding
        )

    click_row(0)
    click_row(2, SHIFT)
    assert [j.job.name for j in page.table.chosen_jobs()] == shown()[:3]
    pointer.click(page.compare)
    qtbot.waitUntil(lambda: window.comparison is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.comparison.best.columnCount() == 4, timeout=WAIT_MS)


def test_that_selected_jobs_are_exported_and_deleted_after_a_question(
    window: MainWindow, five: list[Job], qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_jobs()
    page = window.pages.jobs
    page.table.selectRow(0)
    for target in (tmp_path / "jobs.csv", tmp_path / "jobs.json"):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, t=target: (str(t), ""))
        qtbot.mouseClick(page.export, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(target.exists, timeout=WAIT_MS)
    (line,) = csv.DictReader((tmp_path / "jobs.csv").open())
    assert (line["id"], line["name"], line["state"]) == (five[0].id, "job 4", "succeeded")
    assert [j["id"] for j in json.loads((tmp_path / "jobs.json").read_text())["jobs"]] == [five[0].id]
    page.table.selectAll()
    qtbot.mouseClick(page.delete, Qt.MouseButton.LeftButton)
    box = window.findChild(MessageBox)
    assert "5 jobs" in box.words.text()
    qtbot.mouseClick(box.buttons["Delete"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.rows == (), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: page.model.rows == [], timeout=WAIT_MS)


def test_that_the_comparison_draws_a_job_of_one_trial_and_no_legend_over_the_curves(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(specs=TWO, max_job_count=1)
    single = workspace.insert().id
    workspace.write(specs=TWO, max_job_count=6)
    other = workspace.insert().id
    qtbot.waitUntil(lambda: len(window.rows) == 2, timeout=WAIT_MS)
    window.compare(single, other)
    page = window.comparison
    qtbot.waitUntil(lambda: len(page.curves._plot.getPlotItem().listDataItems()) == 2, timeout=WAIT_MS)
    point = page.curves._plot.getPlotItem().listDataItems()[0]
    assert len(point.xData) == 2
    assert point.opts["symbol"] == "o"
    assert max(point.opts["symbolSize"]) > 0
    assert page.curves._plot.getPlotItem().legend is None
    assert [page.list.item(i).icon().isNull() for i in range(2)] == [False, False]
    for by in (By.HOURS, By.GPU_HOURS, By.TRIALS):
        page.curves.by._buttons[by].click()
    assert len(page.curves._plot.getPlotItem().listDataItems()) == 2
    page.curves.what._buttons["every"].click()
    assert len(page.curves._plot.getPlotItem().listDataItems()[1].xData) == 6
    page.list.setCurrentRow(0)
    qtbot.mouseClick(page.jobs._remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.best.columnCount() == 2, timeout=WAIT_MS)
    page.jobs._added(f"project  {single}")
    qtbot.waitUntil(lambda: page.best.columnCount() == 3, timeout=WAIT_MS)


def test_that_a_follow_up_of_a_deleted_project_is_written_into_a_new_folder(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.write(specs=TWO, max_job_count=2)
    job = workspace.insert()
    snapshot = workspace.data.snapshot(job.id)
    snapshot.mkdir(parents=True)
    for name in ("main.py", "openbayes.yaml"):
        shutil.copy(workspace.project / name, snapshot / name)
    shutil.rmtree(workspace.project)
    page = ended_page(window, qtbot, job.id)
    page.new_requested.emit(page.model.view.job, None)
    qtbot.waitUntil(lambda: window.findChild(MessageBox) is not None, timeout=WAIT_MS)
    box = window.findChild(MessageBox)
    assert str(workspace.project) in box.words.text().replace("\u200b", "")
    target = tmp_path / "again"
    target.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a: str(target))
    qtbot.mouseClick(box.buttons["Choose a folder…"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.editor is not None, timeout=WAIT_MS)
    assert window.editor.model.file == target / "openbayes.yaml"
    assert window.editor.edited.follows.id == job.id
    assert sorted(f.name for f in target.iterdir()) == ["main.py", "openbayes.local.yaml", "openbayes.yaml"]
    assert "seed: 1" in (target / "openbayes.local.yaml").read_text()
    with window.database.read() as connection:
        assert jobs.get(connection, job.id).submission.project == str(workspace.project)


def test_that_the_columns_of_the_table_fit_a_usual_window_and_the_choice_is_remembered(
    window: MainWindow, five: list[Job], qtbot
) -> None:
    window.resize(1440, 900)
    window.show_jobs()
    page = window.pages.jobs
    qtbot.waitUntil(lambda: window.width() == 1440 and page.table.viewport().width() > 1000, timeout=WAIT_MS)
    assert page.table.horizontalScrollBar().maximum() == 0
    hidden = {name for i, name in enumerate(COLUMNS) if page.table.isColumnHidden(i)}
    assert hidden == {"stopped", "metric", "size", "note"}
    menu = page.table.columns_menu()
    for action in menu.actions():
        if not action.isChecked():
            action.setChecked(True)
    window.switch_theme()
    again = window.pages.jobs
    assert again is not page
    assert not any(again.table.isColumnHidden(i) for i in range(len(COLUMNS)))


def test_that_the_condition_of_the_table_is_completed_while_it_is_typed(
    window: MainWindow, five: list[Job], qtbot
) -> None:
    window.show_jobs()
    page = window.pages.jobs
    window.activateWindow()
    type_into(qtbot, page.condition, "pro")
    qtbot.waitUntil(lambda: page.condition.offered == ["project"], timeout=WAIT_MS)
    qtbot.keyClick(page.condition, Qt.Key.Key_Return)
    qtbot.keyClicks(page.condition, " == ")
    qtbot.waitUntil(lambda: page.condition.offered == ['"nowhere"'], timeout=WAIT_MS)
    qtbot.keyClick(page.condition, Qt.Key.Key_Return)
    assert page.condition.text() == 'project == "nowhere"'
    qtbot.keyClick(page.condition, Qt.Key.Key_Return)
    assert page.condition.recent() == ['project == "nowhere"']
    type_into(qtbot, page.condition, "state == succ")
    qtbot.waitUntil(lambda: page.condition.offered == ['"succeeded"'], timeout=WAIT_MS)
