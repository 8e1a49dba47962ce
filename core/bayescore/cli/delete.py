"""``bayesdesk delete``: ended jobs go, with their trials and files."""

from __future__ import annotations

from typing import Annotated

import typer

from bayescore.cli.job_list import JOB
from bayescore.i18n import _, text


def delete(
    job: Annotated[str, JOB],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask."))] = False,
) -> None:
    """Delete an ended job."""
    import sys

    from bayescore.app import deletion
    from bayescore.cli.access import find_job, open_store
    from bayescore.cli.output import write
    from bayescore.errors import ConfigError
    from bayescore.files.tree import bytes_on_disk

    database = open_store()
    found = find_job(database, job)
    size = bytes_on_disk(database.folder.job(found.id)) / 2**20
    if not yes:
        if not sys.stdin.isatty():
            raise ConfigError(text("Nobody can be asked here; give --yes to delete the job."))
        question = _("Delete job {id} with its trials and files ({size:.1f} MiB)?", id=found.id, size=size)
        if not typer.confirm(question):
            return
    freed = deletion.delete(database, [found.id]) / 2**20
    write(_("Job {id} is deleted; {size:.1f} MiB are free.", id=found.id, size=freed))
