"""``bayesdesk backup`` and ``bayesdesk restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayescore.app import backups
from bayescore.cli.output import aside, progress, write
from bayescore.cli.store import open_store
from bayescore.i18n import _, n_
from bayescore.store import DataFolder
from bayescore.times import local


def backup(
    file: Annotated[Path, typer.Argument(help=_("File to write; it must not exist."))],
    outputs: Annotated[
        bool, typer.Option("--outputs", help=_("Include the files that trials wrote; they may be large."))
    ] = False,
    secrets: Annotated[
        bool, typer.Option("--secrets", help=_("Include secrets that an openbayes.yaml has in clear text."))
    ] = False,
) -> None:
    """Write a backup; jobs may be running."""
    database = open_store()
    with progress(_("Backup")) as report:
        made = backups.make(database, file.absolute(), outputs=outputs, secrets=secrets, progress=report)
    write(
        _(
            "{file}: {size:.1f} MiB; jobs: {jobs}, trials: {trials}.",
            file=file,
            jobs=made.manifest.jobs,
            trials=made.manifest.trials,
            size=file.stat().st_size / 2**20,
        )
    )
    if not outputs:
        write(_("The output folders of trials are not included; use --outputs to include them."))
    if made.masked:
        write(
            n_(
                "Secrets in clear text were left out of {count} file; --secrets includes them.",
                "Secrets in clear text were left out of {count} files; --secrets includes them.",
                count=made.masked,
            )
        )
    if made.unread:
        aside(_("Not in the backup, because they cannot be read: {files}", files=_some(made.unread)))


def restore(
    file: Annotated[Path, typer.Argument(help=_("A backup."))],
    replace: Annotated[
        bool, typer.Option("--replace", help=_("Move the current content of the data folder aside."))
    ] = False,
) -> None:
    """Put a backup's content into the data folder."""
    folder = DataFolder.default()
    manifest = backups.read_manifest(file)
    with progress(_("Restore")) as report:
        done = backups.restore(folder, file, replace=replace, progress=report)
    write(
        _(
            "{folder} has been restored to its state of {at}; jobs: {jobs}, trials: {trials}.",
            jobs=manifest.jobs,
            trials=manifest.trials,
            at=local(manifest.made_at),
            folder=folder.root,
        )
    )
    if done.aside is not None:
        write(_("The previous content is in {folder}.", folder=done.aside))
    if done.stopped:
        write(
            _(
                "Jobs that had not ended were stopped: {count}. "
                "To continue one: bayesdesk continue JOB --trials N",
                count=done.stopped,
            )
        )
    if done.left_out:
        aside(
            _(
                "Left out, because they are not regular files or are links out of their folder: {files}",
                files=_some(done.left_out),
            )
        )


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else _("{names} and {count} more", names=shown, count=len(names) - 5)
