"""``bayesdesk engine …``."""

from __future__ import annotations

from typing import Annotated

import typer

from bayescore.app import engine_control
from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, write
from bayescore.cli.store import open_store
from bayescore.i18n import _
from bayescore.store import DataFolder
from bayescore.times import local

application = typer.Typer(no_args_is_help=True)


@application.command("status", help=_("Show whether the engine is running."))
def status(json: Annotated[bool, JSON] = False) -> None:
    """Print the engine's status."""
    folder = DataFolder.default()
    _print(folder, engine_control.status(folder), json)


@application.command("start", help=_("Start the engine if it is not running."))
def start(json: Annotated[bool, JSON] = False) -> None:
    """Start the engine."""
    folder = open_store().folder
    _print(folder, engine_control.start(folder), json)


@application.command("stop", help=_("Stop the engine; running trials continue."))
def stop(
    and_trials: Annotated[bool, typer.Option("--and-trials", help=_("Stop every job first."))] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Stop the engine."""
    database = open_store()
    if and_trials:
        engine_control.stop_jobs(database)
    engine_control.stop(database.folder)
    _print(database.folder, engine_control.status(database.folder), json)


def _print(folder: DataFolder, found: engine_control.EngineStatus, json: bool) -> None:
    if json:
        as_json(found.as_json())
        return
    if found.running:
        write(
            _(
                "The engine is running: process {pid}, since {since}, listening on {listener}.",
                pid=found.pid,
                since=local(found.since) if found.since else "",
                listener=", ".join(found.listener),
            )
        )
    elif engine_control.is_stopped(folder):
        write(_("The engine is stopped; a new job or “bayesdesk engine start” starts it again."))
    else:
        write(_("The engine is not running; it starts when it is needed."))
    write(_("Data folder {folder}", folder=found.data_folder))
