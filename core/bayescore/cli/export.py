"""``bayesdesk export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayescore.cli.job_list import JOB
from bayescore.exchange.export_format import ExportFormat
from bayescore.i18n import _, text

if TYPE_CHECKING:
    from bayescore.config import YamlDocument
    from bayescore.store import Database, Job, Trial


def export(
    job: Annotated[str, JOB],
    trial: Annotated[
        int | None, typer.Option("--trial", help=_("Trial to take; by default the best."))
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
    from bayescore.cli.access import find_job, open_store

    database = open_store()
    found = find_job(database, job)
    if into is not None:
        _write_into(database, found, trial, into, narrow=narrow, ask=not yes)
    else:
        _print(database, found, trial, export_format, narrow=narrow)


def _chosen(database: Database, job: Job, number: int | None) -> Trial:
    from bayescore.cli.access import find_trial
    from bayescore.errors import ConfigError
    from bayescore.results import best
    from bayescore.store import trials

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
    from bayescore.results import leading, narrowed, with_parameters, with_specs
    from bayescore.store import trials

    if not narrow:
        return with_parameters(document, _chosen(database, job, trial).parameters)
    with database.read() as connection:
        chosen = leading(trials.of_job(connection, job.id), job.config.hyper_tuning.goal)
    specs = narrowed(job.config.hyper_tuning.parameter_specs, [t.parameters for t in chosen])
    return with_specs(document, specs)


def _write_into(
    database: Database, job: Job, trial: int | None, into: Path, *, narrow: bool, ask: bool
) -> None:
    from bayescore.cli.output import content, write
    from bayescore.config import YamlDocument
    from bayescore.config.load import project_file, read_utf8
    from bayescore.results import diff, replace_file

    target = project_file(into)
    document = YamlDocument.parse(read_utf8(target).decode("utf-8"))
    changed = _changed(database, job, trial, document, narrow)
    difference = diff(document.text, changed.text, str(target))
    if not difference:
        write(_("{file} says this already.", file=target))
        return
    content(difference)
    if ask and sys.stdin.isatty() and sys.stdout.isatty() and not typer.confirm(_("Write this?")):
        raise typer.Exit(1)
    replace_file(target, changed.text)
    write(_("{file} has been written.", file=target))


def _print(
    database: Database, job: Job, trial: int | None, export_format: ExportFormat, *, narrow: bool
) -> None:
    from bayescore.cli.output import content
    from bayescore.config import YamlDocument
    from bayescore.exchange.export import export_text
    from bayescore.store import trials

    if narrow:
        changed = _changed(database, job, trial, YamlDocument.parse(job.submission.file_text), narrow=True)
        content(changed.text)
        return
    chosen = _chosen(database, job, trial) if export_format is ExportFormat.YAML else None
    with database.read() as connection:
        found = [t for t in trials.of_job(connection, job.id) if trial in (None, t.number)]
    content(export_text(database, job, found, export_format, chosen))
