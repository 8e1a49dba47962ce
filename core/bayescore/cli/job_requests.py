"""``bayesdesk cancel``, ``rerun`` and ``continue``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from bayescore.app import job_requests
from bayescore.app.lookup import find_job
from bayescore.app.permissions import Permission
from bayescore.cli.confirming import with_confirmation
from bayescore.cli.follow import follow
from bayescore.cli.options import DETACH, JOB, JSON, YES
from bayescore.cli.output import write
from bayescore.cli.store import open_store, print_job
from bayescore.errors import ConfigError
from bayescore.i18n import _, text
from bayescore.store import Database


def cancel(
    job: Annotated[str, JOB],
    trial: Annotated[int | None, typer.Argument(help=_("Number of the trial; without it the job."))] = None,
) -> None:
    """Stop a job or a trial."""
    database = open_store()
    found = find_job(database, job)
    if not job_requests.cancel(database, found.id, () if trial is None else (trial,)):
        write(_("Job {id} has already ended.", id=found.id))
    elif trial is None:
        write(_("Job {id} is being stopped.", id=found.id))
    else:
        write(_("Trial {number} is being stopped.", number=trial))


def rerun(
    job: Annotated[str, JOB],
    trial: Annotated[int | None, typer.Argument(help=_("Number of the trial."))] = None,
    failed: Annotated[bool, typer.Option("--failed", help=_("All trials that failed or were lost."))] = False,
    yes: Annotated[bool, YES] = False,
    detach: Annotated[bool, DETACH] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Run trials again with the same parameters."""
    if (trial is None) == (not failed):
        raise ConfigError(text("Name one trial, or give --failed."))
    database = open_store()
    found, numbers = find_job(database, job), () if trial is None else (trial,)
    _request(
        database,
        found.id,
        lambda confirmed: job_requests.rerun(database, found.id, numbers, confirmed),
        yes=yes,
        detach=detach,
        json=json,
    )


def continue_(
    job: Annotated[str, JOB],
    trials: Annotated[int, typer.Option("--trials", min=1, max=100, help=_("How many more."))],
    yes: Annotated[bool, YES] = False,
    detach: Annotated[bool, DETACH] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Continue a job with everything that its search has learned."""
    database = open_store()
    found = find_job(database, job)
    _request(
        database,
        found.id,
        lambda confirmed: job_requests.continue_job(database, found.id, trials, confirmed),
        yes=yes,
        detach=detach,
        json=json,
    )


def _request(
    database: Database,
    identifier: str,
    request: Callable[[tuple[Permission, ...]], None],
    *,
    yes: bool,
    detach: bool,
    json: bool,
) -> None:
    with_confirmation(request, yes=yes)
    job_requests.wait_until_accepted(database, identifier)
    code = 0 if detach else follow(database, identifier, quiet=json)
    if json:
        print_job(database, identifier)
    elif detach:
        write(_("Job {id} continues; follow it with: bayesdesk show {id} -f", id=identifier))
    raise typer.Exit(code)
