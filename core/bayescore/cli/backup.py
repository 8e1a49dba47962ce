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
    secrets: Annotated[
        bool, typer.Option("--secrets", help=_("Also secrets that an openbayes.yaml has in clear text."))
    ] = False,
) -> None:
    """Write a backup; jobs may run meanwhile."""
    from bayescore.cli.access import open_store
    from bayescore.cli.output import aside, progress, write
    from bayescore.store import backup as backups

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
        write(_("Without the trials' output folders; --outputs takes them along."))
    if made.masked:
        write(
            _(
                "Secrets in clear text were left out of {count} files; --secrets includes them.",
                count=made.masked,
            )
        )
    if made.unread:
        aside(_("Not readable, and not in the backup: {files}", files=_some(made.unread)))


def restore(
    file: Annotated[Path, typer.Argument(help=_("A backup."))],
    replace: Annotated[
        bool, typer.Option("--replace", help=_("Put aside what the data folder holds now."))
    ] = False,
) -> None:
    """Put a backup's content into the data folder."""
    from bayescore.app import consent
    from bayescore.cli.output import aside, progress, write
    from bayescore.store import DataFolder
    from bayescore.store.backup import read_manifest
    from bayescore.store.restore import restore as restore_backup

    folder = DataFolder.default()
    manifest = read_manifest(file)
    with progress(_("Restore")) as report:
        done = restore_backup(
            folder,
            file.absolute(),
            replace=replace,
            docker=_docker(),
            progress=report,
            before_replace=lambda: consent.forget_jobs(folder),
        )
    write(
        _(
            "In {folder} is what was there at {at}; jobs: {jobs}, trials: {trials}.",
            jobs=manifest.jobs,
            trials=manifest.trials,
            at=manifest.made_at[:19],
            folder=folder.root,
        )
    )
    if done.aside is not None:
        write(_("What was there before is in {folder}.", folder=done.aside))
    if done.stopped:
        write(
            _(
                "Jobs that had not ended were stopped: {count}. To go on: bayesdesk continue JOB --trials N",
                count=done.stopped,
            )
        )
    if done.left_out:
        aside(
            _(
                "Left out, because they are no files or lead out of their folder: {files}",
                files=_some(done.left_out),
            )
        )


def _docker() -> str | None:
    """This machine's container engine, for jobs of the backup that ran in containers."""
    from bayescore.errors import RunnerError
    from bayescore.trials import docker_engine

    try:
        return docker_engine.find()
    except RunnerError:
        return next(docker_engine.endpoints(), None)


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else _("{names} and {count} more", names=shown, count=len(names) - 5)
