"""``bayesdesk doctor``."""

from __future__ import annotations

from typing import Annotated

import typer

from bayescore.cli.job_list import JSON
from bayescore.i18n import _, translate


def doctor(
    image: Annotated[
        str | None, typer.Option("--image", help=_("Image for the test container; any with a shell."))
    ] = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help=_("Rescue what can be read of a damaged store; nothing is deleted.")),
    ] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Exit 0 unless something is a problem."""
    if repair:
        _repair()
        return
    from bayescore.app.diagnostics import Grade, examine
    from bayescore.cli.output import as_json, write

    findings = examine(image)
    if json:
        as_json(
            {
                "ok": all(f.grade is not Grade.PROBLEM for f in findings),
                "checks": [f.as_json() for f in findings],
            }
        )
    else:
        for finding in findings:
            write(f"{translate(finding.grade.value):>8}  {finding.message}")
            if finding.mend:
                write(f"{'':>8}  → {finding.mend}")
    if any(f.grade is Grade.PROBLEM for f in findings):
        raise typer.Exit(1)


def _repair() -> None:
    from bayescore.cli.output import aside, write
    from bayescore.store import DataFolder
    from bayescore.store.recovery import repair

    folder = DataFolder.default()
    aside(_("Reading all of {file}…", file=folder.database))
    done = repair(folder, progress=lambda table, rows: aside(f"  {table}: {rows}"))
    if done.aside is None:
        write(_("The store is whole; there is nothing to repair."))
        return
    write(
        _(
            "Rescued; jobs: {jobs}, trials: {trials}, points: {points}.",
            jobs=done.rows["jobs"],
            trials=done.rows["trials"],
            points=done.rows["points"],
        )
    )
    if done.unreadable:
        write(_("Left out, because they made no sense: {count}.", count=done.unreadable))
    write(_("The damaged file is kept in {folder}.", folder=done.aside))
