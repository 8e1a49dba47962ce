"""``bayesdesk queue``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from bayescore.app import job_requests, queueing
from bayescore.app.lookup import find_job
from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, table, write
from bayescore.cli.store import open_jobs, open_store
from bayescore.errors import ConfigError
from bayescore.i18n import _, text
from bayescore.queue.standing import QueueView, Standing
from bayescore.store import Database
from bayescore.times import clock, utc

JOB_TO_MOVE = typer.Argument(help=_("The job to move; without one, the queue is shown."), show_default=False)


def queue(
    job: Annotated[str | None, JOB_TO_MOVE] = None,
    first: Annotated[bool, typer.Option("--first", help=_("It gets the next place that is free."))] = False,
    last: Annotated[bool, typer.Option("--last", help=_("Put it at the end."))] = False,
    after: Annotated[str | None, typer.Option("--after", help=_("Put it behind this job."))] = None,
    in_order: Annotated[
        bool | None,
        typer.Option(
            "--in-order/--share",
            help=_("It waits until the jobs ahead have ended, or takes turns with them."),
        ),
    ] = None,
    places: Annotated[
        str | None,
        typer.Option(
            "--places", help=_("Trials without a GPU at a time on this machine; auto: by its cores.")
        ),
    ] = None,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Show or change the queue."""
    moves = [first, last, after is not None]
    if sum(moves) > 1:
        raise ConfigError(text("Give only one of --first, --last and --after."))
    changes_job = any(moves) or in_order is not None
    if changes_job and job is None:
        raise ConfigError(text("Name the job to move."), text("For example: bayesdesk queue --first last"))
    if job is not None and not changes_job:
        raise ConfigError(
            text("Say what to do with the job: --first, --last, --after, --in-order or --share.")
        )
    database = open_store() if changes_job or places is not None else open_jobs()
    if places is not None:
        queueing.store_places(database, queueing.parse_places(places))
    if job is not None:
        _change(database, find_job(database, job).id, first=first, last=last, after=after, in_order=in_order)
    _print(queueing.show(database), json=json)


def _change(
    database: Database, job: str, *, first: bool, last: bool, after: str | None, in_order: bool | None
) -> None:
    other = None if after is None else find_job(database, after).id
    if first:
        queueing.put_first(database, job)
    elif last:
        queueing.put_last(database, job)
    elif other is not None:
        queueing.put_behind(database, job, other)
    if in_order is not None:
        queueing.set_in_order(database, job, in_order=in_order)
    job_requests.wait_until_accepted(database, job)


def _print(view: QueueView, *, json: bool) -> None:
    if json:
        places = {"count": view.places.count, "is_limit": view.places.is_limit, "taken": view.taken}
        as_json({"places": places, "jobs": [_json(standing) for standing in view.standings]})
        return
    if not view.standings:
        write(_("No job runs or waits."))
    else:
        headers = [_("no."), _("id"), _("name"), _("trials"), _("turns"), _("now"), _("begins")]
        table(headers, [_row(i, standing) for i, standing in enumerate(view.standings, 1)])
    write(str(queueing.places_words(view)))


def _row(number: int, standing: Standing) -> list[str]:
    job = standing.job
    return [
        str(number),
        job.id,
        job.submission.name,
        f"{standing.ended}/{job.max_trials}",
        _("in order") if standing.in_order else _("shares"),
        str(queueing.state_words(standing)),
        _time(standing.begins_at),
    ]


def _time(moment: float | None) -> str:
    if moment is None:
        return ""
    begin, present = datetime.fromtimestamp(moment, UTC), utc()
    return _("soon") if begin <= present else _("about {time}", time=clock(begin, present))


def _json(standing: Standing) -> dict[str, object]:
    begins = standing.begins_at
    hold = standing.hold
    return {
        "id": standing.job.id,
        "name": standing.job.submission.name,
        "state": standing.job.state.value,
        "in_order": standing.in_order,
        "running": standing.running,
        "ended": standing.ended,
        "max_trials": standing.job.max_trials,
        "waits_for": None if hold is None else hold.why.value,
        "waits_for_job": None if hold is None else hold.job,
        "begins_at": None if begins is None else datetime.fromtimestamp(begins, UTC).isoformat(),
    }
