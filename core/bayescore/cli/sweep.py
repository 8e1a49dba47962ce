"""``bayesdesk sweep``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bayescore.app.options import Options
from bayescore.app.permissions import Permission
from bayescore.app.prepare import Prepared, prepare
from bayescore.app.submit import check_confirmed, submit_in_order
from bayescore.cli.confirming import with_confirmation
from bayescore.cli.options import JSON, YES
from bayescore.cli.output import as_json, aside, complain, write
from bayescore.cli.preview import preview
from bayescore.cli.reading import reading
from bayescore.cli.store import open_store
from bayescore.config.gear import read_gear
from bayescore.config.load import project_file
from bayescore.errors import BayesdeskError
from bayescore.i18n import _, n_
from bayescore.store import Database


def sweep(
    projects: Annotated[list[Path], typer.Argument(help=_("Folders of projects, or their files."))],
    yes: Annotated[bool, YES] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Check every project, then put them into the queue; nothing is stored unless all can start."""
    database = open_store()
    show = aside if json else write
    found: list[Prepared] = []
    for project in projects:
        show(f"{project}:")
        prepared = _prepare(project)
        if prepared is not None:
            preview(prepared, database, show)
            if prepared.submission is not None:
                found.append(prepared)
    if len(found) < len(projects):
        count = len(projects) - len(found)
        aside(
            n_(
                "{count} project cannot start. Nothing has been started.",
                "{count} projects cannot start. Nothing has been started.",
                count,
            )
        )
        raise typer.Exit(2)
    stored = submit_in_order(database, [(each, _confirmed(database, each, yes=yes)) for each in found])
    if json:
        as_json({"jobs": [job.id for job in stored]})
        return
    for job in stored:
        write(f"{job.id}  {job.submission.name}")
    write(
        n_(
            "{count} job is in the queue: bayesdesk queue",
            "{count} jobs are in the queue and run one after the other: bayesdesk queue",
            len(stored),
        )
    )


def _prepare(project: Path) -> Prepared | None:
    """A project as a job; ``None`` after its error has been shown."""
    try:
        name = read_gear(project_file(project).parent).name or None
        with reading() as watcher:
            return prepare(project, Options(name=name), watcher=watcher)
    except BayesdeskError as error:
        complain(error.message, error.hint)
        return None


def _confirmed(database: Database, prepared: Prepared, *, yes: bool) -> tuple[Permission, ...]:
    """What the user allows a project; the question comes before any job is stored."""
    check = partial(check_confirmed, database, prepared)

    def checked(confirmed: tuple[Permission, ...]) -> tuple[Permission, ...]:
        check(confirmed)
        return confirmed

    return with_confirmation(checked, yes=yes, what=str(prepared.submission and prepared.submission.project))
