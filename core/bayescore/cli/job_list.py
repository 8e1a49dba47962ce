"""``bayesdesk jobs``, ``show`` and ``trials``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from bayescore.app import lineage
from bayescore.app.job_search import matcher
from bayescore.app.lookup import find_job
from bayescore.cli.early_stopping import replayed
from bayescore.cli.follow import end_line, standing
from bayescore.cli.follow import follow as follow_job
from bayescore.cli.options import JOB, JSON
from bayescore.cli.output import as_json, number, table, write
from bayescore.cli.store import job_as_json, open_jobs, print_job
from bayescore.i18n import _, translate
from bayescore.results import trial_json
from bayescore.results.beliefs import verdict_json, verdicts_of
from bayescore.results.job_texts import opening_of, opening_text
from bayescore.results.where import column, column_names, columns_of, condition, ordered
from bayescore.store import STATE_NAMES, Database, Job, JobFigures, JobSummary, events, points
from bayescore.store import jobs as job_rows
from bayescore.store import trials as trial_rows
from bayescore.times import local, utc


def jobs(
    archived: Annotated[bool, typer.Option("--archived", help=_("List the archived jobs, too."))] = False,
    tag: Annotated[list[str] | None, typer.Option("--tag", help=_("Only jobs with this tag."))] = None,
    search: Annotated[
        str, typer.Option("--search", help=_("Only jobs with these words in name, note, tags or project."))
    ] = "",
    json: Annotated[bool, JSON] = False,
) -> None:
    """List the jobs, newest first."""
    database = open_jobs()
    tags, matches = {t.casefold() for t in tag or ()}, matcher(search)
    with database.read() as connection:
        every = job_rows.summaries(connection)[0][::-1]
        chosen = [
            job
            for job in every
            if (archived or not job.archived) and {t.casefold() for t in job.tags} >= tags and matches(job)
        ]
        figures = trial_rows.figures(connection)
        waiting = {job.id: opening_of(job, utc()) for job in job_rows.active(connection)}
    if json:
        as_json({"jobs": [job_as_json(database, job.id) for job in chosen]})
    elif not every:
        write(_("There are no jobs yet. Start one with: bayesdesk gear run hypertuning"))
    else:
        headers = [
            _("id"),
            _("name"),
            _("state"),
            _("trials"),
            _("best"),
            _("created"),
            _("tags"),
            _("note"),
        ]
        table(headers, [_row(job, figures.get(job.id, JobFigures()), waiting.get(job.id)) for job in chosen])


def _row(job: JobSummary, figures: JobFigures, opening: datetime | None) -> list[str]:
    best = figures.best(job.goal)
    waits = "" if opening is None else f", {opening_text(opening, utc())}"
    return [
        job.id,
        job.name,
        translate(STATE_NAMES[job.state]) + waits + (f" ({_('archived')})" if job.archived else ""),
        f"{figures.ended}/{job.max_trials}",
        "" if best is None else f"{job.metric} {number(best)}",
        local(job.created_at),
        ", ".join(job.tags),
        job.note,
    ]


def show(
    job: Annotated[str, JOB],
    json: Annotated[bool, JSON] = False,
    follow: Annotated[bool, typer.Option("-f", "--follow", help=_("Follow the job until it ends."))] = False,
    early_stopping: Annotated[
        bool,
        typer.Option("--early-stopping", help=_("Show what early stopping would have saved.")),
    ] = False,
) -> None:
    """Show one job."""
    database = open_jobs()
    found = find_job(database, job)
    if early_stopping:
        _show_replay(database, found, json=json)
        return
    if follow:
        code = follow_job(database, found.id, quiet=json)
        if json:
            print_job(database, found.id)
        raise typer.Exit(code)
    if json:
        with database.read() as connection:
            every = trial_rows.of_job(connection, found.id)
        beliefs = [verdict_json(verdict) for verdict in verdicts_of(found, every)]
        environment = found.submission.shown_environment()
        as_json({**job_as_json(database, found.id), "environment": environment, "beliefs": beliefs})
        return
    with database.read() as connection:
        every = trial_rows.of_job(connection, found.id)
        happened = events.of_job(connection, found.id)
        earlier = lineage.continued(connection, found.submission.history)
    write(f"{found.submission.name}  {found.submission.project}")
    if (words := lineage.continues(earlier)) is not None:
        write(str(words))
    write(end_line(found, every))
    write(standing(found, every))
    for verdict in verdicts_of(found, every):
        write(str(verdict.text))
    for event in happened[-20:]:
        who = _("trial {number}: ", number=event.trial) if event.trial else ""
        write(f"  {local(event.at)}  {who}{event.text}")


def _show_replay(database: Database, job: Job, *, json: bool) -> None:
    report = replayed(database, job)
    if json:
        from bayescore.results.replay_report import replay_json

        as_json({**job_as_json(database, job.id), "early_stopping": replay_json(report)})
        return
    write(str(report.text))
    if report.replay is not None and report.replay.stopped:
        numbers = ", ".join(map(str, report.replay.stopped))
        count = report.replay.count
        write(_("Stopped trials: {numbers} (of {count}).", numbers=numbers, count=count))


def trials(
    job: Annotated[str, JOB],
    sort: Annotated[
        str, typer.Option("--sort", help=_("Column to sort by; with “-” before it from the largest."))
    ] = "number",
    where: Annotated[
        str | None,
        typer.Option("--where", help=_("Only trials for which this holds: value > 0.9 and lr < 0.1")),
    ] = None,
    json: Annotated[bool, JSON] = False,
) -> None:
    """List the trials of a job."""
    database = open_jobs()
    found = find_job(database, job)
    with database.read() as connection:
        every = trial_rows.of_job(connection, found.id)
        series = points.of_trials(connection, every)
    known = column_names(found, (name for by_name in series.values() for name in by_name))
    holds = condition(where, known) if where else lambda row: True
    chosen = [t for t in every if holds(column(found, t, series.get(t.id, {})))]
    objective = columns_of(found).metrics[found.metric]
    chosen = ordered(chosen, sort, lambda t: column(found, t, series.get(t.id, {})), known, objective)
    if json:
        as_json({"trials": [trial_json(t, series.get(t.id, {})) for t in chosen]})
        return
    names = [s.name for s in found.config.hyper_tuning.parameter_specs]
    rows = [
        [
            str(t.number),
            translate(STATE_NAMES[t.state]),
            number(t.value),
            *(_cell(t.parameters.get(n, "")) for n in names),
            str(t.reason or ""),
        ]
        for t in chosen
    ]
    columns = columns_of(found)
    headers = ["#", _("state"), columns.metrics[found.metric], *columns.parameters.values(), _("reason")]
    table(headers, rows)


def _cell(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
