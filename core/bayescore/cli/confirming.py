"""Asking on the terminal for what a project reaches outside itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from bayescore.i18n import _

if TYPE_CHECKING:
    from bayescore.app.reach import Reach

YES = typer.Option("--yes", "-y", help=_("Allow what the project asks for outside itself; it is remembered."))


def confirm(asks: tuple[Reach, ...], *, yes: bool, job: str | None = None) -> tuple[Reach, ...]:
    """Show what is asked for and have it allowed; everything is on standard error, as a question is.

    Parameters
    ----------
    job
        Id of a stored job; ``None`` for one that is being started.

    Raises
    ------
    UnconfirmedError
        When nobody can be asked.
    typer.Exit
        When the answer is no.
    """
    from bayescore.app.consent import UnconfirmedError, heading
    from bayescore.app.reach import listed
    from bayescore.cli.output import aside

    if not asks:
        return ()
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UnconfirmedError(asks, job)
    aside(_("{heading}:\n{list}", heading=heading(job), list=listed(asks)))
    if not yes:
        aside(_("Start it only if you trust who wrote it. This is asked once."))
        if not typer.confirm(_("Start?"), default=False, err=True):
            aside(_("Nothing has been started."))
            raise typer.Exit(1)
    return asks
