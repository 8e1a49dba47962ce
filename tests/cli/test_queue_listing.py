"""``bayesdesk queue`` shows what runs, what waits and for what."""

from __future__ import annotations

from bayescore.app.queueing import store_places
from bayescore.store import TrialState, jobs, queue
from support.builders import a_submission
from support.stored_jobs import add_job
from support.workspace import Workspace


def test_that_each_job_says_what_it_waits_for(workspace: Workspace) -> None:
    workspace.run("engine", "stop")  # the jobs stay as they are stored here
    database = workspace.database()
    try:
        store_places(database, 1)
        running = add_job(database, TrialState.SUCCEEDED, TrialState.RUNNING, name="running")
        shared = add_job(database, name="shared")
        with database.write() as connection:
            waiting = jobs.add(connection, a_submission(name="waiting")).id
            queue.set_in_order(connection, [waiting], in_order=True)
    finally:
        database.close()
    shown = workspace.run("queue").out.splitlines()
    assert [line.split("\t")[:6] for line in shown[1:4]] == [
        ["1", running.id, "running", "1/10", "shares", "1 trial runs"],
        ["2", shared.id, "shared", "0/10", "shares", "waits for a place"],
        ["3", waiting, "waiting", "0/10", "in order", f"waits for job {shared.id}"],
    ]
    assert shown[4] == "1 of 1 place is taken (your setting)."
    assert "等待名额" in workspace.run("--lang", "zh", "queue").out
    found = workspace.run("queue", "--json").json()
    assert found["places"] == {"count": 1, "is_limit": True, "taken": 1.0}
    assert [job["waits_for"] for job in found["jobs"]] == ["place", "place", "ahead"]
    assert found["jobs"][2]["waits_for_job"] == shared.id
    assert workspace.run("queue", "--places", "auto").out.rstrip().endswith("(one for each core).")
