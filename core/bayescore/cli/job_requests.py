"""``bayesdesk cancel``, ``rerun`` and ``continue``: wishes that the engine brings about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bayescore.cli.confirming import YES
from bayescore.cli.job_list import JOB, JSON
from bayescore.i18n import _, text

if TYPE_CHECKING:
    from bayescore.store import Database, Job

_DETACH = typer.Option("--detach", help=_("Do not wait for the end."))


def cancel(
    job: Annotated[str, JOB],
    trial: Annotated[int | None, typer.Argument(help=_("Number of the trial; without it the job."))] = None,
) -> None:
    """Wish for the end of a job or a trial."""
    from bayescore.app import engine_control
    from bayescore.cli.access import find_job, find_trial, open_store
    from bayescore.cli.output import write
    from bayescore.engine import cancellation

    database = open_store()
    found = find_job(database, job)
    if trial is not None:
        find_trial(database, found, trial)
    if found.state.ended:
        write(_("Job {id} has ended already.", id=found.id))
        return
    cancellation.request(database, found.id, trial)
    engine_control.start(database.folder)
    write(
        _("Job {id} is being stopped.", id=found.id)
        if trial is None
        else _("Trial {number} is being stopped.", number=trial)
    )


def rerun(
    job: Annotated[str, JOB],
    trial: Annotated[int | None, typer.Argument(help=_("Number of the trial."))] = None,
    failed: Annotated[bool, typer.Option("--failed", help=_("All trials that failed or were lost."))] = False,
    yes: Annotated[bool, YES] = False,
    detach: Annotated[bool, _DETACH] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Run trials again with the same parameters."""
    from bayescore.cli.access import find_job, find_trial, open_store
    from bayescore.engine.requests import check_runs_here
    from bayescore.errors import ConfigError
    from bayescore.store import TrialState, requests
    from bayescore.store import trials as trial_rows

    if (trial is None) == (not failed):
        raise ConfigError(text("Name one trial, or give --failed."))
    database = open_store()
    found = find_job(database, job)
    check_runs_here(found)
    if trial is not None:
        if not find_trial(database, found, trial).state.ended:
            raise ConfigError(text("Trial {number} has not ended yet.", number=trial))
    else:
        with database.read() as connection:
            states = {t.state for t in trial_rows.of_job(connection, found.id)}
        if not states & {TrialState.FAILED, TrialState.LOST}:
            raise ConfigError(text("No trial of job {id} has failed.", id=found.id))
    _go_on(database, found, requests.RERUN, trial=trial, yes=yes, detach=detach, json=json)


def continue_(
    job: Annotated[str, JOB],
    trials: Annotated[int, typer.Option("--trials", min=1, max=100, help=_("How many more."))],
    yes: Annotated[bool, YES] = False,
    detach: Annotated[bool, _DETACH] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Go on with a job, with everything that it has learned."""
    from bayescore.cli.access import find_job, open_store
    from bayescore.engine.requests import check_runs_here
    from bayescore.store import requests

    database = open_store()
    found = find_job(database, job)
    check_runs_here(found)
    _go_on(database, found, requests.CONTINUE, count=trials, yes=yes, detach=detach, json=json)


def _go_on(
    database: Database,
    job: Job,
    kind: str,
    *,
    trial: int | None = None,
    count: int | None = None,
    yes: bool,
    detach: bool,
    json: bool,
) -> None:
    from bayescore.app import actions, consent
    from bayescore.cli.access import job_as_json
    from bayescore.cli.confirming import confirm
    from bayescore.cli.follow import follow
    from bayescore.cli.output import as_json, write

    confirmed = confirm(consent.asked_by_job(database.folder, job), yes=yes, job=job.id)
    actions.go_on(database, job.id, kind, trial=trial, count=count, confirmed=confirmed)
    _until_fulfilled(database, job.id)
    code = 0 if detach else follow(database, job.id, quiet=json)
    if json:
        as_json(job_as_json(database, job.id))
    elif detach:
        write(_("Job {id} goes on; follow it with: bayesdesk show {id} -f", id=job.id))
    raise typer.Exit(code)


def _until_fulfilled(database: Database, identifier: str) -> None:
    """Wait until the engine has taken the submission in: before it the job may look ended still."""
    import time

    from bayescore.errors import RunnerError
    from bayescore.store import requests

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.read() as connection:
            if not any(w.job == identifier and w.kind != "cancel" for w in requests.unfinished(connection)):
                return
        time.sleep(0.05)
    raise RunnerError(text("The engine does not answer."), text("See: bayesdesk engine status"))
