"""``bayesdesk check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayescore.app.conversion import convert_file
from bayescore.cli.options import JSON
from bayescore.cli.output import as_json, aside, write
from bayescore.config import LOCAL_FILE_NAME, load_file, load_local_file, project_file
from bayescore.config.both_files import problems_of
from bayescore.config.encodings import NotUtf8Error, chinese_lines
from bayescore.config.load import read_utf8
from bayescore.config.problems import has_errors
from bayescore.i18n import _

_SHOWN = 5  # converted lines


def check(
    file: Annotated[Path, typer.Argument(help=_("The file, or its folder."))] = Path("openbayes.yaml"),
    convert: Annotated[
        bool,
        typer.Option("--convert", help=_("Convert files in GB18030 or UTF-16 to UTF-8; keep the originals.")),
    ] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Exit 0 when a job could start, else 2."""
    target = project_file(file)
    _look_at_encodings(target, convert=convert)
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
