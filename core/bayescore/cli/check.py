"""``bayesdesk check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayescore.app.conversion import convert_file
from bayescore.app.file_checks import FileChecks, check_files
from bayescore.app.findings import Finding
from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, aside, write
from bayescore.cli.reading import reading
from bayescore.config import LOCAL_FILE_NAME, Severity, project_file
from bayescore.config.encodings import NotUtf8Error, chinese_lines
from bayescore.config.load import read_utf8
from bayescore.i18n import _, translate

_SHOWN = 5  # converted lines


def check(
    file: Annotated[Path, typer.Argument(help=_("The file, or its folder."))] = Path("openbayes.yaml"),
    fix: Annotated[
        bool, typer.Option("--fix", help=_("Add outputs of earlier runs to .openbayesignore."))
    ] = False,
    convert: Annotated[
        bool,
        typer.Option("--convert", help=_("Convert files in GB18030 or UTF-16 to UTF-8; keep the originals.")),
    ] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Exit 0 when a job could start, else 2."""
    _look_at_encodings(project_file(file), convert=convert)
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


def _look_at_encodings(target: Path, *, convert: bool) -> None:
    """Convert files that are not UTF-8, or say how that is done."""
    for each in (target, target.with_name(LOCAL_FILE_NAME)):
        if each is not target and not each.exists():
            continue
        try:
            read_utf8(each)
        except NotUtf8Error as error:
            if not convert:
                aside(str(error))
                continue
            kept = convert_file(error)
            aside(
                _("{file} has been converted to UTF-8. The original is kept in {kept}.", file=each, kept=kept)
            )
            for line in chinese_lines(read_utf8(each), _SHOWN):
                aside(f"  {line}")
