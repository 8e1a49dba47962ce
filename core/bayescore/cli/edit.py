"""``bayesdesk edit``."""

from __future__ import annotations

from typing import Annotated

import typer

from bayescore.app import job_marks, trial_marks
from bayescore.app.lookup import find_job
from bayescore.cli.options import JOB
from bayescore.cli.output import write
from bayescore.cli.store import open_jobs
from bayescore.errors import ConfigError
from bayescore.i18n import _, n_, text


def edit(
    job: Annotated[list[str], JOB],
    name: Annotated[str | None, typer.Option("--name", help=_("Another name; of one job only."))] = None,
    note: Annotated[str | None, typer.Option("--note", help=_("A note; an empty one removes it."))] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help=_("Add a tag; several times for several."))
    ] = None,
    untag: Annotated[list[str] | None, typer.Option("--untag", help=_("Remove a tag."))] = None,
    archive: Annotated[
        bool | None,
        typer.Option(
            "--archive/--unarchive", help=_("Hide from the lists, or show again."), show_default=False
        ),
    ] = None,
    baseline: Annotated[
        int | None,
        typer.Option("--baseline", help=_("Trial to compare with; 0 for the baseline of the settings.")),
    ] = None,
) -> None:
    """Name, note, tag and archive jobs; choose what a job is compared with."""
    if (name, note, archive, baseline) == (None, None, None, None) and not tag and not untag:
        raise ConfigError(text("Give at least one change, such as --name or --tag."))
    if name is not None and len(job) > 1:
        raise ConfigError(text("Only one job at a time can be renamed."))
    if baseline is not None and len(job) > 1:
        raise ConfigError(text("A baseline is a trial of one job; name one job."))
    database = open_jobs()
    chosen = list(dict.fromkeys(find_job(database, word).id for word in job))
    if baseline is not None:
        trial_marks.set_baseline(database, chosen[0], baseline or None)
    if name is not None:
        job_marks.rename(database, chosen[0], name)
    if note is not None:
        job_marks.annotate(database, chosen, note)
    if tag or untag:
        job_marks.tag(database, chosen, tag or (), untag or ())
    if archive is not None:
        job_marks.archive(database, chosen, archived=archive)
    write(n_("{count} job has been changed.", "{count} jobs have been changed.", len(chosen)))
