"""Asking on the terminal for the permissions that a job needs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import typer

from bayescore.app.consent import UnconfirmedError, heading
from bayescore.app.permissions import Permission, listed
from bayescore.cli.output import aside
from bayescore.i18n import _

T = TypeVar("T")


def with_confirmation(
    action: Callable[[tuple[Permission, ...]], T], *, yes: bool, what: str | None = None
) -> T:
    """Call an action of the application layer, and again with what the user allows if it needs that.

    Parameters
    ----------
    action
        Gets the permissions that the user has confirmed.
    yes
        Allow everything without asking.
    what
        What is to be allowed, if there are several: it is shown first.

    Raises
    ------
    UnconfirmedError
        When something must be confirmed and there is no terminal to ask on.
    typer.Exit
        When the answer is no.
    """
    try:
        return action(())
    except UnconfirmedError as error:
        if what is not None:
            aside(f"{what}:")
        if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        needed = error
    _confirm(needed, yes=yes)
    return action(needed.permissions)


def _confirm(needed: UnconfirmedError, *, yes: bool) -> None:
    """Everything goes to standard error, which may be a terminal when standard output is not."""
    aside(_("{heading}:\n{list}", heading=heading(needed.job), list=listed(needed.permissions)))
    if yes:
        return
    aside(_("Start it only if you trust its author. The answer is remembered."))
    if not typer.confirm(_("Start?"), default=False, err=True):
        aside(_("Nothing has been started."))
        raise typer.Exit(1)
