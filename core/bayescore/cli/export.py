"""``bayesdesk export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bayescore.app.lookup import LAST, find_job, find_trial
from bayescore.app.write_back import with_ranges, with_values
from bayescore.cli.options import JOB
from bayescore.cli.output import content, write
from bayescore.cli.store import open_jobs
from bayescore.config import YamlDocument
from bayescore.config.load import project_file, read_utf8
from bayescore.errors import ConfigError
from bayescore.exchange.export import export_text
from bayescore.exchange.export_format import ExportFormat
from bayescore.i18n import _, text
from bayescore.results import best, diff, leading, replace_file
from bayescore.store import Database, Job, Trial, trials


def export(
    job: Annotated[str, JOB],
    trial: Annotated[
        int | None, typer.Option("--trial", help=_("Trial to export; by default the best."))
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help=_("openbayes.yaml to write into, after showing the changes.")),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Write without asking."))] = False,
    narrow: Annotated[
        bool, typer.Option("--narrow", help=_("Write narrower ranges around the best trials instead."))
    ] = False,
    export_format: Annotated[
        ExportFormat,
        typer.Option("--format", help=_("csv, points, json, yaml, optuna (a journal file) or hiplot.")),
    ] = ExportFormat.YAML,
) -> None:
    """Write results."""
    database = open_jobs()
    found = find_job(database, job)
    if into is not None:
        if job == LAST:
            _check_project(found, project_file(into))
        _write_into(database, found, trial, into, narrow=narrow, ask=not yes)
    else:
        _print(database, found, trial, export_format, narrow=narrow)


def _chosen(database: Database, job: Job, number: int | None) -> Trial:
    if number is not None:
        return find_trial(database, job, number)
    with database.read() as connection:
        winner = best(trials.of_job(connection, job.id), job.config.hyper_tuning.goal)
    if winner is None:
        raise ConfigError(
            text("No trial of job {id} has succeeded yet.", id=job.id), text("Choose one with --trial.")
        )
    return winner


def _changed(
    database: Database, job: Job, trial: int | None, document: YamlDocument, narrow: bool
) -> YamlDocument:
    if not narrow:
        return with_values(document, _chosen(database, job, trial))
    with database.read() as connection:
        chosen = leading(trials.of_job(connection, job.id), job.config.hyper_tuning.goal)
    if not chosen:
        raise ConfigError(text("No trial of job {id} has succeeded yet.", id=job.id))
    return with_ranges(document, job, chosen)


def _check_project(job: Job, target: Path) -> None:
    """The newest job may be another project's, whose parameters this program does not have."""
    project, folder = Path(job.submission.project), target.parent.absolute()
    if project.resolve() != folder.resolve():
        raise ConfigError(
            text(
                "The newest job, {id}, is of {project}, not of {folder}.",
                id=job.id,
                project=project,
                folder=folder,
            ),
            text("Name the job in place of “last”: bayesdesk jobs lists all."),
        )


def _write_into(
    database: Database, job: Job, trial: int | None, into: Path, *, narrow: bool, ask: bool
) -> None:
    target = project_file(into)
    document = YamlDocument.parse(read_utf8(target).decode("utf-8"))
    changed = _changed(database, job, trial, document, narrow)
    difference = diff(document.text, changed.text, str(target))
    if not difference:
        write(_("{file} already has these values.", file=target))
        return
    content(difference)
    if ask and sys.stdin.isatty() and sys.stdout.isatty() and not typer.confirm(_("Write these changes?")):
        raise typer.Exit(1)
    replace_file(target, changed.text)
    write(_("{file} has been written.", file=target))


def _print(
    database: Database, job: Job, trial: int | None, export_format: ExportFormat, *, narrow: bool
) -> None:
    if narrow:
        changed = _changed(database, job, trial, YamlDocument.parse(job.submission.file_text), narrow=True)
        content(changed.text)
        return
    chosen = _chosen(database, job, trial) if export_format is ExportFormat.YAML else None
    with database.read() as connection:
        found = [t for t in trials.of_job(connection, job.id) if trial in (None, t.number)]
    content(export_text(database, job, found, export_format, chosen))
