"""The pages “Events” and “Configuration” of a job, and how far it is everywhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea

from bayescore.store import JobState, TrialState
from bayescore.times import parsed
from bayesdesk.jobs.configuration_page import ConfigurationPage
from bayesdesk.jobs.events_page import EventsPage
from bayesdesk.models.snapshot import JobRow, JobView
from bayesdesk.plots.metric import MetricChart
from bayesdesk.plots.objective import ObjectiveChart
from bayesdesk.ui import theme
from bayesdesk.window import MainWindow
from support.programs import wait_for
from support.stored_jobs import add_job
from support.window import WAIT_MS, ended_page, finished_job, job_page
from support.workspace import REPORT_X, Workspace


def opened(page, kind, tab: str, qtbot):
    page.tabs.setCurrentIndex(page.names.index(tab))
    qtbot.waitUntil(
        lambda: page.findChild(kind) is not None and page.findChild(kind).isVisible(), timeout=WAIT_MS
    )
    return page.findChild(kind)


def texts(events: EventsPage) -> list[str]:
    return [events.events.index(i, 3).data() for i in range(events.events.rowCount())]


def test_that_the_events_have_the_begin_and_end_of_each_trial_and_are_filtered(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=3)
    events = opened(page, EventsPage, "events", qtbot)
    assert len(texts(events)) == 6
    qtbot.keyClicks(events.trial, "2")
    first, last = texts(events)
    assert first == "The trial has started."
    assert last.startswith("The trial has ended: succeeded, score ")
    assert events.count.text() == "2 of 6 events"
    events.trial.clear()
    events.problems.click()
    assert texts(events) == []
    events.problems.click()
    events.kind.setCurrentIndex(1)
    events.kind.activated.emit(1)
    assert texts(events) == []


def test_that_events_of_a_running_job_arrive_while_they_are_shown(
    window: MainWindow, workspace: Workspace, qtbot, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    workspace.write(REPORT_X + wait_for(go), max_job_count=2, parallel_count=1)
    job = workspace.begin()
    window.show_job(job)
    events = opened(job_page(window, qtbot), EventsPage, "events", qtbot)
    qtbot.waitUntil(lambda: "The trial has started." in texts(events), timeout=WAIT_MS)
    go.touch()
    qtbot.waitUntil(lambda: "The job has ended: succeeded." in texts(events), timeout=WAIT_MS)
    said = texts(events)
    assert said.count("The trial has started.") == 2
    assert sum(each.startswith("The trial has ended: succeeded") for each in said) == 2


def test_that_the_configuration_is_coloured_and_says_where_the_job_runs(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    page = finished_job(window, workspace, qtbot, max_job_count=2)
    shown = opened(page, ConfigurationPage, "configuration", qtbot)
    assert shown.text.toPlainText() == page.model.view.job.submission.file_text
    assert shown.text.isReadOnly()
    line = shown.text.document().firstBlock().layout()

    def colours() -> set[str]:
        return {f.format.foreground().color().name() for f in line.formats()}

    qtbot.waitUntil(lambda: theme.palette().syntax_key in colours(), timeout=WAIT_MS)
    words = [label.text() for label in shown.findChildren(QLabel)]
    assert {"Runner", "Processes of this machine", str(workspace.project)} <= set(words)
    assert not any("{" in word for word in words)
    assert "Open folder" in [b.accessibleName() for b in shown.findChildren(QPushButton)]
    window.resize(1024, 700)
    (scroll,) = shown.findChildren(QScrollArea)
    qtbot.waitUntil(lambda: window.width() == 1024, timeout=WAIT_MS)
    assert scroll.widget().minimumSizeHint().width() <= scroll.viewport().width()


def test_that_the_configuration_links_to_the_job_that_is_continued_until_it_is_deleted(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    earlier = add_job(window.database, TrialState.SUCCEEDED, ended=JobState.SUCCEEDED, name="first")
    later = add_job(
        window.database, TrialState.SUCCEEDED, ended=JobState.SUCCEEDED, name="second", history=(earlier.id,)
    )
    page = ended_page(window, qtbot, later.id)
    shown = opened(page, ConfigurationPage, "configuration", qtbot)
    (link,) = [b for b in shown.findChildren(QPushButton) if b.text().startswith("first of ")]
    assert link.text().endswith("(1 trial)")
    assert str(parsed(earlier.created_at).astimezone().day) in link.text()
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.job_page.model.view.job.id == earlier.id, timeout=WAIT_MS)
    assert not window.job_page.header._continues.isVisible()
    page = ended_page_of(window, qtbot, later.id)
    assert page.header._continues.isVisible()
    assert workspace.run("delete", earlier.id, "--yes").code == 0
    qtbot.waitUntil(lambda: not page.header._continues.isVisible(), timeout=WAIT_MS)


def ended_page_of(window: MainWindow, qtbot, job: str):
    window.show_job(job)
    qtbot.waitUntil(lambda: window.job_page.model.view.job.id == job, timeout=WAIT_MS)
    return window.job_page


def test_that_the_sidebar_and_the_header_are_as_far_at_every_moment(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    count = 4
    done: dict[str, int] = {}
    differing: list[tuple[int, int]] = []

    def take_rows(rows: tuple[JobRow, ...]) -> None:
        done["sidebar"] = sum(row.done for row in rows if row.job.id == job)
        QTimer.singleShot(0, compare)

    def take_view(view: JobView) -> None:
        done["header"] = sum(t.state.ended for t in view.trials)

    def compare() -> None:
        if "header" in done and done["header"] != done["sidebar"]:
            differing.append((done["header"], done["sidebar"]))

    workspace.write(max_job_count=count, parallel_count=2)
    job = workspace.begin()
    window.watch.rows_changed.connect(take_rows)
    window.watch.view_changed.connect(take_view)
    window.show_job(job)
    qtbot.waitUntil(lambda: done.get("header") == count, timeout=WAIT_MS)
    assert differing == []
    qtbot.waitUntil(lambda: window.rows[0].job.state.ended, timeout=WAIT_MS)
    assert workspace.run("show", job).out.count(f"{count} of {count} trials") == 1
    assert job_page(window, qtbot).header._progress.value.text() == f"{count} of {count}"


def test_that_a_single_metric_is_as_wide_as_the_objective(
    window: MainWindow, workspace: Workspace, qtbot
) -> None:
    workspace.write(max_job_count=2)
    job = workspace.insert(metrics=lambda parameters: {"score": float(parameters["x"])})
    page = ended_page(window, qtbot, job.id)
    page.tabs.setCurrentIndex(0)
    objective = page.findChild(ObjectiveChart)
    metrics = page.findChildren(MetricChart)
    assert len(metrics) == 1
    qtbot.waitUntil(lambda: metrics[0].width() > 0, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: metrics[0].width() == objective.width(), timeout=WAIT_MS)
