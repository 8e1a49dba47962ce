"""The queue in the sidebar: what jobs wait for, and their order changed with mouse, keys and menu."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt

from bayescore.app import engine_control
from bayescore.app.queueing import store_places
from bayescore.store import Database, Job, JobState, TrialState, jobs, queue, requests
from bayesdesk.jobs.job_list_model import ROW
from bayesdesk.models.job_list import spoken_line
from bayesdesk.window import MainWindow
from support.builders import a_submission
from support.pointer import Pointer
from support.stored_jobs import add_job
from support.window import WAIT_MS


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing runs: the jobs are rows of the store, and requests stay open."""
    monkeypatch.setattr(engine_control, "start", lambda _folder: None)


@pytest.fixture
def waiting(window: MainWindow, qtbot) -> list[Job]:
    """A running job, three that wait in order behind it, and one that waits for a place."""
    database = window.database
    store_places(database, 1)
    running = add_job(database, TrialState.SUCCEEDED, TrialState.RUNNING, name="running")
    made = [running]
    set_times(database, running)
    with database.write() as connection:
        for name in ("one", "two", "three"):
            made.append(jobs.add(connection, a_submission(name=name)))
        queue.set_in_order(connection, [job.id for job in made[1:]], in_order=True)
    made.append(add_job(database, name="shared"))
    qtbot.waitUntil(lambda: len(window.rows) == 5, timeout=WAIT_MS)
    return made


def set_times(database: Database, job: Job) -> None:
    """Let the first trial of a job have taken ten minutes, and the second one run for five."""
    moment = datetime.now(UTC)
    times = [(moment - timedelta(minutes=m)).isoformat(timespec="microseconds") for m in (15, 5)]
    with database.write() as connection:
        update = "UPDATE trials SET started_at = ?, ended_at = ? WHERE job = ? AND number = ?"
        connection.exec_driver_sql(update, (times[0], times[1], job.id, 1))
        connection.exec_driver_sql(update, (times[1], None, job.id, 2))


def shown(window: MainWindow) -> list[str]:
    model = window.jobs
    items = [model.index(i).data(ROW) for i in range(model.rowCount())]
    return [item if isinstance(item, str) else item.job.name for item in items]


def carry_out(database: Database) -> list[str]:
    """Do what the engine does with requests about the queue; return where the jobs were put."""
    with database.write() as connection:
        found = requests.unfinished(connection)
        for request in found:
            if request.kind == requests.REORDER:
                queue.move(connection, request.job, request.data["to"])
            else:
                queue.set_in_order(connection, [request.job], in_order=request.data["in_order"])
            requests.mark_done(connection, request)
    return [str(request.data) for request in found]


def wait_for(window: MainWindow, qtbot, *names: str) -> None:
    """Carry out requests until the waiting jobs are shown in an order."""

    def are_shown() -> bool:
        carry_out(window.database)
        return shown(window) == ["Running", "running", "Waiting", *names]

    qtbot.waitUntil(are_shown, timeout=WAIT_MS)


def test_that_waiting_jobs_say_what_they_wait_for(window: MainWindow, waiting: list[Job], qtbot) -> None:
    assert shown(window) == ["Running", "running", "Waiting", "one", "two", "three", "shared"]
    lines = {row.job.name: spoken_line(row) for row in window.rows}
    assert "waits for running" in lines["one"]
    assert "waits for one" in lines["two"]
    assert "waits for a place" in lines["shared"]
    estimate = re.compile(r"about \d\d:\d\d")
    qtbot.waitUntil(lambda: bool(estimate.search(line_of(window, "shared"))), timeout=WAIT_MS)
    window.switch_language()
    assert "等待 running" in spoken_line(next(r for r in window.rows if r.job.name == "one"))


def test_that_jobs_are_dragged_to_another_place_of_the_queue(
    window: MainWindow, waiting: list[Job], qtbot, pointer: Pointer
) -> None:
    view = window.sidebar.list
    area = {job.submission.name: view.visualRect(window.jobs.index_of(job.id)) for job in waiting}
    pointer.drag(
        view.viewport(), area["three"].center(), QPoint(area["one"].center().x(), area["one"].top() + 4)
    )
    wait_for(window, qtbot, "three", "one", "two", "shared")
    first = view.visualRect(window.jobs.index_of(waiting[3].id))
    pointer.drag(view.viewport(), first.center(), QPoint(first.center().x(), view.viewport().height() - 5))
    wait_for(window, qtbot, "one", "two", "shared", "three")
    assert window.sidebar.selected_jobs()[0].job.name == "three"
    running = view.visualRect(window.jobs.index_of(waiting[0].id))
    pointer.drag(view.viewport(), running.center(), first.center())  # it runs: nothing to move
    assert carry_out(window.database) == []


def test_that_keys_and_menu_change_the_order(window: MainWindow, waiting: list[Job], qtbot) -> None:
    view = window.sidebar.list
    two = waiting[2]
    window.activateWindow()
    view.setFocus()
    view.setCurrentIndex(window.jobs.index_of(two.id))
    qtbot.waitUntil(view.hasFocus, timeout=WAIT_MS)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    wait_for(window, qtbot, "two", "one", "three", "shared")
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)  # it is the first that waits
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    wait_for(window, qtbot, "one", "two", "three", "shared")
    choose(window, waiting[4], "Run first")
    wait_for(window, qtbot, "shared", "one", "two", "three")
    choose(window, waiting[4], "Put at the end")
    wait_for(window, qtbot, "one", "two", "three", "shared")
    choose(window, waiting[1], "Wait for the jobs ahead")
    qtbot.waitUntil(
        lambda: bool(carry_out(window.database) or "a place" in line_of(window, "one")), timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: "a place" in line_of(window, "one"), timeout=WAIT_MS)


def test_that_a_second_move_follows_the_first_before_the_queue_has_changed(
    window: MainWindow, waiting: list[Job], qtbot
) -> None:
    view = window.sidebar.list
    window.activateWindow()
    view.setFocus()
    view.setCurrentIndex(window.jobs.index_of(waiting[1].id))
    qtbot.waitUntil(view.hasFocus, timeout=WAIT_MS)
    for _press in range(2):
        qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert window.background.actions == ("Storing the request",)  # the window does not close before
    qtbot.waitUntil(lambda: not window.background.actions, timeout=WAIT_MS)
    wait_for(window, qtbot, "two", "three", "one", "shared")
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    wait_for(window, qtbot, "two", "one", "three", "shared")


def line_of(window: MainWindow, name: str) -> str:
    return spoken_line(next(row for row in window.rows if row.job.name == name))


def choose(window: MainWindow, job: Job, words: str) -> None:
    row = next(row for row in window.rows if row.job.id == job.id)
    menu = window.sidebar.job_menu([row])
    next(action for action in menu.actions() if action.text() == words).trigger()


def test_that_ended_jobs_have_no_place_in_the_queue(window: MainWindow, qtbot) -> None:
    add_job(window.database, TrialState.SUCCEEDED, ended=JobState.SUCCEEDED, name="done")
    qtbot.waitUntil(lambda: len(window.rows) == 1, timeout=WAIT_MS)
    words = [action.text() for action in window.sidebar.job_menu(list(window.rows)).actions()]
    assert "Run first" not in words
