"""``bayesdesk init`` and ``bayesdesk gear init``: beginning a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayescore.i18n import _, text


def init(
    from_: Annotated[
        str | None, typer.Option("--from", help=_("Name of an example to copy; “list” shows them."))
    ] = None,
    folder: Annotated[Path, typer.Option("--folder", help=_("Where to write."))] = Path(),
) -> None:
    """Write a commented openbayes.yaml, or copy an example; existing files are never replaced."""
    import shutil

    from bayescore.cli.output import write
    from bayescore.errors import ConfigError
    from bayescore.resources import resource

    examples = {p.name: p for p in sorted(resource("examples").iterdir()) if p.is_dir()}
    if from_ == "list":
        for name in examples:
            write(name)
        return
    if from_ is not None and from_ not in examples:
        raise ConfigError(
            text("There is no example “{name}”.", name=from_),
            text("Choose one of: {names}.", names=", ".join(examples)),
        )
    source = examples[from_] if from_ else resource("templates", "project")
    files = [p for p in sorted(source.rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    existing = [p for p in files if (folder / p.relative_to(source)).exists()]
    if existing:
        names = ", ".join(str(p.relative_to(source)) for p in existing)
        raise ConfigError(
            text("There is already: {names}.", names=names), text("Choose an empty folder with --folder.")
        )
    for path in files:
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        write(str(target))
    write(_("Next: bayesdesk check {folder}", folder=folder))
