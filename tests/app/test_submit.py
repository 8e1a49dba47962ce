"""Submitting a job: confirmed, stored once, its secrets beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bayescore.app import consent
from bayescore.app.options import Options
from bayescore.app.prepare import Prepared, prepare
from bayescore.app.submit import submit
from bayescore.errors import ConfigError
from bayescore.store import Database, DataFolder, jobs
from bayescore.store.job_secrets import load
from support.stored_jobs import add_job
from support.workspace import Workspace

SECRET = {"key": {"is_secret": True, "source": "env", "env": "LAB_TOKEN"}}


@pytest.fixture
def prepared(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    monkeypatch.setenv("LAB_TOKEN", "value")
    workspace.write(root={"parameters": SECRET})
    return prepare(workspace.project, Options())


def stored(database: Database) -> int:
    with database.read() as connection:
        return len(jobs.every(connection))


def test_that_a_job_is_stored_with_its_secrets_and_the_engine_is_started(
    database: Database, prepared: Prepared, starts: list[DataFolder]
) -> None:
    job = submit(database, prepared, prepared.permissions)
    assert stored(database) == 1
    assert job.submission == prepared.submission
    assert load(database.folder, job.id, job.config) == {"key": "value"}
    assert starts == [database.folder]


def test_that_nothing_is_stored_without_a_confirmation(
    database: Database, prepared: Prepared, starts: list[DataFolder]
) -> None:
    with pytest.raises(consent.UnconfirmedError) as refused:
        submit(database, prepared, prepared.permissions[1:])
    assert refused.value.permissions == prepared.permissions
    assert refused.value.job is None
    assert stored(database) == 0
    assert starts == []


def test_that_a_confirmation_is_remembered_for_the_project_and_its_jobs(
    database: Database, prepared: Prepared
) -> None:
    job = submit(database, prepared, prepared.permissions)
    assert consent.unconfirmed(database.folder, prepared) == ()
    assert consent.unconfirmed_of_job(database.folder, job) == ()
    submit(database, prepared)
    assert stored(database) == 2


def test_that_another_project_needs_its_own_confirmation(
    database: Database, prepared: Prepared, tmp_path: Path
) -> None:
    submit(database, prepared, prepared.permissions)
    assert prepared.submission is not None
    elsewhere = replace(prepared, submission=replace(prepared.submission, project=str(tmp_path)))
    with pytest.raises(consent.UnconfirmedError):
        submit(database, elsewhere)


def test_that_a_job_learns_from_earlier_jobs_and_theirs_but_only_of_the_same_metric(
    database: Database, workspace: Workspace
) -> None:
    earlier = add_job(database, history=("aaaa",))
    workspace.write()
    submission = prepare(workspace.project, Options(history=(earlier,))).submission
    assert submission is not None
    assert submission.history == ("aaaa", earlier.id)
    workspace.write(hyperparameter_metric="loss")
    with pytest.raises(ConfigError, match="optimises “score”, but this job optimises “loss”"):
        prepare(workspace.project, Options(history=(earlier,)))
