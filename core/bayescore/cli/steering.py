"""``bayesdesk add``, ``change``, ``pause`` and ``resume``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from bayescore.app import job_requests, steering
from bayescore.app.lookup import find_job
from bayescore.cli.confirming import with_confirmation
from bayescore.cli.options import JOB, YES
from bayescore.cli.output import write
from bayescore.cli.store import open_store
from bayescore.i18n import _
from bayescore.times import clock, parsed


def add(
    job: Annotated[str, JOB],
    parameters: Annotated[
        list[str] | None, typer.Argument(help=_("NAME=VALUE; the search chooses the others."))
    ] = None,
    like: Annotated[
        int | None, typer.Option("--like", help=_("Trial whose other parameters are taken."))
    ] = None,
    yes: Annotated[bool, YES] = False,
) -> None:
    """Add a trial by hand."""
    database = open_store()
    found = find_job(database, job)
    known = with_confirmation(
        lambda confirmed: steering.add_trial(database, found.id, parameters or (), like, confirmed), yes=yes
    )
    job_requests.wait_until_accepted(database, found.id)
    given = ", ".join(f"{name} = {value}" for name, value in known.parameters.items())
    write(_("Added to job {id}: {given}. It runs as soon as there is a place.", id=found.id, given=given))


def change(
    job: Annotated[str, JOB],
    count: Annotated[int | None, typer.Option("--count", help=_("Number of trials."))] = None,
    parallel: Annotated[int | None, typer.Option("--parallel", help=_("Trials at a time."))] = None,
    gpus: Annotated[str | None, typer.Option("--gpus", help=_("all, none, or a list: 0,1."))] = None,
    trials_per_gpu: Annotated[
        int | None, typer.Option("--trials-per-gpu", help=_("Trials that share one GPU."))
    ] = None,
    timeout: Annotated[
        str | None, typer.Option("--timeout", help=_("Time limit of a trial that begins, like 2h; or none."))
    ] = None,
    max_failed: Annotated[
        str | None,
        typer.Option("--max-failed", help=_("Failed trials after which the job stops; none for no limit.")),
    ] = None,
    early_stopping: Annotated[
        bool | None,
        typer.Option(
            "--early-stopping/--no-early-stopping", help=_("Stop trials that will not become the best.")
        ),
    ] = None,
    max_hours: Annotated[
        str | None,
        typer.Option("--max-hours", help=_("Hours after which the job ends with its best; or none.")),
    ] = None,
    max_gpu_hours: Annotated[
        str | None, typer.Option("--max-gpu-hours", help=_("The same in hours of all GPUs."))
    ] = None,
    hours: Annotated[
        str | None,
        typer.Option(
            "--hours", help=_("Times and days at which trials may begin: 20:00-08:00, sat; or none.")
        ),
    ] = None,
) -> None:
    """Change a job that runs; the trials that run are not touched."""
    database = open_store()
    found = find_job(database, job)
    asked = steering.checked_change(
        count=count,
        parallel=parallel,
        gpus=gpus,
        trials_per_gpu=trials_per_gpu,
        trial_timeout=timeout,
        max_failed_trials=max_failed,
        early_stopping=early_stopping,
        max_hours=max_hours,
        max_gpu_hours=max_gpu_hours,
        hours=hours,
    )
    steering.change_job(database, found.id, asked)
    job_requests.wait_until_accepted(database, found.id)
    write(_("Job {id} has been changed.", id=found.id))


def pause(
    job: Annotated[str, JOB],
    now: Annotated[
        bool, typer.Option("--now", help=_("Also end the trials that run; they begin again later."))
    ] = False,
) -> None:
    """Begin no more trials."""
    database = open_store()
    found = find_job(database, job)
    steering.pause(database, found.id, now=now)
    job_requests.wait_until_accepted(database, found.id)
    write(_("Job {id} is paused; continue it with: bayesdesk resume {id}", id=found.id))


def resume(
    job: Annotated[str, JOB],
    at: Annotated[
        str | None, typer.Option("--at", help=_("When: 18:00, or 2026-12-31 08:30. By default at once."))
    ] = None,
) -> None:
    """Continue a paused job."""
    database = open_store()
    found = find_job(database, job)
    moment = None if at is None else steering.parse_time(at, datetime.now(UTC))
    steering.resume(database, found.id, moment)
    if moment is not None:
        write(_("Job {id} continues at {time}.", id=found.id, time=clock(parsed(moment))))
        return
    job_requests.wait_until_accepted(database, found.id)
    write(_("Job {id} continues; follow it with: bayesdesk show {id} -f", id=found.id))
