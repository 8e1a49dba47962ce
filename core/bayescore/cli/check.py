"""``bayesdesk check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, write
from bayescore.config import LOCAL_FILE_NAME, load_file, load_local_file, project_file
from bayescore.config.both_files import problems_of
from bayescore.config.problems import has_errors
from bayescore.i18n import _


def check(
    file: Annotated[Path, typer.Argument(help=_("The file, or its folder."))] = Path("openbayes.yaml"),
    json: Annotated[bool, JSON] = False,
) -> None:
    """Exit 0 when a job could start, else 2."""
    target = project_file(file)
    loaded = load_file(target)
    local = load_local_file(target.parent / LOCAL_FILE_NAME)
    problems = problems_of(target, loaded, local)
    valid = loaded.config is not None and local.settings is not None and not has_errors(problems)
    if json:
        as_json({"ok": valid, "problems": [p.as_json() for p in problems]})
    else:
        for problem in problems:
            write(str(problem))
        if valid:
            write(_("{file}: a job could start.", file=target))
    if not valid:
        raise typer.Exit(2)
