"""What the window reads from the store: each time only what is new, and always what the store holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from bayescore.config import LocalSettings
from bayescore.i18n import text
from bayescore.store import (
    CurveRecord,
    Database,
    DataFolder,
    EndForecast,
    JobState,
    NewPoints,
    TrialState,
    events,
    jobs,
    trials,
)
from bayescore.store.points import PointWriter, clear
from bayesdesk.services.snapshot_reader import SnapshotReader
from support.builders import a_submission
from support.stored_jobs import add_job
from support.views import a_forecast

S = TrialState


@dataclass
class Store:
    """A running job whose store is written by one connection and read by another."""

    writing: Database
    reader: SnapshotReader
    job: str = ""
    seq: int = 0
    read: list[str] = field(default_factory=list)  # statements of the reader
    writer: PointWriter = field(default_factory=PointWriter)

    def add(self, *numbers: int) -> None:
        with self.writing.write() as connection:
            for number in numbers:
                trial = trials.add(connection, self.job, number, {"x": 0.5}, "random")
                started = trials.move(connection, trial, S.STARTING)
                trials.move(connection, started, S.RUNNING)

    def end(self, number: int, value: float | None, state: TrialState = S.SUCCEEDED) -> None:
        with self.writing.write() as connection:
            trials.move(connection, self.trial(connection, number), state, value=value)

    def forecast(self, number: int, forecast: EndForecast) -> None:
        with self.writing.write() as connection:
            trial = self.trial(connection, number)
            trials.set_curve(connection, trial.id, CurveRecord(forecast))

    def retry(self, number: int) -> None:
        """Run a trial again to its end, between two readings."""
        with self.writing.write() as connection:
            trial = trials.retry(connection, self.trial(connection, number))
            trial = trials.move(connection, trial, S.STARTING)
            trial = trials.move(connection, trial, S.RUNNING)
            self._report(connection, number, "score", 7.0)
            trials.move(connection, trial, S.SUCCEEDED, value=7.0)

    def report(self, number: int, name: str, *values: float) -> None:
        with self.writing.write() as connection:
            self._report(connection, number, name, *values)

    def _report(self, connection: sa.Connection, number: int, name: str, *values: float) -> None:
        trial = self.trial(connection, number)
        new = NewPoints(self.seq, trial.id, trial.attempt, tuple((name, v) for v in values))
        self.writer.append(connection, [new])

    def trial(self, connection: sa.Connection, number: int):
        return next(t for t in trials.of_job(connection, self.job) if t.number == number)

    def check(self) -> None:
        """What was read step by step is what a reader finds that starts anew."""
        rows, view = self.reader.read(self.job)
        fresh = SnapshotReader(self.writing).view(self.job)
        assert view is not None
        assert (view.job, view.trials, view.events, view.best) == (
            fresh.job,
            fresh.trials,
            fresh.events,
            fresh.best,
        )
        assert view.series.keys() == fresh.series.keys()
        for trial, by_name in fresh.series.items():
            assert view.series[trial].keys() == by_name.keys()
            assert all(np.array_equal(view.series[trial][n], v, equal_nan=True) for n, v in by_name.items())
        (row,) = [r for r in rows if r.job.id == self.job]
        assert row.best == (fresh.best.value if fresh.best else None)
        assert row.done == sum(t.state.ended for t in fresh.trials)
        assert (row.stopped, view.early_stops) == (fresh.early_stops.count, fresh.early_stops)
        assert row.stopped == sum(t.state is S.STOPPED_EARLY for t in fresh.trials)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    writing, reading = (Database(DataFolder(tmp_path)).open() for _ in range(2))
    made = Store(writing, SnapshotReader(reading))
    with writing.write() as connection:
        job = jobs.add(connection, a_submission())
        jobs.move(connection, job.id, JobState.RUNNING)
    made.job, made.seq = job.id, job.seq
    sa.event.listen(
        reading._reading,
        "before_cursor_execute",
        lambda _c, _k, statement, *_rest: made.read.append(statement),
    )
    yield made
    writing.close()
    reading.close()


def test_that_every_step_of_a_job_is_seen(store: Store) -> None:
    store.check()
    store.add(1, 2)
    store.check()
    store.report(1, "score", 0.1, 0.2)
    store.report(2, "loss", 3.0)
    store.check()
    store.report(1, "score", float("nan"))
    store.end(1, 0.5)
    store.add(3)
    store.check()
    store.end(2, None, S.FAILED)
    with store.writing.write() as connection:
        events.add(connection, store.job, "note", text("Something happened."))
        jobs.extend(connection, store.job, 50)
    store.check()
    store.end(3, 0.75)
    with store.writing.write() as connection:
        jobs.move(connection, store.job, JobState.SUCCEEDED)
    store.check()


@pytest.mark.parametrize("again", [1, 2])
def test_that_a_trial_that_ended_is_read_again_when_it_changes(store: Store, again: int) -> None:
    store.add(1, 2)
    for number in (1, 2):
        store.report(number, "score", 0.5, 0.6)
        store.end(number, 0.5)
    store.check()
    store.retry(again)
    store.check()
    view = store.reader.view(store.job)
    assert [t.attempt for t in view.trials] == [2 if n == again else 1 for n in (1, 2)]
    assert view.series[view.trials[again - 1].id]["score"].tolist() == [7.0]
    with store.writing.write() as connection:
        trials.star(connection, store.job, again, starred=True)
        trials.annotate(connection, store.job, again, "stable")
    store.check()
    assert store.reader.view(store.job).trials[again - 1].note == "stable"


def test_that_deleted_points_are_gone_and_later_ones_are_there(store: Store) -> None:
    store.add(1, 2)
    store.report(1, "score", 1.0, 2.0)
    store.report(2, "score", 3.0)
    store.check()
    with store.writing.write() as connection:
        clear(connection, store.trial(connection, 1).id, 1, "score")
    store.report(1, "score", 4.0)
    store.check()
    view = store.reader.view(store.job)
    assert view.series[view.trials[0].id]["score"].tolist() == [4.0]


def test_that_a_job_that_is_added_continued_or_deleted_is_seen(store: Store) -> None:
    store.add(1)
    store.end(1, 0.5)
    with store.writing.write() as connection:
        jobs.move(connection, store.job, JobState.SUCCEEDED)
    store.check()
    with store.writing.write() as connection:
        jobs.begin_run(connection, store.job)
        jobs.extend(connection, store.job, 2)
        jobs.move(connection, store.job, JobState.RUNNING)
    store.add(2)
    store.check()
    with store.writing.write() as connection:
        other = jobs.add(connection, a_submission())
    assert [r.job.id for r in store.reader.rows()] == [other.id, store.job]
    with store.writing.write() as connection:
        jobs.remove(connection, store.job)
    rows, view = store.reader.read(store.job)
    assert ([r.job.id for r in rows], view) == ([other.id], None)
    with pytest.raises(KeyError):
        store.reader.view(store.job)


def test_that_a_change_by_an_engine_of_an_earlier_version_is_seen(store: Store) -> None:
    store.check()
    with store.writing.write() as connection:  # it counts the change, but does not know the column
        connection.exec_driver_sql("UPDATE settings SET value = value + 1 WHERE name = 'revision:jobs'")
        connection.exec_driver_sql("UPDATE jobs SET state = 'succeeded', max_trials = 3")
    store.check()
    ((row,), view) = store.reader.read(store.job)
    assert view is not None
    assert (row.job.state, view.job.state, view.job.max_trials) == (JobState.SUCCEEDED, JobState.SUCCEEDED, 3)
    with store.writing.write() as connection:
        jobs.mark(connection, store.job, note="later")
    assert store.reader.rows()[0].job.note == "later"


def test_that_what_has_not_changed_is_neither_read_nor_replaced(store: Store) -> None:
    store.add(1, 2, 3)
    store.report(1, "score", *np.arange(1000.0))
    store.end(1, 0.5)
    store.end(2, 0.25)
    rows, before = store.reader.read(store.job)
    assert before is not None
    store.report(3, "score", 1.0)
    store.read.clear()
    again, after = store.reader.read(store.job)
    assert after is not None
    assert after.trials is before.trials
    assert after.events is before.events
    assert after.job is before.job
    first = after.trials[0].id
    assert after.series[first] is before.series[first]
    assert before.series.get(after.trials[2].id) is None
    assert [r.best for r in again] == [r.best for r in rows]
    assert len(store.read) <= 8
    assert not any("count(*) AS count_1 \nFROM points" in statement for statement in store.read)
    _rows, last = store.reader.read(store.job)
    assert last is not None
    assert last.series is after.series


def test_that_forecasts_and_early_stops_are_seen_as_they_come_and_after_the_end(store: Store) -> None:
    store.add(1, 2, 3)
    store.check()
    store.forecast(2, a_forecast(chance=0.25))
    store.forecast(3, a_forecast(chance=0.004))
    store.check()
    (row,) = store.reader.rows()
    assert row.chances == {2: 0.25, 3: 0.004}
    store.end(3, 0.2, S.STOPPED_EARLY)
    store.end(1, 0.5)
    store.check()
    (row,) = store.reader.rows()
    assert (row.chances, row.stopped, row.best) == ({2: 0.25}, 1, 0.5)
    store.end(2, 0.9, S.STOPPED_EARLY)
    with store.writing.write() as connection:
        jobs.move(connection, store.job, JobState.SUCCEEDED)
    store.check()
    (row,) = store.reader.rows()
    assert (row.chances, row.stopped, row.best) == ({}, 2, 0.5)


@pytest.mark.parametrize("limits", [{"max_hours": 8.0}, {"max_gpu_hours": 4.0}])
def test_that_the_budget_of_a_job_is_read_while_it_runs(tmp_path: Path, limits: dict[str, float]) -> None:
    database = Database(DataFolder(tmp_path)).open()
    job = add_job(database, S.RUNNING, local=LocalSettings(**limits))
    reader = SnapshotReader(database)
    rows, view = reader.read(job.id)
    assert view is not None
    assert view.budget is not None
    assert rows[0].budget == view.budget
    assert (view.budget.hours, view.budget.gpu_hours) == (
        limits.get("max_hours"),
        limits.get("max_gpu_hours"),
    )
    left = view.budget.left.seconds if "max_hours" in limits else view.budget.left.gpu_seconds
    assert left == pytest.approx(next(iter(limits.values())) * 3600, abs=60)
    with database.write() as connection:
        trials.move(connection, trials.of_job(connection, job.id)[0], S.SUCCEEDED, value=1.0)
        jobs.move(connection, job.id, JobState.SUCCEEDED)
    rows, view = reader.read(job.id)
    assert view is not None
    assert (view.budget, rows[0].budget) == (None, None)
    database.close()
