"""``bayesdesk delete``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bayescore.app import deletion
from bayescore.app.lookup import find_job
from bayescore.cli.options import JOB
from bayescore.cli.output import write
from bayescore.cli.store import open_store
from bayescore.errors import ConfigError
from bayescore.i18n import _, text


def delete(
    job: Annotated[str, JOB],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask."))] = False,
) -> None:
    """Delete an ended job."""
    database = open_store()
    found = find_job(database, job)
    size = deletion.job_bytes(database, found.id) / 2**20
    if not yes:
        if not sys.stdin.isatty():
            raise ConfigError(text("There is no terminal to ask on. Give --yes to delete the job."))
        question = _("Delete job {id} with its trials and files ({size:.1f} MiB)?", id=found.id, size=size)
        if not typer.confirm(question):
            return
    freed = deletion.delete(database, [found.id]) / 2**20
    write(_("Job {id} has been deleted; {size:.1f} MiB were freed.", id=found.id, size=freed))
