"""Summaries of jobs: what lists read, and only of jobs that have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.store import Database, DataFolder, JobState, jobs, revisions
from support.builders import a_submission


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(DataFolder(tmp_path)).open()


def test_that_a_summary_has_what_the_job_has(database: Database) -> None:
    with database.write() as connection:
        job = jobs.add(connection, a_submission(message="第一次"))
        jobs.mark(connection, job.id, tags=["a", "b"], name="renamed")
        job = jobs.get(connection, job.id)
        ((summary,), _revision) = jobs.summaries(connection)
    assert (summary.seq, summary.id, summary.name, summary.note, summary.tags) == (
        job.seq, job.id, "renamed", "第一次", ("a", "b"),
    )  # fmt: skip
    assert (summary.metric, summary.goal) == (job.metric, job.config.hyper_tuning.goal)
    assert (summary.state, summary.max_trials, summary.created_at) == (
        job.state,
        job.max_trials,
        job.created_at,
    )
    assert (summary.project, summary.runner, summary.archived) == ("/nowhere", "process", False)


def test_that_only_jobs_that_have_changed_since_are_read(database: Database) -> None:
    with database.write() as connection:
        first, second, third = (jobs.add(connection, a_submission()).id for _ in range(3))
        found, revision = jobs.summaries(connection)
        assert [job.id for job in found] == [first, second, third]
    with database.write() as connection:
        assert jobs.summaries(connection, revision) == ([], revision)
        jobs.move(connection, second, JobState.RUNNING)
        found, later = jobs.summaries(connection, revision)
        assert [(job.id, job.state) for job in found] == [(second, JobState.RUNNING)]
        before = revisions.of_jobs(connection)
        jobs.remove(connection, second)
        assert revisions.of_jobs(connection) != before
        jobs.mark(connection, first, note="changed after the newest was deleted")
        assert [job.id for job in jobs.summaries(connection, later)[0]] == [first]


def test_that_changes_are_seen_in_a_store_that_lost_its_revision(database: Database) -> None:
    with database.write() as connection:
        job = jobs.add(connection, a_submission()).id
        jobs.mark(connection, job, name="one")
        _found, revision = jobs.summaries(connection)
        connection.exec_driver_sql("DELETE FROM settings")
        jobs.mark(connection, job, name="two")
        assert [j.name for j in jobs.summaries(connection, revision)[0]] == ["two"]
