"""What a follow-up job says about the job that it continues."""

from __future__ import annotations

import sqlalchemy as sa

from bayescore.app import lineage
from bayescore.i18n import set_language
from bayescore.store import Database, Job, TrialState, jobs, tables
from bayescore.times import now
from support.stored_jobs import add_job
from support.workspace import Workspace

S = TrialState


def dated(database: Database, job: Job, at: str) -> Job:
    """The job as if it had been submitted at another time."""
    with database.write() as connection:
        connection.execute(sa.update(tables.jobs).where(tables.jobs.c.id == job.id).values(created_at=at))
        return jobs.get(connection, job.id)


def words(database: Database, *history: str) -> str:
    with database.read() as connection:
        return str(lineage.continues(lineage.continued(connection, history)))


def test_that_the_job_the_day_and_the_number_of_its_trials_are_named(database: Database) -> None:
    earlier = add_job(database, S.SUCCEEDED, S.FAILED, S.RUNNING, name="digits")
    job = dated(database, earlier, f"{now()[:4]}-11-26T12:00:00+00:00")
    assert words(database, job.id) == "Continues digits of 26 Nov (2 trials)."
    set_language("zh")
    try:
        assert words(database, job.id) == "接续 11 月 26 日的 digits（2 次执行）。"
    finally:
        set_language("en")


def test_that_a_day_of_another_year_has_its_year() -> None:
    assert str(lineage.day("2021-03-05T12:00:00+00:00")) == "5 Mar 2021"


def test_that_only_the_jobs_that_are_continued_directly_are_named(database: Database) -> None:
    first = add_job(database, S.SUCCEEDED, name="first")
    second = add_job(database, S.SUCCEEDED, name="second", history=(first.id,))
    other = add_job(database, S.SUCCEEDED, name="other")
    with database.read() as connection:
        found = lineage.continued(connection, (first.id, second.id, other.id))
    assert [(e.id, e.name, e.trials) for e in found] == [(second.id, "second", 1), (other.id, "other", 1)]


def test_that_a_deleted_job_is_not_named(database: Database) -> None:
    job = add_job(database, S.SUCCEEDED, ended=None)
    with database.write() as connection:
        jobs.remove(connection, job.id)
    assert words(database, job.id) == "None"
    assert words(database) == "None"


def test_that_a_follow_up_job_names_the_earlier_one_in_show_and_among_its_events(
    workspace: Workspace,
) -> None:
    workspace.write(max_job_count=2)
    earlier = workspace.insert()
    follow_up = workspace.tune("--history", earlier.id)["id"]
    shown = workspace.run("show", follow_up).out
    sentence = f"Continues {earlier.submission.name} of {lineage.day(earlier.created_at)} (2 trials)."
    assert shown.count(sentence) == 2
    assert "continues" in workspace.events(follow_up)
    assert "Continues" not in workspace.run("show", earlier.id).out
