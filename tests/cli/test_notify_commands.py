"""Notifications as a user sets them up, and as they arrive."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.notify import deliveries
from bayescore.store import jobs
from support.crashes import crash_and_restart
from support.notice_server import SECRET, NoticeServer
from support.workspace import BIN, REPORT_X, Workspace, wait_until


@pytest.fixture
def server() -> Iterator[NoticeServer]:
    made = NoticeServer().start()
    yield made
    made.close()


def test_that_an_address_is_added_tried_and_removed(workspace: Workspace, server: NoticeServer) -> None:
    label = "JSON (127.0.0.1)"
    asked = subprocess.run(
        [str(BIN / "bayesdesk"), "notify", "add"],
        input=f"{server.url}\n",  # not an argument, which a history would keep
        env=workspace._environment({}),
        capture_output=True,
        text=True,
    )
    assert (asked.returncode, asked.stderr) == (0, "")
    assert label in asked.stdout
    again = workspace.run("notify", "add", server.url)
    assert (again.code, "already in the list" in again.err) == (2, True)
    assert workspace.run("notify", "list", "--json").json() == {
        "addresses": [label],
        "desktop": True,
        "events": ["disk", "ended", "failed", "still"],
    }
    sent = workspace.run("notify", "test")
    assert (sent.code, sent.out.strip()) == (0, f"{label}: sent")
    assert server.titles == ["Bayesdesk: a test"]
    server.status = 404
    refused = workspace.run("notify", "test", "1")
    assert (refused.code, refused.out.strip()) == (1, f"{label}: not sent: HTTP 404")
    assert SECRET not in workspace.run("doctor", "--json").out
    assert workspace.run("notify", "remove", "2").code == 2
    assert workspace.run("notify", "remove", "1").code == 0
    assert workspace.run("notify", "test").code == 1
    assert workspace.run("notify", "list", "--json").json()["addresses"] == []


def test_that_events_are_chosen_and_a_wrong_name_changes_nothing(workspace: Workspace) -> None:
    assert "[x] best" in workspace.run("notify", "events", "ended", "best").out
    wrong = workspace.run("notify", "events", "ended", "finished")
    assert (wrong.code, "no event “finished”" in wrong.err) == (2, True)
    assert workspace.run("notify", "list", "--json").json()["events"] == ["best", "ended"]
    assert "[x]" not in workspace.run("notify", "events", "none").out
    assert workspace.run("notify", "desktop", "--off").code == 0
    assert workspace.run("notify", "list", "--json").json()["desktop"] is False


def test_that_an_address_that_cannot_be_read_is_refused(workspace: Workspace) -> None:
    refused = workspace.run("notify", "add", "https://example.com/hook")
    assert refused.code == 2
    assert "jsons://" in refused.err
    assert not workspace.data.notifications.exists()


def test_that_the_end_of_a_job_is_announced_once_its_server_and_the_engine_are_up_again(
    workspace: Workspace,
) -> None:
    server = NoticeServer()
    workspace.write(max_job_count=1)
    assert workspace.run("notify", "add", server.url).code == 0
    job = workspace.tune()

    def has_failed_once() -> bool:
        with workspace.reading() as connection:
            return [(d.tries, d.is_sending) for d in deliveries.every(connection)] == [(1, False)]

    wait_until(has_failed_once, "nothing is tried")
    workspace.kill_watchdog_and_engine()
    server.start()
    assert workspace.run("jobs").code == 0  # starts the engine, as there is something to send
    wait_until(lambda: server.received, "nothing arrives")
    assert server.titles == ["project: succeeded"]
    body = server.received[0][1]
    assert f"Best score: {job['best']['value']:.6g}, trial 1" in body
    assert str(workspace.root) not in body
    workspace.run("engine", "stop")
    holding = [f for f in workspace.root.rglob("*") if f.is_file() and SECRET.encode() in f.read_bytes()]
    assert holding == [workspace.data.notifications]
    file = workspace.root / "night.tar"
    assert workspace.run("backup", str(file), "--secrets").code == 0
    assert SECRET.encode() not in file.read_bytes()
    server.close()


@pytest.mark.parametrize(("moment", "count"), [("before", 1), ("after", 0)])
def test_that_an_engine_that_dies_around_the_mark_of_an_attempt_sends_it_at_most_once(
    workspace: Workspace, server: NoticeServer, moment: str, count: int
) -> None:
    workspace.write(REPORT_X, max_job_count=1)
    workspace.run("notify", "add", server.url)
    workspace.run("engine", "stop")
    workspace.allow()
    submission = prepare(workspace.project, Options(seed=1)).submission
    assert submission is not None
    database = workspace.database()
    with database.write() as connection:
        job = jobs.add(connection, submission).id
    database.close()
    crash_and_restart(workspace, moment, "bayescore.engine.notifier:Notifier._store")
    wait_until(lambda: workspace.job(job).state.ended, "the job does not end")
    if count:
        wait_until(lambda: server.received, "nothing arrives")
    else:
        workspace.wait_for_event(job, "notification_failed", "nothing is said about it")
    workspace.run("engine", "stop")
    assert len(server.received) == count
