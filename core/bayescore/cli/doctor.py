"""``bayesdesk doctor``."""

from __future__ import annotations

from typing import Annotated

import typer

from bayescore.app import backups
from bayescore.app.diagnostics import diagnose
from bayescore.app.findings import may_proceed
from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, aside, write
from bayescore.i18n import _, translate
from bayescore.store import DataFolder


def doctor(
    image: Annotated[
        str | None, typer.Option("--image", help=_("Image for the test container; any with a shell."))
    ] = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help=_("Recover what can be read of a damaged store; nothing is deleted.")),
    ] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Exit 0 unless something is a problem."""
    if repair:
        _repair()
        return
    findings = diagnose(image)
    if json:
        as_json({"ok": may_proceed(findings), "checks": [f.as_json() for f in findings]})
    else:
        for finding in findings:
            write(f"{translate(finding.grade):>8}  {finding.message}")
            if finding.fix:
                write(f"{'':>8}  → {finding.fix}")
    if not may_proceed(findings):
        raise typer.Exit(1)


def _repair() -> None:
    folder = DataFolder.default()
    aside(_("Reading all of {file}…", file=folder.database))
    done = backups.repair(folder, lambda table, rows: aside(f"  {table}: {rows}"))
    if done.aside is None:
        write(_("The store is intact; there is nothing to repair."))
        return
    write(
        _(
            "Recovered; jobs: {jobs}, trials: {trials}, points: {points}.",
            jobs=done.rows["jobs"],
            trials=done.rows["trials"],
            points=done.rows["points"],
        )
    )
    if done.unreadable:
        write(_("Left out because they are invalid: {count}.", count=done.unreadable))
    write(_("The damaged file is kept in {folder}.", folder=done.aside))
