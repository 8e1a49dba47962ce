"""Trials begin only in the hours of their job, and are given back at the end if it asks for that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bayescore.app.queueing import state_words
from bayescore.config import LocalSettings
from bayescore.config.hours import Hours
from bayescore.queue import Hold, Why
from bayescore.queue.standing import read_queue
from bayescore.store import Database, DataFolder, JobState, TrialState, events, queue
from bayescore.times import utc
from support.programs import wait_for
from support.stepped_engine import SteppedEngine
from support.stored_jobs import add_job
from support.workspace import REPORT_X, Workspace

EVENING = datetime(2026, 11, 27, 19, 59, tzinfo=UTC)  # a Friday
HOURS = {"when": "20:00-08:00, sun", "zone": "UTC"}


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = EVENING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(workspace: Workspace, clock: Clock) -> Iterator[SteppedEngine]:
    made = SteppedEngine(workspace, clock=clock)
    yield made
    made.close()


def begin(workspace: Workspace, engine: SteppedEngine, go: Path, **hours: object) -> str:
    workspace.write(
        wait_for(go) + REPORT_X, max_job_count=2, parallel_count=1, local={"hours": {**HOURS, **hours}}
    )
    workspace.allow()
    return engine.submit()


def running(engine: SteppedEngine, job: str) -> int:
    return engine.count(job, TrialState.RUNNING)


def test_that_trials_begin_in_the_hours_and_end_normally_after_them(
    workspace: Workspace, engine: SteppedEngine, clock: Clock, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    job = begin(workspace, engine, go)
    engine.until(lambda: "snapshot" in workspace.events(job), "it is not set up")
    engine.until(lambda: True, "")
    assert engine.trials(job) == []
    clock.now += timedelta(minutes=1)
    engine.until(lambda: running(engine, job) == 1, "no trial begins")
    clock.now += timedelta(hours=12)  # Saturday, 08:00
    engine.until(lambda: True, "")
    assert running(engine, job) == 1
    go.touch()
    engine.until(lambda: engine.count(job, TrialState.SUCCEEDED) == 1, "it does not end")
    engine.until(lambda: True, "")
    assert len(engine.trials(job)) == 1
    clock.now += timedelta(days=1)  # Sunday, 08:00
    engine.until(lambda: engine.state(job) is JobState.SUCCEEDED, "the job does not end")
    assert [t.attempt for t in engine.trials(job)] == [1, 1]


def test_that_trials_that_are_given_back_begin_again_with_the_same_parameters(
    workspace: Workspace, engine: SteppedEngine, clock: Clock, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    job = begin(workspace, engine, go, give_back=True)
    clock.now += timedelta(hours=1)
    engine.until(lambda: running(engine, job) == 1, "no trial begins")
    before = engine.trials(job)[0].parameters
    clock.now += timedelta(hours=12)
    engine.until(lambda: engine.count(job, TrialState.PENDING) == 1, "it is not given back")
    engine.until(lambda: True, "")
    assert (engine.state(job), engine.trials(job)[0].attempt) == (JobState.RUNNING, 2)
    with engine.database.read() as connection:
        given_back = [e for e in events.of_job(connection, job) if e.kind == "given_back"]
    assert len(given_back) == 1
    go.touch()
    clock.now += timedelta(hours=12)
    engine.until(lambda: engine.state(job) is JobState.SUCCEEDED, "the job does not end")
    assert [t.attempt for t in engine.trials(job)] == [2, 1]
    assert engine.trials(job)[0].parameters == before


def test_that_a_job_that_waits_for_its_hours_can_be_cancelled(
    workspace: Workspace, engine: SteppedEngine, tmp_path: Path
) -> None:
    job = begin(workspace, engine, tmp_path / "never")
    engine.until(lambda: "snapshot" in workspace.events(job), "it is not set up")
    workspace.run("cancel", job)
    engine.until(lambda: engine.state(job) is JobState.CANCELLED, "it is not cancelled")
    assert engine.trials(job) == []


def test_that_the_queue_shows_what_a_job_waits_for_and_nobody_waits_for_it(tmp_path: Path) -> None:
    database = Database(DataFolder(tmp_path)).open()
    begin, end = (utc() + timedelta(hours=hours) for hours in (2, 3))
    hours = Hours(when=f"{begin:%H:%M}-{end:%H:%M}", zone="UTC")
    first = add_job(database, TrialState.SUCCEEDED, local=LocalSettings(hours=hours))
    second = add_job(database, TrialState.SUCCEEDED)
    with database.write() as connection:
        queue.set_in_order(connection, [second.id], in_order=True)
    with database.read() as connection:
        held, free = read_queue(connection, ()).standings
    assert (held.job.id, held.hold) == (first.id, Hold(Why.HOURS))
    assert held.begins_at == begin.replace(second=0, microsecond=0).timestamp()
    assert str(state_words(held)) == "waits for its hours"
    assert free.hold is None or free.hold.why is not Why.AHEAD
    database.close()
