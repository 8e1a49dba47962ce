"""``bayesdesk gear …``: the commands of the official command line."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bayescore.app.lookup import find_job
from bayescore.app.metric_origins import heading, origins
from bayescore.app.new_project import name_project
from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.app.remembered_switch import remember_early_stopping
from bayescore.app.submit import submit
from bayescore.cli.confirming import with_confirmation
from bayescore.cli.follow import follow
from bayescore.cli.options import DETACH, JSON, PROJECT, YES
from bayescore.cli.output import aside, write
from bayescore.cli.preview import preview
from bayescore.cli.reading import reading
from bayescore.cli.store import open_store, print_job
from bayescore.config.gear import read_gear
from bayescore.errors import BayesdeskError, ConfigError
from bayescore.i18n import _, text
from bayescore.store import Database, jobs, trials

application = typer.Typer(no_args_is_help=True)
run = typer.Typer(no_args_is_help=True)
application.add_typer(run, name="run", help=_("Run a job."))


@application.command("init", help=_("Name this project, and write an openbayes.yaml if there is none."))
def init(name: Annotated[str, typer.Argument(help=_("Name of the project's jobs."))]) -> None:
    """Store a name in ``.openbayesgear``, as the official command line does."""
    written = name_project(Path(), name)
    write(_("This project is called “{name}”.", name=name))
    if written is not None:
        write(_("{file} has been written; fill in its empty values, then: bayesdesk check", file=written))


@run.command("hypertuning", help=_("Tune: run a job and follow it."))
def hypertuning(
    command: Annotated[
        list[str] | None, typer.Argument(help=_("Command to run instead of the file's, after “--”."))
    ] = None,
    data: Annotated[
        list[str] | None, typer.Option("-d", "--data", help=_("DATA:PATH[:ro|rw]; DATA may be a folder."))
    ] = None,
    env: Annotated[str | None, typer.Option("-e", "--env", help=_("Runtime environment."))] = None,
    message: Annotated[str, typer.Option("-m", "--message", help=_("A note for the job."))] = "",
    resource: Annotated[
        str | None, typer.Option("-r", "--resource", help=_("Accepted and ignored: there is one machine."))
    ] = None,
    runner: Annotated[str | None, typer.Option("--runner", help=_("auto, docker, process or ray."))] = None,
    address: Annotated[
        str | None, typer.Option("--address", help=_("Ray cluster: auto, or HOST:PORT of its head."))
    ] = None,
    image: Annotated[str | None, typer.Option("--image", help=_("Docker image."))] = None,
    gpus: Annotated[str | None, typer.Option("--gpus", help=_("all, none, or a list: 0,1."))] = None,
    seed: Annotated[int | None, typer.Option("--seed", help=_("Seed of the search."))] = None,
    history: Annotated[
        list[str] | None, typer.Option("--history", help=_("Earlier job to learn from; may be repeated."))
    ] = None,
    instead_of: Annotated[
        str | None,
        typer.Option(
            "--instead-of",
            help=_("Running job to learn from; it begins no more trials, and this job begins after it."),
        ),
    ] = None,
    early_stopping: Annotated[
        bool | None,
        typer.Option(
            "--early-stopping/--no-early-stopping",
            help=_("Stop trials that will not become the best; remembered for this project."),
        ),
    ] = None,
    try_: Annotated[
        bool, typer.Option("--try", help=_("Run one trial at mid-range to test the setup."))
    ] = False,
    yes: Annotated[bool, YES] = False,
    detach: Annotated[bool, DETACH] = False,
    json: Annotated[bool, JSON] = False,
    project: Annotated[Path, PROJECT] = Path(),
) -> None:
    """Check, preview, start, follow."""
    del resource
    database = open_store()
    if try_ and instead_of is not None:
        raise ConfigError(
            text("One trial to try takes the place of no job: leave out --try or --instead-of.")
        )
    replaced = None if instead_of is None else find_job(database, instead_of)
    earlier = [find_job(database, word) for word in history or ()]
    options = Options(
        data=tuple(data or ()),
        env=env,
        message=message,
        name=read_gear(project).name or None,
        runner=runner,
        address=address,
        image=image,
        gpus=gpus,
        seed=seed,
        command=shlex.join(command) if command else None,
        history=tuple(earlier if replaced is None else [*earlier, replaced]),
        early_stopping=early_stopping,
        midpoint=try_,
    )
    with reading() as watcher:
        prepared = prepare(project, options, watcher=watcher)
    show = aside if json else write
    preview(prepared, database, show)
    if prepared.submission is None:
        raise typer.Exit(2)
    before = None if replaced is None else replaced.id
    job = with_confirmation(
        lambda confirmed: submit(database, prepared, confirmed, instead_of=before), yes=yes
    )
    if early_stopping is not None:
        _remember(Path(prepared.submission.project), early_stopping, show)
    code = 0 if detach else follow(database, job.id, quiet=json)
    if try_ and not detach:
        _show_origins(database, job.id, show)
    if json:
        print_job(database, job.id)
    elif detach:
        write(_("Job {id} has been started; follow it with: bayesdesk show {id}", id=job.id))
    raise typer.Exit(code)


def _remember(project: Path, early_stopping: bool, show: Callable[[str], None]) -> None:
    """Keep the choice for the next start; the job has started, so an error does not end the command."""
    try:
        file = remember_early_stopping(project, on=early_stopping)
    except BayesdeskError as error:
        show(str(error))
        return
    if file is not None:
        setting = f"early_stopping: {str(early_stopping).lower()}"
        show(_("Remembered in {file}: {setting}", file=file, setting=setting))


def _show_origins(database: Database, job: str, show: Callable[[str], None]) -> None:
    """Show where the metrics of a tried trial came from."""
    with database.read() as connection:
        tried, found = jobs.get(connection, job), trials.of_job(connection, job)
    for trial in found:
        show(str(heading(trial)))
        for origin in origins(database, tried, trial):
            show(f"  {origin}")
