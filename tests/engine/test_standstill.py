"""A job that stands still is noticed and announced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bayescore.engine.standstill import STILL, Standstill
from bayescore.i18n import text
from bayescore.store import TrialState, events, trials
from support.notice_desk import Desk, opened_desk
from support.stored_jobs import add_job


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from opened_desk(tmp_path)


def test_that_a_job_that_stands_still_is_announced_once_for_each_time(desk: Desk) -> None:
    clock = [0.0]
    standstill = Standstill(desk.database, lambda: clock[0])
    job = add_job(desk.database, TrialState.RUNNING)

    def pass_minutes(count: int) -> None:
        for _ in range(count):
            clock[0] += 60
            standstill.look([job])
        desk.step()

    pass_minutes(59)
    assert desk.received == []
    pass_minutes(200)
    assert [notice.title for _, notice in desk.received] == ["test: stands still"]
    assert desk.received[0][1].body.startswith("Nothing has started, reported or ended for 60 minutes.")
    standstill = Standstill(desk.database, lambda: clock[0])  # the engine starts again
    pass_minutes(100)
    assert len(desk.received) == 1
    with desk.database.write() as connection:
        events.add(connection, job.id, "resumed", text("The job was resumed."))
    pass_minutes(100)
    assert len(desk.received) == 2


def test_that_a_job_that_waits_for_a_place_or_a_gpu_does_not_stand_still(desk: Desk) -> None:
    clock = [0.0]
    standstill = Standstill(desk.database, lambda: clock[0])
    job = add_job(desk.database, TrialState.SUCCEEDED, TrialState.PENDING)
    for _minute in range(200):
        clock[0] += 60
        standstill.look([job])
    desk.step()
    assert desk.received == []


def test_that_a_long_trial_may_be_silent_for_three_times_as_long_as_the_longest(desk: Desk) -> None:
    clock = [0.0]
    standstill = Standstill(desk.database, lambda: clock[0])
    job = add_job(desk.database, TrialState.RUNNING, TrialState.RUNNING)
    began = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="microseconds")
    with desk.database.write() as connection:
        first = trials.of_job(connection, job.id)[0]
        trials.move(connection, first, TrialState.SUCCEEDED, value=1.0, started_at=began)
    told_after = []
    for minute in range(420):
        clock[0] += 60
        standstill.look([job])
        with desk.database.read() as connection:
            if not told_after and events.last_at(connection, job.id, STILL):
                told_after.append(minute + 1)
    assert told_after == [362]  # six hours and a moment, counted from the first look
