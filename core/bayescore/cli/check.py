"""``bayesdesk check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayescore.app.file_checks import FileChecks, check_files
from bayescore.app.findings import Finding
from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, write
from bayescore.cli.reading import reading
from bayescore.config import Severity
from bayescore.i18n import _, translate


def check(
    file: Annotated[Path, typer.Argument(help=_("The file, or its folder."))] = Path("openbayes.yaml"),
    fix: Annotated[
        bool, typer.Option("--fix", help=_("Add outputs of earlier runs to .openbayesignore."))
    ] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Exit 0 when a job could start, else 2."""
    with reading() as watcher:
        found = check_files(file, watcher)
    if fix and _fixed(found):
        found = check_files(file)
    if json:
        problems = [problem.as_json() for problem in found.problems]
        checks = [finding.as_json() for finding in found.findings]
        as_json({"ok": found.could_start, "problems": problems, "checks": checks})
    else:
        for problem in found.problems:
            write(str(problem))
        for finding in found.findings:
            show(finding)
        if found.could_start:
            write(_("{file}: a job could start.", file=found.file))
    if not found.could_start:
        raise typer.Exit(2)


def show(finding: Finding) -> None:
    """Print what a check has found, and how to change it."""
    mark = "" if finding.severity is Severity.OK else f"{translate(finding.grade)}: "
    write(f"{mark}{finding.message}")
    if finding.fix is not None:
        write(f"  → {finding.fix}")


def _fixed(found: FileChecks) -> bool:
    """Do what the warnings propose and needs no choice; whether there was anything to do."""
    warnings = [finding for finding in found.findings if finding.severity is Severity.WARNING]
    runs = [action.run for finding in warnings for action in finding.actions if action.run is not None]
    for run in runs:
        run()
    return bool(runs)
