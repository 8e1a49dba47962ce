"""Requests about a stored job: what is checked, what is stored, when the engine is started."""

from __future__ import annotations

import pytest

from bayescore.app import consent, engine_control, job_requests
from bayescore.app.permissions import permissions_of
from bayescore.errors import ConfigError, RunnerError
from bayescore.store import IMPORTED, Database, DataFolder, Job, JobState, TrialState, jobs, requests
from bayescore.store.job_secrets import load
from support.builders import FILE
from support.stored_jobs import add_job

WITH_SECRET = FILE + "parameters: {key: {is_secret: true, source: env, env: LAB_TOKEN}}\n"
IN_CLEAR = FILE + "parameters: {key: {is_secret: true, value: '***'}}\n"  # as it is stored
ENDED = JobState.FAILED


def started_here(database: Database, *states: TrialState, **changes: object) -> Job:
    """A stored job that was submitted here, so that nothing of it has to be confirmed."""
    job = add_job(database, *states, **changes)  # type: ignore[arg-type]
    consent.remember_job(database.folder, job)
    return job


def open_requests(database: Database) -> list[tuple[str, str, int | None, int | None]]:
    with database.read() as connection:
        return [(r.job, r.kind, r.trial, r.count) for r in requests.unfinished(connection)]


# ---- cancel


def test_that_a_job_and_its_trials_are_cancelled(database: Database, starts: list[DataFolder]) -> None:
    job = add_job(database, TrialState.PENDING, TrialState.PENDING, TrialState.SUCCEEDED)
    assert job_requests.cancel(database, job.id) is True
    assert job_requests.cancel(database, job.id, (1, 2)) is True
    assert open_requests(database) == [(job.id, requests.CANCEL, n, None) for n in (None, 1, 2)]
    assert starts == [database.folder, database.folder]


def test_that_an_ended_job_is_not_cancelled_again(database: Database, starts: list[DataFolder]) -> None:
    job = add_job(database, ended=ENDED)
    assert job_requests.cancel(database, job.id) is False
    assert (open_requests(database), starts) == ([], [])


def test_that_no_trial_is_cancelled_when_one_does_not_exist(database: Database) -> None:
    job = add_job(database, TrialState.PENDING)
    with pytest.raises(ConfigError, match="has no trial 2"):
        job_requests.cancel(database, job.id, (1, 2))
    assert open_requests(database) == []


def test_that_every_job_is_cancelled_before_the_engine_stops_with_its_trials(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = [add_job(database), add_job(database)]
    add_job(database, ended=ENDED)

    def an_engine(_folder: DataFolder) -> None:
        with database.write() as connection:
            for request in requests.unfinished(connection):
                jobs.move(connection, request.job, JobState.CANCELLED)
                requests.mark_done(connection, request)

    monkeypatch.setattr(engine_control, "start", an_engine)
    engine_control.stop_jobs(database)
    with database.read() as connection:
        states = [jobs.get(connection, job.id).state for job in running]
    assert states == [JobState.CANCELLED, JobState.CANCELLED]


def test_that_a_job_that_has_been_deleted_is_an_error(database: Database) -> None:
    with pytest.raises(ConfigError, match="There is no job “abcdefgh”"):
        job_requests.cancel(database, "abcdefgh")


# ---- continue


def test_that_a_job_is_continued(database: Database, starts: list[DataFolder]) -> None:
    job = started_here(database, TrialState.SUCCEEDED, ended=ENDED)
    job_requests.continue_job(database, job.id, 5)
    assert open_requests(database) == [(job.id, requests.CONTINUE, None, 5)]
    assert starts == [database.folder]


@pytest.mark.parametrize(
    ("place", "words"),
    [({"runner": IMPORTED}, "was imported"), ({"runner": "ray", "endpoint": None}, "was restored")],
    ids=["imported", "restored without its cluster"],
)
def test_that_a_job_that_cannot_run_here_is_neither_continued_nor_run_again(
    database: Database, starts: list[DataFolder], place: dict[str, object], words: str
) -> None:
    job = started_here(database, TrialState.FAILED, ended=ENDED, **place)
    with pytest.raises(ConfigError, match=words):
        job_requests.continue_job(database, job.id, 5)
    with pytest.raises(ConfigError, match=words):
        job_requests.rerun(database, job.id)
    assert (open_requests(database), starts) == ([], [])


def test_that_a_job_of_another_machine_is_confirmed_once(database: Database) -> None:
    job = add_job(database, TrialState.FAILED, ended=ENDED)
    with pytest.raises(consent.UnconfirmedError) as refused:
        job_requests.continue_job(database, job.id, 5)
    assert refused.value.job == job.id
    assert all(needed in refused.value.permissions for needed in permissions_of(job.submission, None))
    assert open_requests(database) == []
    job_requests.continue_job(database, job.id, 5, refused.value.permissions)
    job_requests.rerun(database, job.id)
    assert [kind for _job, kind, _trial, _count in open_requests(database)] == ["continue", "rerun"]


def test_that_secrets_are_read_again_for_a_job_that_has_ended(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started_here(database, ended=ENDED, file_text=WITH_SECRET)
    with pytest.raises(ConfigError, match="LAB_TOKEN, which is not set"):
        job_requests.continue_job(database, job.id, 1)
    assert open_requests(database) == []
    monkeypatch.setenv("LAB_TOKEN", "value")
    job_requests.continue_job(database, job.id, 1)
    assert load(database.folder, job.id, job.config) == {"key": "value"}


def test_that_a_job_that_has_ended_does_not_run_again_without_a_secret_that_was_in_its_file(
    database: Database, starts: list[DataFolder]
) -> None:
    job = started_here(database, TrialState.FAILED, ended=ENDED, file_text=IN_CLEAR)
    with pytest.raises(ConfigError, match="“key” was written in the file"):
        job_requests.continue_job(database, job.id, 1)
    with pytest.raises(ConfigError, match="“key” was written in the file"):
        job_requests.rerun(database, job.id)
    assert (open_requests(database), starts) == ([], [])


def test_that_a_running_job_still_has_a_secret_that_was_in_its_file(
    database: Database, starts: list[DataFolder]
) -> None:
    job = started_here(database, TrialState.FAILED, file_text=IN_CLEAR)
    job_requests.rerun(database, job.id)
    assert open_requests(database) == [(job.id, requests.RERUN, None, None)]


# ---- re-run


def test_that_trials_run_again_by_number_or_all_that_failed(
    database: Database, starts: list[DataFolder]
) -> None:
    job = started_here(database, TrialState.SUCCEEDED, TrialState.LOST, TrialState.FAILED)
    job_requests.rerun(database, job.id, (1, 3))
    job_requests.rerun(database, job.id)
    assert open_requests(database) == [(job.id, requests.RERUN, n, None) for n in (1, 3, None)]
    assert starts == [database.folder, database.folder]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [((1, 2), "Trial 2 has not ended"), ((1, 4), "has no trial 4"), ((), "No trial of job")],
)
def test_that_no_trial_runs_again_when_one_cannot(
    database: Database, starts: list[DataFolder], numbers: tuple[int, ...], words: str
) -> None:
    job = started_here(database, TrialState.SUCCEEDED, TrialState.RUNNING, TrialState.CANCELLED)
    with pytest.raises(ConfigError, match=words):
        job_requests.rerun(database, job.id, numbers)
    assert (open_requests(database), starts) == ([], [])


# ---- waiting for the engine


def test_that_only_this_jobs_requests_to_run_are_waited_for(database: Database) -> None:
    job, other = started_here(database, ended=ENDED), started_here(database, ended=ENDED)
    job_requests.continue_job(database, other.id, 1)
    job_requests.cancel(database, started_here(database).id)
    job_requests.wait_until_accepted(database, job.id)


def test_that_a_request_that_no_engine_takes_is_an_error(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started_here(database, ended=ENDED)
    job_requests.continue_job(database, job.id, 1)
    monkeypatch.setattr(job_requests, "_ACCEPT_S", 0.1)
    with pytest.raises(RunnerError, match="does not answer"):
        job_requests.wait_until_accepted(database, job.id)
