"""``bayesdesk init`` and ``bayesdesk gear init``: beginning a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayescore.i18n import _


def init(
    from_: Annotated[
        str | None, typer.Option("--from", help=_("Name of an example to copy; “list” shows them."))
    ] = None,
    folder: Annotated[Path, typer.Option("--folder", help=_("Where to write."))] = Path(),
) -> None:
    """Write a commented openbayes.yaml, or copy an example; existing files are never replaced."""
    from bayescore.cli.output import write
    from bayescore.engine.beginning import begin_project, example_names

    if from_ == "list":
        for name in example_names():
            write(name)
        return
    for target in begin_project(folder, from_):
        write(str(target))
    write(_("Next: bayesdesk check {folder}", folder=folder))
