"""``bayesdesk backup`` and ``bayesdesk restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayescore.i18n import _


def backup(
    file: Annotated[Path, typer.Argument(help=_("File to write; it must not exist."))],
    outputs: Annotated[
        bool, typer.Option("--outputs", help=_("Also what the trials' programs wrote: it may be large."))
    ] = False,
) -> None:
    """Write a backup; jobs may run meanwhile."""
    from bayescore.cli.access import open_store
    from bayescore.cli.output import progress, write
    from bayescore.store import backup as backups

    database = open_store()
    with progress(_("Backup")) as told:
        about = backups.make(database, file.absolute(), outputs=outputs, told=told)
    write(
        _(
            "{file}: {size:.1f} MiB; jobs: {jobs}, trials: {trials}.",
            file=file,
            jobs=about.jobs,
            trials=about.trials,
            size=file.stat().st_size / 2**20,
        )
    )
    if not outputs:
        write(_("Without the trials' output folders; --outputs takes them along."))


def restore(
    file: Annotated[Path, typer.Argument(help=_("A backup."))],
    replace: Annotated[
        bool, typer.Option("--replace", help=_("Put aside what the data folder holds now."))
    ] = False,
) -> None:
    """Put a backup's content into the data folder."""
    from bayescore.cli.access import open_store
    from bayescore.cli.output import progress, write
    from bayescore.store import DataFolder, jobs
    from bayescore.store import backup as backups

    folder = DataFolder.default()
    about = backups.read_about(file)
    with progress(_("Restore")) as told:
        aside = backups.restore(folder, file, replace=replace, told=told)
    write(
        _(
            "In {folder} is what was there at {at}; jobs: {jobs}, trials: {trials}.",
            jobs=about.jobs,
            trials=about.trials,
            at=about.made_at[:19],
            folder=folder.root,
        )
    )
    if aside is not None:
        write(_("What was there before is in {folder}.", folder=aside))
    with open_store().read() as connection:
        if jobs.active(connection):
            write(_("Jobs that had not ended go on with: bayesdesk engine start"))
