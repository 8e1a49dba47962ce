"""``bayesdesk engine …``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bayescore.cli.job_list import JSON
from bayescore.i18n import _

if TYPE_CHECKING:
    from bayescore.app import EngineStatus

application = typer.Typer(no_args_is_help=True)


@application.command("status", help=_("Say whether the engine runs."))
def status(json: Annotated[bool, JSON] = False) -> None:
    """Print the engine's status."""
    from bayescore.app import engine_control
    from bayescore.store import DataFolder

    _print(engine_control.status(DataFolder.default()), json)


@application.command("start", help=_("Start the engine if it does not run."))
def start(json: Annotated[bool, JSON] = False) -> None:
    """Start the engine."""
    from bayescore.app import engine_control
    from bayescore.cli.access import open_store

    _print(engine_control.start(open_store().folder), json)


@application.command("stop", help=_("End the engine; running trials go on until it is back."))
def stop(
    and_trials: Annotated[bool, typer.Option("--and-trials", help=_("Stop every job first."))] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """End the engine."""
    from bayescore.app import engine_control
    from bayescore.cli.access import open_store

    database = open_store()
    if and_trials:
        _stop_jobs(database)
    engine_control.stop(database.folder)
    _print(engine_control.status(database.folder), json)


def _stop_jobs(database: object) -> None:
    import time

    from bayescore.app import engine_control
    from bayescore.store import Database, jobs, requests

    assert isinstance(database, Database)
    with database.write() as connection:
        for job in jobs.active(connection):
            requests.add(connection, job.id, requests.CANCEL)
    while True:
        with database.read() as connection:
            if not jobs.active(connection):
                return
        engine_control.start(database.folder)
        time.sleep(0.1)


def _print(found: EngineStatus, json: bool) -> None:
    from bayescore.cli.output import as_json, write

    if json:
        as_json(found.as_json())
    elif found.running:
        write(
            _(
                "The engine runs: process {pid}, since {since}, listening on {listener}.",
                pid=found.pid,
                since=found.since,
                listener=", ".join(found.listener),
            )
        )
    else:
        write(_("The engine does not run; it starts when it is needed."))
