"""``bayesdesk import``: what was found elsewhere, as a job to learn from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayescore.i18n import _, text

if TYPE_CHECKING:
    from bayescore.exchange.past import Past


def import_(
    source: Annotated[
        Path,
        typer.Argument(
            help=_(
                "Optuna's SQLite file, a W&B sweep, an NNI space, a table, outputs, or “-” for a piped table."
            )
        ),
    ],
    project: Annotated[Path, typer.Option("--project", help=_("Folder of the project."))] = Path(),
    study: Annotated[str | None, typer.Option("--study", help=_("Which study of an Optuna storage."))] = None,
    metric: Annotated[
        str, typer.Option("--metric", help=_("What to call the objective of an Optuna study."))
    ] = "objective",
    name: Annotated[str | None, typer.Option("--name", help=_("Name of the imported job."))] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help=_("Where to write the openbayes.yaml of a sweep or search space.")),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Results become an ended job; a file that only describes a space becomes an openbayes.yaml."""
    from dataclasses import replace

    from bayescore.cli.access import job_as_json, open_store
    from bayescore.cli.output import as_json, aside, write
    from bayescore.exchange.past import keep, sound
    from bayescore.exchange.sources import past_of
    from bayescore.exchange.tables import from_table

    if str(source) == "-":
        past: Past | None = from_table(_piped(), name or "stdin", project)
    else:
        past = past_of(source, project, study=study, metric=metric)
    if past is None:
        _convert(source, into)
        return
    past = sound(replace(past, name=name or past.name))
    database = open_store()
    job = keep(database, past, project.absolute())
    for remark in past.remarks:
        aside(str(remark))
    if json:
        as_json(job_as_json(database, job.id))
        return
    write(_("Job {id}: {count} trials of {source}.", id=job.id, count=len(past.trials), source=past.source))
    write(_("Learn from it: bayesdesk gear run hypertuning --history {id}", id=job.id))


def _piped() -> str:
    """The table on standard input, up to the size that is read from a file."""
    from bayescore.exchange.sources import MOST_BYTES, decoded

    return decoded(sys.stdin.buffer.read(MOST_BYTES + 1), "stdin")


def _convert(source: Path, into: Path | None) -> None:
    from bayescore.cli.output import aside, content, write
    from bayescore.config.load import read_utf8
    from bayescore.errors import ConfigError
    from bayescore.exchange.sweeps import convert
    from bayescore.results import replace_file

    found = convert(read_utf8(source).decode("utf-8"))
    for remark in found.remarks:
        aside(str(remark))
    if into is None:
        content(found.file_text)
        return
    target = into / "openbayes.yaml" if into.is_dir() else into
    if target.exists():
        raise ConfigError(text("There is already: {names}.", names=target), text("Choose another --into."))
    replace_file(target, found.file_text)
    write(_("{file} has been written; see what it says, then: bayesdesk check", file=target))
